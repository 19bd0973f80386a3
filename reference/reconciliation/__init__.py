"""Reconciliation: compares Stripe's books with ours, and repairs what news can repair. No flow needs it."""
