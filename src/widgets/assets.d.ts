// What the bundler turns into a text.
declare module '*.svg' {
  const svgstr: string;
  export default svgstr;
}
