"""What is to be done, where, when and by which form."""
