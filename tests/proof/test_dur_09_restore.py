"""DUR-09: an older backup is restored under clients that are further. Each is told to begin anew, and nothing is mixed."""

import asyncio
import random
from pathlib import Path
from typing import Literal

import pytest

from among_protocol.aio import Reset, connect
from among_protocol.logs import ReadEntries

from .book import Book
from .history import Notice
from .oracle import check, report
from .process import Server, on_disk, server_in
from .restored import Logs, asked_for, backed_up, next_book, restored
from .storm import Storm, found_town, until
from .test_dur_01_library import Caller, reached
from .wishes import Person


async def restart_from(server: Server, backup: str) -> tuple[str, Logs]:
    """kill -9, an older backup in place, started again. Where the old data are, and the logs that were restored."""
    await server.kill()
    told = await restored(backup, server.data, "--replace")
    assert told["revocations_known"]
    assert told["ended"] == 0, "who is signed in stays so"
    assert told["epoch"] != told["manifest"]["epoch"]
    return told["aside"], on_disk(server.data)


async def test_dur_09_everybody_is_told_to_begin_anew_and_nothing_is_mixed(tmp_path: Path):
    async with server_in(tmp_path) as server:
        run = Storm(server, random.getrandbits(32), clients=10, rooms=4)
        try:
            await _storm_and_restore(server, run, tmp_path / "backups")
        except BaseException as error:
            error.add_note(f"{run.summary()}\nthe server's last words:\n{server.tail()}")
            raise
        finally:
            await run.leave()


async def _storm_and_restore(server: Server, run: Storm, into: Path) -> None:
    await run.settle_in()
    await run.talk(0.6)
    taken = await backed_up(server.data, into)
    await run.talk(0.8)
    old = run.book
    await until(lambda: all(reader.at and reader.peer is not None for reader in run.readers))
    aside, logs = await restart_from(server, taken["path"])
    await until(lambda: all(reader.peer is None or reader.peer.over.is_set() for reader in run.readers))

    lost = on_disk(Path(aside))
    old.final("the disk", "", [])
    old.history.finals = {"the disk": {log: [old.entry(event) for event in events] for log, events in lost.items()}}
    old.history.settled = False
    found = check(old.history)
    assert not found, report(found)  # until the kill all was well
    heads = {log: events[-1]["seq"] for log, events in logs.items()}
    assert sum(map(len, lost.values())) > sum(map(len, logs.values())) + 20, "there is something to lose"

    had = {reader.name: dict(reader.at) for reader in run.readers}
    epochs = {reader.epoch for reader in run.readers}
    assert epochs == {taken["manifest"]["epoch"]}
    new = run.book = next_book(old, logs, run.voices[0].town.rooms)
    new.history.explained = old.history.explained
    for reader in run.readers:
        reader.book = new
    for voice in run.voices:
        voice.go_on_from(logs)
    await server.start()
    await run.talk(0.8)
    await run.fall_silent()
    await run.read_all()
    await run.end()
    run.verdict()  # of the new epoch: the oracle is clean

    ahead = 0
    for name, positions in had.items():
        first = new.history.readers[name][0]
        told = {item.log: item for item in reversed(first) if isinstance(item, Notice) and item.kind != "whole"}
        for log, position in positions.items():
            notice = told[log]
            assert notice.kind in ("reset", "closed"), f"{name} was told {notice}, and had {position}"
            ahead += position > heads.get(log, 0)
    assert ahead > 10, "hardly anybody was further than the backup"
    kept = {(one.client, one.nonce) for one in asked_for(old, logs)}
    undone = [one for one in old.history.attempts if one.outcome == "ok" and (one.client, one.nonce) not in kept]
    assert undone, "nothing that had been acknowledged was undone by the older backup"


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_dur_09_the_library_tells_its_program_of_each_reset(tmp_path: Path, encoding: Literal["json", "msgpack"]):
    async with server_in(tmp_path) as server:
        people, town = await found_town(server.url, clients=4, rooms=2)
        book = Book()
        for person in people:
            book.people[person.account] = book.people[person.member] = person.name
        callers: list[Caller] = []
        all_have_talked = asyncio.Barrier(len(people))  # who left before would miss the last that another says

        async def live(person: Person) -> None:
            async with connect(server.url, token=person.token, from_start=True, encoding=encoding) as among:
                caller = Caller(book, among, person, town)
                callers.append(caller)
                listening = asyncio.create_task(caller.listen())
                await caller.talk(random.Random())
                await all_have_talked.wait()
                for log in (person.account, town.community, *town.rooms):
                    head = (await among.ask(ReadEntries, log=log, after=0, limit=1)).head
                    await until(reached(among, log, head))
            await listening

        living = [asyncio.create_task(live(person)) for person in people]
        try:
            await until(lambda: len(callers) == len(people))
            await asyncio.sleep(0.6)
            taken = await backed_up(server.data, tmp_path / "backups")
            await asyncio.sleep(0.6)
            _, logs = await restart_from(server, taken["path"])
            new = next_book(book, logs, town.rooms)
            new.history.explained = set(town.rooms)
            for caller in callers:
                assert caller.resets == []
                caller.book, caller.items = new, new.connection(caller.person.name)
            await server.start()
            await until(lambda: all(caller.resets for caller in callers))
            await asyncio.sleep(0.6)
            for caller in callers:
                caller.quiet.set()
            await asyncio.gather(*living)
        finally:
            for task in living:
                task.cancel()
            await asyncio.gather(*living, return_exceptions=True)
        assert await server.stop() == 0
        for log, events in on_disk(server.data).items():
            new.final("the disk", log, events)
    found = check(new.history)
    assert not found, report(found)
    for caller in callers:
        told = [reset.log for reset in caller.resets]
        own = [log for log in told if log.startswith("w_")]  # the stewards' log, for who founded it
        assert sorted(told) == sorted([caller.person.account, town.community, *own, *town.rooms]), "each log once"
        assert {reset.reason for reset in caller.resets} == {"epoch"}
        assert isinstance(caller.resets[0], Reset)
        assert caller.among.positions.epoch != taken["manifest"]["epoch"]
