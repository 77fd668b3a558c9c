"""PRV-02: of all that somebody can write, wherever the protocol takes it, nothing is left that fates.py does not say stays.

Each table is looked through, and each file of the data folder, whatever tables and files there are.
"""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from among_protocol.communities import LeaveCommunity
from among_protocol.erasure import EraseAccount
from among_server.store import fates
from among_server.store.fates import Fate
from among_server.store.sqlite import SqliteStore
from tests.traces import Traces, everything
from tests.world import PASSWORD, world_of

from .test_prv_02_erase import finish

KEPT = (Fate.PLACE, Fate.RECORD)
# What stays, and is not to be found afterwards all the same: something else has taken its place.
REPLACED: dict[str, str] = {}
OTHERWISE = {
    "portrait.propose.text@waiting": Fate.WORDS,  # what was never merged is no part of the place yet
    "portrait.propose.note@waiting": Fate.WORDS,
    "interest.set.interests.tag": Fate.PLACE,  # the word: a place has it, too; that somebody cares for it goes
    "interest.set.interests.tag@alone": Fate.PLACE,
}


def fate_of(trace: str) -> Fate:
    return OTHERWISE.get(trace) or fates.WRITTEN[trace.partition("@")[0]]


def in_tables(folder: Path, traces: Traces) -> dict[str, set[str]]:
    """What is found, by table and column."""
    found: dict[str, set[str]] = {}
    with contextlib.closing(sqlite3.connect(f"file:{folder / 'among.db'}?mode=ro", uri=True)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        assert set(fates.TABLES) <= set(tables)
        for table in tables:
            rows = db.execute(f'SELECT * FROM "{table}"')  # its own tables
            for row in rows:
                for column, value in zip(rows.description, row, strict=True):
                    if isinstance(value, str | bytes) and (there := traces.found_in(value)):
                        found.setdefault(f"{table}.{column[0]}", set()).update(there)
    return found


def in_files(folder: Path, traces: Traces) -> dict[str, set[str]]:
    """What is found, by file: the database, its log, and whatever stands beside them."""
    found = {path.name: traces.found_in(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    return {name: there for name, there in found.items() if there}


@pytest.mark.parametrize("keep", ["erase", "words"])
async def test_prv_02_of_all_that_one_can_write_only_that_stays_which_is_said_to(tmp_path: Path, keep: str):
    store, traces = SqliteStore(tmp_path), Traces()
    async with world_of(store, erase_grace_hours=0) as world:
        scene = await everything(world, traces)
        at_first = in_files(tmp_path, traces)
        written = set().union(*at_first.values())
        assert fates.WRITTEN.keys() <= {trace.partition("@")[0] for trace in written}, "all of it was there"
        await scene.wren.ask(EraseAccount, password=PASSWORD, handle=scene.wren.handle, keep=keep)
        await world.quiet()
        await finish(store)
        kept = {
            trace for trace in traces if fate_of(trace) in KEPT or (keep == "words" and fate_of(trace) is Fate.WORDS)
        }
        for where, there in {**in_tables(tmp_path, traces), **in_files(tmp_path, traces)}.items():
            assert sorted(there - kept) == [], f"{where} has it still"
    left = in_files(tmp_path, traces)
    assert sorted(set().union(*left.values()) - kept) == [], left
    if keep == "erase":
        assert sorted(kept - set().union(*left.values()) - set(REPLACED)) == [], "is said to stay, and does not"


async def test_prv_02_who_leaves_without_a_trace_leaves_no_more_there(tmp_path: Path):
    """What one wrote elsewhere stays; so does one's own log, and who one was in a direct that goes on."""
    store, traces = SqliteStore(tmp_path), Traces()
    async with world_of(store) as world:
        scene = await everything(world, traces)
        await scene.wren.ask(LeaveCommunity, community=scene.ids["garden"], keep="erase")
        await world.quiet()
        await finish(store)
    there = set().union(*in_files(tmp_path, traces).values())
    gone = {trace for trace in traces if fate_of(trace) is Fate.WORDS} - ELSEWHERE
    assert len(gone) > 10
    assert sorted(gone & there) == []


ELSEWHERE = {
    "message.send.body@direct",
    "message.send.body@direct thread",
    "portrait.propose.text@waiting",  # in one's own log
    "portrait.propose.note@waiting",
}
