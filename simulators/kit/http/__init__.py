"""The HTTP side of every simulator: control routes, who is calling, validation, problems, messages."""
