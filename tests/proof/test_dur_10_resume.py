"""DUR-10: from every position one gets everything after it, or is told why not; never a part of it in silence."""

import asyncio
import random
import sqlite3
from pathlib import Path

import pytest

from .book import Book, Event
from .history import Heard
from .oracle import check, report
from .peer import Peer, Refused
from .process import Server, on_disk, server_in
from .storm import all_entries, found_town, until
from .wishes import Person, Town
from .workload import Reader, Voice

both_encodings = pytest.mark.parametrize("binary", [False, True], ids=["json", "msgpack"])

Synced = tuple[dict[str, Event], dict[str, list[Event]]]  # each log's state, and what was replayed of it


async def sync(url: str, person: Person, *, binary: bool, epoch: str, positions: dict[str, int]) -> Synced:
    """What a new connection is told that names these positions, up to `session.synced`, and that nothing follows it."""
    replayed: dict[str, list[Event]] = {}
    story: list[str] = []

    def heard(event: Event) -> None:
        story.append(event["type"])
        if "seq" in event:
            assert "session.synced" not in story, "replayed after the end of the replay"
            replayed.setdefault(event["log"], []).append(event)

    peer = await Peer.open(url, heard, binary=binary)
    await peer.ask("session.sign_in", token=person.token)
    result = await peer.ask("session.sync", epoch=epoch, positions=positions)
    await until(lambda: "session.synced" in story)
    await peer.ask("session.ping")
    await peer.close()
    assert story.count("session.synced") == 1
    states = {state["log"]: state for state in result["logs"]}
    assert len(states) == len(result["logs"]), "each log is told once"
    return states, replayed


async def talker(url: str, person: Person) -> Peer:
    peer = await Peer.open(url)
    await peer.ask("session.sign_in", token=person.token)
    return peer


async def say(peer: Peer, room: str, count: int, *, begin: int = 0, more: str = "") -> None:
    """Many messages, several under way."""
    for start in range(begin, begin + count, 50):
        numbers = range(start, min(start + 50, begin + count))
        bodies = {f"{room}{number}": f"{number} {more}" for number in numbers}
        await asyncio.gather(
            *(peer.ask("message.send", room=room, body=body, nonce=nonce) for nonce, body in bodies.items())
        )


async def town_with(server: Server, entries: int) -> tuple[list[Person], Town, Peer, list[Event]]:
    """Two people, one room, and what is in it, as read page by page."""
    people, town = await found_town(server.url, clients=2, rooms=1)
    peer = await talker(server.url, people[0])
    await say(peer, town.rooms[0], entries)
    whole = await all_entries(peer, town.rooms[0])
    assert [event["seq"] for event in whole] == list(range(1, entries + 1))
    return people, town, peer, whole


@both_encodings
async def test_dur_10_every_position_in_range_is_replayed_whole(tmp_path: Path, binary: bool):
    async with server_in(tmp_path) as server:
        people, town, peer, whole = await town_with(server, 25)
        (room,), head, epoch = town.rooms, 25, peer.hello["epoch"]
        for position in range(head + 1):
            states, replayed = await sync(
                server.url, people[1], binary=binary, epoch=epoch, positions={room: position, town.community: 0}
            )
            assert states[room].get("status", "caught_up") == "caught_up"
            assert states[room]["head"] == head
            assert replayed.get(room, []) == whole[position:]
            assert replayed[town.community] == await all_entries(peer, town.community)
            assert set(replayed) <= {room, town.community}, "what was not named is not replayed"
        await peer.close()


@both_encodings
async def test_dur_10_every_other_position_is_answered_with_a_reason(tmp_path: Path, binary: bool):
    async with server_in(tmp_path) as server:
        people, town, peer, _ = await town_with(server, 25)
        (room,), head, epoch = town.rooms, 25, peer.hello["epoch"]

        async def told(positions: dict[str, int], of: str = epoch) -> Synced:
            return await sync(server.url, people[1], binary=binary, epoch=of, positions=positions)

        for ahead in (head + 1, head + 1000, 2**53 - 1):
            states, replayed = await told({room: ahead})
            assert (states[room]["status"], states[room]["reason"], states[room]["head"]) == ("reset", "ahead", head)
            assert replayed == {}
        for other in ("e_other", "", epoch.upper()):
            for position in (0, 7, head, head + 1):
                states, replayed = await told({room: position, town.community: 1}, other)
                assert {states[log]["status"] for log in (room, town.community)} == {"reset"}
                assert {states[log]["reason"] for log in (room, town.community)} == {"epoch"}
                assert replayed == {}
        states, replayed = await told({})  # a first start: nothing was asked for
        assert {states[log]["status"] for log in (room, town.community)} == {"gap"}
        assert replayed == {}
        await peer.close()


