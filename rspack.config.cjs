// What the labextension builder is told beside its own settings: the budget of the worker, minified.
// It is a file of its own that nobody loads before the first view; over it the build ends.
module.exports = { performance: { maxAssetSize: 400_000 } };
