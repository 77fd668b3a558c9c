"""DUR-08: the wall clock jumps, back too, or stands still. It decides what time a message shows, and when an invite
ends; not the order, no deadline, no budget, and no session.

The clock of the real process is moved (shim.py) while it runs; its monotonic clock is left alone, as the kernel does.
"""

import asyncio
import contextlib
import datetime as dt
import random
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from . import shim
from .peer import Peer, Refused
from .process import Server, server_in
from .shim import Shim
from .storm import PASSWORD, Storm, found_town, until

pytestmark = pytest.mark.skipif(bool(shim.unavailable()), reason=shim.unavailable())

DECADE = 3652  # days
JUMPS = [{"hours": 1}, {"hours": -1}, {"days": DECADE}, {"days": -DECADE}, {}]


async def told_time(server: Server) -> dt.datetime:
    peer = await Peer.open(server.url)
    await peer.close()
    return dt.datetime.fromisoformat(peer.hello["at"])


async def moved(server: Server, clock: Shim, jump: dict[str, int]) -> None:
    clock.clock(**jump)
    off = await told_time(server) - dt.datetime.now(dt.UTC)
    assert abs(off - dt.timedelta(**jump)) < dt.timedelta(seconds=30), "the clock was not moved"


async def test_dur_08_a_clock_that_jumps_or_stands_still_changes_no_order(tmp_path: Path):
    server = Server(tmp_path)
    clock = Shim(tmp_path, server)
    run = Storm(server, random.getrandbits(32), clients=8, rooms=3)
    try:
        await server.start()
        await run.settle_in()
        for jump in JUMPS:
            await moved(server, clock, jump)
            await run.talk(0.4)
            clock.freeze()
            first = await told_time(server)
            await run.talk(0.3)
            assert await told_time(server) == first, "the clock does not stand still"
            if jump in JUMPS[1:4]:
                await moved(server, clock, jump)
                await run.kill()  # the next life begins in another time than the last one ended
        await run.fall_silent()
        await run.read_all()
        await run.end()
        run.verdict()
    except BaseException as error:
        error.add_note(f"{run.summary()}\nthe server's last words:\n{server.tail()}")
        raise
    finally:
        await run.leave()
        await server.give_up()


async def test_dur_08_no_session_ends_and_none_is_for_ever(tmp_path: Path):
    server = Server(tmp_path)
    clock = Shim(tmp_path, server)
    try:
        await server.start()
        (ann, bob), _ = await found_town(server.url, clients=2, rooms=1)
        there = await Peer.open(server.url)
        await there.ask("session.sign_in", token=ann.token)
        for jump in JUMPS:
            await moved(server, clock, jump)
            peer = await Peer.open(server.url)
            await peer.ask("session.sign_in", token=bob.token)
            await peer.close()
            peer = await Peer.open(server.url)
            signed = await peer.ask("session.sign_in", handle=bob.name, password=PASSWORD)
            await peer.ask("session.sign_out")
            await peer.ended()
            peer = await Peer.open(server.url)
            with pytest.raises(Refused, match=r"session\.token_invalid"):
                await peer.ask("session.sign_in", token=signed["token"])
            await peer.close()
            await there.ask("session.ping")
        await there.close()
        assert await server.stop() == 0
    finally:
        await server.give_up()


async def test_dur_08_deadlines_do_not_follow_the_wall_clock(tmp_path: Path):
    """Who does not sign in is shown out in time, and who is there stays."""
    server = Server(tmp_path, sign_in_ms=1500, ping_ms=1000, deadline_ms=2000)
    clock = Shim(tmp_path, server)
    try:
        await server.start()
        (ann,), _ = await found_town(server.url, clients=1, rooms=1)
        there = await Peer.open(server.url)
        await there.ask("session.sign_in", token=ann.token)
        for jump in ({"days": DECADE}, {"hours": -1}, None):
            late = await Peer.open(server.url)
            began = time.monotonic()
            if jump is None:
                clock.freeze()
            else:
                clock.clock(**jump)
            async with asyncio.timeout(10):
                assert await late.ended() == 4003
            assert 1.2 < time.monotonic() - began < 6
            await there.ask("session.ping")  # it answers pings, and has said nothing else
        await there.close()
        assert await server.stop() == 0
    finally:
        await server.give_up()


