"""Counts are always those of a recount: whatever is said, edited, deleted, blocked, left, joined and marked, in any order, what
a store tells as unread, as mentions and as the inbox is what one counts in the logs oneself."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from among_protocol.base import Entry
from among_protocol.codes import Refuse
from among_protocol.edits import MessageDeleted, MessageEdited
from among_protocol.inbox import is_notice
from among_protocol.messages import MessageSent, SendMessage
from among_server.store.api import Store
from tests.store.town import Person, Town
from tests.stores import LITTLE, new_store

HANDLES = ("ann", "bob", "cat")
WORDS = ("hello", "@ann", "@bob", "@cat and @ann", "@bob, @cat")
ACTS = (
    "say", "say", "say", "answer", "answer", "edit", "delete", "block", "mute", "none", "leave", "join", "mark", "unread",
    "follow", "unfollow", "add", "inbox", "inbox back",
)  # fmt: skip
STEP = st.tuples(st.sampled_from(HANDLES), st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, 7))

Blocked = dict[str, dict[str, str]]  # who -> whom -> how


class Place:
    """Three people in a community with an open and a private room, and two of them in a direct."""

    def __init__(self, store: Store) -> None:
        self.town = Town(store)
        self.people: dict[str, Person] = {}
        self.members: dict[str, str] = {}  # membership -> handle
        self.blocks: list[tuple[int, Blocked]] = [(0, {handle: {} for handle in HANDLES})]  # since when, in `heard`

    async def open(self) -> None:
        await self.town.store.open()
        self.people = dict(zip(HANDLES, await self.town.people(*HANDLES), strict=True))
        ann, bob, cat = self.people.values()
        self.community = await ann.founds("garden")
        hall, cellar = await ann.makes(self.community, "hall"), await ann.makes(self.community, "cellar", "private")
        for person in (bob, cat):
            await ann.adds(cellar, await person.joins(self.community))
        self.rooms = [hall, cellar, await ann.writes_to(bob)]
        for person in self.people.values():
            standing = await self.town.store.standing(person.id)
            assert standing is not None
            self.members |= {member.id: person.handle for member in standing.members}

    async def step(self, who: str, act: str, one: int, two: int) -> None:
        person, room, other = self.people[who], self.rooms[one], HANDLES[two % 3]
        ask: dict[str, Callable[[], Any]] = {
            "say": lambda: person.says(room, WORDS[two % 5]),
            "answer": lambda: person.ask(SendMessage, room=room, body=WORDS[two % 5], reply_to=two + 1),
            "edit": lambda: person.edits(room, two + 1, WORDS[one]),
            "delete": lambda: person.deletes(room, two + 1, "rude"),
            "leave": lambda: person.leaves(self.community),
            "join": lambda: person.joins(self.community),
            "mark": lambda: person.reads(room, two),
            "unread": lambda: person.reads(room, two, back=True),
            "follow": lambda: person.follows(room),
            "unfollow": lambda: person.unfollows(room),
            "add": lambda: self._add(person, room, other),
            "inbox": lambda: self.town.store.mark_inbox(person.id, two, back=False),
            "inbox back": lambda: self.town.store.mark_inbox(person.id, two, back=True),
        }
        try:
            if act in ("block", "mute", "none"):
                await self.town.store.set_block(person.id, act, handle=other)  # type: ignore[arg-type]  # one of these
                now = {handle: dict(blocks) for handle, blocks in self.blocks[-1][1].items()}
                now[who].pop(other, None)
                now[who] |= {} if act == "none" else {other: act}
                self.blocks.append((len(self.town.heard), now))
            else:
                await ask[act]()
        except Refuse:
            pass

    async def _add(self, person: Person, room: str, other: str) -> None:
        member = next(id for id, handle in self.members.items() if handle == other)
        await person.adds(room, member)

    # --- counted from the logs

    def _deaf(self, blocks: Blocked, reader: str, author: str) -> bool:
        return author in blocks[reader] or blocks[author].get(reader) == "block"

    def called(self, who: str) -> list[tuple[str, str, int, int, str]]:
        """In the order in which it came: kind, log, number of the entry, of the message, author (of a notice, the room that
        it tells of)."""
        found = []
        seen: set[tuple[str, int]] = set()
        for index, stored in enumerate(self.town.heard):
            entry = stored.event
            if (entry.log, entry.seq) in seen:
                continue  # told again, as it was blanked
            seen.add((entry.log, entry.seq))
            blocks = next(blocks for since, blocks in reversed(self.blocks) if since <= index)
            author = self.members.get(entry.by, "")
            if is_notice(entry) and entry.log == self.people[who].id:
                found.append(("notice", entry.log, entry.seq, entry.seq, getattr(entry, "room", "")))
            elif (
                isinstance(entry, MessageSent | MessageEdited) and author != who and not self._deaf(blocks, who, author)
            ):
                named = entry.mentions if isinstance(entry, MessageSent) else entry.mentions_new
                message = entry.seq if isinstance(entry, MessageSent) else entry.message
                if who in map(self.members.get, named):
                    found.append(("mention", entry.log, entry.seq, message, author))
                elif isinstance(entry, MessageSent) and self.members.get(entry.answers) == who:
                    found.append(("reply", entry.log, entry.seq, message, author))
        return found

    async def recount(self) -> None:
        store, entries = self.town.store, [stored.event for stored in self.town.heard]
        deleted = {(entry.log, entry.message) for entry in entries if isinstance(entry, MessageDeleted)}
        for who, person in self.people.items():
            called = self.called(who)
            for room in self.rooms:
                read, unread, mentions = await person.unread(room)
                said = {entry.seq for entry in entries if isinstance(entry, MessageSent) and entry.log == room}
                assert unread == sum(seq > read for seq in said)
                assert mentions == sum(
                    kind == "mention" and log == room and seq > read for kind, log, seq, *_ in called
                )
            standing = await store.standing(person.id)
            assert standing is not None
            may = {room.id for room in standing.rooms}
            if self.community in (member.place for member in standing.members):
                may.add(self.rooms[0])
            blocks = self.blocks[-1][1]
            seen = [
                (number, kind, log, message)
                for number, (kind, log, _, message, author) in enumerate(called, 1)
                if (kind == "notice" and (author != self.rooms[1] or author in may))
                or (log in may and (log, message) not in deleted and not self._deaf(blocks, who, author))
            ]
            rows = await store.inbox(person.id, None, 500)
            assert [(row.number, row.kind, row.log, row.seq) for row in rows] == seen[::-1]
            state = await store.inbox_state(person.id)
            assert state.unread == sum(number > state.read for number, *_ in seen)
            await self._recent(person, may & {room.id for room in standing.rooms}, entries)

    async def _recent(self, person: Person, follows: set[str], entries: list[Entry]) -> None:
        last = {entry.log: entry for entry in entries if isinstance(entry, MessageSent)}
        for entry in entries:  # told again, as it was blanked, it is no newer
            if isinstance(entry, MessageSent) and entry.seq > last[entry.log].seq:
                last[entry.log] = entry
        rows = await self.town.store.recent(person.id, None, 100)
        assert {row.room.id: row.said.seq for row in rows} == {room: last[room].seq for room in follows & set(last)}
        assert [row.said_ms for row in rows] == sorted((row.said_ms for row in rows), reverse=True)
        for row in rows:
            assert (row.unread.read, row.unread.unread, row.unread.mentions) == await person.unread(row.room.id)


async def _tell(store: Store, story: list[tuple[str, str, int, int]]) -> None:
    place = Place(store)
    await place.open()
    try:
        for number, step in enumerate(story):
            await place.step(*step)
            if number % 7 == 6:
                await place.recount()
        await place.recount()
    finally:
        await store.close()


@pytest.mark.parametrize("kind", ["memory", LITTLE])
@given(story=st.lists(STEP, min_size=5, max_size=40))
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_counts_are_those_of_a_recount(kind: str, story: list[tuple[str, str, int, int]]):
    with new_store(kind) as store:
        asyncio.run(_tell(store, story))
