"""Nothing may block the loop: what does is named in the log, and no handler does."""

import asyncio
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from types import FrameType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import structlog

from among_protocol import dnd
from among_protocol.base import Shape
from among_protocol.session import Ping
from among_protocol.wire import COMMANDS, tag_of
from among_server.core import watchdog
from among_server.core.context import Context
from among_server.core.dispatch import Route
from among_server.core.watchdog import LINES, LONG, STALL, Watchdog, told
from tests.wire.house import House, serving, until
from tests.world import PASSWORD

SECRET = "nobody may read this"


def stuck_until(seen: threading.Event) -> Route:
    """A handler that blocks the loop until something was seen; it holds a secret meanwhile."""

    async def stuck(context: Context, command: Ping) -> Shape:
        secret = SECRET
        assert seen.wait(30), "nobody noticed"
        return Ping.Reply(at=secret[:0])

    return Route(stuck, 1)


@pytest.mark.parametrize(("lines", "level"), [(1, "warning"), (2, "error")])
async def test_avl_06_a_handler_that_blocks_the_loop_is_named(tmp_path, monkeypatch, lines, level):
    seen = threading.Event()
    with structlog.testing.capture_logs() as said:
        async with serving(tmp_path) as house:
            ann = await house.person("ann")
            dog = house.app.services.watchdog
            say = dog._say

            def saying(*what: Any) -> None:
                say(*what)
                if sum(line["event"] == "loop.stalled" for line in said) == lines:
                    seen.set()

            monkeypatch.setattr(dog, "_say", saying)
            house.app.dispatch.routes = {**house.app.dispatch.routes, Ping: stuck_until(seen)}
            await ann.result("session.ping")
            stalls = [line for line in said if line["event"] == "loop.stalled"]
            assert len(stalls) == lines
            assert stalls[-1]["log_level"] == level
            assert stalls[-1]["ms"] >= (LONG if level == "error" else STALL) * 1000
            assert stalls[-1]["command"] == "session.ping"
            here = stalls[-1]["at"]
            assert any("wire/test_watchdog.py:" in place and place.endswith(" stuck") for place in here), here
            assert SECRET not in repr(stalls)
            await until(lambda: dog.stalls == 1)  # the loop comes round


async def test_avl_06_a_loop_that_only_waits_is_blamed_for_nothing():
    loop = asyncio.get_running_loop()
    found: list[tuple[str, list[str]]] = []
    me = threading.get_ident()
    looked = asyncio.Event()

    def look() -> None:
        while True:
            command, at = told(sys._current_frames()[me])
            if not at:
                break
        found.append((command, at))
        loop.call_soon_threadsafe(looked.set)

    thread = threading.Thread(target=look)
    thread.start()
    await looked.wait()
    thread.join()
    assert found == [("", [])]


def test_avl_06_a_loop_that_stalls_all_the_time_does_not_fill_the_log(monkeypatch):
    dog = Watchdog(SimpleNamespace())  # type: ignore[arg-type]  # no loop is needed to write a line
    now = [1000.0]
    monkeypatch.setattr(watchdog, "monotonic", lambda: now[0])
    with structlog.testing.capture_logs() as said:
        for _ in range(100):
            dog._say(0.3, "message.send", ["somewhere"])
        assert len(said) == LINES
        now[0] += 61
        dog._say(0.3, "message.send", ["somewhere"])
    assert said[-1]["unsaid"] == 100 - LINES


# --- no handler waits for a disk or a hash on the loop

BLOCKING = {
    "open", "stat", "lstat", "listdir", "scandir", "mkdir", "unlink", "rename", "replace", "fsync", "fdatasync", "sleep",
    "connect", "argon2_hash", "argon2_verify", "argon2_ctx", "system", "waitpid", "getaddrinfo",
}  # fmt: skip
STEWARDS = ("report.list", "report.file", "join.list", "community.update")  # and whole nouns, see below
FIRST = {  # what has to be done before something can be, and with what
    "pin.remove": ("pin.add", ("message", "nonce")),
    "bookmark.remove": ("bookmark.set", ("message",)),
    "reaction.remove": ("reaction.add", ("message", "emoji", "nonce")),
    "thread.mark": ("thread.follow", ("thread",)),
    "thread.unfollow": ("thread.follow", ("thread",)),
}
MODULES = {"posix", "io", "_io", "time", "sqlite3", "_sqlite3", "_socket", "_cffi_backend", "Lib", None}


@contextmanager
def blocking_calls() -> Iterator[list[str]]:
    """What handlers call on this thread that may block: databases, files, hashes, sleep."""
    found: list[str] = []

    def look(frame: FrameType, event: str, what: Any) -> None:
        if event == "c_call":
            owner = getattr(what, "__self__", None)
            database = type(owner).__module__ in ("sqlite3", "_sqlite3")
            file = isinstance(owner, io.FileIO | io.BufferedReader | io.BufferedWriter)
            named = what.__name__ in BLOCKING and getattr(what, "__module__", None) in MODULES
            named = named and not isinstance(owner, str | date)  # of which `replace` is another thing
            if not (database or file or named):
                return
        elif (
            event != "call"
            or "argon2" not in frame.f_code.co_filename
            or frame.f_code.co_name not in ("hash", "verify")
        ):
            return
        here: FrameType | None = frame
        while here is not None:
            if here.f_code.co_qualname == watchdog._STEP:
                found.append(f"{getattr(what, '__qualname__', what)} at {frame.f_code.co_filename}:{frame.f_lineno}")
                return
            here = here.f_back

    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(None)


