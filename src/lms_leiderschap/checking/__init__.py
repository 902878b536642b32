"""What is asked of a plugin before anybody relies on it, held against the plugin itself."""
