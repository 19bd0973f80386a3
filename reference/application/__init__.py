"""The application: messages in, outbox messages out, deadlines when they are due."""
