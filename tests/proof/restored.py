"""Backups of a server under load, and the history that a backup must hold: for the oracle."""

from pathlib import Path
from typing import Any

import msgspec

from .book import Book, Event
from .oracle import Attempt, History
from .process import operator

Logs = dict[str, list[Event]]


async def backed_up(data: Path, into: Path, *more: str) -> dict[str, Any]:
    """As `among-server backup --json` tells it."""
    code, out, err = await operator("backup", "--data", data, "--to", into, "--json", *more)
    assert code == 0, err
    told: dict[str, Any] = msgspec.json.decode(out)
    return told


async def restored(backup: str, data: Path, *more: str) -> dict[str, Any]:
    """As `among-server restore --json` tells it."""
    code, out, err = await operator("restore", backup, "--data", data, "--json", *more)
    assert code == 0, err
    told: dict[str, Any] = msgspec.json.decode(out)
    return told


def asked_for(book: Book, logs: Logs) -> list[Attempt]:
    """The attempts that these logs hold."""
    kept = {
        (book.people.get(event.get("by") or event["log"], ""), event.get("nonce", ""))
        for events in logs.values()
        for event in events
    }
    return [attempt for attempt in book.history.attempts if (attempt.client, attempt.nonce) in kept]


def up_to(book: Book, logs: Logs, moment: int, rooms: list[str]) -> History:
    """What was asked of a server until its logs were these; all that was acknowledged before the moment is demanded."""
    held = asked_for(book, logs)
    known = {id(attempt) for attempt in held}
    demanded = [
        attempt
        for attempt in book.history.attempts
        if attempt.outcome == "ok" and attempt.answered < moment and id(attempt) not in known
    ]
    history = History(attempts=held + demanded, explained=set(rooms), settled=False)
    history.finals["the backup"] = {log: [book.entry(event) for event in events] for log, events in logs.items()}
    return history


def next_book(book: Book, logs: Logs) -> Book:
    """For the life that begins with these logs: what they hold, and what is still undecided, was asked before."""
    new = Book()
    new._moments = book._moments  # what is asked from now on is later
    new.people = book.people
    held = asked_for(book, logs)
    known = {id(attempt) for attempt in held}
    new.history.attempts = [
        attempt for attempt in book.history.attempts if id(attempt) in known or attempt.outcome == "info"
    ]
    return new
