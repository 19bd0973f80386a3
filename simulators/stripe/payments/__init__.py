"""PaymentIntents and all that follows of them: charges, refunds, disputes, the balance."""
