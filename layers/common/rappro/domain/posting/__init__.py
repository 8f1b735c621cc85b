"""What a match becomes in the books: entries, letters, spread amounts."""