async def answered(peer: Peer) -> bool:
    """Whether there is budget for a command."""
    try:
        await peer.ask("community.browse")
    except Refused as refused:
        if refused.code != "budget.exhausted":
            raise
        return False
    return True


async def spent(peer: Peer, *, within: int) -> bool:
    """Whether the budget comes to its end within so many commands."""
    for _ in range(within):
        if not await answered(peer):
            return True
    return False


async def test_dur_08_a_budget_neither_sticks_nor_fills_by_the_wall_clock(tmp_path: Path):
    server = Server(tmp_path, budget=60, budget_per_second=20)
    clock = Shim(tmp_path, server)
    try:
        await server.start()
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_up", handle="ann", password=PASSWORD)
        for jump in ({"days": DECADE}, {"days": -DECADE}, {"hours": -1}):
            assert await spent(peer, within=100)
            clock.clock(**jump)
            assert await spent(peer, within=20), "filled by ten years that did not pass"
            await until(lambda: answered(peer), within=5)
        await peer.close()
        assert await server.stop() == 0
    finally:
        await server.give_up()


def link(server: Server) -> str:
    """An invite that is good for a day, made by the operator."""
    command = [sys.executable, "-m", "among_server.admin.main", "invite", "--data", str(server.data), "--uses", "9"]
    made = subprocess.run([*command, "--days", "1"], capture_output=True, text=True, check=True)
    return made.stdout.strip().partition("#invite=")[2]


async def test_dur_08_an_invite_ends_by_the_wall_clock_and_by_nothing_else(tmp_path: Path):
    server = Server(tmp_path, sign_up="invite")
    clock = Shim(tmp_path, server)

    async def sign_up(handle: str, invite: str) -> bool:
        peer = await Peer.open(server.url)
        try:
            await peer.ask("session.sign_up", handle=handle, password=PASSWORD, invite=invite)
        except Refused as refused:
            if refused.code != "account.invite_invalid":
                raise
            return False
        finally:
            await peer.close()
        return True

    try:
        await server.start()
        invite = await asyncio.to_thread(link, server)
        for number, (jump, good) in enumerate(
            [
                ({"hours": 23}, True),
                ({"hours": 25}, False),
                ({"days": DECADE}, False),
                ({}, True),
                ({"hours": -1}, True),
            ]
        ):
            await moved(server, clock, jump)
            assert await sign_up(f"person{number}", invite) == good, jump
        assert await server.stop() == 0
    finally:
        await server.give_up()


async def test_dur_08_a_server_that_starts_in_the_past_or_future_is_whole(tmp_path: Path):
    """A machine whose clock is set only after the start, as many small ones do."""
    async with server_in(tmp_path) as server:
        (ann,), town = await found_town(server.url, clients=1, rooms=1)
        clock = Shim(tmp_path, server)
        seqs = []
        for number, jump in enumerate(JUMPS):
            assert await server.stop() == 0
            clock.clock(**jump)
            await server.start()
            peer = await Peer.open(server.url)
            await peer.ask("session.sign_in", token=ann.token)
            said = await peer.ask("message.send", room=town.rooms[0], body="hi", nonce=f"n{number}")
            seqs.append(said["entry"]["seq"])
            await peer.close()
        assert seqs == list(range(1, len(JUMPS) + 1))


LOOKS_OFTEN = """
from among_server.core import retention
retention.SETTLE, retention.LOOK = 0.1, 0.2
"""
DAY = 86_400_000  # milliseconds


def looks(server: Server) -> int:
    """How often it looked at what rooms keep, by a clock that is ahead."""
    return server.log.read_text("utf-8").count("retention.clock_ahead")


def has_looked(server: Server) -> bool:
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/among.db?mode=ro", uri=True)) as db:
        return bool(db.execute("SELECT count(*) FROM meta WHERE name = 'trusted_ms'").fetchone()[0])


