"""What is found on the spot: answers, talks, activities, draws."""
