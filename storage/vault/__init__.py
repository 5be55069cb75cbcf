"""What cannot be read without a key, and what cannot be changed unseen."""
