"""Persons, how they sign in, and their profile."""
