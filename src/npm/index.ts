// The doors of the npm library are the other files here: `labwire/values` is values.ts, and so on.
// There is no `labwire` alone: who wants a decoder need not load a publisher.
export {};
