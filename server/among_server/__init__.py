"""The Among server: floors, from the top: app, edge, handlers, core, store and bus."""

__version__ = "0.1.0"
