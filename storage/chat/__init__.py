"""What came, what goes, what is due, where each chat stands."""