@both_encodings
async def test_dur_10_a_log_that_is_not_mine_is_gone_as_if_it_had_never_been(tmp_path: Path, binary: bool):
    async with server_in(tmp_path) as server:
        people, town, founder, _ = await town_with(server, 5)
        bob = people[1]
        epoch = founder.hello["epoch"]
        made = await founder.ask(
            "room.create", community=town.community, slug="private-room", kind="private", nonce="private"
        )
        private = made["entry"]["room"]
        elsewhere = await founder.ask("community.create", slug="elsewhere", name="Elsewhere", nonce="elsewhere")
        foreign = [private, elsewhere["entry"]["log"], people[0].account, "r_neverwasaroomatall", "nonsense"]
        positions = dict.fromkeys(foreign, 0)
        states, replayed = await sync(server.url, bob, binary=binary, epoch=epoch, positions=positions)
        assert [states[log] for log in foreign] == [{"log": log, "status": "gone"} for log in foreign]
        assert replayed == {}
        # And what was mine, once I have left it: the room first, then the community with all that is in it.
        peer = await talker(server.url, bob)
        mine = {town.community: 0, town.rooms[0]: 0}
        await peer.ask("room.unfollow", room=town.rooms[0], nonce="unfollow")
        states, replayed = await sync(server.url, bob, binary=binary, epoch=epoch, positions=mine)
        assert states[town.rooms[0]] == {"log": town.rooms[0], "status": "gone"}
        assert set(replayed) == {town.community}
        await peer.ask("community.leave", community=town.community, nonce="leave")
        states, replayed = await sync(server.url, bob, binary=binary, epoch=epoch, positions=mine)
        assert [states[log] for log in mine] == [{"log": log, "status": "gone"} for log in mine]
        assert replayed == {}
        for log in (*mine, *foreign):
            with pytest.raises(Refused) as refused:
                await peer.ask("log.entries", log=log, after=0)
            assert (refused.value.code, refused.value.field) == ("log.gone", "log")
        await peer.close()
        await founder.close()


@both_encodings
async def test_dur_10_too_far_behind_is_a_gap_that_pages_fill(tmp_path: Path, binary: bool):
    async with server_in(tmp_path) as server:
        people, town, peer, whole = await town_with(server, 1030)
        (room,), epoch, most = town.rooms, peer.hello["epoch"], peer.hello["limits"]["replay_entries"]
        for behind in (most - 1, most):
            states, replayed = await sync(
                server.url, people[1], binary=binary, epoch=epoch, positions={room: 1030 - behind}
            )
            assert states[room].get("status", "caught_up") == "caught_up"
            assert replayed[room] == whole[-behind:]
        for position in (0, 1030 - most - 1):
            states, replayed = await sync(server.url, people[1], binary=binary, epoch=epoch, positions={room: position})
            assert (states[room]["status"], states[room]["head"]) == ("gap", 1030)
            assert room not in replayed, "a part of it would be worse than nothing"
            other = await talker(server.url, people[1])
            assert await all_entries(other, room, after=position, until=1030) == whole[position:]
            await other.close()
        await peer.close()


@both_encodings
async def test_dur_10_what_is_no_longer_kept_is_told(tmp_path: Path, binary: bool):
    """Nothing sets a floor yet, so it is set here by hand, in the file of a server that does not run."""
    async with server_in(tmp_path) as server:
        people, town, peer, whole = await town_with(server, 25)
        (room,), epoch, floor = town.rooms, peer.hello["epoch"], 10
        await peer.close()
        assert await server.stop() == 0
        db = sqlite3.connect(server.data / "among.db")
        (key,) = db.execute("SELECT key FROM logs WHERE id = ?", (room,)).fetchone()
        db.execute("UPDATE logs SET floor = ? WHERE key = ?", (floor, key))
        db.execute("DELETE FROM entries WHERE pos BETWEEN ? AND ?", (key << 36, key << 36 | floor))
        db.commit()
        db.close()
        await server.start()
        for position in range(26):
            states, replayed = await sync(server.url, people[1], binary=binary, epoch=epoch, positions={room: position})
            assert states[room]["floor"] == floor
            if position < floor:
                assert (states[room]["status"], states[room]["reason"]) == ("reset", "floor")
                assert replayed == {}
            else:
                assert states[room].get("status", "caught_up") == "caught_up"
                assert replayed.get(room, []) == whole[position:]


@both_encodings
async def test_dur_10_older_data_under_newer_positions_is_never_mixed(tmp_path: Path, binary: bool):
    """Relaxed durability, and a crash: the epoch changes, and every position of the old one is void, lower or higher."""
    async with server_in(tmp_path, synchronous="normal") as server:
        people, town, peer, _ = await town_with(server, 25)
        (room,), epoch = town.rooms, peer.hello["epoch"]
        await peer.close()
        await server.kill()
        await server.start()
        for position in (0, 5, 25, 30):
            states, replayed = await sync(server.url, people[1], binary=binary, epoch=epoch, positions={room: position})
            assert (states[room]["status"], states[room]["reason"]) == ("reset", "epoch")
            assert replayed == {}
        peer = await Peer.open(server.url)
        assert peer.hello["epoch"] != epoch
        await peer.close()


