"""What is said to many, and what many say."""
