"""Backups of a server under load, and the history that a backup must hold: for the oracle."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from .book import Book, Event
from .history import Attempt, History
from .process import operator

Logs = dict[str, list[Event]]


async def backed_up(data: Path, into: Path, *more: str) -> dict[str, Any]:
    """As `among-server backup --json` tells it; without rests, since nothing here is left idle for it to run in."""
    code, out, err = await operator("backup", "--fast", "--data", data, "--to", into, "--json", *more)
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
    """What was asked of a server until its logs were these; all that was acknowledged before the moment is demanded.
    What was acknowledged later may have been told without its words, and have them here."""
    held = asked_for(book, logs)
    known = {id(attempt) for attempt in held}
    demanded = [
        attempt
        for attempt in book.history.attempts
        if attempt.outcome == "ok" and attempt.answered < moment and id(attempt) not in known
    ]
    later = [attempt if attempt.answered < moment else replace(attempt, empty=False) for attempt in held]
    history = History(attempts=later + demanded, explained=set(rooms), settled=False)
    history.finals["the backup"] = {log: [book.entry(event) for event in events] for log, events in logs.items()}
    return history


def next_book(book: Book, logs: Logs, rooms: list[str]) -> Book:
    """For the life that begins with these logs: what they hold, and what is still undecided, was asked before."""
    new = Book()
    new._moments = book._moments  # what is asked from now on is later
    new.people = book.people
    held = asked_for(book, logs)
    known = {id(attempt) for attempt in held}
    new.history.attempts = [  # what was told without its words may have them again: who took it back is not heard of
        replace(attempt, empty=False)
        for attempt in book.history.attempts
        if id(attempt) in known or attempt.outcome == "info"
    ]
    new.posts = [
        (log, event["seq"])
        for log, events in logs.items()
        for event in events
        if event["type"] == "post.published" and not event.get("blank")
    ]
    for log, events in logs.items():
        for event in events:
            if log in rooms and event["type"] == "message.sent" and not (event.get("blank") or event.get("thread")):
                new.was_said(log, event["seq"])
    return new
