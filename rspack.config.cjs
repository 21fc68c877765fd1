// What the labextension builder is told beside its own settings.
module.exports = {
  // The budget of the worker, minified. It is a file of its own that nobody loads before the first
  // view; over it the build ends.
  performance: { maxAssetSize: 400_000 },
  module: {
    rules: [
      {
        // A file that the worker loads by its URL: without this the page would bundle it, and run it.
        test: /demo\.bundle\.js$/,
        type: 'asset/resource',
        generator: { filename: 'labwire-demo.[contenthash].js' },
      },
    ],
  },
};
