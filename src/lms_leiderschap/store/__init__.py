"""Where everything lives: databases, folders, files, lists, and the side store."""
