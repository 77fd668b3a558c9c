"""Searching what was said in a server of a million messages, while people talk."""

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

from websockets.sync.client import connect
from websockets.typing import Subprotocol

from among_protocol.messages import MessageSent
from among_protocol.wire import JSON, tag_of
from among_server.counts import SearchCounts
from among_server.store.rows import MemberRow
from among_server.store.sqlite import index, schema
from among_server.store.sqlite.following import Follower, Work
from among_server.store.sqlite.rows import SEQ_BITS
from among_server.store.sqlite.tx import SqliteTx

from .drive import Target, among, at_rate, opened
from .rows import Bench, Row, Runs, latency, meanwhile, median
from .world import World, build, newcomer, sign_in
from .world import opened as opened_store

CURIOUS = 60  # accounts that search
RATE = 1_000  # messages a second, over two hundred rooms
EACH = 20  # searches of one account
HITS = 20  # on a page
PAUSE = 0.05  # seconds between two
VOCABULARY = 50_000  # words; the n-th is said half as often as the one at n/2
BEGAN, APART = 1_700_000_000, 30  # Unix time of the first message, and seconds from each to the next

_random = Random(1)
WORDS = ["".join(_random.choices("abcdefghijklmnopqrstuvwxyz", k=_random.randint(2, 9))) for _ in range(VOCABULARY)]
WEIGHTS = list(accumulate(1 / (at + 1) for at in range(VOCABULARY)))


def messages_in(bench: Bench) -> int:
    return bench.size(1_000_000, quick=100_000, smoke=1_000)


def spoken(bench: Bench) -> tuple[World, list[str], float]:
    """Two hundred rooms of two, in which very much was said; the tokens of who will search; and the seconds that it took to
    index it all."""
    world = build(bench.folder / "spoken", crowd=0, pairs=bench.couples)
    tokens, epoch = asyncio.run(_curious(world))
    store = _say(world, messages_in(bench))
    return world, tokens, _index(world.folder, store, epoch)


async def _curious(world: World) -> tuple[list[str], str]:
    """Who will search; and the epoch of the store."""
    async with opened_store(world.folder) as store:
        people = await asyncio.gather(*(newcomer(store, 90_000 + number) for number in range(CURIOUS)))

        def join(tx: SqliteTx) -> None:
            for number, (account, _) in enumerate(people):
                id = f"m_curious{number:09}"
                tx.put_member(MemberRow(id, account.id, world.community, 1, account.handle, "Curious"))

        await store._call(join)  # as its own writes go
        return [token for _, token in people], store.epoch


def _say(world: World, messages: int) -> str:
    """Straight into the file, in the order of its places: through the store a million takes minutes. Gives whose file it is."""
    random = Random(2)
    bodies = [
        " ".join(random.choices(WORDS, cum_weights=WEIGHTS, k=random.randint(4, 20)))
        for _ in range(min(messages, 20_000))
    ]
    with closing(sqlite3.connect(world.folder / schema.FILE, isolation_level=None)) as db:
        keys: dict[str, int] = dict(db.execute("SELECT id, key FROM logs"))
        members = dict(db.execute("SELECT account, id FROM members WHERE place = ?", (keys[world.community],)))
        heads: dict[int, int] = dict(db.execute("SELECT log, head FROM heads"))

        def said(pair: int) -> Iterator[tuple[int, str, int, int, bytes]]:
            room, author = world.pairs[pair], keys[world.accounts[2 * pair]]
            for seq, number in enumerate(range(pair, messages, len(world.pairs)), 1):
                at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(BEGAN + APART * number))
                body = f"{random.choice(bodies)} n{number}"
                event = MessageSent(log=room, seq=seq, at=at, by=members[author], rev=1, body=body)
                yield keys[room] << SEQ_BITS | seq, tag_of(MessageSent), seq, author, JSON.encode(event)

        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        for pair in sorted(range(len(world.pairs)), key=lambda pair: keys[world.pairs[pair]]):
            assert heads[keys[world.pairs[pair]]] == 0, "nothing was said there"
            db.executemany("INSERT INTO entries (pos, type, ordinal, author, json) VALUES (?, ?, ?, ?, ?)", said(pair))
            count = len(range(pair, messages, len(world.pairs)))
            last_ms = 1000 * (BEGAN + APART * (pair + (count - 1) * len(world.pairs)))
            row = (count, count, count, last_ms, keys[world.pairs[pair]])
            db.execute("UPDATE heads SET head = ?, ordinal = ?, said = ?, said_ms = ? WHERE log = ?", row)
        db.execute("COMMIT")
        return schema.identity(db)


def _index(folder: Path, store: str, epoch: str) -> float:
    """As the server does it, without its rests; how many seconds that took."""
    index.remove(folder / index.FILE)  # that of an empty store
    began = time.monotonic()
    uri = schema.reader_uri(folder / schema.FILE)
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reader:
        schema.set_up_reader(reader)
        with closing(index.connect(folder / index.FILE)) as db:
            follower = Follower(reader, index.Index(db), SearchCounts(), lambda _: Work.now())
            follower.begin(store, epoch)
            follower.load()
            while follower.batch(()) or follower.merge():
                pass
            follower.leave()
    return time.monotonic() - began


