"""What the demo institution holds; only the command line and the demo pages read it."""
