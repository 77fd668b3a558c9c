"""Every implementation of `store/api.py`, for whatever is to hold on each of them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from among_server.store import search as law
from among_server.store.api import Store
from among_server.store.memory import MemoryStore
from among_server.store.sqlite import SqliteStore, arrivals, following, index, ledger, pages, search, tx, writer

LITTLE = "sqlite with little memory"
STORES = ("memory", "sqlite", LITTLE)


@contextmanager
def new_store(kind: str) -> Iterator[Store]:
    """A store of this kind with nothing in it, not open yet. Its files go with it."""
    if kind == "memory":
        yield MemoryStore()
        return
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if kind == LITTLE:
            little_memory(patch)
        yield SqliteStore(Path(folder), synchronous="off")


def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is held in memory, or waits for something, is moved on after a few rows instead of thousands."""
    monkeypatch.setattr(arrivals, "NEW", 4)
    monkeypatch.setattr(arrivals, "MANY", 8)
    monkeypatch.setattr(arrivals, "PORTION", 3)
    monkeypatch.setattr(arrivals, "STEP", 2)
    monkeypatch.setattr(ledger, "MIRRORED", 3)
    monkeypatch.setattr(tx, "MESSAGES", 2)
    monkeypatch.setattr(writer, "BATCH", 5)
    monkeypatch.setattr(index, "VOLUME_BITS", 2)
    monkeypatch.setattr(following, "BATCH", 3)
    monkeypatch.setattr(following, "LISTED", 2)
    monkeypatch.setattr(search, "CHUNKS", (1, 2))
    monkeypatch.setattr(pages, "STRIDE", 2)
    for bound in ("SECONDS", "SHOWN_SECONDS", "WORK_SECONDS"):
        monkeypatch.setattr(law, bound, 10.0)  # since each text takes statements of its own
