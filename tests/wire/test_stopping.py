"""Stopping and starting again: what was acknowledged is there, what was not is not, and everybody is told to come back."""

import asyncio
import contextlib
import sqlite3
from typing import Any

import pytest

from among_protocol import wire
from among_server.app import App
from among_server.config import Config
from among_server.edge import restarting, sockets
from among_server.store.api import StoreError
from tests.wire.house import Over, Peer, framed, serving, until


async def last_words(peer: Peer) -> tuple[list[dict[str, Any]], int]:
    """All that still comes, and the code of the close."""
    heard: list[dict[str, Any]] = []
    while True:
        try:
            heard.append(await peer.message())
        except Over as over:
            peer.close()
            return heard, over.args[0] if over.args else 1006


async def answers(peer: Peer) -> tuple[dict[str, dict[str, Any]], int]:
    """All replies up to the end, and the code of the close."""
    heard, code = await last_words(peer)
    return {message["id"]: message for message in heard if message["type"] in ("ok", "refused")}, code


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8])
async def test_avl_04_what_is_in_flight_is_answered_and_what_was_acknowledged_is_kept(tmp_path, turns):
    sent = {}
    async with serving(tmp_path, window_percent=1000) as house:
        ann = await house.person("ann")
        listeners = [await house.person(f"person-{number}") for number in range(9)]  # so many that there is a window
        epoch = house.app.store.epoch
        frames = b""
        for number in range(30):
            id, payload = ann.encoded("message.send", nonce=f"n-{number}", room=ann.room, body=f"{number}")
            sent[id] = f"{number}"
            frames += framed(payload)
        await ann.write(frames)
        session = house.session(ann)
        await until(lambda: bool(session.in_flight))
        for _ in range(turns):
            await asyncio.sleep(0)
        reading = asyncio.gather(*[answers(peer) for peer in (ann, *listeners)])
        await house.app.stop()
        (replies, code), *others = await reading
        assert code == 4000
        assert {code for _, code in others} == {4000}
    async with serving(tmp_path) as house:
        assert house.app.store.epoch == epoch
        back = await house.back(ann.token)
        page = await back.result("message.page", room=ann.room, limit=200)
        kept = {message["body"]: message["seq"] for message in page["messages"]}
        assert sorted(kept.values()) == list(range(1, len(kept) + 1))
        for id, body in sent.items():
            reply = replies.get(id)
            if reply is None:
                assert body not in kept, "written, and never answered"
            elif reply["type"] == "ok":
                assert kept[body] == reply["result"]["entry"]["seq"]
            else:
                assert (reply["code"], reply["class"]) == ("server.stopping", "wait")
                assert body not in kept


async def test_avl_04_a_reply_that_waits_for_its_entry_is_not_lost(tmp_path):
    """The message is on disk, and its flush waits for the window."""
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        log = house.app.services.logs.get(ann.room)
        assert log is not None
        log.not_before, log.crowd = asyncio.get_running_loop().time() + 0.2, 2
        id = await ann.begin("message.send", nonce="n", room=ann.room, body="hi")
        await until(lambda: bool(log.held))
        assert not house.app.dispatch.running
        reading = asyncio.ensure_future(answers(ann))
        await house.app.stop()
        replies, code = await reading
        assert (replies[id]["type"], code) == ("ok", 4000)


async def test_avl_04_each_is_told_when_to_come_back_and_they_are_spread(tmp_path, monkeypatch):
    """As many as would take two seconds, guests among them: told in both encodings, all over that time, and not waited for."""
    monkeypatch.setattr(restarting, "PER_SECOND", 24)
    async with serving(tmp_path) as house:
        people = [await house.person(f"person-{number}", (wire.JSON, wire.MSGPACK)[number % 2]) for number in range(8)]
        guests = [await house.guest((wire.JSON, wire.MSGPACK)[number % 2]) for number in range(40)]
        strangers = [await house.connect() for _ in range(3)]  # who have not even shaken hands are told nothing
        reading = asyncio.gather(*(last_words(peer) for peer in (*people, *guests)))
        silence = asyncio.gather(*(stranger.rest() for stranger in strangers))
        async with asyncio.timeout(1):
            await house.app.stop()
        told = []
        for (*_, last), code in await reading:
            assert (last["type"], code) == ("session.restarting", 4000)
            told.append(last["come_back_ms"])
        assert await silence == [b""] * 3
    assert all(0 <= wait <= 51 * 1000 / 24 for wait in told)
    for begin in range(0, 2000, 500):
        assert any(begin <= wait < begin + 500 for wait in told), told


