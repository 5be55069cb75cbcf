"""What is logged, asked and counted about the process."""
