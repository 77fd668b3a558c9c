"""People who write to a store, in few words. The store is asked as the handlers ask it; nothing else is between."""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from among_protocol.accounts import UpdateAccount
from among_protocol.base import Entry
from among_protocol.codes import ErrorCode, Refuse
from among_protocol.communities import CreateCommunity, JoinCommunity, LeaveCommunity
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.messages import Message, SendMessage
from among_protocol.rooms import AddPerson, CreateRoom, FollowRoom, OpenDirect, RemovePerson, SetTopic, UnfollowRoom
from among_protocol.wire import JSON, AnyWrite
from among_server.store.api import Store
from among_server.store.memory import MemoryStore
from among_server.store.rows import Appended, Stored, Unread
from among_server.store.sqlite import SqliteStore

T = TypeVar("T")

_nonces = (f"nonce-{number}" for number in itertools.count(1))


class Town:
    """A store, and all that it said was committed."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.heard: list[Stored] = []
        self.batches: list[list[Stored]] = []
        store.committed = self._hear

    def _hear(self, stored: Sequence[Stored]) -> None:
        self.batches.append(list(stored))
        self.heard += stored

    async def person(self, handle: str) -> "Person":
        account = await self.store.create_account(handle, handle.title(), f"hash of {handle}")
        return Person(self, account.id, handle)

    async def people(self, *handles: str) -> "list[Person]":
        return [await self.person(handle) for handle in handles]

    async def log(self, id: str) -> list[Entry]:
        """All of a log, read a page at a time."""
        entries: list[Entry] = []
        while True:
            page = await self.store.entries(id, entries[-1].seq if entries else 0, None, 200)
            entries += [entry for entry in map(JSON.decode_entry, page.entries) if isinstance(entry, Entry)]
            if page.complete:
                return entries

    def carry_out(self, job: Callable[[Any], T]) -> asyncio.Future[T]:
        """Something in the store's transaction that no command asks for, in its turn."""
        if isinstance(self.store, SqliteStore):
            return self.store._writer.ask("", job)
        assert isinstance(self.store, MemoryStore)
        return self.store._ask(job)

    def blank(self, log: str, seq: int) -> asyncio.Future[None]:
        return self.carry_out(lambda tx: tx.blank(log, seq))

    async def bodies(self, room: str, **asked: Any) -> list[str]:
        return [message.body for message in (await self.page(room, **asked))[0]]

    async def page(
        self,
        room: str,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int = 50,
    ) -> tuple[list[Message], bool]:
        page = await self.store.messages(room, before=before, after=after, around=around, limit=limit)
        return page.messages, page.complete


class Person:
    def __init__(self, town: Town, id: str, handle: str) -> None:
        self.town = town
        self.id = id
        self.handle = handle

    def ask(self, command: type[AnyWrite], *, nonce: str | None = None, **fields: Any) -> asyncio.Future[Appended]:
        if nonce is None:
            nonce = next(_nonces)
        return self.town.store.append(self.id, command(id="1", nonce=nonce, **fields))

    async def do(self, command: type[AnyWrite], *, nonce: str | None = None, **fields: Any) -> Any:
        """The entry that the command gives."""
        return (await self.ask(command, nonce=nonce, **fields)).entry.event

    async def founds(self, slug: str, **fields: Any) -> str:
        return (await self.do(CreateCommunity, slug=slug, name=slug.title(), **fields)).log  # type: ignore[no-any-return]  # an id

    async def joins(self, community: str) -> str:
        """Who one is there."""
        return (await self.do(JoinCommunity, community=community)).member  # type: ignore[no-any-return]  # an id

    async def leaves(self, community: str) -> Any:
        return await self.do(LeaveCommunity, community=community)

    async def makes(self, community: str, slug: str, kind: str = "open", **fields: Any) -> str:
        return (await self.do(CreateRoom, community=community, slug=slug, kind=kind, **fields)).room  # type: ignore[no-any-return]  # an id

    def says(self, room: str, body: str, *, nonce: str | None = None) -> asyncio.Future[Appended]:
        return self.ask(SendMessage, room=room, body=body, nonce=nonce)

    async def edits(self, room: str, message: int, body: str, *, nonce: str | None = None) -> Any:
        return await self.do(EditMessage, room=room, message=message, body=body, nonce=nonce)

    async def deletes(self, room: str, message: int, reason: str = "") -> Any:
        return await self.do(DeleteMessage, room=room, message=message, reason=reason)

    async def follows(self, room: str) -> Any:
        return await self.do(FollowRoom, room=room)

    async def unfollows(self, room: str) -> Any:
        return await self.do(UnfollowRoom, room=room)

    async def adds(self, room: str, member: str) -> Any:
        return await self.do(AddPerson, room=room, member=member)

    async def removes(self, room: str, member: str) -> Any:
        return await self.do(RemovePerson, room=room, member=member)

    async def sets_topic(self, room: str, topic: str) -> Any:
        return await self.do(SetTopic, room=room, topic=topic)

    async def writes_to(self, *others: "Person") -> str:
        return (await self.do(OpenDirect, handles=[other.handle for other in others])).room  # type: ignore[no-any-return]  # an id

    async def renames(self, display_name: str) -> Any:
        return await self.do(UpdateAccount, display_name=display_name)

    async def reads(self, room: str, seq: int, *, back: bool = False) -> tuple[int, int, int]:
        """Where the marker is now, what is unread, what of that mentions one."""
        marker = await self.town.store.set_marker(self.id, room, seq, back=back)
        return marker.read, marker.unread, marker.mentions

    async def unread(self, room: str) -> tuple[int, int, int]:
        found: list[Unread] = await self.town.store.unread(self.id, [room])
        return found[0].read, found[0].unread, found[0].mentions

    async def followed(self) -> set[str]:
        standing = await self.town.store.standing(self.id)
        assert standing is not None
        return {room.id for room in standing.rooms}

    async def store_memberships(self) -> set[str]:
        """Every place that leads from this account to a membership, left or not."""
        return {member.place for member in await self.town.store.all_memberships(self.id)}

    async def member_in(self, place: str) -> str:
        standing = await self.town.store.standing(self.id)
        assert standing is not None
        return next(member.id for member in standing.members if member.place == place)


async def refused(code: ErrorCode, answer: Any) -> None:
    """The answer is this refusal."""
    with pytest.raises(Refuse) as caught:
        await answer
    assert caught.value.code == code


def numbers(entries: Sequence[Entry]) -> list[int]:
    return [entry.seq for entry in entries]


def same(entry: Entry, json: bytes) -> bool:
    return msgspec.json.encode(entry) == json


def cut_off(folder: Path, to: Path) -> None:
    """What a kill leaves of an open store; but for the index, whose files come and go at any moment."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("search.db*"))
