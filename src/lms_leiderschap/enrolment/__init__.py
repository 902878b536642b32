"""Who takes part in which edition."""
