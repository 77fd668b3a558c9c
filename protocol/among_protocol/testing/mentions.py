"""Whom a text mentions, and who is there to be mentioned."""

from typing import TYPE_CHECKING

from .. import text
from ..inbox import InboxKind
from .names import deaf
from .state import Item, MemberRow, Person, RoomRow, called

if TYPE_CHECKING:
    from .town import Town


def of(town: "Town", room: RoomRow, body: str) -> list[MemberRow]:
    """Of those who may read it; no more than count."""
    by_handle = called(town.inside(room.place))
    there = readers(town, room)
    found = [by_handle[handle] for handle in text.mentions(body)[: town.limits.mentions] if handle in by_handle]
    return [row for row in found if row in there]


def readers(town: "Town", room: RoomRow) -> list[MemberRow]:
    """Who may read there."""
    inside = town.inside(room.place)
    return [row for row in inside if room.for_all or room.id in town.people[row.account].logs]


def everybody(room: RoomRow, member: MemberRow, body: str) -> bool:
    """Whether it mentions everybody who is there: it has the word, and who says it may."""
    return text.mentions_room(body) and (not room.for_all or member.role != "member")


def answered(town: "Town", room: "RoomRow", member: "MemberRow", reply_to: int) -> str:
    """The membership that said what is answered, where it is another's, who may read the answer."""
    by = next(entry.by for entry in town.logs[room.id].known if entry.seq == reply_to)
    return by if by != member.id and by in (row.id for row in readers(town, room)) else ""


def meant(town: "Town", room: RoomRow, author: MemberRow, others: list[MemberRow], kind: InboxKind, seq: int) -> None:
    """What was said under this number mentions or answers these: it is in the inboxes of those who hear of it."""
    for other in others:
        if other.id != author.id and not deaf(town, other, author):
            put_inbox(town.people[other.account], kind, room.id, seq)


def put_inbox(person: Person, kind: InboxKind, log: str, seq: int) -> None:
    if not any(
        (item.log, item.seq) == (log, seq) for item in person.inbox
    ):  # an answer, edited so that it mentions them
        person.inbox.append(Item(len(person.inbox) + 1, kind, log, seq))
    person.inbox_told += log in person.logs  # they count it as they hear the entry
