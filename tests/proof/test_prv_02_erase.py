"""PRV-02: what an erased account was called, said and kept is in no file of the server afterwards, whenever it was killed."""

import asyncio
import contextlib
import json
import sqlite3
import sys
from pathlib import Path

import pytest

from among_protocol.accounts import UpdateAccount
from among_protocol.communities import LeaveCommunity
from among_protocol.moderation import KickMember, SetRole
from among_protocol.reports import FileReport, ResolveReport
from among_protocol.rooms import SetTopic
from among_server.store.backups import Backups
from among_server.store.rules import erasing
from among_server.store.sqlite import SqliteStore, index
from among_server.store.sqlite.backup import SqliteBackups
from tests.store.town import Person, Town

MARK = "canary"  # in everything that is the person's own, and in nothing else
STAYS = "finch"  # in what is not


async def nest(store: SqliteStore, words: int = 12) -> tuple[Town, Person, Person, str]:
    """A place in which somebody has left traces wherever one can."""
    town = Town(store)
    ann, bird, cat = await town.people("ann", f"{MARK}-bird", "cat")
    community = await ann.founds("nest")
    room = await ann.makes(community, "branch")
    for person in (bird, cat):
        await person.joins(community)
    await store.open_session(bird.id, b"secret of the canary", f"{MARK}'s phone")
    await store.add_reset(bird.handle, b"a code", 2**52)
    direct = await bird.writes_to(ann)
    three = await cat.writes_to(ann, bird)
    for n in range(words):
        await bird.says((room, direct, three)[n % 3], f"{MARK} says {n}")
        await ann.says((room, direct, three)[n % 3], f"{STAYS} says {n}")
    await bird.do(UpdateAccount, display_name=f"{MARK} the second", bio=f"a {MARK}")
    member = await bird.member_in(community)
    await ann.do(SetRole, community=community, member=member, role="steward")
    await bird.do(KickMember, community=community, member=await cat.member_in(community), reason=f"{STAYS} was rude")
    await cat.joins(community)
    private = await ann.makes(community, "hole", kind="private", topic=STAYS)
    await ann.adds(private, member)
    await ann.adds(private, await cat.member_in(community))
    said = (await bird.says(private, f"{MARK} in the hole")).entry.event
    await cat.do(FileReport, room=private, message=said.seq, reason=f"{STAYS} reports")
    waiting = (await store.reports(community, 0, 10))[0]
    await ann.do(ResolveReport, community=community, report=waiting.seq, outcome="declined", note=STAYS)
    await bird.do(SetTopic, room=private, topic=f"{STAYS} topic")
    assert waiting.body
    await bird.reads(room, 2)
    await store.set_block(bird.id, "block", handle="cat")
    await store.set_block(cat.id, "mute", handle=bird.handle)
    return town, ann, bird, community


async def erase(town: Town, person: Person, keep: str) -> None:
    found = await town.store.password_hash(person.handle)
    assert found is not None
    await town.store.begin_erasure(person.id, keep, password=found[1], grace_ms=0)


async def finish(store: SqliteStore) -> None:
    while await store.erase_more() is not None:
        pass
    assert await store.purge() or await store.purge()


def found_in(folder: Path, word: str) -> dict[str, int]:
    """As grep -a counts it in every file."""
    counts = {path.name: path.read_bytes().lower().count(word.encode()) for path in folder.rglob("*") if path.is_file()}
    return {name: count for name, count in counts.items() if count}


async def test_prv_02_nothing_of_it_is_in_any_file_while_the_server_runs(tmp_path: Path):
    store = SqliteStore(tmp_path)
    await store.open()
    town, ann, bird, community = await nest(store)
    assert found_in(tmp_path, MARK)
    await erase(town, bird, "erase")
    await finish(store)
    assert found_in(tmp_path, MARK) == {}
    assert found_in(tmp_path, STAYS)
    bodies = [
        message.body
        for message in (
            await store.messages(await _room(store, community), before=None, after=None, around=None, limit=50)
        ).messages
    ]
    assert {body for body in bodies if body} == {f"{STAYS} says {n}" for n in range(0, 12, 3)}
    assert ann.handle == "ann"
    await store.close()
    assert found_in(tmp_path, MARK) == {}


async def test_prv_02_with_words_the_words_alone_are_left(tmp_path: Path):
    store = SqliteStore(tmp_path)
    await store.open()
    town, _, bird, _ = await nest(store)
    await erase(town, bird, "words")
    await finish(store)
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "among.db")) as db:
        left = [
            row[0] for row in db.execute("SELECT json FROM log_entries WHERE json LIKE '%canary%' ORDER BY log, seq")
        ]
    assert left
    assert {json.loads(one)["type"] for one in left} == {"message.sent", "report.filed"}  # which quotes one
    counts = found_in(tmp_path, MARK)
    assert counts.pop(index.FILE), "what is left is still found"
    assert counts == {"among.db": len(left)}
    assert not found_in(tmp_path, f"{MARK}-bird")