async def test_avl_04_what_is_told_goes_out_with_the_close(tmp_path):
    """One write for both: it costs the stop nothing."""
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        connection = house.connection(ann)
        writes = Writes(connection._transport)
        connection._transport = writes  # type: ignore[assignment]  # as far as it is asked
        reading = asyncio.ensure_future(last_words(ann))
        await house.app.stop()
        assert [one["type"] for one in (await reading)[0]] == ["session.restarting"]
        assert len(writes.seen) == 1


class Writes:
    """Notes what is written to a transport."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.seen: list[bytes] = []
        self._transport = transport

    def write(self, data: bytes) -> None:
        self.seen.append(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def test_avl_04_who_lags_is_told_the_close_alone(tmp_path):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        house.session(ann).pause()
        reading = asyncio.ensure_future(last_words(ann))
        await house.app.stop()
        assert await reading == ([], 4000)


@pytest.mark.parametrize(
    ("connected", "within"), [(1, 250), (125, 250), (500, 1_000), (5_000, 10_000), (9_000, 18_000), (90_000, 20_000)]
)
def test_the_more_there_are_the_longer_they_are_spread(connected: int, within: int):
    assert restarting.spread_ms(connected) == within


async def test_dur_04_a_retry_after_a_restart_gives_the_first_result(tmp_path):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        fields = {"nonce": "n-1", "room": ann.room, "body": "hi"}
        first = await ann.result("message.send", **fields)
    async with serving(tmp_path) as house:
        back = await house.back(ann.token)
        again = await back.result("message.send", **fields)
        assert again == {**first, "repeat": True}
        refused = await back.ask("message.send", **{**fields, "body": "ho"})
        assert refused["code"] == "nonce.conflict"


async def test_dur_10_a_position_outlives_a_restart(tmp_path):
    async with serving(tmp_path) as house:
        ann, bob = await house.person("ann"), await house.person("bob")
        for number in range(3):
            await ann.say(f"{number}")
        epoch = house.app.store.epoch
        bob.close()
        await ann.say("missed")
    async with serving(tmp_path) as house:
        back = await house.back(bob.token)
        id = await back.begin("session.sync", epoch=epoch, positions={bob.room: 3})
        started = await back.reply(id)
        (state,) = [state for state in started["result"]["logs"] if state["log"] == bob.room]
        assert (state.get("status", "caught_up"), state["head"]) == ("caught_up", 4)
        missed = await back.message()
        assert (missed["body"], missed["seq"]) == ("missed", 4)
        assert (await back.message())["type"] == "session.synced"


STEPS = {
    "the listener": lambda app: (app.listener, "refuse_what_waits"),
    "the hashing": lambda app: (app.services.passwords, "close"),
    "the watchdog": lambda app: (app.services.watchdog, "stop"),
    "the searches": lambda app: (app.store._searches, "close"),
    "the readers": lambda app: (app.store, "_close_readers"),
}


@pytest.mark.parametrize("step", STEPS)
async def test_whatever_fails_while_the_server_stops_the_data_are_closed_in_order(tmp_path, monkeypatch, step):
    """All is in the one file, it is known to be closed, and the next server may have it. What failed is not hidden."""

    def fail() -> None:
        raise RuntimeError("one step fails")

    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        await ann.say("hi")
        with monkeypatch.context() as broken:
            broken.setattr(*STEPS[step](house.app), fail)
            with pytest.raises(RuntimeError, match="one step fails"):
                await house.app.stop()
        waiting = tmp_path / "among.db-wal"
        assert not waiting.exists() or waiting.stat().st_size == 0
        with contextlib.closing(sqlite3.connect(tmp_path / "among.db")) as db:
            assert db.execute("SELECT value FROM meta WHERE name = 'open'").fetchone() == ("",)
        second = App(Config(data=str(tmp_path), port=0))
        await second.start()
        await second.stop()


async def test_who_comes_while_the_server_stops_is_sent_away(tmp_path):
    async with serving(tmp_path) as house:
        early = await house.connect()
        house.app.listener.stopping = True
        await early.shake("among.v1.json")
        assert (early.status, early.headers["retry-after"]) == (503, "2")
        ready = await house.connect()
        await ready.request("GET /readyz HTTP/1.1\nHost: x\n\n")
        assert ready.status == 503


async def test_avl_04_who_was_let_in_after_all_were_sent_away_does_not_stay(tmp_path):
    async with serving(tmp_path) as house:
        listener = house.app.listener
        listener.over = True  # the sockets are closed, but what was in their queues comes still
        late = await house.connect()
        assert await late.rest() == b""
        assert listener.turned_away == {"stopping": 1}
        assert not listener.connections


async def test_stopping_closes_every_address(tmp_path, monkeypatch):
    """A name may stand for several, as `localhost` does where there is IPv6."""
    one = sockets._sockets
    monkeypatch.setattr(sockets, "_sockets", lambda *given: one(*given) + one(*given))
    async with serving(tmp_path) as house:
        servers = list(house.app.listener._servers)
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        assert len(set(ports)) == 2
        await house.person("ann")
    for server, port in zip(servers, ports, strict=True):
        assert not server.is_serving()
        with pytest.raises(OSError, match=r"(?i)refused"):
            await asyncio.open_connection("127.0.0.1", port)


async def test_ops_05_a_second_server_on_the_same_data_is_refused(tmp_path):
    async with serving(tmp_path) as house:
        ann = await house.person("ann")
        second = App(Config(data=str(tmp_path), port=0))
        with pytest.raises(StoreError, match=r"(?i)another|in use|lock"):
            await second.start()
        second.services = house.app.services  # nothing was made
        await ann.say("the first goes on")


async def test_an_address_that_is_taken_leaves_the_data_free(tmp_path):
    async with serving(tmp_path / "one") as house:
        second = App(Config(data=str(tmp_path / "two"), port=house.port))
        with pytest.raises(OSError, match=r"(?i)in use"):
            await second.start()
        assert not (tmp_path / "two").exists()
        async with serving(tmp_path / "two") as other:
            await other.person("ann")


async def test_the_owners_invite_lies_in_the_data_of_an_empty_server(tmp_path):
    async with serving(tmp_path, sign_up="closed") as house:
        file = tmp_path / "owner-invite"
        assert file.stat().st_mode & 0o777 == 0o600
        peer = await house.guest(wire.MSGPACK)
        link, _, invite = file.read_text().strip().partition("#invite=")
        assert link == f"ws://127.0.0.1:{house.port}/v1"
        signed = await peer.result("session.sign_up", handle="ann", password="correct horse", invite=invite)
        assert signed["account"]["owner"] is True
        assert not file.exists(), "the link works no longer"
    file.touch()  # left by a server that was killed just then
    async with serving(tmp_path, sign_up="closed") as house:
        assert not file.exists()
        peer = await house.guest()
        refused = await peer.ask("session.sign_up", handle="bob", password="correct horse", invite=invite)
        assert refused["class"] == "auth"


async def test_the_owners_invite_stays_until_the_owner_comes(tmp_path):
    file = tmp_path / "owner-invite"
    async with serving(tmp_path) as house:
        await house.person("ann")  # who needs no invite, and owns nothing
        code = file.read_text().strip().partition("#invite=")[2]
    async with serving(tmp_path) as house:
        assert file.exists()
        peer = await house.guest()
        signed = await peer.result("session.sign_up", handle="bob", password="correct horse", invite=code)
        assert signed["account"]["owner"] is True
        assert not file.exists()
