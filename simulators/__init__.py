"""Simulated neighbours of the payment-service, and the world that puts them together."""
