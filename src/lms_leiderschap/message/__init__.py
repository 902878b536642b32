"""Mail: written with the action, sent after it."""
