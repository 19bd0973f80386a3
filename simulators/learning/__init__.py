"""The simulated learning-service."""
