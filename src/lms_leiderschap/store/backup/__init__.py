"""Backups: what is kept in a repository, and bringing it back as it was at a moment."""
