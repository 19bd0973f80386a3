"""The domain: payments and messages, whatever the technology."""
