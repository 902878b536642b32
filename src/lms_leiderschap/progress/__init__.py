"""The thread of products through the modules, and the development plan."""
