"""DUR-07: a disk whose flush fails. Nothing is acknowledged from there on, and nobody is told what nobody knows."""

import asyncio
import contextlib
import errno
import signal
from pathlib import Path

import pytest

from among_protocol.aio import Among, connect

from . import shim, syscalls
from .disks import (
    UNAVAILABLE,
    UNCERTAIN,
    Scribe,
    all_write,
    http,
    reading_goes_on,
    settled_server,
    told,
    true_on_disk,
)
from .peer import Peer
from .process import Server, on_disk
from .shim import FOR_EVER, Shim

needs_shim = pytest.mark.skipif(bool(shim.unavailable()), reason=shim.unavailable())
needs_strace = pytest.mark.skipif(bool(syscalls.unavailable()), reason=syscalls.unavailable())


@needs_shim
@pytest.mark.parametrize("times", [1, FOR_EVER], ids=["once", "for-ever"])
async def test_dur_07_after_a_flush_that_failed_nothing_is_acknowledged(tmp_path: Path, times: int):
    server, scribes = await settled_server(tmp_path, disk_failure="read_only")
    disk = Shim(tmp_path, server)
    try:
        await server.start()
        disk.fail_flushes(errno.EIO, after=20, times=times)
        await all_write(server, scribes, 60)
        for scribe in scribes:
            assert scribe.order == sorted(scribe.order, reverse=True), "acknowledged after a failed flush"
            assert len(scribe.doubted) <= 1, "in doubt is the one commit, and no other"
        assert {code for scribe in scribes for code in scribe.codes} == {UNAVAILABLE, UNCERTAIN}
        assert disk.settings["flushes"] == 21, "flushed again"
        entries = await reading_goes_on(server, scribes)
        assert {entry["nonce"] for entry in entries} == {nonce for scribe in scribes for nonce in scribe.kept}
        # Nobody knows, for as long as nobody knows; and what is new is not carried out.
        doubted = [list(scribe.doubted) for scribe in scribes]
        for scribe in scribes:
            await scribe.ask_again(server.url)
        assert [scribe.doubted for scribe in scribes] == doubted
        status, document = await http(server, "/readyz")
        assert (status, document["ready"]) == (503, False)
        assert "until the server is restarted" in document["why"]
        assert (await http(server, "/healthz"))[0] == 200
        assert told(server, "store.commit_failed", "store.recovered") == ["store.commit_failed"], "told once"
        await server.kill()
        true_on_disk(server, scribes)
        disk.heal()
        await server.start()
        for scribe in scribes:
            await scribe.ask_again(server.url)
            await scribe.write(server.url, 5)
            assert scribe.order[-5:] == [True] * 5
            assert scribe.refused == scribe.doubted == []
        assert await server.stop() == 0
        true_on_disk(server, scribes)
        assert not any("Traceback" in line for line in server.complaints())
    finally:
        await server.give_up()


@needs_shim
@pytest.mark.parametrize("ended", ["killed", "stopped"])
async def test_dur_07_what_was_refused_as_the_flush_failed_is_not_there(tmp_path: Path, ended: str):
    """But for what was in doubt, which may be. Here it is: the pages had been written."""
    server, scribes = await settled_server(tmp_path, disk_failure="read_only")
    disk = Shim(tmp_path, server)
    try:
        await server.start()
        disk.fail_flushes(errno.EIO, after=20)
        await all_write(server, scribes, 30)
        await (server.kill() if ended == "killed" else server.stop())
        assert disk.settings["flushes"] == 21, "flushed again at the end"
        assert true_on_disk(server, scribes) != set()
    finally:
        await server.give_up()


class Supervisor:
    """Starts a server again when it has ended with an error, as Docker and systemd do."""

    def __init__(self, server: Server, disk: Shim) -> None:
        self.codes: list[int] = []
        self._server = server
        self._disk = disk

    async def watch(self) -> None:
        while (code := await self._server.ended()) != 0:
            self.codes.append(code)
            self._disk.heal()  # such errors pass, or the start fails
            await self._server.start()


@needs_shim
async def test_dur_07_a_server_that_can_store_no_more_ends_is_started_again_and_nobody_notices(tmp_path: Path):
    """Through the library: what was in doubt is asked again, and each message is there once."""
    server, scribes = await settled_server(tmp_path)
    disk = Shim(tmp_path, server)
    sent: list[str] = []
    states: set[str] = set()

    async def talk(among: Among, scribe: Scribe, life: int) -> None:
        for number in range(20):
            nonce = f"{scribe.person.name}-{life}-{number}."
            await among.sending(scribe.room, nonce, nonce=nonce, changed=lambda one: states.add(one.state))
            sent.append(nonce)

    try:
        await server.start()
        supervisor = Supervisor(server, disk)
        watching = asyncio.create_task(supervisor.watch())
        async with contextlib.AsyncExitStack() as stack:
            links = [await stack.enter_async_context(connect(server.url, token=one.person.token)) for one in scribes]
            for life in (1, 2):
                disk.fail_flushes(errno.EIO, after=10)
                await asyncio.gather(*(talk(among, one, life) for among, one in zip(links, scribes, strict=True)))
                assert supervisor.codes == [3] * life
        server.signal(signal.SIGTERM)
        await watching
        assert "unconfirmed" in states
        assert "failed" not in states
        nonces = [event["nonce"] for event in on_disk(server.data)[scribes[0].room]]
        assert sorted(nonces) == sorted(sent)
        assert len(set(nonces)) == 120
        assert told(server, "store.commit_failed") == ["store.commit_failed"] * 2
    finally:
        await server.give_up()


@needs_strace
async def test_dur_07_what_a_dead_server_left_is_written_again_before_anybody_reads_it(tmp_path: Path):
    """After a flush that failed, the system's cache may show what is on no disk, and call it clean: a start that only
    read it would answer for it, and no flush would ever reach it."""
    server, scribes = await settled_server(tmp_path)
    try:
        await server.start()
        await scribes[0].write(server.url, 20)
        await server.kill()
        left = (server.data / "among.db-wal").stat().st_size
        assert left > 0
        server.prefix = syscalls.prefix(tmp_path / "strace")
        await server.start()
        peer = await Peer.open(server.url)
        await peer.close()
        assert await server.stop() == 0
    finally:
        await server.give_up()
    calls = syscalls.calls(tmp_path / "strace")
    log = [call for call in calls if call.target.endswith("among.db-wal")]
    at, written = 0, None
    for call in log:
        if call.name == "pwrite64" and at < left:
            at += call.result
            written = call
    assert at == left
    assert written is not None
    flushed = next(call for call in log if call.name in ("fsync", "fdatasync") and call.result == 0)
    answered = min(call.began for call in calls if call.target.startswith("socket:"))
    assert written.ended < flushed.began <= flushed.ended < answered
