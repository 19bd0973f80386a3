"""What is true of payments and messages, whatever the technology."""
