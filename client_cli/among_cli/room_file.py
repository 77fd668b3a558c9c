"""Writing a room to a file of one's own: a page at a time, at the pace that the server allows.

Rules: a new file that nobody else may read; nothing is overwritten. It has its name once it is whole. What was read until
it broke off is beside, as `.part` (room_part.py), and the next try goes on from there, unless what it has read can no longer
belong to what comes next: then it says so and begins anew. Who may no longer read the room keeps nothing of a part.
"""

import asyncio
import contextlib
import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from among_protocol.aio import Among
from among_protocol.codes import ROOM_GONE, Refuse
from among_protocol.communities import ReadCommunity
from among_protocol.export import Transcript
from among_protocol.members import Persona, PersonaRef, ResolveMembers
from among_protocol.messages import Message, MessagePage, ReadMessages
from among_protocol.pins import ListPins, PinPage
from among_protocol.rooms import Room
from among_protocol.text import TextError
from among_protocol.threads import ListThreads, ThreadPage

from .archive import beside
from .places import direct_title
from .room_part import FORM, Begun, Part, Piece
from .transcript import FORMATS, Format, asked_of, writing

OTHERS = ("csv", "doc", "docx", "epub", "odt", "pdf", "rtf", "txt", "xml")  # forms that one may hope for in vain
PAGE = 200  # messages at once, by the protocol
KNOWN = 5_000  # personas that are kept in mind
FRESH = dt.timedelta(
    days=1
)  # longer after its beginning a part is not gone on with: too much was changed or deleted since

Progress = Callable[
    [int, int, int], None
]  # messages written, the number of the last one, and of the last there will be


def so_many(count: int) -> str:
    """Messages, in words."""
    return "1 message" if count == 1 else f"{count:,} messages"


def named(title: str, form: Format, wished: str = "") -> Path:
    """The file that is wished for, or one that says of which room and day it is."""
    if wished:
        return Path(wished).expanduser()
    plain = "".join(char if (char.isascii() and char.isalnum()) or char in "._-" else "-" for char in title)
    plain = plain.strip("-.")
    return Path(f"among-{plain or 'room'}-{dt.datetime.now(dt.UTC):%Y-%m-%d}.{form}")


def form_of(word: str, path: str) -> Format:
    """What is asked for; else what the name of the file says; else a page to read. Raises TextError where that says another,
    or is one: whoever typed `pdf` got a page of that name."""
    ending = path.rpartition(".")[2].lower()
    ending = {"htm": "html", "markdown": "md"}.get(ending, ending)
    if not word and ending in OTHERS:
        raise TextError(f"there is no {ending}: a room is written as {', '.join(FORMATS)}")
    return next((form for form in FORMATS if form == (word or ending)), "html")


def title_of(among: Among, room: Room) -> str:
    """As people name it: garden/hall, or @bob."""
    if room.kind == "direct":
        return direct_title(room.people, room.member)
    membership = among.communities.get(room.community)
    return f"{membership.community.slug if membership else '?'}/{room.slug}"


async def titled(among: Among, room: Room) -> str:
    """Likewise; a corner by whose it is: garden/@bob."""
    owner = await among.persona(room.owner) if room.kind == "corner" else None
    return title_of(among, room) + (f"@{owner.handle}" if owner is not None else "")


async def write(
    among: Among,
    room: Room,
    path: Path,
    form: Format,
    progress: Progress,
    say: Callable[[str], None],
    *,
    keep: bool = True,
) -> int:
    """All that may be read there now; gives how many messages. `say`: what whoever waits should know. `keep`: what was read
    until it broke off, for the next try. Raises OSError, Refuse."""
    with Part(beside(path)) as part:
        try:
            reading = _Reading(among, room, part, progress, say)
            while not await reading.on():
                pass
            await asyncio.to_thread(_whole, part, path, form, title_of(among, room))
        except BaseException as error:
            if keep and part.at and not (isinstance(error, Refuse) and error.code == ROOM_GONE):
                say(f"Broken off after {so_many(part.count)}: asked again for the same file, it goes on from there.")
            else:
                part.remove()
            raise
        part.remove()
        return part.count


