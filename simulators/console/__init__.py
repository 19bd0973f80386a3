"""The demo's pages: watch the sagas of a running world, break things on purpose, move time."""
