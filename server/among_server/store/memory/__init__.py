"""The reference store: dicts, for tests."""

from .store import MemoryStore

__all__ = ["MemoryStore"]