@both_encodings
async def test_dur_10_who_resumed_equals_who_never_left(tmp_path: Path, binary: bool):
    """Somebody stays, others come from a random position of theirs while everybody talks: all hear the same."""
    book, rng = Book(), random.Random(random.getrandbits(32))
    async with server_in(tmp_path) as server:
        people, town = await found_town(server.url, clients=5, rooms=3)
        for person in people:
            book.people[person.account] = book.people[person.member] = person.name
        probe = await talker(server.url, people[4])
        epoch = probe.hello["epoch"]
        start = dict.fromkeys([town.community, *town.rooms], 0)
        voices = [
            Voice(book, server.url, person, town, rng, binary=index == 1, moves=False)
            for index, person in enumerate(people[:3])
        ]
        stayed = Reader(book, server.url, people[3], "stayed", binary=not binary)
        resumed: list[Reader] = []
        for reader in (*voices, stayed):
            reader.at, reader.epoch = dict(start), epoch
        tasks = [asyncio.create_task(reader.listen()) for reader in (*voices, stayed)]
        for number in range(25):
            await asyncio.sleep(rng.uniform(0.01, 0.1))
            changed = await probe.ask("log.changed", epoch=epoch, positions=start)
            heads = {state["log"]: state.get("head", 0) for state in changed["logs"]}
            reader = Reader(book, server.url, people[4], f"resumed{number}", binary=binary)
            reader.at = {log: rng.randint(0, heads.get(log, 0)) for log in start}
            reader.epoch = epoch
            resumed.append(reader)
            tasks.append(asyncio.create_task(reader.listen()))
        for voice in voices:
            voice.quiet = True
        await until(lambda: all(voice.decided for voice in voices))
        for reader in (*voices, stayed, *resumed):
            await until(reader.has_all)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await probe.close()
        assert await server.stop() == 0
        for log, events in on_disk(server.data).items():
            book.final("the disk", log, events)
    found = check(book.history)
    assert not found, report(found)
    (live,) = book.history.readers["stayed"]
    for reader in resumed:
        (connection,) = book.history.readers[reader.name]
        for log in start:
            heard = [item.entry for item in connection if isinstance(item, Heard) and item.log == log]
            never_left = [item.entry for item in live if isinstance(item, Heard) and item.log == log]
            assert heard == never_left[len(never_left) - len(heard) :]
            assert len(never_left) > 10 or log == town.community


@both_encodings
async def test_dur_10_a_reader_that_lagged_is_told_and_can_fill_in(tmp_path: Path, binary: bool):
    """One that reads nothing for a while hears `session.lagging`; with the pages up to there, it misses nothing."""
    heard: list[Event] = []
    async with server_in(tmp_path) as server:
        people, town = await found_town(server.url, clients=2, rooms=1)
        (room,) = town.rooms
        slow = await Peer.open(server.url, heard.append, binary=binary, slow=True)
        await slow.ask("session.sign_in", token=people[1].token)
        await slow.ask("session.sync", epoch=slow.hello["epoch"], positions={room: 0})
        loud = await talker(server.url, people[0])
        slow.link.transport.pause_reading()
        await say(loud, room, 400, more="x" * 7900)
        slow.link.transport.resume_reading()
        await until(lambda: any(event["type"] == "session.lagging" for event in heard))
        await say(loud, room, 10, begin=1000)
        await until(lambda: heard[-1].get("seq") == 410)
        await slow.ask("session.ping")
        whole = await all_entries(loud, room)
        assert len(whole) == 410
        at = 0
        for event in heard:
            if event["type"] == "session.lagging":
                filled = await all_entries(slow, room, after=at, until=event["logs"][room])
                assert filled == whole[at : event["logs"][room]]
                at = event["logs"][room]
            elif "seq" in event:
                assert event == whole[at]
                at = event["seq"]
        assert at == 410
        await slow.close()
        await loud.close()


@both_encodings
async def test_dur_10_a_replay_larger_than_all_buffers_is_whole(tmp_path: Path, binary: bool):
    """Seven megabytes to one who stops reading in the middle, while others go on talking."""
    heard: list[Event] = []
    async with server_in(tmp_path) as server:
        people, town = await found_town(server.url, clients=2, rooms=1)
        (room,) = town.rooms
        loud = await talker(server.url, people[0])
        await say(loud, room, 900, more="x" * 7900)
        slow = await Peer.open(server.url, heard.append, binary=binary, slow=True)
        await slow.ask("session.sign_in", token=people[1].token)
        started = await slow.ask("session.sync", epoch=slow.hello["epoch"], positions={room: 0})
        slow.link.transport.pause_reading()
        promised = {state["log"]: state for state in started["logs"]}[room]["head"]
        await say(loud, room, 60, begin=900, more="y" * 7900)
        whole = await all_entries(loud, room)
        slow.link.transport.resume_reading()
        await until(lambda: any(event["type"] == "session.synced" for event in heard))
        await slow.ask("session.ping")
        await slow.close()
        await loud.close()
    at = 0
    for event in heard:
        if event["type"] == "session.lagging":
            assert at >= promised
            at = event["logs"][room]
        elif event["type"] == "session.synced":
            assert at >= promised
        elif event.get("log") == room:
            assert event == whole[at]
            at = event["seq"]
    assert at == 960
