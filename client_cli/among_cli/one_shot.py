"""The forms for scripts: one thing done, one exit code, on standard output only what was asked for.

Rules: `send` ends with 0 only when the message is stored, and with 3 when that isn't known. `tail` prints every entry
once, whatever happens to the server or the link. JSON is one object per line, and has no character in it that a
terminal would obey: what JSON itself would leave as it is, is escaped.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from among_protocol.aio import Among, Closed, Down, NoSuchRoom, Opened, Refuse, Reset, Up
from among_protocol.base import Entry
from among_protocol.joining import AskToJoin
from among_protocol.logs import LogState, ReadEntries
from among_protocol.messages import MessageSent
from among_protocol.portrait import ExportPortrait
from among_protocol.preview import PreviewCommunity
from among_protocol.reactions import ReactionsChanged
from among_protocol.rooms import FollowRoom, Room
from among_protocol.session import ListSessions, SignOut
from among_protocol.text import TextError, body
from among_protocol.threads import ThreadState
from among_protocol.wire import JSON, AnyEntry, UnknownEvent

from . import room_file
from .archive import named
from .archive import write as write_archive
from .lines import Said
from .moment import moment
from .places import NOBODY, new_in, session_parts
from .plain_text import columns_of, plain
from .portrait_file import FileError
from .portrait_file import write as write_document
from .room_file import title_of, titled
from .safe_text import safe_lines, safe_text
from .streams import tell
from .typed import handle_in

T = TypeVar("T")

PAGE = 200  # entries at once, by the protocol
WITHIN = 30.0  # seconds for an answer, over all tries
STDOUT = "-"  # in place of a file


class NotThere(Exception):
    """What was named is not there for this account; the sentence says what to do."""


async def answer(asked: Awaitable[T]) -> T:
    """What the server says to it, in the time that it has. Raises TimeoutError; only what goes on for long waits longer."""
    async with asyncio.timeout(WITHIN):
        return await asked


async def send(among: Among, name: str, words: str, *, nonce: str, as_json: bool, until: float) -> None:
    """Say something, until this time of the steady clock. Raises Refuse, NotThere, TextError, TimeoutError (then it is not known whether it is stored)."""
    try:
        said = body(words)
    except TextError as error:
        raise TextError(f"a message {error}") from None
    async with asyncio.timeout_at(until):
        room = await _room(among, name)
        entry = await among.send(room.id, said, nonce=nonce)
    if as_json:
        _print_json(entry, title_of(among, room), among.account.handle)


async def tail(among: Among, name: str, *, start: int | None, count: int | None, as_json: bool) -> None:
    """Print what happens in a room. Raises Refuse, NotThere, Stopped."""
    room = await _room(among, name)
    if not room.following and room.kind != "direct":
        await answer(among.ask(FollowRoom, room=room.id))
    title, left = title_of(among, room), count
    async for entry in _entries(among, room.id, start):
        handle = await _author(among, entry)
        if as_json:
            _print_json(entry, title, handle)
        elif isinstance(entry, MessageSent):
            at, who = moment(entry.at, None), handle or NOBODY
            said = Said(
                room.id, entry.seq, at, who, entry.body, blank=entry.blank, unveiled=True
            )  # nobody can ask here
            for row in plain(said, columns_of(sys.stdout)):
                print(row, flush=True)
        else:
            continue
        left = None if left is None else left - 1
        if left == 0:
            return


async def portrait(among: Among, community: str, *, html: bool, version: int | None, out: str, force: bool) -> None:
    """Print the portrait of a community, or write it to a file. Raises Refuse, NotThere."""
    kind = "html" if html else "markdown"
    document = await answer(among.ask(ExportPortrait, community=community.lower(), version=version, format=kind))
    if out and out != STDOUT:
        try:
            print(safe_text(str(write_document(document, Path(out), force=force))))
        except FileError as error:
            raise NotThere(str(error)) from None
    elif sys.stdout.isatty():
        for row in safe_lines(document.text):
            print(row)
    else:
        sys.stdout.write(document.text)


async def unread(among: Among, *, as_json: bool) -> None:
    """Print the rooms with something new, also in threads; as one sees them at this moment, without waiting for more."""
    for state in sorted(among.logs.values(), key=lambda state: (-state.mentions, -state.unread)):
        room = among.rooms.get(state.log)
        inside = [one for one in among.view.threads.values() if one.room == state.log and new_in(one)]
        if room is None or not (state.unread or state.mentions or inside):
            continue
        title = await titled(among, room)
        if as_json:
            counts = {"unread": state.unread, "mentions": state.mentions}
            threads = [{"thread": one.thread, "unread": one.unread, "mentions": one.mentions} for one in inside]
            print(json_line({"room": title, "log": state.log, **counts, "threads": threads}))
        else:
            print(safe_text(f"{title}  {_counts(state, inside)}"))


async def sessions(among: Among, *, as_json: bool) -> None:
    """Print where the account is signed in."""
    for card in (await answer(among.ask(ListSessions))).sessions:
        if as_json:
            fields = {name: getattr(card, name) for name in card.__struct_fields__}
            print(json_line(fields))
        else:
            print(safe_text("  ".join(part for part in session_parts(card) if part)))


async def join(among: Among, community: str, *, rules: int, answers: list[str], invite: str) -> None:
    """Join a community, or ask to be let in. Raises Refuse, NotThere."""
    seen = await answer(among.ask(PreviewCommunity, community=community.lower(), invite=invite))
    slug = seen.community.slug
    if not seen.member and seen.rules and seen.rules_required and rules != seen.rules_version:
        tell(f"the rules of {slug}, version {seen.rules_version}:")
        for line in seen.rules.split("\n"):
            print(safe_text(line))
        raise NotThere(f"`among join {slug} --rules {seen.rules_version}` accepts these rules, and joins")
    if seen.member or seen.invited or seen.community.door != "ask":
        await answer(among.join(slug, rules=rules, invite=invite))
        return
    if len(answers) != len(seen.questions):
        for number, question in enumerate(seen.questions, 1):
            tell(f"question {number}: {question}")
        raise NotThere(f"{slug} lets people in who answer these: give --answer TEXT once for each")
    await answer(among.ask(AskToJoin, community=slug, rules=rules, answers=answers))
    tell(f"the stewards of {slug} were asked to let you in")


async def export(among: Among, file: str) -> None:
    """Write everything of one's own to a new file, or to standard output. Raises Refuse, OSError."""
    path = named(among.account.handle, _name(file))
    seen = sys.stderr.isatty()

    def progress(done: int, about: int) -> None:
        if seen:
            print(
                f"\r{min(99, done * 100 // max(1, about)):3} %  {done:,} records", end="", file=sys.stderr, flush=True
            )

    with _written(file, path) as goes_to:
        count = await write_archive(among, goes_to, progress)
        _report(file, path, f"{count} records")


