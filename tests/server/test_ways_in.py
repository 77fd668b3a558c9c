"""Every way in, and everything that is wrong with a key to it (ATH-01); and what keys are made of (ATH-05)."""

import hashlib
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from among_protocol import codes, wire
from among_protocol.base import Command, Refused
from among_protocol.communities import BrowseCommunities
from among_protocol.session import Ping, SignIn, SignOut, SignUp
from among_server.core.policy import POLICY, Who
from among_server.core.tries import Tries
from among_server.store.sqlite import SqliteStore
from tests.anything import Pool, anything
from tests.world import PASSWORD, Person, World, world_of

FAULTS = ("missing", "empty", "wrong", "nearly right", "expired", "revoked", "another's", "its hash", "of another kind")


def sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def password(world: World, cast: list[Person], fault: str) -> dict[str, str] | None:
    """The fields of a sign-in as Bob; None where that fault does not exist."""
    hashes = world.app.store._tx.passwords  # type: ignore[attr-defined]  # looks inside the reference
    ann, bob = cast
    given = {
        "missing": None,
        "empty": "",
        "wrong": "wrong horse",
        "nearly right": PASSWORD + " ",
        "another's": "the horse of ann",
        "its hash": hashes[bob.account],
        "of another kind": bob.token,
    }
    if fault not in given:
        return None  # a password neither expires nor is revoked
    return {"handle": "bob"} if given[fault] is None else {"handle": "bob", "password": str(given[fault])}


async def token(world: World, cast: list[Person], fault: str) -> dict[str, str] | None:
    ann, bob = cast
    if fault == "revoked":
        await ann.ask(SignOut)
        return {"token": ann.token}
    given = {
        "empty": "",
        "wrong": "among_" + "A" * 43,
        "nearly right": bob.token[:-1],
        "another's": bob.token.replace("among_", "Among_"),
        "its hash": sha256(bob.token).hex(),
        "of another kind": bob.session.id,
    }
    return {"token": given[fault]} if fault in given else {} if fault == "missing" else None


async def invite(world: World, cast: list[Person], fault: str, *, owner: bool = False) -> dict[str, str] | None:
    """The fields of a sign-up where an invite is needed."""
    store = world.app.store
    wanted = {"handle": "newcomer", "password": PASSWORD}
    used = f"used {owner}"
    await store.add_invite(sha256("good"), owner=owner)
    await store.add_invite(sha256("late"), owner=owner, expires_ms=int(time.time() * 1000) - 1)
    await store.add_invite(sha256(used), owner=owner)
    await store.create_account(f"user-{owner}".lower(), "User", "hash", invite=sha256(used))
    given = {
        "empty": "",
        "wrong": "bad",
        "nearly right": "good ",
        "expired": "late",
        "revoked": used,
        "its hash": sha256("good").hex(),
        "of another kind": cast[1].token,
    }
    if fault == "missing":
        return wanted
    return {**wanted, "invite": given[fault]} if fault in given else None


async def owners_invite(world: World, cast: list[Person], fault: str) -> dict[str, str] | None:
    return await invite(world, cast, fault, owner=True)


