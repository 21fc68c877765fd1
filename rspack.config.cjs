// What the labextension builder is told beside its own settings.
module.exports = {
  // The budget of the worker, minified. It is a file of its own that nobody loads before the first
  // view; over it the build ends.
  performance: {
    maxAssetSize: 400_000,
    // Nor is vega's chunk, which comes with the first chart: it has the size that its makers gave it.
    assetFilter: name => name.endsWith('.js') && !name.startsWith('labwire-vega.'),
  },
  optimization: {
    splitChunks: {
      cacheGroups: {
        // A file of its own: joined with ours, its licences would be left out of the report.
        vega: {
          test: /[\\/]node_modules[\\/](vega|d3-|topojson-|internmap|delaunator|robust-predicates|json-stringify-)/,
          name: 'labwire-vega',
          chunks: 'async',
          priority: 10,
        },
      },
    },
  },
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
