"""Pins, and messages that show another one. What is pinned is told by the room's log alone."""

from typing import TYPE_CHECKING

from ... import codes
from ...base import Entry
from ...codes import Refuse
from ...edits import MessageEdited
from ...fields import body
from ...forwards import ForwardMessage
from ...messages import MessageSent, Origin
from ...pins import AddPin, ListPins, Pin, PinAdded, PinPage, PinRemoved, RemovePin
from ...reactions import ReactionAdded, ReactionRemoved
from ..names import may_write
from . import edits
from .standing import chief, may_act

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Log, MemberRow, Person, RoomRow
    from ..town import Town


def add(town: "Town", person: "Person", command: AddPin) -> PinAdded:
    room, member = town.visible(person.id, command.room)
    _may_pin(town, person, room, member)
    said = edits.message(town, room, command.message)
    there = pinned(town.logs[room.id])
    if said.seq in there:
        raise Refuse(codes.PINNED_ALREADY, field="message")
    if len(there) >= town.limits.pins:
        raise Refuse(codes.LIMIT_REACHED, f"At most {town.limits.pins} messages of a room are pinned.")
    return town.write(
        PinAdded(
            log=room.id,
            seq=town.next(room.id),
            at=town.clock.time(),
            by=member.id,
            rev=member.rev,
            nonce=command.nonce,
            message=said.seq,
            author=said.by,
            author_rev=said.rev,
        )
    )


def remove(town: "Town", person: "Person", command: RemovePin) -> PinRemoved:
    room, member = town.visible(person.id, command.room)
    _may_pin(town, person, room, member)
    log = town.logs[room.id]
    if command.message not in pinned(log):
        raise Refuse(codes.PIN_GONE, field="message")
    entry = town.write(
        PinRemoved(
            log=room.id,
            seq=town.next(room.id),
            at=town.clock.time(),
            by=member.id,
            rev=member.rev,
            nonce=command.nonce,
            message=command.message,
        )
    )
    log.beneath = staying(log, log.floor)
    return entry


def list_pins(connection: "Connection", command: ListPins) -> PinPage:
    town, person = connection.town, connection.person
    room, _ = town.visible(person.id, command.room)
    newest = reversed(pinned(town.logs[room.id]).values())
    left = [one for one in newest if command.before is None or one.seq < command.before]
    page = left[: min(town.limits.page_entries, command.limit)]
    pins = [
        Pin(
            seq=one.seq,
            at=one.at,
            by=one.by,
            rev=one.rev,
            message=edits.as_it_is(town, edits.message(town, room, one.message), person.id),
        )
        for one in page
    ]
    return PinPage(pins=pins, as_of=town.logs[room.id].head, complete=len(page) == len(left))


def forward(town: "Town", person: "Person", command: ForwardMessage) -> MessageSent:
    if command.comment:
        body(command.comment, field="comment")
    origin, said = _source(town, person, command.origin, command.message)
    if said.forwarded is not None and len(edits.versions(town, said)) == 1 and not said.body:
        try:
            origin, said = _source(town, person, said.forwarded.room, said.forwarded.seq)
        except Refuse:
            raise Refuse(codes.MESSAGE_GONE, field="message") from None
    room, member = town.visible(person.id, command.room)
    may_act(town, member)
    if room.kind == "direct":
        may_write(town, room)
    edits.may_comment(town, person, room, command.post)
    about = {"post": command.post, "forwarded": Origin(room=origin.id, seq=said.seq, by=said.by, rev=said.rev)}
    return edits.said(town, person, room, member, command.comment, command.nonce, thread=command.thread, **about)


def _source(town: "Town", person: "Person", origin: str, seq: int) -> "tuple[RoomRow, MessageSent]":
    """Raises Refuse."""
    room, _ = town.visible(person.id, origin, "origin")
    if not room.for_all:
        raise Refuse(codes.FORWARD_REFUSED, field="origin")
    return room, edits.message(town, room, seq)


def pinned(log: "Log") -> dict[int, PinAdded]:
    """What is pinned, by message, in the order in which it was."""
    pins: dict[int, PinAdded] = {}
    for entry in log.known:
        if isinstance(entry, PinAdded):
            pins[entry.message] = entry
        elif isinstance(entry, PinRemoved):
            pins.pop(entry.message, None)
    there = {entry.seq for entry in log.known if isinstance(entry, MessageSent) and not entry.blank}
    return {message: entry for message, entry in pins.items() if message in there}


def staying(log: "Log", up_to: int) -> list[Entry]:
    """Of the entries up to there, those that are no longer kept but what is pinned: the messages with their edits and
    reactions, and that they were pinned."""
    pins = pinned(log)
    stay = {*pins, *(entry.seq for entry in pins.values())}
    of_them = (MessageEdited, ReactionAdded, ReactionRemoved)
    return [
        entry
        for entry in log.known
        if entry.seq <= up_to and (entry.seq in stay or (isinstance(entry, of_them) and entry.message in pins))
    ]


def _may_pin(town: "Town", person: "Person", room: "RoomRow", member: "MemberRow") -> None:
    """Raises Refuse."""
    if room.kind == "open":
        chief(town, member)
    elif room.kind == "corner" and room.owner != member.id:
        raise Refuse(codes.RIGHT_MISSING, "Only whose corner it is pins there.")
    may_act(town, member)
    if room.kind == "direct":
        may_write(town, room)
