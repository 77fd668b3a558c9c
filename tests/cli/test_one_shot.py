"""The forms for scripts, against a real server: what they print, what code they end with."""

import asyncio
import errno
import hashlib
import io
import json
import os
import sys
from urllib.parse import urlsplit

import pytest

from among_cli.main import main
from among_protocol.aio import Among
from among_protocol.messages import ReadMessages, SendMessage
from among_protocol.posts import PublishPost
from among_protocol.rooms import FollowRoom

from .corpus import CORPUS, obeyed
from .house import PASSWORD, PATIENCE, House, Tap

REFUSED, USAGE, UNSURE = 1, 2, 3


@pytest.fixture
async def house(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("AMONG_TOKEN", raising=False)
    async with House(tmp_path) as house:
        monkeypatch.setenv("AMONG_SERVER", house.url)
        yield house


async def among(*argv: str) -> int:
    """Run the program, in a thread of its own."""
    return await asyncio.to_thread(main, list(argv))


async def test_what_is_sent_is_stored_when_the_code_is_0(house, capsys):
    ana, _ = await house.join("garden/hall", "ana", "bob")
    assert await among("--handle", "bob", "send", "garden/hall", "hello", "ana") == 0
    assert capsys.readouterr().out == ""
    await ana.sees("hello ana")


async def test_sent_twice_with_one_nonce_it_is_stored_once(house, capsys):
    await house.join("garden/hall", "ana")
    for _ in range(2):
        assert await among("send", "--json", "--nonce", "backup-17", "garden/hall", "done") == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == second
    assert (first["room"], first["handle"], first["body"]) == ("garden/hall", "ana", "done")


async def test_the_text_may_come_from_standard_input(house, capsys, monkeypatch):
    await house.join("garden/hall", "ana")
    monkeypatch.setattr(sys, "stdin", io.StringIO("two\nlines\n"))
    assert await among("send", "--json", "garden/hall", "-") == 0
    assert json.loads(capsys.readouterr().out)["body"] == "two\nlines"


async def test_what_is_no_text_is_not_understood(house, capsys, monkeypatch):
    await house.join("garden/hall", "ana")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9"), "utf-8", "surrogateescape"))
    for command in (["send", "garden/hall", "-"], ["send", "garden/hall", "caf\udce9"], ["search", "caf\udce9"]):
        assert await among(*command) == USAGE
        assert capsys.readouterr().err == "among: this is no UTF-8, and so no text\n"


async def test_nothing_to_say_is_told_to_be_no_message(house, capsys):
    await house.join("garden/hall", "ana")
    assert await among("send", "garden/hall", " ") == USAGE
    assert capsys.readouterr().err == "among: a message must not be blank\n"


class Endless(io.StringIO):
    """As /dev/zero, or `yes`."""

    def read(self, size: int | None = -1) -> str:
        assert size is not None
        assert size > 0, "this takes all the memory that there is"
        return "x" * size


async def test_standard_input_that_never_ends_is_no_text(house, capsys, monkeypatch):
    await house.join("garden/hall", "ana")
    monkeypatch.setattr(sys, "stdin", Endless())
    assert await among("send", "garden/hall", "-") == USAGE
    assert "more than 1048576 characters" in capsys.readouterr().err


async def test_to_somebody_alone(house):
    ana, _ = await house.join("garden/hall", "ana", "bob")
    assert await among("--handle", "bob", "send", "@ana", "psst") == 0
    await ana.sees("bob to you: psst")


async def test_tail_prints_every_entry_once_over_a_restart(house, monkeypatch):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("one")
    await ana.types("two")
    await ana.sees("two")
    monkeypatch.setattr(sys, "stdout", tap := Tap())
    tail = asyncio.create_task(among("tail", "garden/hall", "--json", "--from", "2", "--count", "4"))
    await tap.until("two")
    await house.stop()
    await ana.types("three")
    await house.start()
    await ana.sees("three")
    await ana.types("four")
    await ana.types("five")
    assert await tail == 0
    entries = [json.loads(line) for line in tap.getvalue().splitlines()]
    assert [(entry["seq"], entry["body"]) for entry in entries] == [(2, "two"), (3, "three"), (4, "four"), (5, "five")]
    assert {(entry["handle"], entry["room"], entry["type"]) for entry in entries} == {
        ("ana", "garden/hall", "message.sent")
    }


async def test_tail_in_plain_text_is_for_people(house, capsys):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("one\nand more")
    await ana.types("/room topic Beans")
    await ana.types("two")
    await ana.sees("two")
    assert await among("tail", "garden/hall", "--from", "1", "--count", "2") == 0
    first, more, second = capsys.readouterr().out.splitlines()
    assert first[5:] == " ana  one"
    assert more == " " * 11 + "and more"
    assert second[5:] == " ana  two"


async def test_a_script_reads_what_spoilers_hide_since_it_can_ask_for_nothing(house, capsys):
    (ana,) = await house.join("garden/hall", "ana")
    await ana.types("It was ||the gardener||")
    await ana.sees("It was")
    assert await among("tail", "garden/hall", "--from", "1", "--count", "1") == 0
    assert capsys.readouterr().out[5:] == " ana  It was ||the gardener||\n"


async def test_unread_counts_for_scripts(house, capsys):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("/dm ana")
    await ana.types("for @bob")
    await bob.sees("for @bob")
    assert await among("--handle", "bob", "unread", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    room = json.loads(line)
    assert (room["room"], room["unread"], room["mentions"]) == ("garden/hall", 1, 1)
    assert await among("--handle", "bob", "unread") == 0
    assert capsys.readouterr().out == "garden/hall  1 new, 1 for you\n"


async def test_unread_tells_of_a_room_in_which_only_a_thread_calls_and_names_a_corner_by_whose_it_is(house, capsys):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    await bob.types("Who has beans?")
    await ana.sees("Who has beans?")
    room = ana.model.room
    (root,) = (await ana.among.ask(ReadMessages, room=room.id)).messages
    await bob.types("/dm ana")
    await ana.among.ask(SendMessage, room=room.id, thread=root.seq, body="I have, @bob")
    for title in ("Beans", "Peas"):
        post = await bob.among.ask(PublishPost, community=room.community, title=title, body="They grow.")
        await ana.among.ask(FollowRoom, room=post.entry.log)
    said = {}
    for handle in ("ana", "bob"):
        assert await among("--handle", handle, "unread") == 0
        said[handle] = capsys.readouterr().out
    assert said == {"ana": "garden/@bob  1 new\n", "bob": "garden/hall  1 for you, 1 in threads\n"}


async def test_unread_has_the_threads_of_a_room_in_its_row_also_where_only_they_have_something_new(house, capsys):
    ana, bob = await house.join("garden/hall", "ana", "bob")
    for text in ("Who has beans?", "And seeds?"):
        await bob.types(text)
        await ana.sees(text)
    for text in ("/thread 1 I have", "/thread 1 some", "/thread 2 none"):
        await ana.types(text)
    await bob.types("/dm ana hello")
    await ana.types("/dm bob hello")
    await bob.sees("hello")
    await ana.types("/thread 1 are you there?")
    await bob.sees("are you there?")
    await bob.paper.until(lambda: len(bob.model.thread_news()) == 3)
    assert await among("--handle", "bob", "unread", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {row["room"]: (row["unread"], row["mentions"], row["threads"]) for row in rows}
    assert found["garden/hall"] == (
        *(0, 0),
        [{"thread": 1, "unread": 2, "mentions": 0}, {"thread": 2, "unread": 1, "mentions": 0}],
    )
    assert found["@ana"][2] == [{"thread": 1, "unread": 1, "mentions": 0}]
    assert await among("--handle", "bob", "unread") == 0
    assert "garden/hall  3 in threads\n" in capsys.readouterr().out
    await bob.types("/read all")
    assert await among("--handle", "bob", "unread") == 0
    assert "in threads" not in capsys.readouterr().out


async def test_a_cold_start_signs_up_with_a_password_file_and_keeps_the_token(house, tmp_path, capsys):
    await house.join("garden/hall", "ana")
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n", "utf-8")
    start = ("--handle", "robot", "--password-file", str(password))
    assert await among(*start, "--sign-up", "join", "garden") == 0
    password.unlink()
    assert await among(*start, "send", "garden/hall", "beep") == 0
    assert house.saved.get(house.url, "robot") is not None
    assert capsys.readouterr().err == ""


async def test_a_password_may_come_through_a_pipe(house):
    await house.join("garden/hall", "ana")
    reader, writer = os.pipe()
    os.write(writer, f"{PASSWORD}\n".encode())
    os.close(writer)
    try:
        assert (
            await among("--handle", "robot", "--password-file", f"/dev/fd/{reader}", "--sign-up", "join", "garden") == 0
        )
    finally:
        os.close(reader)


async def test_who_was_signed_out_elsewhere_gets_in_by_the_password_that_is_given(house, tmp_path, capsys):
    (ana,) = await house.join("garden/hall", "ana")
    password = tmp_path / "password"
    password.write_text(PASSWORD, "utf-8")
    await house.signs_in("ana")  # whose token is the saved one
    assert await ana.types("/revoke others")
    assert await among("--handle", "ana", "--password-file", str(password), "unread") == 0
    assert await ana.types("/revoke others")
    assert await among("--handle", "ana", "unread") == REFUSED
    assert "This token is not valid" in capsys.readouterr().err


async def test_a_token_from_the_environment_is_not_saved(house, monkeypatch):
    (ana,) = await house.join("garden/hall", "ana")
    account = house.saved.get(house.url, "ana")
    house.saved.forget(account)
    monkeypatch.setenv("AMONG_TOKEN", ana.among.token)
    assert await among("send", "garden/hall", "hello") == 0
    assert house.saved.handles(house.url) == []


async def test_signing_out_ends_the_session_and_forgets_the_token(house, capsys):
    await house.person("ana")
    account = house.saved.get(house.url, "ana")
    assert await among("sign-out") == 0
    assert house.saved.get(house.url, "ana") is None
    house.saved.keep(account)
    assert await among("unread") == REFUSED
    assert "token" in capsys.readouterr().err
    assert house.saved.get(house.url, "ana") is None, "a token that is void is forgotten"


@pytest.mark.parametrize(
    ("argv", "code", "sentence"),
    [
        (["unread"], REFUSED, "you are not signed in to"),
        (["--handle", "nobody", "unread"], REFUSED, "you are not signed in as nobody"),
        (["--handle", "ana", "send", "attic/hall", "hi"], REFUSED, "there is no room attic/hall"),
        (["--handle", "ana", "send", "@nobody", "hi"], REFUSED, "no such account"),
        (["--handle", "ana", "send", "garden/hall", "x" * 8001], USAGE, "at most 8000 bytes"),
        (["--handle", "ana", "send", "garden/hall", "a\x1bb"], USAGE, "U+001B"),
        (["--handle", "ana", "send", "", "hi"], REFUSED, "this is no room: COMMUNITY/ROOM is, and @HANDLE"),
        (["--handle", "ana", "send", "garden", "hi"], REFUSED, "garden is no room: COMMUNITY/ROOM is, and @HANDLE"),
        (["--handle", "ana", "send", "@bob,,cleo", "hi"], USAGE, "a handle has 3 to 32"),
        (
            ["--handle", "ana", "send", "garden/hall", "hi", "--nonce", "x" * 65],
            REFUSED,
            "At most 64 characters. (nonce)",
        ),
        (["--handle", "ana", "send", "garden/hall", "hi", "--nonce", "caf\udce9"], USAGE, "this is no UTF-8"),
        (["--handle", "ana", "join", "caf\udce9"], USAGE, "this is no UTF-8"),
        (["--handle", "ana", "export", "/nonexistent/x"], REFUSED, "/nonexistent/x.part: No such file"),
        (["--handle", "A B", "unread"], USAGE, "a handle has 3 to 32"),
        (["--handle", "robot", "--password-file", "/dev/null", "unread"], REFUSED, "/dev/null: it holds no password"),
        (["--server", "a..b", "unread"], USAGE, "this can't be the name of a machine"),
        (["reset", "ws://127.0.0.1/v1#reset=x"], USAGE, "--password-file FILE has it"),
        (["--server", "ftp://x", "unread"], USAGE, "ftp://"),
        (["--sign-up", "unread"], USAGE, "--password-file"),
        (["--handle", "robot", "--password-file", "/nonexistent", "unread"], REFUSED, "/nonexistent"),
        (["--handle", "robot", "--password-file", "/dev/zero", "unread"], REFUSED, "/dev/zero"),
        (["--server", "127.0.0.1:1", "--handle", "ana", "unread"], REFUSED, "not signed in"),
    ],
)
async def test_what_goes_wrong_is_one_line_and_a_code(house, capsys, argv, code, sentence):
    await house.join("garden/hall", "ana")
    house.saved.choose(house.saved.get(house.url, "ana"))
    if argv == ["unread"]:
        house.saved.forget(house.saved.get(house.url, "ana"))
    assert await among(*argv) == code
    captured = capsys.readouterr()
    assert captured.err.startswith("among: ")
    assert captured.err.count("\n") == 1
    assert sentence in captured.err


async def test_a_token_that_is_no_text_is_not_understood(house, capsys, monkeypatch):
    monkeypatch.setenv("AMONG_TOKEN", "caf\udce9")
    assert await among("unread") == USAGE
    assert capsys.readouterr().err == "among: AMONG_TOKEN: this is no UTF-8, and so no text\n"


async def test_a_server_that_is_not_there_is_code_3(house, capsys, monkeypatch):
    await house.join("garden/hall", "ana")
    await house.stop()
    monkeypatch.setattr("among_cli.opening.WITHIN", 0.05)
    assert await among("unread") == UNSURE
    assert capsys.readouterr().err.startswith("among: cannot reach 127.0.0.1:")


async def test_what_is_sent_is_tried_for_as_long_as_one_wishes_also_where_there_is_no_server_yet(
    house, capsys, monkeypatch
):
    (ana,) = await house.join("garden/hall", "ana")
    await house.stop()
    monkeypatch.setattr("among_cli.opening.WITHIN", 0.05)
    assert await among("send", "garden/hall", "hi", "--wait", "0.05") == UNSURE
    assert capsys.readouterr().err.startswith("among: cannot reach 127.0.0.1:")
    tried = asyncio.Event()

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tried.set()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", urlsplit(house.url).port):
        sending = asyncio.create_task(among("send", "garden/hall", "hello"))
        await asyncio.wait_for(tried.wait(), PATIENCE)
    await house.start()
    assert await sending == 0
    await ana.sees("hello")


@pytest.mark.parametrize(
    "argv",
    [
        ["sessions"],
        ["search", "beans"],
        ["join", "attic"],
        ["corner", "garden"],
        ["corner", "garden", "@ana", "1"],
        ["portrait", "garden"],
        ["tail", "@bob"],
        ["sign-out"],
    ],
)
async def test_a_server_that_goes_away_before_it_answers_is_code_3(house, capsys, monkeypatch, argv):
    await house.join("garden/hall", "ana", "bob")
    monkeypatch.setattr("among_cli.one_shot.WITHIN", 0.05)

    async def never(among: Among, command: object, /, **fields: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Among, "_ask", never)
    assert await among("--handle", "ana", *argv) == UNSURE
    assert capsys.readouterr().err == "among: no answer in time; it is not known whether this was done\n"


async def test_sending_that_is_in_doubt_ends_when_the_time_is_up(house, capsys):
    await house.join("garden/hall", "ana")
    house.doubts()
    async with asyncio.timeout(PATIENCE / 2):
        assert await among("send", "--wait", "2", "garden/hall", "hi") == UNSURE
    assert "it is not known whether this was done" in capsys.readouterr().err


async def test_cnt_01_json_and_plain_output_hold_nothing_that_a_terminal_obeys(house, capsys):
    (ana,) = await house.join("garden/hall", "ana")
    bodies = [text for text in CORPUS if _may_be_said(text)]
    for body in bodies:
        await ana.types(body)
    await ana.paper.until(lambda: len(ana.paper.said) == len(bodies))
    for form in (["--json"], []):
        assert await among("tail", "garden/hall", "--from", "1", "--count", str(len(bodies)), *form) == 0
        out = capsys.readouterr().out
        assert obeyed(out) == ""
        if form:
            assert [json.loads(line)["body"] for line in out.splitlines()] == bodies


def _may_be_said(text: str) -> bool:
    """Whether a server lets it pass, and the client does not trim it."""
    from among_protocol.text import TextError, body

    try:
        return bool(text) and body(text) == text.strip() and text.isprintable() is not None and "\ud800" not in text
    except TextError:
        return False


async def test_sessions_are_printed_for_people_and_for_programs(house, capsys):
    await house.person("ana")
    assert await among("sessions", "--json") == 0
    (card,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert set(card) == {"id", "device", "opened", "seen", "live", "current"}
    assert (card["device"], card["live"], card["current"]) == ("terminal", True, True)
    assert await among("sessions") == 0
    assert capsys.readouterr().out.rstrip().endswith("here now  this one")


async def test_a_device_named_by_somebody_hostile_is_shown_and_obeyed_by_nobody(house, capsys, monkeypatch):
    monkeypatch.setattr("among_server.store.rules.sessions.SESSIONS_PER_ACCOUNT", 2 * len(CORPUS))
    await house.person("ana")
    account = await house.store.account_by_handle("ana")
    assert account is not None
    for number, text in enumerate(CORPUS):
        device = text.encode("utf-8", "replace").decode()[:64]  # no lone surrogate travels
        await house.store.open_session(account.id, f"{number}".encode(), device)
    assert await among("sessions") == 0
    assert await among("sessions", "--json") == 0
    out = capsys.readouterr().out
    assert not obeyed(out)
    assert all(not line.startswith("ana ") for line in out.splitlines())


async def test_a_password_is_set_without_a_terminal(house, capsys, tmp_path):
    await house.person("ana")
    await house.store.add_reset("ana", hashlib.sha256(b"CODE").digest(), 2**52)
    new = tmp_path / "new"
    new.write_text("another horse\n")
    link = f"{house.url}#reset=CODE"
    assert await among("reset", link, "--password-file", str(new)) == 0
    assert await among("unread") == 0
    assert await among("reset", link, "--password-file", str(new)) == REFUSED
    assert "This code to set a password is not valid" in capsys.readouterr().err
    assert await among("reset", house.url, "--password-file", str(new)) in (REFUSED, USAGE)


async def test_where_no_token_can_be_saved_it_is_told_and_one_goes_on(house, capsys, tmp_path, monkeypatch):
    await house.join("garden/hall", "ana")
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(password))  # which is no directory
    assert await among("--handle", "ana", "--password-file", str(password), "send", "garden/hall", "hello") == 0
    told = capsys.readouterr().err
    assert told.startswith("among: the token could not be saved, so you will be asked again: ")
    assert told.endswith(": Not a directory\n")
    assert told.count("\n") == 1


async def test_a_void_token_that_cannot_be_removed_is_told_with_why_it_is_void(house, capsys, monkeypatch):
    await house.person("ana")
    account = house.saved.get(house.url, "ana")
    assert await among("sign-out") == 0
    house.saved.keep(account)
    monkeypatch.setattr("among_cli.saved.Path.unlink", refuse)
    assert await among("unread") == REFUSED
    removed, void = capsys.readouterr().err.splitlines()
    assert removed.startswith("among: the token is void, but could not be removed: ")
    assert removed.endswith("ana.json: Read-only file system")
    assert "This token is not valid" in void


def refuse(path: object, **_: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system", str(path))
