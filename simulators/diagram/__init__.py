"""Sequence diagrams of what services said to each other, for pages that need neither a script nor a network."""
