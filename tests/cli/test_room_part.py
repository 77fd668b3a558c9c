"""A room as a file that breaks off and is asked for again: it goes on where it was, and is as if it had never broken off."""

import asyncio
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from among_cli import room_file
from among_cli.room_part import Begun, Part
from among_cli.transcript import FORMATS, GONE, Format
from among_protocol.export import Transcript
from among_protocol.rooms import Room
from among_server.store.rules import retention as rules

from .house import PATIENCE, House, Reader
from .test_kept import removed
from .test_one_shot import among
from .test_room_file import house

__all__ = ["house"]


class Cut(Exception):
    """The link, the disk or the power."""


class Wait:
    """Whoever waits for the file."""

    def __init__(self, cut: int = 0) -> None:
        self.told: list[str] = []
        self.at: list[tuple[int, int, int]] = []
        self._cut = cut  # after so many steps

    def progress(self, *at: int) -> None:
        self.at.append((at[0], at[1], at[2]))
        if len(self.at) == self._cut:
            raise Cut


async def taken(reader: Reader, room: Room, path: Path, form: Format = "json", *, cut: int = 0) -> Wait:
    """Somebody has taken a room along, or was cut off."""
    wait = Wait(cut)
    try:
        await room_file.write(reader.among, room, path, form, wait.progress, wait.told.append)
    except Cut:
        assert path.name not in names(path.parent)
    return wait


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def room_of(reader: Reader) -> Room:
    assert reader.model.room is not None
    return reader.among.room(reader.model.room.id)


async def talk(house: House) -> tuple[Reader, Reader, Room]:
    """A room with threads, something of another room in one, and a root that was deleted."""
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("/room create shed")
    await ana.types("/go shed")
    await ana.types("The shed is locked.")
    await ana.sees("The shed is locked.")
    await ana.types("/forward #1 hall")
    await ana.types("/go hall")
    hall = room_of(ana)
    for n in range(2, 9):
        await ana.types(f"number {n}")
    await bob.sees("number 8")
    for n in range(5):
        await bob.types(f"/thread 3 of three {n}")
        await bob.types(f"/thread 5 of five {n}")
    await bob.link.voice.settled()
    await ana.types("/delete #5")
    await bob.sees("deleted #5")
    return ana, bob, hall


def whole(path: Path) -> Any:
    """What stands in it, but the moment at which it was begun."""
    if path.suffix == ".json":
        found = msgspec.json.decode(path.read_bytes(), type=Transcript)
        return msgspec.structs.replace(found, at="")
    return re.sub(r"on \d{4}-\d\d-\d\d \d\d:\d\d UTC", "", path.read_text("utf-8"))


async def test_wherever_it_was_cut_off_it_goes_on_and_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room_file, "PAGE", 3)
    async with House(tmp_path) as house:
        ana, _, hall = await talk(house)
        straight = await taken(ana, hall, tmp_path / "straight.json")
        expected = whole(tmp_path / "straight.json")
        assert [one.seq for one in expected.messages if not one.thread] == [1, 2, 3, 4, 6, 7, 8]
        assert expected.removed == [5]
        for step in range(1, len(straight.at) + 1):
            path = tmp_path / f"cut-{step}.json"
            first = await taken(ana, hall, path, cut=step)
            assert first.told == [
                f"Broken off after {first.at[-1][0]} messages: asked again for the same file, it goes on from there."
            ]
            again = await taken(ana, hall, path)
            assert again.told == [f"Goes on after {first.at[-1][0]} messages."]
            assert (again.at[0], again.at[-1]) == (first.at[-1], straight.at[-1])
            assert len(again.at) <= len(straight.at) - step + 2, "what was there was read again"
            assert whole(path) == expected
        assert not [name for name in names(tmp_path) if name.endswith((".part", ".new"))]


@pytest.mark.parametrize("form", FORMATS)
async def test_each_form_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Format):
    monkeypatch.setattr(room_file, "PAGE", 3)
    async with House(tmp_path) as house:
        ana, _, hall = await talk(house)
        await taken(ana, hall, tmp_path / f"straight.{form}", form)
        path = tmp_path / f"cut.{form}"
        await taken(ana, hall, path, form, cut=3)
        with path.with_name(f"{path.name}.part").open("ab") as part:
            part.write(b'{"at":7,"messages":[{"seq":')  # whoever was killed in the middle of a line
        await taken(ana, hall, path, form)
        assert whole(path) == whole(tmp_path / f"straight.{form}")
        text = path.read_text("utf-8")
        assert "The shed is locked." in text
        assert "number 5" not in text
        if form != "json":
            assert "forwarded from ana in garden/shed" in text
            assert text.count("no longer there; what was said in its thread:") == 1
        assert path.stat().st_mode & 0o777 == 0o600


