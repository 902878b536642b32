"""The pages on which a folder plugin is made."""
