"""The commands that keep what was said: pins of a room, bookmarks of one's own, forwarding, and permalinks."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from msgspec import structs

from among_protocol import permalinks, text
from among_protocol.bookmarks import Bookmark, ListBookmarks, RemoveBookmark, SetBookmark
from among_protocol.forwards import ForwardMessage
from among_protocol.messages import Message, ReadMessages
from among_protocol.permalinks import Permalink, PermalinkError
from among_protocol.pins import AddPin, ListPins, Pin, RemovePin

from . import corner, lists, people, rooms, thread_lines
from .acquaintances import people_on
from .changes import number_of, seq_of
from .edits import asked_about, here, named, none, numbered, said_of
from .forwarding import credit_of
from .lines import Line, Rule, note, to_copy, told
from .link import Cannot, Link
from .moment import when
from .places import Room
from .reading import show
from .words import FOLDED, glimpse

PAGE = 10  # pins, or bookmarks, on the screen, of two or three rows each
AROUND = 9  # messages shown about the one that a link leads to
THIS = "This is the one:"  # before the one that a link leads to
GLIMPSE = 160  # characters of a message in a list


async def pin(link: Link, rest: str) -> None:
    """Pin a message of this room."""
    room, seq, _ = _this(link, rest, "/pin #12")
    await asked_about(link, room, seq, link.among.ask(AddPin, room=room.id, message=seq))


async def unpin(link: Link, rest: str) -> None:
    """Take a pin away."""
    room, seq, _ = _this(link, rest, "/unpin #12")
    await link.among.ask(RemovePin, room=room.id, message=seq)


async def pins(link: Link, rest: str) -> None:
    """What is pinned in this room, with the credit of who said it."""
    room, what = here(link), rest.lower()
    if what not in ("", "more"):
        raise Cannot("Say /pins, or /pins more.")
    after = link.lists.pages.get(f"pins {room.id}", "") if what else ""
    if what and not after:
        raise Cannot("There are no more. /pins begins again.")
    page = await link.among.ask(ListPins, room=room.id, before=int(after) if after else None, limit=PAGE)
    await link.learn([*((one.by, one.rev) for one in page.pins), *_authors(one.message for one in page.pins)])
    link.lists.pages[f"pins {room.id}"] = f"{page.pins[-1].seq}" if page.pins and not page.complete else ""
    if not page.pins:
        link.screen.show([note("These were all." if after else "Nothing is pinned here.")])
        return
    lines: list[Line] = [Rule(f"{'more ' if after else ''}pinned in {room.title}")]
    for one in page.pins:
        lines += _pinned(link, one)
    if not page.complete:
        lines.append(note("There are more: /pins more"))
    link.screen.show(lines)


async def bookmark(link: Link, rest: str) -> None:
    """Find a message again, with a note to oneself."""
    room, seq, words = _this(link, rest, "/bookmark #12, with a note if you like")
    longest = link.among.hello.limits.note_chars or len(words)
    noted = text.line(words, longest=longest, empty=True)
    await asked_about(link, room, seq, link.among.ask(SetBookmark, room=room.id, message=seq, note=noted))
    link.screen.show([note(f"Bookmarked {number_of(seq)}. /bookmarks has all of them, and nobody else sees them.")])


async def bookmarks(link: Link, rest: str) -> None:
    """One's bookmarks, numbered; or take one away."""
    what, _, number = rest.lower().partition(" ")
    if what == "drop":
        await _drop(link, number.strip())
        return
    if what not in ("", "more"):
        raise Cannot("Say /bookmarks, /bookmarks more, or /bookmarks drop NUMBER.")
    more = what == "more" and bool(link.lists.bookmarks)
    before = link.lists.bookmarks[-1].number if more else None
    page = await link.among.ask(ListBookmarks, before=before, limit=PAGE)
    await link.learn(_authors(one.message for one in page.bookmarks if one.message is not None))
    if not page.bookmarks:
        link.screen.show([note("These were all." if more else "You have no bookmarks. /bookmark #12 NOTE sets one.")])
        return
    first = 1 + (len(link.lists.bookmarks) if more else 0)
    link.lists.bookmarks = [*(link.lists.bookmarks if more else []), *map(_wordless, page.bookmarks)]
    lines: list[Line] = [Rule(f"your bookmarks: {page.of.count}")]
    for count, one in enumerate(page.bookmarks, first):
        lines += _bookmarked(link, count, one)
    ends = "" if page.complete else ", /bookmarks more shows more"
    lines.append(note(f"/go bookmark {first} goes to the first, /bookmarks drop {first} takes it away{ends}."))
    link.screen.show(lines)


