"""What was meant for one, what is worth a bell, and when one is not to be disturbed. Who calls whom: town.py and edits.py."""

from typing import TYPE_CHECKING

import msgspec

from ... import codes
from ...base import DND_TIMES, NOTIFY_CHOICES, NOTIFY_WORDS
from ...codes import Refuse
from ...dnd import CLOCK, Dnd, DndChanged, SetDnd, zone_of
from ...fields import watched_word
from ...inbox import InboxItem, InboxMoved, InboxPage, InboxState, MarkInbox, ReadInbox
from ...messages import GLIMPSED, Glimpse, MessageSent
from ...notify import NotifyChanged, NotifyChoice, SetNotify
from ...posts import PostPublished
from ...rooms import RoomFollowed
from ..names import deaf
from . import corners, edits, threads

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Item, Person
    from ..town import Town


def read_inbox(connection: "Connection", command: ReadInbox) -> InboxPage:
    town, person = connection.town, connection.person
    every = _seen(town, person)
    left = [one for one in every if command.before is None or one[0].number < command.before]
    page = left[: min(town.limits.page_entries, command.limit)]
    state = inbox(town, person)
    return InboxPage(
        items=[
            InboxItem(number=item.number, kind=item.kind, log=item.log, seq=item.seq, said=said) for item, said in page
        ],
        notices=[
            msgspec.Raw(connection.encoding.encode(entry))
            for item, said in page
            if said is None
            for entry in town.logs[item.log].between(item.seq - 1, item.seq)
        ],
        read=state.read,
        unread=state.unread,
        complete=len(page) == len(left),
    )


def mark_inbox(connection: "Connection", command: MarkInbox) -> InboxState:
    town, person = connection.town, connection.person
    number = min(command.number, len(person.inbox))
    if command.unread or number > person.inbox_read:
        person.inbox_read = number
    state = inbox(town, person)
    person.inbox_told = state.unread
    town.tell_others(connection, InboxMoved(read=state.read, unread=state.unread))
    connection.inbox_moved = connection.missed is not None  # it counts what is still to be fetched
    return state


def recount(town: "Town") -> None:
    """Where more or less of an inbox is seen than its clients can tell by what they heard, they are told."""
    there = [connection for connection in town.connections if connection.synced]
    for person in [town.people[account] for account in {connection.account for connection in there}]:
        state = inbox(town, person)
        if state.unread != person.inbox_told:
            person.inbox_told = state.unread
            for connection in there:
                if connection.account == person.id:
                    connection.notice(InboxMoved(read=state.read, unread=state.unread))


def inbox(town: "Town", person: "Person") -> InboxState:
    unread = sum(item.number > person.inbox_read for item, _ in _seen(town, person))
    return InboxState(read=person.inbox_read, unread=unread)


def _deaf(town: "Town", person: "Person", by: str) -> bool:
    author = town.members[by]
    return deaf(town, town.member(person.id, author.place) or person, author)


def _seen(town: "Town", person: "Person") -> "list[tuple[Item, Glimpse | None]]":
    """What this person may see of their inbox at this moment, newest first; of what was said, as it is now."""
    found: list[tuple[Item, Glimpse | None]] = []
    for item in reversed(person.inbox):
        said = next((one for one in town.logs[item.log].entries if one.seq == item.seq), None)
        notice = item.log == person.id
        room = said.room if isinstance(said, RoomFollowed) else "" if notice else item.log
        if room and not _sees(town, person, room):
            continue
        if notice:
            found.append((item, None))
        elif said is not None and not said.blank and not _deaf(town, person, said.by):
            assert isinstance(said, MessageSent | PostPublished)
            found.append((item, glimpse(town, said)))
    return found


def _sees(town: "Town", person: "Person", room: str) -> bool:
    try:
        town.visible(person.id, room)
    except Refuse:
        return False
    return True


def glimpse(town: "Town", said: MessageSent | PostPublished) -> Glimpse:
    """A message, or a post by its title, as it is now."""
    if isinstance(said, PostPublished):
        body = corners.versions(town, said)[-1].title
    else:
        body = edits.versions(town, said)[-1].body
    return Glimpse(seq=said.seq, at=said.at, by=said.by, rev=said.rev, body=body[:GLIMPSED], blank=said.blank)


def set_notify(connection: "Connection", command: SetNotify) -> NotifyChoice:
    town, person, place = connection.town, connection.person, command.place
    word = watched_word(command.word, field="word") if command.word else ""
    if word and place:
        raise Refuse(codes.FIELD_INVALID, "One waits for a word everywhere: leave `place` out.", field="place")
    if word and command.level not in ("all", "inherit"):
        raise Refuse(codes.FIELD_INVALID, "One waits for a word (`all`), or no longer (`inherit`).", field="level")
    if command.thread and word:
        raise Refuse(codes.FIELD_INVALID, "One waits for a word everywhere: leave `thread` out.", field="thread")
    if command.thread:
        return threads.choose(connection, command)
    before = person.notify.pop((place, word), None)
    back = command.level == "inherit"
    try:
        if place and not (before and back):
            _may_choose(town, person, place)
        most = NOTIFY_WORDS if word else NOTIFY_CHOICES
        if not back and sum(bool(one.word) == bool(word) for one in person.notify.values()) >= most:
            raise Refuse(codes.LIMIT_REACHED, f"An account has at most {most} of these: take one back first.")
    except Refuse:
        if before:
            person.notify[place, word] = before
        raise
    until = town.clock.time(command.for_ms / 1000) if command.for_ms and not back else ""
    now = NotifyChoice(place=place, word=word, level=command.level, until=until)
    if not back:
        person.notify[place, word] = now
    town.tell_others(connection, NotifyChanged(place=place, word=word, level=now.level, until=until))
    return now


def _may_choose(town: "Town", person: "Person", place: str) -> None:
    """A room that this person may see, or a community that they are in. Raises Refuse."""
    member = town.member(person.id, place) if place in town.communities else None
    if member is not None and not member.left:
        return
    town.visible(person.id, place, "place")


def set_dnd(connection: "Connection", command: SetDnd) -> Dnd:
    town, person = connection.town, connection.person
    for index, time in enumerate(command.times[:DND_TIMES]):
        for name in ("begins", "ends"):
            if not CLOCK.fullmatch(getattr(time, name)):
                field = f"times[{index}].{name}"
                raise Refuse(codes.FIELD_INVALID, f"{field} is a time of the day, from 00:00 to 23:59.", field=field)
    if zone_of(command.zone) is None:
        raise Refuse(codes.FIELD_INVALID, "There is no time zone of this name here.", field="zone")
    now = person.dnd = Dnd(times=command.times, zone=command.zone, shown=command.shown is not False)
    town.refresh(person.id)
    town.tell_others(connection, DndChanged(times=now.times, zone=now.zone, shown=now.shown))
    return now