class _Reading:
    """What is still to be read of a room, into its part."""

    def __init__(self, among: Among, room: Room, part: Part, progress: Progress, say: Callable[[str], None]) -> None:
        self._among, self._room, self._part = among, room, part
        self._progress, self._say = progress, say
        self._people = _People(among)

    async def on(self) -> bool:
        """Read on to the end; False: what was read is void, and it must begin anew."""
        newest: MessagePage = await self._among.ask(ReadMessages, room=self._room.id, limit=1)
        begun = self._part.begun
        why = self._void(begun, newest.floor) if begun is not None else ""
        if begun is None or why:
            if why:
                self._say(f"Begins anew: {why}.")
            begun = await self._begun(newest)
            self._part.begin(begun)
        elif self._part.at:
            self._say(f"Goes on after {so_many(self._part.count)}.")
            self._progress(self._part.count, self._part.at, begun.about.as_of)
        return await self._threads(begun) and await self._pages(begun)

    def _void(self, begun: Begun, floor: int) -> str:
        """Why what was read can't be gone on with; empty when it can. `floor`: the room's by now."""
        about = begun.about
        if (begun.form, begun.reader, about.room.id) != (FORM, self._among.account.id, self._room.id):
            return "what is there is of something else"
        if about.epoch != self._among.hello.epoch:
            return "the server's data was replaced"
        if floor > max(about.floor, self._part.at):
            return "what comes next in it is no longer kept"
        if dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(about.at) > FRESH:
            return "what is there is more than a day old"
        return ""

    async def _begun(self, newest: MessagePage) -> Begun:
        place = self._room.community
        # The card that one has is of some time ago.
        card = await self._among.ask(ReadCommunity, community=place) if place else None
        now = dt.datetime.now(dt.UTC)
        about = Transcript(
            epoch=self._among.hello.epoch,
            at=f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
            community=card.community if card else None,
            room=self._room,
            as_of=newest.as_of,
            floor=newest.floor,
        )
        return Begun(reader=self._among.account.id, about=about, roots=await self._unrooted(newest.floor))

    async def _unrooted(self, floor: int) -> list[int]:
        """Roots that are no longer kept, of threads of which something is."""
        found: set[int] = set()
        passes, after = (2 if floor else 0), ""  # a thread may move past where the first one asks
        while passes:
            page: ThreadPage = await self._among.ask(ListThreads, room=self._room.id, after=after, limit=PAGE)
            found |= {one.thread for one in page.threads if one.thread <= floor}
            if not page.next:
                passes = 0 if not after else passes - 1  # one page alone is of one moment
            after = page.next
        return sorted(found)

    async def _threads(self, begun: Begun) -> bool:
        """The thread that is read already in part, and what is on no page of the room: what a pin keeps, and threads whose
        root is no longer kept."""
        part = self._part
        if part.within and not await self._thread(begun, part.at):
            return False
        pinned = await self._pinned(begun.about.floor) if part.at < begun.about.floor else {}
        for root in sorted({*begun.roots, *pinned}):
            if root <= part.at:
                continue
            goes_on, some = root in begun.roots, pinned.get(root, [])
            if some:
                await self._add(begun, some, root, some[-1].seq if goes_on else 0)
            if goes_on and not await self._thread(begun, root):
                return False
        return True

    async def _pinned(self, floor: int) -> dict[int, list[Message]]:
        """What is kept below the floor, in order, by the number of its root, or its own."""
        found: list[Message] = []
        page = PinPage(pins=[], as_of=0, complete=not floor)
        while not page.complete:
            before = page.pins[-1].seq if page.pins else None
            page = await self._among.ask(ListPins, room=self._room.id, before=before, limit=PAGE)
            found += [one.message for one in page.pins if one.message.seq <= floor]
        by_root: dict[int, list[Message]] = {}
        for message in sorted(found, key=lambda one: one.seq):
            by_root.setdefault(message.thread or message.seq, []).append(message)
        return by_root

    async def _pages(self, begun: Begun) -> bool:
        """What is said to the room, each thread behind its root."""
        about, part = begun.about, self._part
        while True:
            page: MessagePage = await self._among.ask(
                ReadMessages, room=self._room.id, after=max(part.at, about.floor), before=about.as_of + 1, limit=PAGE
            )
            if self._void(begun, page.floor):
                return False
            some: list[Message] = []
            for message in page.messages:
                some.append(message)
                if message.below is not None:
                    await self._add(begun, some, message.seq, message.seq)
                    some = []
                    if not await self._thread(begun, message.seq):
                        return False
            if some:
                await self._add(begun, some, some[-1].seq)
            if page.complete or not page.messages:
                return True

    async def _thread(self, begun: Begun, root: int) -> bool:
        while True:
            page: MessagePage = await self._among.ask(
                ReadMessages,
                room=self._room.id,
                thread=root,
                after=self._part.within or root,
                before=begun.about.as_of + 1,
                limit=PAGE,
            )
            if self._void(begun, page.floor):
                return False
            whole = page.complete or not page.messages
            await self._add(begun, page.messages, root, 0 if whole else page.messages[-1].seq)
            if whole:
                return True

    async def _add(self, begun: Begun, messages: Sequence[Message], at: int, within: int = 0) -> None:
        kept = [one for one in messages if not one.blank]
        people = [(member, rev, who) for (member, rev), who in (await self._people.of(kept)).items()]
        shown = {one.forwarded.room for one in kept if one.forwarded is not None}
        places = {room: title_of(self._among, self._among.rooms[room]) for room in shown if room in self._among.rooms}
        self._part.add(Piece(at=at, within=within, messages=kept, people=people, places=places))
        self._progress(self._part.count, at, begun.about.as_of)


def _whole(part: Part, path: Path, form: Format, title: str) -> None:
    """What was read, in its form and under its name."""
    assert part.begun is not None
    file = writing(form, part.begun.about, title)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w", encoding="utf-8", newline="\n") as out:  # fmt: skip
            out.write(file.begin())
            for piece in part.pieces():
                people = {(member, rev): who for member, rev, who in piece.people}
                out.write(file.page(piece.messages, people, piece.places))
            out.write(file.end())
            out.flush()
            os.fsync(out.fileno())
        new.rename(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise


class _People:
    """Who somebody was at some revision, as far as one may know."""

    def __init__(self, among: Among) -> None:
        self._among = among
        self._known: dict[tuple[str, int], Persona] = {}

    async def of(self, messages: Sequence[Message]) -> dict[tuple[str, int], Persona]:
        wanted = sorted(asked_of(messages))
        missing = [one for one in wanted if one not in self._known]
        most = self._among.hello.limits.personas
        for at in range(0, len(missing), most):
            asked = missing[at : at + most]
            refs = [PersonaRef(member=member, rev=rev) for member, rev in asked]
            found = (await self._among.ask(ResolveMembers, members=refs)).personas
            by_member = {(one.member, one.rev): one for one in found} | {(one.member, 0): one for one in found}
            for member, rev in asked:  # of an unknown revision the newest is told
                who = by_member.get((member, rev)) or by_member.get((member, 0))
                if who is not None:
                    self._known[member, rev] = who
        told = {one: self._known[one] for one in wanted if one in self._known}
        while len(self._known) > KNOWN:
            del self._known[next(iter(self._known))]
        return told
