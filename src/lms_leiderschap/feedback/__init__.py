"""What waits for a teacher, what the teacher writes, and its release."""
