"""The doors of the service: a message in, the outbox out, deadlines falling due."""
