"""DUR-02: an acknowledgement is written after its commit was flushed to the disk, as the kernel saw it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from . import syscalls
from .peer import Peer
from .process import Server
from .storm import found_town
from .wishes import Person, Town

WRITES = 40  # of each client

WHY_NOT = syscalls.unavailable()
needs_strace = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


async def traced(folder: Path, **settings: Any) -> list[syscalls.Trace]:
    """Two lives of a server under strace: an empty folder, killed; and on what was left, stopped."""
    server = Server(folder, **settings)
    outputs = [folder / "first.strace", folder / "second.strace"]
    try:
        server.prefix = syscalls.prefix(outputs[0])
        await server.start()
        people, town = await found_town(server.url, clients=4, rooms=2)
        await talk(server.url, people, town, "a")
        await server.kill()
        server.prefix = syscalls.prefix(outputs[1])
        await server.start()
        await talk(server.url, people, town, "b")
        assert await server.stop() == 0
    finally:
        await server.give_up()
    return [syscalls.judge(output, server.data) for output in outputs]


async def talk(url: str, people: list[Person], town: Town, name: str) -> None:
    """All at once, several each under way, so that commits carry the writes of several people."""

    async def say(index: int, person: Person) -> None:
        peer = await Peer.open(url, binary=index % 2 == 1)
        await peer.ask("session.sign_in", token=person.token)
        await peer.ask("session.sync")
        for begin in range(0, WRITES, 8):
            await asyncio.gather(
                *(
                    peer.ask("message.send", room=town.rooms[count % 2], body="hi", nonce=f"{name}{index}-{count:03}.")
                    for count in range(begin, begin + 8)
                )
            )
        await peer.close()

    await asyncio.gather(*(say(index, person) for index, person in enumerate(people)))


@needs_strace
async def test_dur_02_every_acknowledgement_follows_the_flush_of_its_commit(tmp_path: Path):
    first, second = await traced(tmp_path)
    assert first.problems == []
    assert second.problems == []
    acks = [told for trace in (first, second) for told in trace.told if told.what.startswith("the ack")]
    copies = [told for trace in (first, second) for told in trace.told if told.what.startswith("a live")]
    assert len(acks) >= 2 * 4 * WRITES
    assert len(copies) >= 2 * 4 * WRITES
    assert first.commits < len(acks), "commits are shared"


@needs_strace
async def test_dur_02_the_check_sees_a_server_that_does_not_flush(tmp_path: Path):
    first, second = await traced(tmp_path, synchronous="normal")
    for trace in (first, second):
        early = [problem for problem in trace.problems if "before its commit was flushed" in problem]
        assert len(early) >= 4 * WRITES
