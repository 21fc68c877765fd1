// What the bundler turns into a text.
declare module '*.txt' {
  const text: string;
  export default text;
}
