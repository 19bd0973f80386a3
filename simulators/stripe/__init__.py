"""A stateful stand-in for the payments part of Stripe's API."""
