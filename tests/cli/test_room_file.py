"""A room as a file of one's own: what is in it, in three forms, and what becomes of it when something goes wrong."""

import json
import os
import re
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from among_cli import room_file, transcript
from among_cli.transcript import FORMATS, writing
from among_protocol.codes import ROOM_GONE, Refuse
from among_protocol.document import html_head
from among_protocol.export import Transcript
from among_protocol.members import Persona
from among_protocol.messages import Forwarded, Message, Quoted, ReadMessages
from among_protocol.reactions import Reaction
from among_protocol.rooms import Room
from among_server.store.rules import retention as rules

from .corpus import CORPUS, obeyed
from .house import House, Reader
from .test_kept import removed
from .test_one_shot import among

AT = "2026-01-31T09:00:00.000Z"


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """One that the program finds."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("AMONG_TOKEN", raising=False)
    async with House(tmp_path) as house:
        monkeypatch.setenv("AMONG_SERVER", house.url)
        yield house


ROOM = Transcript(epoch="e1", at=AT, room=Room(id="r1", slug="hall", kind="open", topic="tea"), as_of=9)
PEOPLE = {
    ("m1", 1): Persona(member="m1", rev=1, handle="ana", display_name="Ana <3"),
    ("m2", 4): Persona(member="m2", rev=4, handle="bob", display_name="bob"),
}
PLACES = {"r2": "garden/<shed>"}


def test_one_message_is_not_many():
    assert [room_file.so_many(count) for count in (0, 1, 1_000)] == ["0 messages", "1 message", "1,000 messages"]


def told(form: Any, *messages: Message, room: Transcript = ROOM) -> str:
    file = writing(form, room, "garden/hall")
    return file.begin() + "".join(file.page([message], PEOPLE, PLACES) for message in messages) + file.end()


def said(body: str, seq: int = 1, **more: Any) -> Message:
    return Message(seq=seq, at=AT, by="m1", rev=1, body=body, **more)


# --- what is in it


async def test_a_page_to_read_is_written_from_the_room(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("first")
        await bob.types("second")
        await bob.sees("second")
        await ana.sees("second")  # and her own before it
        await ana.types("/edit first, edited")
        await bob.sees("first, edited")
        file = tmp_path / "hall.html"
        assert await bob.types(f"/export {file}") == [f"garden/hall: {file}, 2 messages."]
        page = file.read_text("utf-8")
        assert re.findall(r"<bdi>(ana|bob)</bdi></b>", page) == ["ana", "bob"]
        assert "first, edited" in page
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "is there already" in (await bob.types(f"/export {file}"))[0]
        assert "hall.html.part" not in os.listdir(tmp_path)  # noqa: PTH208  # names are all that is wanted


async def test_what_is_said_in_a_thread_stands_behind_its_root(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("Who has beans?")
        await bob.sees("Who has beans?")
        await ana.types("Good night.")
        await bob.sees("Good night.")
        for number in range(3):
            await bob.types(f"/thread 1 answer {number}")
        await bob.link.voice.settled()
        for form in FORMATS:
            file = tmp_path / f"hall.{form}"
            assert await bob.types(f"/export {file}") == [f"garden/hall: {file}, 5 messages."]
            text = file.read_text("utf-8")
            order = [text.index(words) for words in ("beans?", "answer 0", "answer 2", "Good night")]
            assert order == sorted(order), form


async def test_what_was_deleted_is_in_no_form(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("canary")
        await ana.sees("canary")
        await ana.types("/delete #1")
        await bob.sees("deleted #1")
        await ana.types("kept")
        await ana.sees("kept")
        for form in FORMATS:
            file = tmp_path / f"hall.{form}"
            await bob.types(f"/export {form} {file}")
            assert "canary" not in file.read_text("utf-8")
            assert "kept" in file.read_text("utf-8")


async def test_the_json_is_in_the_shapes_of_the_protocol(house: House, tmp_path: Path, capsys):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await ana.types("tea?")
    await bob.sees("tea?")
    await bob.types("/reply #1 yes")
    await ana.sees("yes")
    file = tmp_path / "hall.json"
    assert await among("--handle", "bob", "export", "garden/hall", "--out", str(file)) == 0
    assert capsys.readouterr().out == f"{file}  2 messages\n"
    found = msgspec.json.decode(file.read_bytes(), type=Transcript)
    assert found.community is not None
    assert (found.community.slug, found.room.slug, found.as_of, found.floor) == ("garden", "hall", 2, 0)
    assert [one.body for one in found.messages] == ["tea?", "yes"]
    assert found.messages[1].quote is not None
    assert {one.handle for one in found.personas} == {"ana", "bob"}
    page = await ana.among.ask(ReadMessages, room=found.room.id)
    assert found.messages == page.messages


async def test_a_room_of_many_pages_is_in_order_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room_file, "PAGE", 7)
    monkeypatch.setattr(room_file, "KNOWN", 1)
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        for n in range(30):
            await ana.types(f"number {n}")
        await ana.sees("number 29")
        told_ = []
        assert ana.model.room is not None
        room = ana.among.room(ana.model.room.id)
        file = tmp_path / "hall.json"
        count = await room_file.write(ana.among, room, file, "json", lambda *at: told_.append(at), pytest.fail)
        assert count == 30
        found = msgspec.json.decode(file.read_bytes(), type=Transcript)
        assert [one.body for one in found.messages] == [f"number {n}" for n in range(30)]
        assert told_[0] == (7, 7, 30)
        assert told_[-1] == (30, 30, 30)


async def test_a_dash_is_standard_output_and_no_file(house: House, tmp_path: Path, capsys, monkeypatch):
    ana, _ = await house.join("garden/hall", "ana", "bob")
    await ana.types("tea?")
    await ana.sees("tea?")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    file = tmp_path / "hall.md"
    assert await among("--handle", "ana", "export", "garden/hall", "--out", str(file)) == 0
    capsys.readouterr()
    assert await among("--handle", "ana", "export", "garden/hall", "--format", "md", "--out", "-") == 0
    shown = capsys.readouterr()
    moment = re.compile(r"\d\d:\d\d:\d\d")
    assert (moment.sub("", shown.out), shown.err) == (moment.sub("", file.read_text("utf-8")), "")
    assert await among("--handle", "ana", "export", "-") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["record"] == "archive"
    assert await among("--handle", "ana", "portrait", "garden", "--out", "-") == 0
    assert capsys.readouterr().out.startswith("# ")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    await ana.types("no \u202eorders to a terminal")
    await ana.sees("orders")
    assert await among("--handle", "ana", "export", "garden/hall", "--format", "md", "--out", "-") == 0
    shown = capsys.readouterr()
    assert "tea?" in shown.out
    assert "\u202e" not in shown.out
    assert "2 messages" in shown.err
    for line in ("/export html -", "/export -", "/me export -", "/portrait export -"):
        (told,) = await ana.types(line)
        assert told.startswith("Here it goes to a file: name one."), line
    assert not list(folder.iterdir())


async def test_an_empty_room_is_a_file_too(house: House, tmp_path: Path):
    await house.join("garden/hall", "ana")
    for form in FORMATS:
        file = tmp_path / f"empty.{form}"
        assert await among("export", "garden/hall", "--format", form, "--out", str(file)) == 0
        if form == "json":
            assert msgspec.json.decode(file.read_bytes(), type=Transcript).messages == []


async def test_a_direct_is_taken_along_and_what_is_not_mine_is_not_there(house: House, tmp_path: Path, capsys):
    await house.join("garden/hall", "ana", "bob")
    assert await among("--handle", "ana", "send", "@bob", "psst") == 0
    file = tmp_path / "bob.md"
    assert await among("--handle", "ana", "export", "@bob", "--out", str(file)) == 0
    assert "psst" in file.read_text("utf-8")
    capsys.readouterr()
    assert await among("--handle", "ana", "export", "garden/cellar", "--format", "html") == 1
    assert "there is no room garden/cellar" in capsys.readouterr().err
    for room in ("@bob", "garden/hall"):  # or a file of that name were made, with everything of ana's
        assert await among("--handle", "ana", "export", room) == 1
        assert f"`among export {room} --format html`" in capsys.readouterr().err
    assert await among("--handle", "ana", "export", "@bob", "--out", str(file)) == 1
    assert capsys.readouterr().err == f"among: {file}: it is there already\n"


async def test_a_room_that_is_lost_meanwhile_is_told_and_nothing_of_it_stays(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("hello")
        await ana.sees("hello")
        hall = ana.among.room(ana.model.room.id) if ana.model.room else None
        assert hall is not None
        await ana.types("/room private cellar")
        assert ana.model.room is not None
        cellar = ana.among.room(ana.model.room.id)
        folder = tmp_path / "out"
        folder.mkdir()

        def lost(*at: int) -> None:
            raise Refuse(ROOM_GONE)

        for reader, room, progress in ((bob, cellar, print), (ana, hall, lost)):
            with pytest.raises(Refuse):
                await room_file.write(reader.among, room, folder / "c.md", "md", progress, pytest.fail)
            assert list(folder.iterdir()) == []


def test_the_name_of_the_file_says_of_which_room_and_day_it_is():
    assert re.fullmatch(r"among-garden-hall-\d{4}-\d\d-\d\d\.md", str(room_file.named("garden/hall", "md")))
    assert "/" not in str(room_file.named("../../etc/passwd", "json"))
    assert str(room_file.named("\x1b]0;x", "html")).isprintable()


@pytest.mark.parametrize(
    ("word", "path", "form"),
    [("", "", "html"), ("", "x.md", "md"), ("", "x.JSON", "json"), ("md", "x.json", "md"), ("", "x.htm", "html"), ("", "notes", "html")],
)  # fmt: skip
def test_the_form_is_what_one_says_or_what_the_file_is_called(word: str, path: str, form: str):
    assert room_file.form_of(word, path) == form


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_form_that_there_is_not_is_refused_and_no_page_of_that_name_is_written(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (ana,) = await house.join("garden/hall", "ana")
    monkeypatch.chdir(tmp_path)
    why = "there is no pdf: a room is written as json, html, md"
    assert await ana.types("/export pdf") == [f"{why.capitalize()}."]
    assert await among("export", "garden/hall", "--out", "hall.pdf") == 2
    assert why in capsys.readouterr().err
    assert not any(name.endswith("pdf") for name in names(tmp_path))


# --- in HTML and Markdown


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;", "</style><b>"]
)
def test_in_html_everything_is_text(hostile: str):
    quote = Quoted(seq=1, by="m1", rev=1, body=hostile)
    room = msgspec.structs.replace(ROOM, room=msgspec.structs.replace(ROOM.room, topic=hostile))
    page = told("html", said(hostile), said("yes", 2, reply_to=1, quote=quote), room=room)
    body = page.partition("<body>")[2]
    assert not re.findall(r"<(?!/?(?:header|h1|h2|p|bdi|b|article|time|a|body|html)\b)", body)
    assert "onerror=" not in re.sub(r"&[a-z#0-9]+;", "", re.sub(r">[^<]*<", "><", body))
    assert "default-src 'none'" in page


def test_in_html_marks_are_shown_and_spoilers_hidden():
    page = told("html", said("**so** *soft* ~~not~~ `a<b` ||the **end**||\n> - quoted\n```\n<pre>\n```"))
    for part in (
        "<strong>so</strong> <em>soft</em> <s>not</s> <code>a&lt;b</code>",
        '<span class="hid" tabindex="0">the <strong>end</strong></span>',
        '<blockquote><p dir="auto">• quoted</p></blockquote>',
        '<pre dir="auto"><code>&lt;pre&gt;</code></pre>',
    ):
        assert part in page, part
    answers = Quoted(seq=1, by="m1", rev=1, body="who did it: ||the gardener||")
    for form in ("html", "md"):
        assert "gardener" not in told(form, said("no!", 2, reply_to=1, quote=answers))


def test_what_is_reacted_to_says_so():
    reacted = said("tea?", reactions=[Reaction(emoji="🍵", count=3), Reaction(emoji="☕", count=1)])
    assert '<p class="re">🍵 3, ☕ 1</p>' in told("html", reacted)
    assert "\n🍵 3, ☕ 1\n" in told("md", reacted)


def test_what_one_message_shows_of_another_room_stands_there_with_its_credit():
    shown = Forwarded(room="r2", seq=7, by="m2", rev=4, at=AT, body="**Water** them\n\n> <b> ||or else||", edited=9)
    credit = "forwarded from bob in garden/{}shed{} #7, 2026-01-31 09:00, edited"
    page = told("html", said("as bob said", forwarded=shown))
    assert f'<p class="re"><bdi>{credit.format("&lt;", "&gt;")}</bdi></p>\n<blockquote>\n' in page
    assert "<strong>Water</strong> them" in page
    assert "&lt;b&gt; <span class=" in page
    assert page.index("as bob said") < page.index("forwarded from") < page.index("Water")
    page = told("md", said("as bob said", forwarded=shown))
    assert f"\nas bob said\n\n{credit.format('&lt;', '&gt;').replace('#', chr(92) + '#')}\n" in page
    assert "\n> \\*\\*Water\\*\\* them\n> \n> &gt; &lt;b&gt; " in page
    found = msgspec.json.decode(told("json", said("", forwarded=shown)), type=Transcript)
    assert found.messages[0].forwarded == shown
    assert [one.handle for one in found.personas] == ["ana", "bob"]


def test_what_is_shown_and_is_not_there_is_told_and_nothing_of_it():
    for form in ("html", "md"):
        gone = told(form, said("so", forwarded=Forwarded(room="r9", seq=1, by="m2", rev=4, gone=True)))
        assert "forwarded from somewhere that could not be read" in gone
        assert "bob" not in gone
        blank = told(form, said("so", forwarded=Forwarded(room="r9", seq=1, by="m2", rev=4, at=AT, blank=True)))
        assert "forwarded from bob, 2026-01-31 09:00: deleted" in blank


def test_a_thread_without_its_root_says_so():
    rows = [
        said("one"),
        said("in it", 3, thread=2),
        said("and", 4, thread=2),
        said("two", 5),
        said("its own", 6, thread=5),
    ]
    for form, number in (("html", "#2"), ("md", "\\#2")):
        page = told(form, *rows)
        assert page.count("no longer there") == 1
        assert (
            page.index("one")
            < page.index(f"{number}: no longer there; what was said in its thread:")
            < page.index("in it")
        )
    assert msgspec.json.decode(told("json", *rows), type=Transcript).removed == [2]
    assert msgspec.json.decode(told("json", *rows[3:]), type=Transcript).removed == []


def test_a_message_shows_its_number_by_which_others_name_it():
    rows = [said("one"), said("two", 2), said("in it", 3, thread=2), said("so", 4, reply_to=9)]
    page = told("html", *rows)
    assert re.findall(r'<a class="no" href="#m(\d)">#(\d)</a>', page) == [(f"{n}", f"{n}") for n in (1, 2, 3, 4)]
    page = told("md", *rows)
    assert re.findall(r"^\*\*.*", page, re.MULTILINE) == [
        "**Ana &lt;3 (ana)** 09:00 #1",
        "**Ana &lt;3 (ana)** 09:00 #2",
        "**Ana &lt;3 (ana)** 2026-01-31 09:00 #3 in the thread of #2",
        "**Ana &lt;3 (ana)** 09:00 #4",
    ]


async def test_what_is_pinned_and_no_longer_kept_otherwise_stands_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        for line in (
            "first",
            "the rules",
            "asked",
            "/thread 2 below",
            "/thread 3 answer",
            "/pin #2",
            "/pin #5",
            "last",
        ):
            await ana.types(line)
        await ana.types("/thread 2 newest below")
        await ana.types("/room keep 1")
        await ana.sees("the newest message alone")
        await removed(house, ana)
        await bob.sees("Older messages were removed")
        for form in FORMATS:
            file = tmp_path / f"hall.{form}"
            await bob.types(f"/export {file}")
            text = file.read_text("utf-8")
            words = [one for one in ("first", "the rules", "newest below", "asked", "answer", "last") if one in text]
            assert words == ["the rules", "newest below", "answer", "last"], form
            order = [text.index(one) for one in words]
            assert order == sorted(order), form
            if form != "json":
                assert text.count(", pinned") == 2
        found = msgspec.json.decode((tmp_path / "hall.json").read_bytes(), type=Transcript)
        assert found.removed == [3]


async def test_the_card_is_of_when_the_room_is_taken_along(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, _ = await house.join("garden/hall", "ana", "bob")
        file = tmp_path / "hall.json"
        await ana.types(f"/export {file}")
        found = msgspec.json.decode(file.read_bytes(), type=Transcript)
        assert found.community is not None
        assert found.community.members == 2


def test_the_page_runs_and_fetches_nothing():
    page = told("html", said("https://example.org/x.png **[x](https://example.org)** ||http://example.org||"))
    assert page.startswith(html_head("garden/hall", transcript.STYLE))
    assert not re.findall(r"<(?:script|img|link|iframe|object)|(?:src|href)=\"(?!#)|javascript:|@import|url\(", page)


@pytest.mark.parametrize("hostile", ["# heading", "- item", "1. item", "> quote", "`code`", "[x](y)", "**b**", "<b>", "| a |", "===", "---"])  # fmt: skip
def test_in_markdown_everything_is_text(hostile: str):
    page = told("md", said(f"{hostile}\n\n{hostile}"))
    lines = page.split("\n")[6:]
    assert hostile not in [line.strip() for line in lines]


@pytest.mark.parametrize("form", ["html", "md"])
def test_nothing_in_what_is_to_be_read_is_obeyed_by_a_terminal(form: Any):
    for hostile in CORPUS:
        who = Persona(member="m1", rev=1, handle="ana", display_name=hostile)
        file = writing(
            form, msgspec.structs.replace(ROOM, room=msgspec.structs.replace(ROOM.room, topic=hostile)), "g/h"
        )
        text = file.begin() + file.page([said(hostile)], {("m1", 1): who}) + file.end()
        assert obeyed(text) == "", repr(hostile)


def test_days_answers_and_edits_are_shown():
    quote = Quoted(seq=1, by="m1", rev=1, body="tea?")
    one, two = said("tea?", edited=5), said("yes", 2, reply_to=1, quote=quote)
    three = msgspec.structs.replace(said("late", 3, reply_to=1), at="2026-02-01T10:00:00.000Z")
    page = told("html", one, two, three)
    assert page.count("<h2>2026-01-31</h2>") == page.count("<h2>2026-02-01</h2>") == 1
    for part in ('href="#m1"', "↩ <bdi>Ana &lt;3 (ana): tea?</bdi>", ", edited", "#1: no longer there"):
        assert part in page
    page = told("md", one, two, three)
    for part in ("## 2026-01-31", "> Ana &lt;3 (ana): tea?", "#1: no longer there"):
        assert part in page


def test_where_something_was_removed_that_stands_at_the_beginning():
    room = msgspec.structs.replace(ROOM, floor=4)
    for form in ("html", "md"):
        assert transcript.GONE in told(form, room=room)
    assert msgspec.json.decode(told("json", room=room), type=Transcript).floor == 4


async def test_who_is_at_the_screen_hears_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from among_cli import going

    monkeypatch.setattr(going, "LONG", 3)
    monkeypatch.setattr(room_file, "PAGE", 2)
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        await _talk(ana, 8)
        told_ = await ana.types(f"/export md {tmp_path / 'x.md'}")
        assert told_[:3] == ["  25 %, 2 messages", "  50 %, 4 messages", "  75 %, 6 messages"]


async def _talk(person: Reader, count: int) -> None:
    for n in range(count):
        await person.types(f"number {n}")
    await person.sees(f"number {count - 1}")
