"""Pages of outgoing mail."""
