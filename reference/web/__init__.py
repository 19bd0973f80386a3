"""The only room with Flask."""