async def test_what_was_said_since_it_was_begun_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room_file, "PAGE", 3)
    async with House(tmp_path) as house:
        ana, bob, hall = await talk(house)
        await taken(ana, hall, tmp_path / "straight.json")
        await taken(ana, hall, tmp_path / "cut.json", cut=1)
        await bob.types("late")
        await bob.types("/thread 3 late, too")
        await bob.link.voice.settled()
        await taken(ana, hall, tmp_path / "cut.json")
        assert [one.body for one in whole(tmp_path / "cut.json").messages] == [
            one.body for one in whole(tmp_path / "straight.json").messages
        ]


def of_other_data(begun: Begun) -> None:
    begun.about.epoch = "another"


def of_somebody_else(begun: Begun) -> None:
    begun.reader = "another"


def of_the_day_before_yesterday(begun: Begun) -> None:
    begun.about.at = "2026-01-31T09:00:00.000Z"


def of_another_room(begun: Begun) -> None:
    begun.about.room.id = "another"


@pytest.mark.parametrize(
    ("it_is", "why"),
    [
        (of_other_data, "the server's data was replaced"),
        (of_somebody_else, "what is there is of something else"),
        (of_another_room, "what is there is of something else"),
        (of_the_day_before_yesterday, "what is there is more than a day old"),
    ],
)
async def test_what_can_not_be_gone_on_with_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, it_is: Callable[[Begun], None], why: str
):
    monkeypatch.setattr(room_file, "PAGE", 3)
    async with House(tmp_path) as house:
        ana, _, hall = await talk(house)
        straight = await taken(ana, hall, tmp_path / "straight.json")
        path = tmp_path / "cut.json"
        await taken(ana, hall, path, cut=2)
        part = path.with_name("cut.json.part")
        head, *pieces = part.read_bytes().splitlines(keepends=True)
        begun = msgspec.json.decode(head, type=Begun)
        it_is(begun)
        part.write_bytes(b"".join([msgspec.json.encode(begun), b"\n", *pieces]))
        again = await taken(ana, hall, path)
        assert again.told == [f"Begins anew: {why}."]
        assert again.at == straight.at
        assert whole(path) == whole(tmp_path / "straight.json")


async def counts(house: House, last: int) -> Reader:
    """Somebody who has said so many things in a room."""
    (ana,) = await house.join("garden/hall", "ana")
    for n in range(1, last + 1):
        await ana.types(f"number {n}")
    await ana.sees(f"number {last}")
    return ana


async def keeps(house: House, reader: Reader, count: int) -> None:
    """From now on the room keeps so many messages; what is too much was removed."""
    await reader.types(f"/room keep {count}")
    await removed(house, reader)
    await reader.sees("Older messages were removed")


@pytest.mark.parametrize(("left", "anew"), [(6, False), (2, True)])
async def test_what_was_removed_meanwhile_matters_where_it_was_still_to_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int, anew: bool
):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    monkeypatch.setattr(room_file, "PAGE", 2)
    async with House(tmp_path) as house:
        ana = await counts(house, 8)
        hall, path = room_of(ana), tmp_path / "hall.md"
        await taken(ana, hall, path, "md", cut=2)  # four of eight
        await keeps(house, ana, left)
        again = await taken(ana, hall, path, "md")
        text = path.read_text("utf-8")
        said = [int(number) for number in re.findall(r"^number (\d)", text, re.MULTILINE)]
        if anew:
            assert again.told == ["Begins anew: what comes next in it is no longer kept."]
            assert (said, GONE in text) == ([7, 8], True)
        else:
            assert again.told == ["Goes on after 4 messages."]
            assert (said, GONE in text) == ([1, 2, 3, 4, 5, 6, 7, 8], False)


async def test_what_is_removed_while_it_is_read_leaves_no_hole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    monkeypatch.setattr(room_file, "PAGE", 2)
    async with House(tmp_path) as house:
        ana = await counts(house, 8)
        await ana.types("/room keep 2")
        of, pages = house.store.messages, list[Any]()

        async def messages(*named: Any, **options: Any) -> Any:
            pages.append(options)
            if len(pages) == 3:
                await removed(house, ana)
            return await of(*named, **options)

        monkeypatch.setattr(house.store, "messages", messages)
        wait = await taken(ana, room_of(ana), tmp_path / "hall.json")
        assert wait.told == ["Begins anew: what comes next in it is no longer kept."]
        assert [one.body for one in whole(tmp_path / "hall.json").messages] == ["number 7", "number 8"]


