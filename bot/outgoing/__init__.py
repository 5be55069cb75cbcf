"""From the outbox to Telegram: what is sent, how fast, and what became of it."""
