"""DUR-03: the power goes, at any moment. What was acknowledged is there, whatever else the disk has lost (power.py)."""

import asyncio
import errno
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import shim
from .disks import Scribe, all_write
from .power import LOSSES, Disk, changes
from .process import Server, judged, on_disk
from .shim import Shim
from .storm import found_town
from .wishes import Town

pytestmark = pytest.mark.skipif(bool(shim.unavailable()), reason=shim.unavailable())

# So that a short run writes its log back many times, and begins it anew.
SMALL_LOG = "from among_server.store.sqlite import schema\nschema.CHECKPOINT_PAGES = 40\n"
WITHOUT_FLUSH = (
    "from pathlib import Path\nfrom among_server import app\n"
    "app.store_of = lambda config: app.SqliteStore(Path(config.data), synchronous='off')\n"
)
WITHOUT_REWRITE = "from among_server.store.sqlite import disk\ndisk.write_again = lambda file: None\n"


class Run:
    """A server from its first start on, all that it did to its files, and what was acknowledged when."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.server = Server(folder, **settings)
        self.shim = Shim(folder, self.server, log=True)
        self.rng = random.Random(random.getrandbits(32))
        self.scribes: list[Scribe] = []
        self.acknowledged: dict[str, int] = {}  # nonce -> length of the log by then
        self.begun = 0  # length of the log by the time that everybody was there

    async def begin(self) -> None:
        await self.server.start()
        people, town = await found_town(self.server.url, clients=3, rooms=1)
        self.scribes = [Scribe(person, town) for person in people]
        for scribe in self.scribes:
            scribe.heard = lambda nonce: self.acknowledged.setdefault(nonce, self.length)
        self.begun = self.length

    @property
    def length(self) -> int:
        return self.shim.log.stat().st_size

    async def write(self, count: int) -> None:
        for size in (0, 2000):
            await all_write(self.server, self.scribes, count // 2, size=size)

    def cuts(self, count: int, *, flushed: bool = True) -> Iterator[tuple[Path, set[str], str]]:
        """So many power cuts: what is left, what had been acknowledged by then, and how it was cut. Not `flushed`: had
        no flush ever been one."""
        happened = changes(self.shim.log)
        first = next(number for number, change in enumerate(happened) if change.end >= self.begun)
        moments = sorted(self.rng.randrange(first, len(happened) + 1) for _ in range(count - 1))
        disk, at = Disk(), 0
        for number, moment in enumerate([*moments, len(happened)]):
            for change in happened[at:moment]:
                if flushed or change.what not in "SD":
                    disk.see(change)
            at = moment
            now = happened[moment - 1].end
            left, loss = self.folder / f"cut-{number}" / "data", LOSSES[number % len(LOSSES)]
            disk.cut(left, loss, self.rng)
            told = f"cut {number}, after change {moment} of {len(happened)}, {loss} lost"
            yield left, {nonce for nonce, length in self.acknowledged.items() if length <= now}, told
            shutil.rmtree(left.parent)

    def left(self, data: Path) -> dict[str, int]:
        """The messages that are there, and their numbers, after SQLite's own checks."""
        assert judged(data) == []
        messages = {event["nonce"]: event["seq"] for event in on_disk(data).get(self.scribes[0].room, [])}
        assert list(messages.values()) == list(range(1, len(messages) + 1))
        return messages

    def verdict(self, count: int) -> None:
        """Nothing that was acknowledged is gone, or is another's number now; and nothing is there unasked."""
        acknowledged = {nonce: seq for scribe in self.scribes for nonce, seq in scribe.seqs.items()}
        asked = {nonce for scribe in self.scribes for nonce in (*scribe.kept, *scribe.refused, *scribe.doubted)}
        for data, before, told in self.cuts(count):
            left = self.left(data)
            assert before <= left.keys(), told
            assert left.keys() <= asked, told
            assert all(acknowledged.get(nonce, seq) == seq for nonce, seq in left.items()), told

    def losses(self, count: int, *, flushed: bool = True) -> int:
        """Of how many power cuts something does not survive."""
        lost = 0
        for data, before, _ in self.cuts(count, flushed=flushed):
            try:
                lost += not before <= self.left(data).keys()
            except (AssertionError, sqlite3.Error, OSError):
                lost += 1
        return lost