@pytest.mark.parametrize("form", FORMATS)
async def test_what_was_said_in_the_thread_of_what_was_removed_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Format
):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    monkeypatch.setattr(room_file, "PAGE", 2)
    async with House(tmp_path) as house:
        ana = await counts(house, 4)
        for n in range(3):
            for root in (1, 2, 3, 4):
                await ana.types(f"/thread {root} answer {n} of {root}")
        await ana.types("number 17")
        await ana.link.voice.settled()
        await ana.types("/room keep 2")  # what is said in threads does not count
        await removed(house, ana)
        path, hall = tmp_path / f"hall.{form}", room_of(ana)
        straight = await taken(ana, hall, path, form)
        text = path.read_text("utf-8")
        answers = [[f"answer {n} of {root}" for n in range(3)] for root in (1, 2, 3, 4)]
        found = re.findall(r"answer \d of \d|number \d+", text)
        assert found == [*answers[0], *answers[1], *answers[2], "number 4", *answers[3], "number 17"]
        if form == "json":
            assert whole(path).removed == [1, 2, 3]
        else:
            assert text.count("no longer there; what was said in its thread:") == 3
        for step in range(1, len(straight.at) + 1):
            await taken(ana, hall, cut := tmp_path / f"cut-{step}.{form}", form, cut=step)
            await taken(ana, hall, cut, form)
            assert whole(cut) == whole(path)


async def test_over_a_restart_of_the_server_it_goes_on_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room_file, "PAGE", 3)
    async with House(tmp_path) as house:
        ana, _, hall = await talk(house)
        straight = await taken(ana, hall, tmp_path / "straight.json")
        asked = halted(house, monkeypatch, 3)
        taking = asyncio.create_task(taken(ana, hall, tmp_path / "cut.json"))
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
        await house.stop()
        await house.start()
        wait = await taking
        assert (wait.told, wait.at) == ([], straight.at)
        assert whole(tmp_path / "cut.json") == whole(tmp_path / "straight.json")


def halted(house: House, monkeypatch: pytest.MonkeyPatch, after: int, most: int = 200) -> asyncio.Event:
    """From now on the server gives so many pages, of at most so many messages, and none after that; tells when it is
    asked for that one."""
    of, asked, given = house.store.messages, asyncio.Event(), 0

    async def messages(*named: Any, **options: Any) -> Any:
        nonlocal given
        if given == after:
            asked.set()
            await asyncio.get_running_loop().create_future()
        given += 1
        return await of(*named, **options | {"limit": min(options["limit"], most)})

    monkeypatch.setattr(house.store, "messages", messages)
    return asked


async def test_a_client_that_was_killed_goes_on_when_it_is_asked_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    await talk(house)
    of = house.store.messages
    path = tmp_path / "hall.html"
    words = ("--handle", "ana", "export", "garden/hall", "--out")
    assert await among(*words, str(tmp_path / "straight.html")) == 0
    asked = halted(house, monkeypatch, 4, most=2)
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "among_cli.main", *words, str(path), env=dict(os.environ)
    )
    async with asyncio.timeout(PATIENCE):
        await asked.wait()
        client.kill()
        await client.wait()
    assert not path.exists()
    monkeypatch.setattr(house.store, "messages", of)
    capsys.readouterr()
    assert await among(*words, str(path)) == 0
    said = capsys.readouterr()
    assert re.fullmatch(r"among: Goes on after \d messages\.\n", said.err)
    assert said.out == f"{path}  17 messages\n"
    assert whole(path) == whole(tmp_path / "straight.html")


async def test_two_at_once_do_not_write_one_file(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, _, hall = await talk(house)
        path = tmp_path / "hall.json"
        with (
            Part(path.with_name("hall.json.part")),
            pytest.raises(BlockingIOError, match="another export writes it now"),
        ):
            await taken(ana, hall, path)
        assert (await ana.types(f"/export {path}"))[-1].endswith("17 messages.")


@pytest.mark.parametrize("how", ["others may read it", "it has another name, too", "it is a link"])
def test_a_part_that_others_laid_there_is_not_gone_on_with(tmp_path: Path, how: str):
    theirs, path = tmp_path / "theirs", tmp_path / "hall.json.part"
    theirs.touch(0o600)
    if how == "others may read it":
        path.touch(0o644)
    elif how == "it is a link":
        path.symlink_to(theirs)
        with pytest.raises(OSError, match="symbolic"):
            Part(path)
        return
    else:
        path.hardlink_to(theirs)
    with Part(path):
        assert path.stat().st_mode & 0o777 == 0o600
        assert not path.samefile(theirs)
