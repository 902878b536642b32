"""What an institution does with plugins: switch them on, run them within bounds, update, remove."""
