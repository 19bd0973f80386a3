"""The reference payment-service: read README.md beside this file first."""
