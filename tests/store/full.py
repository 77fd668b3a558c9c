"""A store with something in each table that what is kept beside messages goes to: threads, pins, reactions, choices, inboxes."""

import contextlib
import re
import sqlite3
from pathlib import Path

from among_protocol.dnd import Dnd, DndTime
from among_protocol.messages import SendMessage
from among_protocol.pins import AddPin
from among_protocol.reactions import AddReaction
from among_server.store.sqlite import SqliteStore
from among_server.store.status import StatusWish
from tests.store.town import Town

DAY = 86_400_000  # milliseconds
TABLES = (
    "threads", "threaded", "thread_marks", "thread_mentions", "pins", "bookmarks", "reactions", "reaction_counts", "room_mentions",
    "uncalled", "notify", "dnds", "inbox", "inbox_marks", "markers", "mentions", "drafts", "statuses", "edits", "blocks",
)  # fmt: skip


async def fill(folder: Path, more: str = "") -> None:
    """`more`: a word to say again to a store that was filled before; then it holds more than it did."""
    town = Town(SqliteStore(folder))
    await town.store.open()
    try:
        await _fill(town, more or "first")
    finally:
        await town.store.close()
    with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
        empty = [name for name in TABLES if not db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]]
    assert empty == []


async def _fill(town: Town, word: str) -> None:
    store = town.store
    ann, bob, cat = await town.people(f"ann.{word}", f"bob.{word}", f"cat.{word}")
    community = await ann.founds(f"garden-{word}")
    room = await ann.makes(community, "hall")
    for person in (bob, cat):
        await person.joins(community)
        await person.follows(room)
    root = (await ann.says(room, f"root, @{bob.handle}")).entry.event.seq
    for person in (bob, cat):
        await person.do(SendMessage, room=room, body=f"below, @{ann.handle}", thread=root)
        await person.do(AddReaction, room=room, message=root, emoji="🌱")
    await store.follow_thread(ann.id, room, root)
    await store.choose_in_thread(ann.id, room, root, "all", DAY)
    await store.mark_thread(bob.id, room, root, root + 1, back=False)
    await ann.do(AddPin, room=room, message=root)
    await bob.do(SendMessage, room=room, body="who comes?")
    await ann.says(room, "@room: tea")
    edited = (await cat.says(room, "tee")).entry.event.seq
    await cat.edits(room, edited, "tea")
    await bob.deletes(room, (await bob.says(room, "taken back")).entry.event.seq)
    await store.set_bookmark(cat.id, room, root, "to be read")
    await store.set_notify(bob.id, room, "", "mentions", DAY)
    await store.set_notify(bob.id, "", "beans", "all", 0)
    await store.set_dnd(cat.id, Dnd(times=[DndTime(begins="22:00", ends="07:00")], zone="Europe/Lisbon", shown=True))
    await store.set_draft(ann.id, room, "half a sen")
    await store.set_status(cat.id, StatusWish("", status=("🌱", "in the garden", DAY)))
    await store.set_block(ann.id, "mute", handle=cat.handle)
    await store.mark_inbox(ann.id, 1, back=False)


def content(path: Path) -> str:
    """All that is in a database, but for what is made at random. It must be whole."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        lines = "\n".join(db.iterdump())
        version = db.execute("PRAGMA user_version").fetchone()
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    return re.sub(r"'(st|e)_[0-9a-f]{16}'", "''", f"{lines}\n{version}")