async def export_room(among: Among, name: str, *, form: str, out: str) -> None:
    """Write a room to a new file, or to standard output. Raises Refuse, NotThere, OSError."""
    room = await _room(among, name)
    title = title_of(among, room)
    chosen = room_file.form_of(form, _name(out))
    path = room_file.named(title, chosen, _name(out))
    seen = sys.stderr.isatty()

    def progress(done: int, at: int, of: int) -> None:
        if seen:
            print(f"\r{min(99, at * 100 // max(1, of)):3} %  {done:,} messages", end="", file=sys.stderr, flush=True)

    def say(said: str) -> None:
        if seen:
            print("\r", end="", file=sys.stderr)
        tell(said)

    with _written(out, path) as goes_to:
        count = await room_file.write(among, room, goes_to, chosen, progress, say, keep=out != STDOUT)
        _report(out, path, room_file.so_many(count))


def _name(wished: str) -> str:
    """Of a file; empty where none is named."""
    return "" if wished == STDOUT else wished


@contextmanager
def _written(wished: str, path: Path) -> Iterator[Path]:
    """Where it is written to: this file; or one that goes to standard output once it is whole."""
    if wished != STDOUT:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="among-") as folder:  # 0700
        whole = Path(folder) / path.name
        yield whole
        if sys.stdout.isatty():
            with whole.open(encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    print(safe_text(line.removesuffix("\n")))
        else:
            with whole.open("rb") as read:
                shutil.copyfileobj(read, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def _report(wished: str, path: Path, count: str) -> None:
    """What has become of it: in place of how far it was, where that was shown."""
    if sys.stderr.isatty():
        print(f"\r{count:<30}" if wished == STDOUT else "\r", end="\n" if wished == STDOUT else "", file=sys.stderr)
    if wished != STDOUT:
        print(f"{safe_text(str(path))}  {count}")


async def sign_out(among: Among) -> None:
    """End the session: its token is void from now on."""
    await answer(among.ask(SignOut))


async def _entries(among: Among, log: str, start: int | None) -> AsyncIterator[AnyEntry | UnknownEvent]:
    """Entries of the log from a number on (or from now), each once: pages up to where the live ones begin, then those."""
    down = False
    async for event in among:
        match event:
            case Opened() if event.log == log and start is not None:
                async for entry in _pages(among, log, start - 1, event.after):
                    yield entry
            case ReactionsChanged() if event.log == log:
                async for entry in _pages(among, log, max(event.first, start or 0) - 1, event.seq):
                    yield entry
            case Entry() | UnknownEvent() if event.log == log and event.seq >= (start or 0):
                yield event
            case Reset() if event.log == log:
                why = (
                    "older entries are no longer kept" if event.reason == "floor" else "the server's data was replaced"
                )
                tell(f"{why} ({event.reason}); going on after entry {event.after}")
            case Closed() if event.log == log:
                raise NotThere("the room is no longer there for you")
            case Down() if not down:
                down = True
                tell("connection lost, retrying")
            case Up() if down:
                down = False
                tell("back")
            case _:
                pass


async def _pages(among: Among, log: str, after: int, until: int) -> AsyncIterator[AnyEntry | UnknownEvent]:
    while after < until:
        page = await among.ask(ReadEntries, log=log, after=after, until=until, limit=PAGE)
        for raw in page.entries:
            entry = JSON.decode_entry(raw)
            yield entry
            after = entry.seq
        if page.complete or not page.entries:
            return


async def _room(among: Among, name: str) -> Room:
    if name.startswith("@"):
        return await answer(among.direct(*map(handle_in, name.split(","))))
    try:
        return among.room(name.lower())
    except NoSuchRoom:
        community, _, room = name.partition("/")
        if not (community and room):
            raise NotThere(f"{name or 'this'} is no room: COMMUNITY/ROOM is, and @HANDLE") from None
        raise NotThere(
            f"there is no room {name} for you; `among join {community}` if you are not in {community}"
        ) from None


async def _author(among: Among, entry: AnyEntry | UnknownEvent) -> str:
    """The handle of who wrote it, as it was then; empty when nobody did, or nobody may know."""
    if isinstance(entry, UnknownEvent) or not entry.by:
        return ""
    try:
        persona = await among.persona(entry.by, entry.rev)
    except Refuse:
        return ""
    return persona.handle if persona else ""


def _counts(state: LogState, threads: list[ThreadState]) -> str:
    counts = ((state.unread, "new"), (state.mentions, "for you"), (sum(map(new_in, threads)), "in threads"))
    return ", ".join(f"{count} {what}" for count, what in counts if count)


def _print_json(entry: AnyEntry | UnknownEvent, title: str, handle: str) -> None:
    print(json_line({"room": title, "handle": handle, **msgspec.to_builtins(entry)}), flush=True)


def json_line(value: dict[str, object]) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
