"""A payment-service that is wrong on purpose, to be compared with one that is not. Never use it."""
