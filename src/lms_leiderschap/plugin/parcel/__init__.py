"""A plugin on its way: its files, what may be among them, who sent it."""