async def run_of(folder: Path, patch: str = "", **settings: Any) -> Run:
    """Write, be killed, write more, stop, write more, be killed."""
    run = Run(folder, **settings)
    run.server.patch(SMALL_LOG + patch)
    try:
        await run.begin()
        await run.write(40)
        await run.server.kill()
        await run.server.start()
        await run.write(20)
        assert await run.server.stop() == 0
        await run.server.start()
        await run.write(20)
        await run.server.kill()
    finally:
        await run.server.give_up()
    assert len(run.acknowledged) == 3 * 80
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One for several tests: they only read what happened."""
    return asyncio.run(run_of(tmp_path_factory.mktemp("power")))


def test_dur_03_a_power_cut_at_any_moment_loses_nothing_acknowledged(run: Run):
    happened = Counter(change.what for change in changes(run.shim.log))
    assert happened["S"] > 50, happened
    run.verdict(60)


def test_dur_03_had_no_flush_been_one_it_would(run: Run):
    """The proof has teeth."""
    assert run.losses(20, flushed=False) >= 5


@pytest.mark.parametrize("how", ["off", "normal"])
async def test_dur_03_a_server_that_does_not_flush_is_found_out(tmp_path: Path, how: str):
    if how == "normal":
        relaxed = await run_of(tmp_path, synchronous="normal")
    else:
        relaxed = await run_of(tmp_path, WITHOUT_FLUSH)
    assert relaxed.losses(20) >= 5


async def test_dur_03_a_server_that_starts_on_what_was_left_goes_on(tmp_path: Path, run: Run):
    """And whoever asks again gets the first result, or the only one."""
    for data, before, told in run.cuts(3):
        server = Server(tmp_path / "again")
        server.data = data
        try:
            await server.start()
            for scribe in run.scribes:
                again = Scribe(scribe.person, Town("", [scribe.room]))
                again.bodies, again.seqs = scribe.bodies, scribe.seqs
                again.refused = sorted(before & set(scribe.kept))
                await again.ask_again(server.url)
                assert again.refused == again.doubted == [], told
            assert await server.stop() == 0
            assert before <= run.left(data).keys(), told
        finally:
            await server.give_up()


async def test_dur_03_a_first_start_that_was_cut_is_begun_anew(tmp_path: Path):
    run = Run(tmp_path)
    try:
        await run.begin()
        await run.server.kill()
    finally:
        await run.server.give_up()
    happened = [change for change in changes(run.shim.log) if change.end < run.begun]
    for number, loss in enumerate(LOSSES):
        disk, moment = Disk(), run.rng.randrange(len(happened) // 2)
        for change in happened[:moment]:
            disk.see(change)
        server = Server(tmp_path / f"first-{number}")
        disk.cut(server.data, loss, run.rng)
        try:
            await server.start()
            await found_town(server.url, clients=1, rooms=1, prefix="later")
            assert await server.stop() == 0
        except BaseException as error:
            error.add_note(f"cut after change {moment} of {len(happened)}, {loss} lost")
            raise
        finally:
            await server.give_up()


@pytest.mark.parametrize("written_again", [True, False], ids=["as it is", "without writing again what was left"])
async def test_dur_03_after_a_flush_that_failed_a_restart_vouches_for_nothing_that_is_not_there(
    tmp_path: Path, written_again: bool
):
    """The pages of a commit are on no disk, and the system believes that they are: so does a start that only reads."""
    run = Run(tmp_path, disk_failure="read_only")
    run.server.patch("" if written_again else WITHOUT_REWRITE)
    try:
        await run.begin()
        run.shim.fail_flushes(errno.EIO, after=10, times=1)
        await run.write(20)
        assert any(scribe.doubted for scribe in run.scribes)
        await run.server.kill()
        run.shim.heal()
        await run.server.start()
        for scribe in run.scribes:
            await scribe.ask_again(run.server.url)
            assert scribe.refused == scribe.doubted == []
        await run.server.kill()
    finally:
        await run.server.give_up()
    disk = Disk()
    for change in changes(run.shim.log):
        disk.see(change)
    disk.cut(tmp_path / "cut" / "data", "all", run.rng)
    left = run.left(tmp_path / "cut" / "data")
    assert (run.acknowledged.keys() <= left.keys()) == written_again