def _common(random: Random, _: int = 0) -> str:
    return random.choice(WORDS[:20])


ASKED: dict[str, Callable[[Random, int], str]] = {  # of how many there are authors
    "a word that everybody says": _common,
    "a word of few": lambda random, _: random.choice(WORDS[5_000:]),
    "three words": lambda random, _: f"{_common(random)} {random.choice(WORDS[:500])} {random.choice(WORDS[:5_000])}",
    "words in a row": lambda random, _: f'"{_common(random)} {_common(random)}"',
    "a beginning": lambda random, _: f"{random.choice(WORDS[:2_000])[:2]}*",
    "somebody's": lambda random, authors: (
        f"from:person{2 * random.randrange(authors):05d} {random.choice(WORDS[:200])}"
    ),
    "what nobody says": lambda random, _: "zzzz qqqq",
    "of a month": lambda random, _: f"{_common(random)} after:2024-02 before:2024-03",
}


class Looked(NamedTuple):
    """A search, as who asked saw it."""

    took: float  # milliseconds
    short: bool  # less was shown than asked for, though there is more


@contextmanager
def searching(target: Target, tokens: list[str], authors: int) -> Iterator[list[Looked]]:
    """Somebody searches, some twenty times a second."""
    looked: list[Looked] = []
    random = Random(3)

    def look(over: threading.Event) -> None:
        for token in tokens:
            with connect(f"ws://127.0.0.1:{target.port}/v1", subprotocols=[Subprotocol(JSON.subprotocol)]) as link:
                link.send(sign_in(token)[0])
                while json.loads(link.recv()).get("id") != "s1":
                    pass
                for number in range(EACH):
                    query = list(ASKED.values())[number % len(ASKED)](random, authors)
                    order = random.choice(("rank", "newest"))
                    begun = time.perf_counter()
                    link.send(
                        json.dumps({"type": "message.search", "id": "q", "query": query, "order": order, "limit": HITS})
                    )
                    while (reply := json.loads(link.recv())).get("id") != "q":
                        pass
                    assert reply["type"] == "ok", reply
                    took = (time.perf_counter() - begun) * 1000
                    looked.append(Looked(took, bool(reply.get("after")) and len(reply["hits"]) < HITS))
                    over.wait(PAUSE)
                    if over.is_set():  # behind the first: one is asked at least
                        return

    with meanwhile(look):
        yield looked


def search(bench: Bench) -> Iterator[Row]:
    """Searches of a million messages, and what they cost those who talk."""
    bench.say("preparing very much that was said")
    world, tokens, seconds = spoken(bench)
    messages = messages_in(bench)
    size = (world.folder / index.FILE).stat().st_size
    yield Row(
        name=f"indexing {messages:,} messages for the first time",
        value=seconds,
        unit="s",
        note=f"{messages / seconds:,.0f} a second, and half of that on a server, which rests as long as it works;"
        f" search.db has {size / messages:.0f} bytes for each",
    ).judge()
    looked: list[Looked] = []
    with among(world.folder) as server, opened(world.plan(world.couples), server) as ours:
        bench.say("searching, beside talk")
        a, b = Runs(), Runs()
        repeats = bench.size(max(bench.repeats, 3), smoke=1)
        for turn in range(repeats):
            b.add(bench.run(ours, at_rate(RATE, authors=len(world.couples))))
            with searching(server, tokens[turn::repeats], len(world.pairs)) as found:
                a.add(bench.run(ours, at_rate(RATE, authors=len(world.couples)), seconds=2 * bench.seconds))
            looked += found
    took = sorted(one.took for one in looked)
    yield Row(
        name=f"a search, p99, in {messages:,} messages",
        value=took[len(took) * 99 // 100],
        unit="ms",
        at_most=50.0,
        of="value",
        work=True,
        note=f"p50 {median(took):.1f} ms, asked {len(took)} times while {RATE} messages a second are kept and indexed;"
        f" {sum(one.short for one in looked)} pages ended early, for the time or the texts that one may take",
        runs=took,
    ).judge(sound=a.sound)
    p50, p99 = latency("p50", what="ack"), latency("p99", what="ack")
    yield Row(
        name=f"{RATE} kept messages a second beside somebody who searches, ack p99",
        value=a.median(p99),
        unit="ms",
        baseline=b.median(p99),
        against="the same without",
        at_most=1.25,
        note="; ".join(filter(None, (f"p50 {a.median(p50):.1f} against {b.median(p50):.1f} ms", a.load, a.faults))),
        runs=a.each(p99),
        baseline_runs=b.each(p99),
    ).judge(sound=a.sound and b.sound)