Way = tuple[type[Command], Callable[[World, list[Person], str], Awaitable[dict[str, str] | None]]]
WAYS: dict[str, Way] = {"password": (SignIn, password), "token": (SignIn, token), "invite": (SignUp, invite), "owner's invite": (SignUp, owners_invite)}  # fmt: skip
SAID = {
    codes.BAD_CREDENTIALS.code,
    codes.TOKEN_INVALID.code,
    codes.FIELD_INVALID.code,
    codes.SIGN_UP_CLOSED.code,
    codes.INVITE_INVALID.code,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", WAYS)
async def test_ath_01_every_wrong_key_to_every_way_in_is_refused(way: str, fault: str):
    command, fields_of = WAYS[way]
    async with world_of(sign_up="invite") as world:
        for handle, key in (("ann", "the horse of ann"), ("bob", PASSWORD)):
            await world.app.store.add_invite(sha256(handle))
            await Person(world).ask(SignUp, handle=handle, password=key, invite=handle)
        people = []
        for handle, key in (("ann", "the horse of ann"), ("bob", PASSWORD)):
            person = Person(world)
            signed = await person.ask(SignIn, handle=handle, password=key)
            person.token, person.account = signed.token, signed.account.id
            people.append(person)
        fields = await fields_of(world, people, fault)
        if fields is None:
            return
        accounts, sessions = await world.app.store.accounts(), dict(world.app.services.sessions)
        stranger = Person(world)
        refused = await stranger.refused(command, **fields)
        assert refused.code in SAID
        assert stranger.session.person is None
        assert (await stranger.refused(BrowseCommunities)).code == codes.SIGN_IN_REQUIRED.code
        assert await world.app.store.accounts() == accounts
        assert world.app.services.sessions == sessions


async def test_ath_01_nothing_but_what_is_for_guests_is_answered_before_signing_in():
    """Every command there is, by reflection, with what its types allow: no second path that forgot to look."""
    from random import Random

    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        pool, random = Pool(), Random(1)
        pool.hear({"room": ann.room, "community": world.id("garden"), "log": ann.account, "member": ann.member})
        before = world.heads()
        for command in wire.COMMANDS:
            if POLICY[command].who in (Who.ANYONE, Who.GUEST):
                continue
            for number in range(5):
                stranger = Person(world)
                _, fields = anything(random, pool, command)
                stranger.send(wire.JSON.encode({"id": f"x{number}", **fields}))
                await world.quiet()
                (reply,) = stranger.replies.values()
                assert isinstance(reply, Refused)
                unread = (codes.FIELD_INVALID.code, codes.FIELD_TOO_LONG.code)
                assert reply.code in (codes.SIGN_IN_REQUIRED.code, *unread), command
                assert stranger.heard == []
        assert world.heads() == before


# --- what keys are made of


async def test_ath_05_a_token_is_long_known_by_its_prefix_new_each_time_and_ends_alone():
    async with world_of() as world:
        ann = await world.person("ann")
        tokens = [ann.token]
        for _ in range(20):
            person = Person(world)
            tokens.append((await person.ask(SignIn, handle="ann", password=PASSWORD)).token)
        assert len(set(tokens)) == len(tokens)
        for token in tokens:
            assert re.fullmatch(r"among_[A-Za-z0-9_-]{43}", token)  # 256 bits
        alphabet = set("".join(token.removeprefix("among_") for token in tokens))
        assert len(alphabet) > 60, "these are not all 64 letters of base64: what are they made of?"


async def test_ath_05_a_token_is_replaced_by_signing_in_anew_and_out_with_the_old_one():
    async with world_of() as world:
        ann = await world.person("ann")
        fresh = Person(world)
        token = (await fresh.ask(SignIn, handle="ann", password=PASSWORD)).token
        await ann.ask(SignOut)
        assert (await Person(world).refused(SignIn, token=ann.token)).code == codes.TOKEN_INVALID.code
        await fresh.ask(Ping)
        assert fresh.closed is None
        assert (await Person(world).ask(SignIn, token=token)).account.handle == "ann"


async def test_ath_05_a_token_of_before_signing_in_is_not_the_one_after():
    """No fixation: what a stranger wishes for its token is not what it becomes."""
    async with world_of() as world:
        await world.person("ann")
        wish = "among_" + "A" * 43
        person = Person(world)
        assert (await person.refused(SignIn, token=wish)).code == codes.TOKEN_INVALID.code
        signed = await person.ask(SignIn, handle="ann", password=PASSWORD, device=wish)
        assert signed.token != wish
        assert (await Person(world).refused(SignIn, token=wish)).code == codes.TOKEN_INVALID.code


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_ath_05_a_dump_of_the_database_lets_nobody_in(tmp_path: Path):
    """Everything that is in any column of any table, and in the bytes of the files, tried as a key to every way in."""
    invites = ["come-in-please", "mine-alone"]
    async with world_of(SqliteStore(tmp_path), sign_up="invite") as world:
        await world.app.store.add_invite(sha256(invites[0]), uses=5)
        await world.app.store.add_invite(sha256(invites[1]), owner=True)
        ann = Person(world)
        await ann.sign_up("ann", invite=invites[0], device="phone")
        secrets = [ann.token, ann.token.removeprefix("among_"), PASSWORD, *invites]
        dumped: set[str] = set()
        with closing(sqlite3.connect(f"file:{tmp_path / 'among.db'}?mode=ro", uri=True)) as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for table in tables:
                for row in db.execute(f"SELECT * FROM {table}"):
                    for value in row:
                        if isinstance(value, bytes):
                            dumped |= {value.hex(), value.decode("utf-8", "replace")}
                        else:
                            dumped.add(str(value))
        assert len(dumped) > 20
        kept = all_bytes(tmp_path)
        assert [secret for secret in secrets if secret.encode() in kept] == []
        for value in dumped:
            world.app.services.tries = Tries()  # a thief has time: what holds is that nothing of it is a key
            for key in (value, f"among_{value}"):
                assert (await Person(world).refused(SignIn, token=key)).kind in ("auth", "fix"), value
            for command, fields in (
                (SignIn, {"handle": "ann", "password": value[:1024]}),
                (SignUp, {"handle": "eve", "password": PASSWORD, "invite": value}),
            ):
                assert (await Person(world).refused(command, **fields)).kind in ("auth", "fix"), value
