"""Measures the server against baselines of its own libraries: `python -m bench`, or `make bench`."""
