"""Judges any payment-service: the Gherkin steps."""