async def test_prv_02_leaving_one_place_takes_all_that_was_there(tmp_path: Path):
    store = SqliteStore(tmp_path)
    await store.open()
    _, _, bird, community = await nest(store)
    await bird.do(LeaveCommunity, community=community, keep="erase")
    await finish(store)
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "among.db")) as db:
        logs = {row[0] for row in db.execute("SELECT log FROM log_entries WHERE json LIKE '%canary%'")}
        (rows,) = db.execute(
            "SELECT count(*) FROM personas p JOIN members m ON m.id = p.member JOIN logs l ON l.key = m.place"
            " WHERE l.id = ? AND p.handle LIKE '%canary%'",
            (community,),
        ).fetchone()
    assert rows == 0
    assert not [log for log in logs if log in (community, f"w{community[1:]}")]
    assert bird.id in logs, "the account is still there, with its directs"


KILLED = """
import asyncio, os, sys
from pathlib import Path
from among_server.store.rules import erasing
from among_server.store.sqlite import SqliteStore
from tests.proof.test_prv_02_erase import erase, nest

async def main(folder):
    erasing.STEP, erasing.LOOKED = 2, 3
    store = SqliteStore(folder)
    await store.open()
    town, _, bird, _ = await nest(store)
    os.write(1, b"begun\\n")
    await erase(town, bird, "erase")
    while await store.erase_more() is not None:
        os.write(1, b"step\\n")
    os.write(1, b"done\\n")
    await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("steps", [0, 1, 7, 23])
async def test_prv_02_a_server_that_is_killed_goes_on_where_it_was(tmp_path: Path, steps: int):
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    async with asyncio.timeout(60):
        while (line := await program.stdout.readline()) != b"begun\n":
            assert line, "it failed before it began"
        for _ in range(steps):
            assert await program.stdout.readline() == b"step\n"
    program.kill()
    await program.wait()
    store = SqliteStore(tmp_path)
    await store.open()
    there = await store.account_by_handle(f"{MARK}-bird")
    if steps:
        assert there is None, "nobody is named from the first moment on"
    elif there is not None:  # it was killed before that
        town = Town(store)
        await erase(town, Person(town, there.id, there.handle), "erase")
    await finish(store)
    assert found_in(tmp_path, MARK) == {}
    await store.close()


@pytest.mark.parametrize("moment", ["before", "meanwhile"])
async def test_prv_02_a_backup_that_is_restored_brings_nothing_back(
    tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(erasing, "STEP", 5)
    folder, into = tmp_path / "data", tmp_path / "backups"
    store = SqliteStore(folder)
    await store.open()
    town, ann, bird, community = await nest(store)
    backups: Backups = SqliteBackups(folder)
    taken = backups.take(into, lambda done, of: None)
    await erase(town, bird, "erase")
    await store.erase_more()
    if moment == "meanwhile":
        taken = backups.take(into, lambda done, of: None)
    await finish(store)
    await store.close()
    assert found_in(into, MARK), "a backup keeps what it was taken of: for as long as the operator keeps it"
    done = backups.restore(taken.path, replace=True, keep_sessions=False)
    assert (done.erased, done.known) == (1 if moment == "before" else 0, True)
    assert done.aside is not None
    assert found_in(folder, MARK) == {}
    again = SqliteStore(folder)
    await again.open()
    assert await again.account_by_handle(f"{MARK}-bird") is None
    assert [member.handle for member in await again.members(community, "", 10)] == ["ann", "cat"]
    await again.close()
    assert ann.handle == "ann"


async def test_prv_02_who_left_without_a_trace_stays_so_after_a_restore(tmp_path: Path):
    folder, into = tmp_path / "data", tmp_path / "backups"
    store = SqliteStore(folder)
    await store.open()
    _, _, bird, community = await nest(store)
    backups: Backups = SqliteBackups(folder)
    taken = backups.take(into, lambda done, of: None)
    await bird.do(LeaveCommunity, community=community, keep="erase")
    await finish(store)
    await store.close()
    assert backups.restore(taken.path, replace=True, keep_sessions=False).erased == 1
    again = SqliteStore(folder)
    await again.open()
    assert [member.handle for member in await again.members(community, "", 10)] == ["ann", "cat"]
    page = await again.messages(await _room(again, community), before=None, after=None, around=None, limit=50)
    assert not [message.body for message in page.messages if MARK in message.body]
    assert await again.account_by_handle(bird.handle) is not None
    await again.close()


async def _room(store: SqliteStore, community: str) -> str:
    return next(room.id for room in await store.rooms(community) if room.slug == "branch")
