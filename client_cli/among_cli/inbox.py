"""The inbox as a list: who mentioned me, who answered me, what others did that concerns me."""

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.communities import CommunityJoined
from among_protocol.inbox import InboxItem, ReadInbox
from among_protocol.joining import JoinDeclined
from among_protocol.messages import GLIMPSED
from among_protocol.moderation import Act
from among_protocol.quotes import QuoteAnswered, QuoteAsked
from among_protocol.reports import ReportResolved
from among_protocol.rooms import DirectOpened, RoomFollowed
from among_protocol.wire import UnknownEvent

from . import care, lists, own_lines, waiting
from .lines import Line, Part, Told, note, told
from .link import Cannot, Link
from .reading import ago
from .words import glimpse

ITEMS = 15  # shown at once
WHAT = {"mention": " mentioned you in ", "reply": " answered you in "}


async def inbox(link: Link, rest: str) -> None:
    """What was meant for me, newest first, numbered."""
    if rest not in ("", "more"):
        raise Cannot("Say /inbox, /inbox more, or /go inbox 2 to go to what stands there.")
    if rest and not link.lists.inbox:
        raise Cannot("There is no more; /inbox begins anew.")
    before = link.lists.inbox[-1].number if rest else None
    page = await link.among.ask(ReadInbox, before=before, limit=ITEMS)
    entries = [link.among.decode(raw) for raw in page.notices]
    notices = {entry.seq: entry for entry in entries}
    said = [(item.said.by, item.said.rev) for item in page.items if item.said is not None]
    about = [(who, 0) for entry in entries for who in (getattr(entry, "asker", ""), getattr(entry, "by", "")) if who]
    await link.learn([*said, *about], now=True)
    first = len(link.lists.inbox) + 1 if rest else 1
    link.lists.inbox = [
        *(link.lists.inbox if rest else []),
        *(_lead(item, notices.get(item.seq)) for item in page.items),
    ]
    waits = link.model.waiting
    new = {item.number for item in page.items if item.number > page.read and waits.waits(link.model, item)}
    lines = [
        _line(link, number, item, notices.get(item.seq), new=item.number in new)
        for number, item in enumerate(page.items, first)
    ]
    if not lines:
        lines = [note("Your inbox is empty." if not rest else "That is all.")]
    waits.shows(page.items)
    # Further down there is what the list has not shown: only who goes on has read it.
    left = page.unread - sum(item.number > page.read for item in link.lists.inbox)
    left = min(left, waits.count(link.model, link.among.inbox))
    ends = "" if page.complete else "; more: /inbox more"
    ends = f"; {left} unread further down: /inbox more" if left > 0 and not page.complete else ends
    link.screen.show([*lines, *([note(f"/go inbox {first} goes to the first{ends}")] if page.items else [])])
    if page.unread and page.items and (left <= 0 or page.complete):
        await waiting.read(link, link.lists.inbox[0].number)
    waiting.keep(link)


def item(link: Link, number: str) -> InboxItem:
    """What stands there at this number. Raises Cannot where nothing does, or it leads nowhere."""
    if not lists.is_one(number, link.lists.inbox):
        raise Cannot(f"There is no {number} in it; /inbox numbers what there is.")
    one = link.lists.inbox[int(number) - 1]
    if one.said is None and one.seq:
        raise Cannot("It leads nowhere: it was told, and that is all.")
    return one


def _lead(one: InboxItem, entry: Entry | UnknownEvent | None) -> InboxItem:
    """Where it leads, without the words: a notice of a room to that room, number 0 in it."""
    if isinstance(entry, RoomFollowed | DirectOpened):
        return replace(one, log=entry.room, seq=0)
    return one if one.said is None else replace(one, said=replace(one.said, body=""))


def _line(link: Link, number: int, item: InboxItem, entry: Entry | UnknownEvent | None, *, new: bool) -> Line:
    at = item.said.at if item.said is not None else getattr(entry, "at", "")
    head: list[Part] = [Part("mention" if new else "", "•" if new else " "), Part("", f"{number:>2} ")]
    head.append(Part("dim", f"{ago(at, link.model.zone):>11}  "))
    if item.said is not None:
        room = link.model.rooms.get(item.log)
        where = room.title if room is not None else "another room"
        said = glimpse(item.said.body, cut=len(item.said.body) >= GLIMPSED, whole=True)
        what = WHAT.get(item.kind, " in ")
        return told(*head, ("who", link.model.who(item.said.by)), ("dim", what), ("place", where), ("dim", ": "), said)
    return told(*head, *(_notice(link, entry) if isinstance(entry, Entry) else [Part("dim", "something new")]))


def _notice(link: Link, entry: Entry) -> list[Part]:
    """What somebody did that concerns me, in the words in which it was told when it happened."""
    model = link.model
    community = model.communities.get(getattr(entry, "community", ""))
    slug = community.slug if community is not None else ""
    line: Line | None = None
    match entry:
        case Act() | ReportResolved() | JoinDeclined():
            line = care.to_me(model, entry, slug, community.me if community is not None else "")
        case CommunityJoined():
            return [Part("", "You were let into "), Part("place", slug or "a community")]
        case RoomFollowed():
            room = model.rooms.get(entry.room)
            return [Part("", "You were brought into "), Part("place", room.title if room is not None else entry.slug)]
        case DirectOpened():
            others = [person.handle for person in entry.people if person.member != entry.member]
            return [Part("", "A direct with you was opened: "), Part("place", "@" + ",".join(sorted(others)))]
        case QuoteAsked():
            return [Part("who", model.who(entry.asker)), Part("", f" asks to quote you in {slug}: /quotes")]
        case QuoteAnswered():
            answer = "agreed" if entry.agreed else "did not agree"
            return [Part("", f"Whom you asked for a quote in {slug} {answer}")]
        case _:
            line = next(iter(own_lines.told(model, entry)), None)
    return list(line.parts) if isinstance(line, Told) else [Part("dim", "something changed for you")]
