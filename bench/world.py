"""The people and places that a run needs, written through the store itself, each with the token of a device.

A password costs 22 ms of hashing, and five thousand of them two minutes: tokens are what clients come back with anyway.
"""

import asyncio
import hashlib
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from among_protocol.communities import CreateCommunity, JoinCommunity
from among_protocol.rooms import CreateRoom, FollowRoom, RoomCreated
from among_protocol.wire import JSON
from among_server.store.api import Store
from among_server.store.rows import AccountRow, Appended
from among_server.store.sqlite import SqliteStore

from .plan import Connection, Plan, sampled, send_command

DONE = '"session.synced"'
AT_ONCE = 256  # writes that are under way at the same time


@dataclass
class World:
    """What one data directory holds."""

    folder: Path
    community: str = ""
    accounts: list[str] = field(default_factory=list)  # ids: first those in rooms of two, then the crowd, then others
    tokens: list[str] = field(default_factory=list)  # of the same
    others: int = 0  # members who follow no room at all
    hall: list[str] = field(default_factory=list)  # rooms that the crowd follows
    pairs: list[str] = field(default_factory=list)  # rooms of two: the k-th is for the accounts 2k and 2k+1

    @property
    def couples(self) -> range:
        """Who is in a room of two, and in no hall."""
        return range(2 * len(self.pairs))

    @property
    def crowd(self) -> range:
        """Who is in the halls."""
        return range(2 * len(self.pairs), len(self.tokens) - self.others)

    def plan(self, people: Iterable[int], *, authors: int = 64) -> Plan:
        """These accounts, signed in and synced, in the order given. Who is in a room of two speaks there; of the
        crowd the first `authors` speak in the first hall."""
        run = secrets.token_hex(3)
        connections: list[Connection] = []
        of_crowd = 0
        for index, person in enumerate(people):
            paired = person < len(self.couples)
            room = self.pairs[person // 2] if paired else self.hall[0]
            connections.append(
                Connection(
                    room=1 + person // 2 if paired else 0,
                    path="/v1",
                    sampled=paired or sampled(of_crowd, len(self.crowd)),
                    setup=sign_in(self.tokens[person]),
                    say=send_command(index, run, room) if paired or of_crowd < authors else "",
                )
            )
            of_crowd += not paired
        return Plan(connections, protocol=JSON.subprotocol, done=DONE, dense=True)


def sign_in(token: str, positions: str = "") -> list[str]:
    return [
        f'{{"type":"session.sign_in","id":"s1","token":"{token}"}}',
        f'{{"type":"session.sync","id":"s2"{positions}}}',
    ]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(folder)
    store.committed = lambda _: None
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def all_of(awaitables: Iterable[Awaitable[Appended]]) -> list[Appended]:
    """In order, a limited number under way."""
    done: list[Appended] = []
    chunk: list[Awaitable[Appended]] = []
    for one in awaitables:
        chunk.append(one)
        if len(chunk) == AT_ONCE:
            done += await asyncio.gather(*chunk)
            chunk = []
    return done + await asyncio.gather(*chunk)


async def newcomer(store: Store, number: int) -> tuple[AccountRow, str]:
    handle = f"person{number:05d}"
    account = await store.create_account(handle, handle.title(), "")
    token = "among_" + secrets.token_urlsafe(32)
    await store.open_session(account.id, hashlib.sha256(token.encode()).digest(), "bench")
    return account, token


async def fill(folder: Path, crowd: int, halls: int, pairs: int, others: int) -> World:
    world = World(folder, others=others)
    async with opened(folder) as store:
        in_rooms = crowd + 2 * pairs
        people = in_rooms + others
        for start in range(0, people, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, people))
            for account, token in await asyncio.gather(*(newcomer(store, number) for number in numbers)):
                world.accounts.append(account.id)
                world.tokens.append(token)
        founder = (await store.create_account("founder", "Founder", "")).id
        made = await store.append(founder, CreateCommunity(id="0", nonce="c", slug="bench", name="Bench"))
        world.community = made.entry.event.log

        async def make(slug: str) -> str:
            command = CreateRoom(id="0", nonce=slug, community=world.community, slug=slug)
            created = (await store.append(founder, command)).entry.event
            assert isinstance(created, RoomCreated)
            return created.room

        # Who joins follows the open rooms that there are: first those who are to follow none of them.
        join = JoinCommunity(id="0", nonce="j", community=world.community)
        roomless = [*range(2 * pairs), *range(in_rooms, people)]
        await all_of(store.append(world.accounts[person], join) for person in roomless)
        world.hall = [await make(f"hall{number}") for number in range(halls)]
        await all_of(store.append(world.accounts[person], join) for person in range(2 * pairs, in_rooms))
        world.pairs = [await make(f"pair{number}") for number in range(pairs)]
        await all_of(
            store.append(world.accounts[2 * number + side], FollowRoom(id="0", nonce="f", room=room))
            for number, room in enumerate(world.pairs)
            for side in (0, 1)
        )
    return world


def build(folder: Path, *, crowd: int, halls: int = 1, pairs: int = 0, others: int = 0) -> World:
    """A new data directory: a community with a crowd that follows its `halls`, so many rooms of two others each, and
    others who follow none."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return asyncio.run(fill(folder, crowd, halls, pairs, others))


async def _heads(folder: Path, logs: list[str]) -> tuple[str, dict[str, int]]:
    async with opened(folder) as store:
        rows = [await store.log(id) for id in logs]
        return store.epoch, {row.id: row.head for row in rows if row is not None}


def heads(world: World) -> tuple[str, dict[str, int]]:
    """The epoch, and where each log is. Only while no server has the data open."""
    return asyncio.run(_heads(world.folder, [world.community, *world.hall, *world.accounts]))
