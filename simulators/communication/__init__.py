"""The simulated communication-service."""
