"""Files while they are written: a lock, whole or not at all, and nothing of the user's lost."""
