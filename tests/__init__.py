"""The tests: tests/world.py holds the helpers, one folder per part of the house."""
