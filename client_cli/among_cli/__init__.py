"""The terminal client of Among."""
