"""How long a call to Stripe or to another service may take."""

TIMEOUT = (3.05, 10)  # Seconds to connect and to read; together below the outbox lease.