async def sees_status(peer: Peer, member: str, there: bool) -> bool:
    (seen,) = (await peer.ask("presence.watch", members=[member]))["members"]
    return (seen.get("status") is not None) == there


async def test_dur_08_what_is_kept_and_what_was_chosen_for_a_while_outlive_a_clock_that_jumps(tmp_path: Path):
    """A clock that is ahead ends a choice for as long as it is, and takes nothing that a room keeps."""
    server = Server(tmp_path)
    server.patch(LOOKS_OFTEN)
    clock = Shim(tmp_path, server)
    try:
        await server.start()
        (ann, bob), town = await found_town(server.url, clients=2, rooms=1)
        (room,) = town.rooms
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_in", token=ann.token)
        await peer.ask("room.set_retention", room=room, nonce="keep", retention={"days": 30})
        await peer.ask("message.send", room=room, body="to be kept", nonce="said")
        chosen = await peer.ask("notify.set", place=room, level="nothing", for_ms=DAY)
        await peer.ask("status.set", status={"text": "in the garden", "for_ms": DAY})
        await until(partial(has_looked, server))  # before, it has nothing to go by but the clock
        for number, jump in enumerate([*JUMPS, {"days": DECADE}, {}]):
            if number == 4:  # the next life begins in another time than the last one ended
                await server.kill()
                await peer.ended()
                await server.start()
                peer = await Peer.open(server.url)
                await peer.ask("session.sign_in", token=ann.token)
            before, ahead = looks(server), jump.get("days", 0) > 0
            await moved(server, clock, jump)
            if ahead:
                await until(partial(_more, server, before + 1))
            watcher = await Peer.open(server.url)
            await watcher.ask("session.sign_in", token=bob.token)
            await until(partial(sees_status, watcher, ann.member, not ahead))
            page = await watcher.ask("message.page", room=room)
            assert [message["body"] for message in page["messages"]] == ["to be kept"], jump
            await watcher.close()
        assert chosen in (await peer.ask("session.sync"))["notify"]
        await peer.close()
        assert await server.stop() == 0
        assert server.complaints() == []
    finally:
        await server.give_up()


ERASES_OFTEN = """
from among_server.core import erasing
erasing.LOOK = 0.1
"""


def served_ms(server: Server) -> int:
    """The time by which graces go, as it was kept when it was last looked for what has come due."""
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/among.db?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT value FROM meta WHERE name = 'served_ms'").fetchone()[0])


async def test_dur_08_who_is_to_be_erased_has_their_grace_whatever_the_clock_says(tmp_path: Path):
    server = Server(tmp_path)
    server.patch(ERASES_OFTEN)
    clock = Shim(tmp_path, server)
    try:
        await server.start()
        (ann,), _ = await found_town(server.url, clients=1, rooms=0)
        token = ann.token
        for jump in ({"days": DECADE}, {"days": -DECADE}, {}):
            peer = await Peer.open(server.url)
            await peer.ask("session.sign_in", token=token)
            await peer.ask("account.erase", handle=ann.name, password=PASSWORD, keep="erase")
            await peer.ended()
            before = served_ms(server)
            await moved(server, clock, jump)
            await until(partial(_has_passed, server, before + 100))  # it has looked, and begun no erasure
            if jump == {"days": -DECADE}:  # the next life begins in another time than the last one ended
                await server.kill()
                await server.start()
                await until(partial(_has_passed, server, before + 200))
            assert served_ms(server) < before + DAY
            peer = await Peer.open(server.url)
            signed = await peer.ask("session.sign_in", handle=ann.name, password=PASSWORD)
            assert signed["spared"], jump
            token = signed["token"]
            await peer.close()
        assert await server.stop() == 0
        assert server.complaints() == []
    finally:
        await server.give_up()


def _has_passed(server: Server, served: int) -> bool:
    return served_ms(server) >= served


def _more(server: Server, before: int) -> bool:
    return looks(server) > before
