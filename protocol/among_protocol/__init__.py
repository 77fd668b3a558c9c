"""The Among protocol: every command, event and code as a type, and a client that does no I/O."""

__version__ = "0.1.0"
