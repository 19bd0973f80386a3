"""The simulated tutor-matching-service."""
