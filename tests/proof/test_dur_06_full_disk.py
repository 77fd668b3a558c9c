"""DUR-06: a disk that is full refuses writes, and nothing else. There is room again: all is well, without a restart."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from . import shim
from .disks import (
    UNAVAILABLE,
    Scribe,
    all_write,
    http,
    is_ready,
    reading_goes_on,
    settled_server,
    told,
    true_on_disk,
)
from .peer import Peer, Refused
from .process import Server
from .shim import Shim
from .storm import PASSWORD, until

needs_shim = pytest.mark.skipif(bool(shim.unavailable()), reason=shim.unavailable())


async def by_password(server: Server, scribe: Scribe) -> str:
    """Signing in by password writes a session: the code of its refusal, or nothing."""
    peer = await Peer.open(server.url)
    try:
        await peer.ask("session.sign_in", handle=scribe.person.name, password=PASSWORD)
    except Refused as refused:
        return refused.code
    finally:
        await peer.close()
    return ""


async def only_writes_are_refused(server: Server, scribes: list[Scribe], *, or_else: tuple[str, ...] = ()) -> None:
    """`or_else`: what signing in by password may be answered."""
    await reading_goes_on(server, scribes)
    assert await by_password(server, scribes[0]) in (UNAVAILABLE, *or_else)
    status, document = await http(server, "/readyz")
    assert (status, document["ready"]) == (503, False)
    assert "full" in document["why"]
    assert (await http(server, "/healthz"))[0] == 200


async def heals_by_itself(server: Server) -> None:
    """Nobody writes meanwhile."""
    await until(lambda: is_ready(server))
    begun_and_ended = told(server, "store.commit_failed", "store.recovered")
    assert begun_and_ended == ["store.commit_failed", "store.recovered"] * (len(begun_and_ended) // 2)
    assert "Traceback" not in server.log.read_text("utf-8")


async def fills_at_every(server: Server, scribes: list[Scribe], disk: Shim, every: int) -> None:
    """Each so-many-th write of the process fails, until several have."""
    disk.fail_writes(errno.ENOSPC, every=every, halves=every % 2 == 0)
    for _ in range(20):
        await all_write(server, scribes, 5)
        if disk.settings["writes_failed"] >= 3:
            break
    assert disk.settings["writes_failed"] >= 3, "nothing failed: the test has no teeth"
    await reading_goes_on(server, scribes)
    disk.heal()
    await scribes[0].write(server.url, 1)
    assert scribes[0].order[-1], f"with each {every}th write failing: there is room again"


async def run(folder: Path, turns: Sequence[int], turn: Callable[[int], object] = int) -> None:
    server, scribes = await settled_server(folder)
    disk = Shim(folder, server)
    try:
        await server.start()
        for every in turns:
            turn(every)
            await fills_at_every(server, scribes, disk, every)
        await heals_by_itself(server)
        failed = len(told(server, "store.commit_failed"))  # a checkpoint may take all that fail: it is not told
        assert failed > len(turns) // 2
        disk.fail_writes(errno.ENOSPC)
        await all_write(server, scribes, 3)
        await only_writes_are_refused(server, scribes)
        await server.kill()
        true_on_disk(server, scribes)
        disk.heal()
        await server.start()
        for scribe in scribes:
            await scribe.ask_again(server.url)
            assert scribe.refused == scribe.doubted == []
        assert await server.stop() == 0
        assert true_on_disk(server, scribes) == set()
    finally:
        await server.give_up()


@needs_shim
async def test_dur_06_an_error_at_each_write_in_turn_refuses_or_keeps(tmp_path: Path):
    await run(tmp_path, [1, 2, 3, 4, 5, 7, 8, 13, 40])


@needs_shim
async def test_dur_06_a_disk_that_was_full_heals_though_nobody_writes(tmp_path: Path):
    server, scribes = await settled_server(tmp_path)
    disk = Shim(tmp_path, server)
    try:
        await server.start()
        disk.fail_writes(errno.ENOSPC)
        await all_write(server, scribes, 3)
        await only_writes_are_refused(server, scribes)
        disk.heal()
        await heals_by_itself(server)
        assert await by_password(server, scribes[0]) == ""
        assert told(server, "store.commit_failed", "store.recovered") == ["store.commit_failed", "store.recovered"]
        assert await server.stop() == 0
        assert true_on_disk(server, scribes) == set()
    finally:
        await server.give_up()


async def test_dur_06_a_small_file_system_that_is_really_full(tmp_path: Path, small: Path):
    server, scribes = await settled_server(tmp_path, data=small / "data")
    filler = small / "filler"
    try:
        await server.start()
        for _ in range(2):
            room = os.statvfs(small)
            with filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - 300_000)
            for _ in range(40):
                await all_write(server, scribes, 5, size=8000)
                if scribes[0].order[-1] is False:
                    break
            await only_writes_are_refused(server, scribes, or_else=("",))  # there may be room for so little
            filler.unlink()
            await heals_by_itself(server)
            for scribe in scribes:
                await scribe.ask_again(server.url)
                assert scribe.refused == scribe.doubted == []
        await server.kill()
        assert true_on_disk(server, scribes) == set()
        await server.start()
        assert await server.stop() == 0
        assert true_on_disk(server, scribes) == set()
        assert told(server, "store.commit_failed", "store.recovered") == ["store.commit_failed", "store.recovered"] * 2
    finally:
        await server.give_up()
