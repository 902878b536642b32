"""The dated days of an edition."""
