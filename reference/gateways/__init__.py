"""The only room that calls out."""