async def forward(link: Link, rest: str) -> None:
    """Show a message of this room in another."""
    usage = "/forward #12 ROOM (or @HANDLE, or ROOM#5 for a thread there), with a comment if you like"
    room, seq, more = _this(link, rest, usage)
    name, _, comment = more.partition(" ")
    if not name:
        raise Cannot(f"Say where to: {usage}. /rooms has yours.")
    if room.kind != "open":
        raise Cannot("What was said in a private room or a direct stays there.")
    name, inside, root = name.partition("#")
    thread = seq_of(root)
    if not name or (inside and not thread):
        raise Cannot(f"A thread is named by its room and number: {usage}.")
    if name.startswith("@") and not link.model.find(name):
        await said_of(link, room, seq)  # or the direct would be opened for nothing
        target = await people.opened(link, text.handle(name[1:].lower()))
    else:
        target = rooms.named(link, name)
    said = text.body(comment.strip()) if comment.strip() else ""
    wish = ForwardMessage(id="", nonce="", room=target.id, origin=room.id, message=seq, thread=thread, comment=said)
    await asked_about(link, room, seq, link.among.ask(wish))
    if target is not link.model.room:
        where = f", in the thread of {number_of(thread)}." if thread else "."
        link.screen.show([told(("dim", f"Forwarded {number_of(seq)} to "), ("place", target.title), ("dim", where))])


async def link_(link: Link, rest: str) -> None:
    """The permalink of a message here; or what a permalink leads to."""
    if rest.lower().startswith(f"{permalinks.SCHEME}://"):
        await follow(link, rest)
        return
    room, seq, _ = _this(link, rest, "/link #12, or /link with a permalink")
    await said_of(link, room, seq)
    link.screen.show([to_copy(permalinks.write(permalink(link, room, seq)))])


async def go(link: Link, rest: str) -> None:
    """Go to a room; or to the one that a permalink leads to, and show what it names there."""
    if not rest.lower().startswith(f"{permalinks.SCHEME}://"):
        await rooms.go(link, rest)
        return
    found = _read(link, rest)
    _current(link, found)
    room = _room_of(link, found)
    if room is None:
        await _show(link, found)
        return
    if room is not link.model.room:
        await link.enter(room, (found.seq, THIS))
        if link.model.visit is not None and found.seq in link.model.visit.said:  # it stands among the newest
            return
    await _show_there(link, room, found.seq)


def permalink(link: Link, room: Room, seq: int) -> Permalink:
    """By the short names that never change; a direct has none."""
    community, _, slug = room.title.partition("/")
    named_ = (community, slug) if room.community else ("", room.id)
    return Permalink(urlsplit(link.server).netloc, seq, *named_, link.among.epoch)


async def follow(link: Link, given: str) -> None:
    """Show what a permalink leads to. Raises Cannot."""
    await _show(link, _read(link, given))


async def start(link: Link, place: str) -> bool:
    """Go to what a link leads to that the program was begun with; whether it leads to anything that was said."""
    try:
        found = permalinks.read(f"{permalinks.SCHEME}://here/{place}")
    except PermalinkError:
        return await corner.start(link, place)
    room = _room_of(link, found)
    if room is None:
        _current(link, found)
        return await corner.start(link, place.partition("?")[0])
    await rooms.start(link, room.title)
    _current(link, found)
    await _show_there(link, room, found.seq)
    return True


def _read(link: Link, given: str) -> Permalink:
    """Raises Cannot for what is none, or of another server."""
    try:
        found = permalinks.read(given.strip())
    except PermalinkError as error:
        raise Cannot(f"This is no permalink: {error}.") from None
    if found.host != urlsplit(link.server).netloc.lower():
        raise Cannot(f"This leads to another server: `among {given.strip()}` opens it there.")
    return found


def _current(link: Link, found: Permalink) -> None:
    """Raises Cannot for one that is of data that were replaced since."""
    if found.epoch and found.epoch != link.among.epoch:
        raise Cannot("This link is older than the data of the server, which were replaced: it may lead elsewhere now.")


async def _show_there(link: Link, room: Room, seq: int) -> None:
    """In the room itself, which is open."""
    await said_of(link, room, seq)
    await show(link, room, seq, THIS, around=seq)


