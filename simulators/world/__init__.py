"""Puts the services together: inside one process, together on loopback, or apart."""
