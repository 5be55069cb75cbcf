"""Evidence: files by their SHA-256, and what they show."""