async def _show(link: Link, found: Permalink) -> None:
    """A message with what was said around it; or a post. Nobody follows anything by that."""
    _current(link, found)
    room = _room_of(link, found)
    if room is None:
        await corner.follow_link(link, found)
        return
    page = await link.among.ask(ReadMessages, room=room.id, around=found.seq, limit=AROUND)
    if all(one.seq != found.seq for one in page.messages):
        raise none(room, found.seq, f" in {room.title}.")
    await link.learn(people_on(page), now=True)
    lines: list[Line] = [Rule(f"{number_of(found.seq)} in {room.title}")]
    for message in page.messages:
        said = link.model.said(room, message)
        if room is not link.model.room:  # what is typed by a number is about the open room
            said = replace(said, number="", thread="")
        said = replace(said, inside=thread_lines.which(said.root)) if said.root else said
        shown: Line = note(FOLDED) if said.folded else said
        lines += [note("This is the one:"), shown] if message.seq == found.seq else [shown]
    link.screen.show([*lines, Rule(f"go there: /go {room.title}")])


def _room_of(link: Link, found: Permalink) -> Room | None:
    """A room that is no corner; None where it is one, or not for us."""
    title = f"{found.community}/{found.room}"
    for room in link.model.rooms.values():
        if room.kind != "corner" and (room.title == title if found.community else room.id == found.room):
            return room
    if found.community and not found.room.startswith("@"):
        raise Cannot(f"There is no room {title} for you. /rooms lists yours.")
    return None


def bookmarked(link: Link, number: str) -> Bookmark:
    """The bookmark of this number. Raises Cannot."""
    if not lists.is_one(number, link.lists.bookmarks):
        raise Cannot(
            "Say which one: /bookmarks numbers them, /go bookmark 3 goes to one, /bookmarks drop 3 takes it away."
        )
    return link.lists.bookmarks[int(number) - 1]


def _wordless(one: Bookmark) -> Bookmark:
    return structs.replace(one, message=None)


async def _drop(link: Link, number: str) -> None:
    one = bookmarked(link, number)
    await link.among.ask(RemoveBookmark, room=one.room, message=one.seq)
    link.lists.bookmarks = []  # or the numbers would mean others
    link.screen.show([note(f"Bookmark {number} is gone.")])


def _this(link: Link, rest: str, usage: str) -> tuple[Room, int, str]:
    """The open room, the message named, and what follows. Raises Cannot."""
    number, more = numbered(rest)
    if not number:
        raise Cannot(f"Say which one: {usage}. The numbers stand behind the messages.")
    return here(link), named(link, number), more


def _pinned(link: Link, one: Pin) -> list[Line]:
    message = one.message
    by = f"  pinned by {link.model.who(one.by, one.rev)}, {when(one.at, link.model.zone)}"
    who = ("who", link.model.who(message.by, message.rev))
    head = told(("strong", f"{number_of(message.seq)} "), who, ("dim", by))  # type: ignore[arg-type]  # a style
    if link.model.folds(message.by, message.rev):
        return [head, note(f"   {FOLDED}")]
    return [head, *_shown(link, message), told(f"   {_glimpse(message)}")]


def _bookmarked(link: Link, count: int, one: Bookmark) -> list[Line]:
    room = link.model.rooms.get(one.room)
    where = f"{room.title} {number_of(one.seq)}" if room is not None else "somewhere that you can't read"
    head = told(("strong", f"{count:>2} "), ("place", where), ("dim", f"  {when(one.at, link.model.zone)}"))
    lines: list[Line] = [head]
    if one.note:
        lines.append(told(("good", f"   {one.note}")))
    if one.message is not None:
        who = link.model.who(one.message.by, one.message.rev)
        lines += [*_shown(link, one.message), told("   ", ("who", who), f": {_glimpse(one.message)}")]
    return lines


def _glimpse(message: Message) -> str:
    return "✗ deleted" if message.blank else glimpse(message.body, most=GLIMPSE) or "(forwarded)"


def _shown(link: Link, message: Message) -> list[Line]:
    """What it shows of another room, further left than anything that is typed stands."""
    if message.forwarded is None or message.blank:
        return []
    credit, said = credit_of(link.model, message, number_of(message.forwarded.seq))
    words = glimpse(said, most=GLIMPSE)
    return [told(("dim", f" ┌ {credit}")), *([told(("dim", f" │ {words}"))] if words else [])]


def _authors(messages: Iterable[Message]) -> list[tuple[str, int]]:
    shown = [(one.by, one.rev, one.forwarded) for one in messages]
    return [(by, rev) for by, rev, _ in shown] + [(one.by, one.rev) for _, _, one in shown if one is not None]
