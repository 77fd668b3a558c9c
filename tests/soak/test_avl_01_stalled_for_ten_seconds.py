"""AVL-01, the long form: a megabyte a second into a room, the deadlines as they are by default, a real process."""

import asyncio
import time
from pathlib import Path

import pytest

from among_server.config import Config
from tests.proof.peer import Frame, Peer
from tests.proof.process import server_in
from tests.proof.storm import until

BODY = "x" * 7_500
PER_SECOND = 133  # of these: a megabyte
READERS = 3  # that read nothing, beside one that reads a byte a second
SWEEP = 1.0  # seconds
SLACK = 1.0


@pytest.mark.soak(seconds=45)
async def test_avl_01_stalled_readers_are_cut_in_ten_seconds_and_lose_nothing(tmp_path: Path):
    async with server_in(tmp_path) as server:
        heard: list[int] = []

        def hear(frame: Frame) -> None:
            if frame["type"] == "message.sent":
                heard.append(frame["seq"])

        ann = await Peer.open(server.url)
        await ann.ask("session.sign_up", handle="ann", password="correct horse")
        community = (await ann.ask("community.create", nonce="c", slug="garden", name="Garden"))["entry"]["log"]
        room = (await ann.ask("room.create", nonce="r", community=community, slug="hall"))["entry"]["room"]

        async def joined(handle: str, *, slow: bool = False) -> tuple[Peer, str]:
            peer = await Peer.open(server.url, hear if handle == "carol" else lambda _: None, slow=slow)
            token = (await peer.ask("session.sign_up", handle=handle, password="correct horse"))["token"]
            await peer.ask("community.join", nonce="j", community="garden")
            await peer.ask("session.sync")
            return peer, token

        carol, _ = await joined("carol")
        stalled = [await joined(f"stalled-{name}", slow=True) for name in ("one", "two", "six", "ten")[: READERS + 1]]
        for peer, _ in stalled:
            peer.link.transport.pause_reading()
        before = rss(server.pid)
        began = time.monotonic()
        said, most = 0, 0
        cut_after = 0.0
        while not cut_after and time.monotonic() - began < 40:
            await ann.ask("message.send", nonce=f"n{said}", room=room, body=BODY)
            said += 1
            most = max(most, rss(server.pid))
            if server.log.read_text("utf-8").count("slow_consumer") == len(stalled):
                cut_after = time.monotonic() - began
            await asyncio.sleep(max(0.0, began + said / PER_SECOND - time.monotonic()))
        limit = Config().stall_ms / 1_000 + SWEEP + SLACK
        filled = 8.0  # seconds at a megabyte a second until kernel buffers are full and the stall begins, at most
        assert 0 < cut_after < filled + limit, f"{cut_after:.1f} s"
        assert most - before < 24 << 20, f"{(most - before) >> 20} MiB more"  # tails and caches among them
        await until(lambda: len(heard) == said)
        assert heard == list(range(1, said + 1))
        for peer, token in stalled:
            await peer.cut()
            back = await Peer.open(server.url)
            assert (await back.ask("session.sign_in", token=token))["cut"] == 4001
            has: list[int] = []
            while len(has) < said:
                page = await back.ask("log.entries", log=room, after=len(has))
                has += [entry["seq"] for entry in page["entries"]]
            assert has == list(range(1, said + 1))
            await back.close()
        await ann.close()
        await carol.close()


def rss(pid: int) -> int:
    """Bytes."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024
