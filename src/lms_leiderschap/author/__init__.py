"""What a plugin's author works with: seeds of new plugins, and a plugin read where it lies."""
