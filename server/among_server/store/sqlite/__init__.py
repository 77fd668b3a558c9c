"""SQLite: one file, one writing connection on a thread of its own, and a few that only read. See ADR 3."""

from .store import SqliteStore

__all__ = ["SqliteStore"]
