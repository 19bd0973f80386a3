"""One file a version; applied in order, never edited after release."""
