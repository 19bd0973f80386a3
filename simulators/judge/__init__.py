"""The judge: evidence, the invariants over it, and the verdict."""
