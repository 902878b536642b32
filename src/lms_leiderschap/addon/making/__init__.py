"""A folder plugin made in the browser: from the values of forms to its files, and back."""