async def ask_everything(house: House) -> list[str]:
    """Every command of the protocol, with something that is there for each field. Gives those that were carried out."""
    done = []
    founder = await house.person("founder")
    (garden,) = (await founder.result("community.browse"))["communities"]
    for command in COMMANDS:
        tag = tag_of(command)
        ann = await house.person(f"ann-{tag.replace('.', '-').replace('_', '-')}")
        there: dict[str, Any] = {
            "room": ann.room, "log": ann.room, "community": garden["id"], "slug": "shed", "topic": "tea", "state": "away", "body": "hello", "text": "hello", "seq": 1, "after": 0,
            "handles": ["founder"], "members": [], "refs": [], "logs": {}, "handle": "somebody", "password": "correct horse",
            "interests": [], "tag": "tea", "query": "tea", "title": "Beans", "place": ann.room, "directs": "known", "agree": True,
            "section": "about", "version": 1, "request": 1, "proposal": 1, "post": 1, "report": 1, "number": 1,
            "origin": ann.room, "emoji": "\N{SEEDLING}", "level": "all", "times": [],
        }  # fmt: skip
        said = await ann.result("message.send", room=ann.room, body="Beans.", nonce="beans")
        there |= dict.fromkeys(("message", "thread"), said["entry"]["seq"]) | {"nonce": "before"}
        if tag in FIRST:
            type, names = FIRST[tag]
            await (founder if type == "pin.add" else ann).result(
                type, room=ann.room, **{name: there[name] for name in names}
            )
        listed = (await founder.result("member.list", community=garden["id"], limit=200))["members"]
        (mine,) = [one["member"] for one in listed if one["handle"] == f"ann-{tag.replace('.', '-').replace('_', '-')}"]
        there |= {"member": mine, "reason": "rude", "role": "steward", "kind": "mute", "for_ms": 60_000}
        there |= {"old": PASSWORD, "new": "another horse"}
        fields: dict[str, Any] = {}
        for field in msgspec.structs.fields(command):
            if field.name in ("id", "nonce"):
                continue
            if field.required or field.name in ("handle", "password", "member"):
                fields[field.name] = there.get(field.name, "something")
        if hasattr(command, "nonce") or "nonce" in command.__struct_fields__:
            fields["nonce"] = tag
        guest = tag in ("session.sign_up", "session.sign_in")
        if tag == "block.set":
            fields = {"kind": "mute", "handle": "founder"}
        if tag == "greeter.set":
            fields["state"] = "volunteers"
        if tag == "card.read":
            fields["members"] = [mine]
        if tag == "member.find":
            fields["handle"] = "founder"
        stewards = tag.startswith(("room.", "member.", "pin.", "ban.", "welcome.", "invite.")) or tag in STEWARDS
        asker = await house.guest() if guest else founder if stewards else ann
        if (await asker.reply(await asker.begin(tag, **fields)))["type"] == "ok":
            done.append(tag)
    return done


async def test_avl_06_no_handler_waits_for_a_database_a_file_or_a_hash_on_the_loop(tmp_path):
    async with serving(tmp_path) as house:
        with blocking_calls() as found:
            done = await ask_everything(house)
    assert found == []
    assert len(done) > len(COMMANDS) * 2 / 3, done


async def test_avl_06_the_file_of_a_time_zone_is_read_on_another_thread(tmp_path, monkeypatch):
    def forget() -> None:
        monkeypatch.setattr(dnd, "_found", {})
        dnd._looked_up.cache_clear()
        ZoneInfo.clear_cache()

    async with serving(tmp_path) as house:
        ann, bob = await house.person("ann"), await house.person("bob")
        (garden,) = (await bob.result("community.browse"))["communities"]
        member = (await bob.result("member.find", community=garden["id"], handle="ann"))["member"]["member"]
        await bob.result("presence.watch", members=[member])
        with blocking_calls() as found:
            forget()
            times = [{"begins": "00:00", "ends": "00:00"}]
            await ann.result("dnd.set", times=times, zone="Europe/Lisbon")
            ann.close()
            await until(lambda: len(house.app.services.people) == 1)
            forget()
            await house.synced(await house.back(ann.token))
            watched = await bob.result("presence.watch", members=[member])
    assert found == []
    (seen,) = watched["members"]
    assert seen["state"] == "dnd"


async def test_avl_06_a_handler_that_did_would_be_found(tmp_path):
    async def reads(context: Context, command: Ping) -> Shape:
        (tmp_path / "owner-invite").read_text()
        return Ping.Reply(at="")

    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        house.app.dispatch.routes = {**house.app.dispatch.routes, Ping: Route(reads, 1)}
        with blocking_calls() as found:
            await ann.result("session.ping")
    assert found
    assert "open at" in found[0]
