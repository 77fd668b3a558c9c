"""The Among server: floors, from the top: app, edge, handlers, core, bus, store."""

__version__ = "0.1.0"
