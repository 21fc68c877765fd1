// What the bundler puts into the page when the module that imports it is run.
declare module '*.css';
