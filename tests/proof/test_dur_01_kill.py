"""DUR-01: what was acknowledged survives `kill -9`, in one order, for everybody. The long form is in tests/soak."""

import asyncio
import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from . import wishes
from .book import Book
from .peer import Peer
from .process import Server, halves, judged, on_disk, server_in
from .storm import RESTART_WITHIN, found_town, storm


def all_kinds(book: Book) -> bool:
    """Whether something of everything that people wish was done."""
    done = [attempt.content for attempt in book.history.attempts if attempt.outcome == "ok"]
    said = " ".join(done)
    return (
        {"says", "topic", "edits", "deletes", "publishes", "is", "reacts", "pins"}
        <= {content.partition(" ")[0] for content in done}
        and all(words in said for words in ("reacts no more", " below #", " showing "))
        and bool(book.storms)  # many reactions were told as one
    )


async def test_dur_01_kills_under_load_lose_and_double_nothing(tmp_path: Path):
    """With few reactions removed at once, so that a kill falls also while some of what is gone are left."""
    server = Server(tmp_path)
    server.patch("import among_server.store.sqlite.reactions as tables\ntables.STEP = 2")
    try:
        await server.start()
        run = await storm(server, random.getrandbits(32), clients=12, rooms=6, kills=6, until_done=all_kinds)
    finally:
        await server.give_up()
    assert run.kills >= 6


CHOSEN = "was told of #"
ROWS = "says that there are|the log says so, and it is not kept|kept, and the log does not say so"
WRONG = {  # a server that differs in one thing, and what is found
    "tells_of_one_alone": ("""
from among_server.core.storms import _Change
def told(self, *key, plain=_Change.told):
    change = plain(self, *key)
    del change.added[1:]
    return change
_Change.told = told
""", "what is stored comes to"),
    "forgets": ("""
from among_server.store.sqlite.reactions import SqliteReactions
def add(self, room, message, emoji, *more, plain=SqliteReactions.add_reaction):
    if emoji != "🎉":
        plain(self, room, message, emoji, *more)
SqliteReactions.add_reaction = add
""", ROWS),
    "follows_until_it_ends": ("""
from among_server.store.sqlite.threads import SqliteThreads
kept = {}
def put(self, account, room, root, mark, *, part):
    kept[account, room, root] = mark
def get(self, account, room, root, plain=SqliteThreads.thread_mark):
    return kept.get((account, room, root)) or plain(self, account, room, root)
SqliteThreads.put_thread_mark, SqliteThreads.thread_mark = put, get
""", CHOSEN),
    "counts_twice": ("""
from among_server.store.sqlite.reactions import SqliteReactions
def add(self, *reaction, plain=SqliteReactions.add_reaction):
    plain(self, *reaction)
    self._db.execute("UPDATE reaction_counts SET count = count + 1 WHERE emoji = '🎉'")
SqliteReactions.add_reaction = add
""", ROWS),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
async def test_dur_01_a_server_that_is_wrong_about_one_thing_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
):
    monkeypatch.setattr(wishes, "STORMS", 0.1)
    code, found = WRONG[wrong]
    server = Server(tmp_path)
    server.patch(code)
    try:
        await server.start()
        with pytest.raises(AssertionError, match=found):
            await storm(server, random.getrandbits(32), clients=12, rooms=2, kills=2)
    finally:
        await server.give_up()


async def test_dur_01_a_kill_in_the_very_first_start_leaves_data_that_start(tmp_path: Path):
    for number in range(6):
        server = Server(tmp_path / str(number))
        try:
            await server.spawn()
            await asyncio.sleep(random.uniform(0.1, 0.6))
            await server.kill()
            if (server.data / "among.db").exists():
                assert judged(server.data) == []
            assert await server.start() < RESTART_WITHIN
            people, town = await found_town(server.url, clients=1, rooms=1)
            peer = await Peer.open(server.url)
            await peer.ask("session.sign_in", token=people[0].token)
            said = await peer.ask("message.send", room=town.rooms[0], body="hi", nonce="n1")
            assert said["entry"]["seq"] == 1
            await peer.close()
            assert (server.data / "owner-invite").read_text().strip(), "nobody could own this server"
            assert await server.stop() == 0
        finally:
            await server.give_up()


async def test_dur_01_a_kill_while_posts_are_published_and_people_renamed_leaves_nothing_half(tmp_path: Path):
    """Each of them touches several logs and tables: killed at any moment, either all of it is there or nothing."""
    async with server_in(tmp_path) as server:
        people, town = await found_town(server.url, clients=8, rooms=1)
        seen: set[str] = set()
        for turn in range(8):
            peers = [await Peer.open(server.url) for _ in people]
            for peer, person in zip(peers, people, strict=True):
                await peer.ask("session.sign_in", token=person.token)
            acked: list[str] = []
            for number, peer in enumerate(peers):
                for what, fields in (
                    ("post.publish", {"title": f"post {turn}", "body": "They grow. " * 500}),
                    ("persona.update", {"persona": {"handle": f"voice{number}-{'bdghkptv'[turn]}"}}),
                ):
                    nonce = f"{turn} {what}"
                    ask = {**fields, "nonce": nonce, "community": town.community}

                    key = f"{people[number].member} {nonce}"
                    await peer.send(peer.begin(what, partial(_noted, acked, key), **ask))
            await asyncio.sleep(random.uniform(0, 0.03))
            await server.kill()
            for peer in peers:
                await peer.ended()
            assert judged(server.data) == []
            assert halves(server.data) == []
            logs = on_disk(server.data)
            kept = {
                f"{event['by']} {event['nonce']}": event["type"]
                for log, events in logs.items()
                for event in events
                if event["type"] in ("post.published", "member.updated") and event.get("nonce")
            }
            assert not [key for key in acked if key not in kept], "what was acknowledged is there"
            renamed = sorted(
                event["nonce"] + event["member"]
                for events in logs.values()
                for event in events
                if event["type"] == "persona.renamed"
            )
            told = sorted(
                event["nonce"] + event["by"] for event in logs[town.community] if event["type"] == "member.updated"
            )
            assert renamed == told
            seen |= set(kept.values())
            assert await server.start() < RESTART_WITHIN
        assert await server.stop() == 0
    assert seen == {"post.published", "member.updated"}, "something was written before the kills"


def _noted(acked: list[str], key: str, reply: dict[str, Any] | None) -> None:
    if reply is not None and reply["type"] == "ok":
        acked.append(key)
