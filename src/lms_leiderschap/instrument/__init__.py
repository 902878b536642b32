"""Instruments that modules name."""
