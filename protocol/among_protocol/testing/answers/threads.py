"""Threads: what may be said in one, who follows it, and how far they have read it. Which there are: reading.py."""

from collections.abc import Collection
from copy import copy
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ... import codes
from ...codes import Refuse
from ...edits import MessageEdited
from ...messages import SPEAKERS, MessageSent, Thread
from ...notify import NotifyChoice, SetNotify
from ...threads import FollowThread, MarkThread, ThreadState, UnfollowThread, changed
from ..names import name_of
from . import edits

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Log, Person, RoomRow
    from ..town import Town


def begins(town: "Town", room: "RoomRow", root: int) -> str:
    """Who said the root, if nothing is said in its thread yet. Raises Refuse where there can be none."""
    if room.kind == "corner":
        raise Refuse(codes.FIELD_INVALID, "A corner has no threads: there one comments on a post.", field="thread")
    if root in town.logs[room.id].threads:
        return ""
    said = edits.message(town, room, root, "thread")
    if said.thread:
        why = f"This was said in a thread, and has none of its own: name the root, {said.thread}."
        raise Refuse(codes.FIELD_INVALID, why, field="thread")
    return said.by


def said(town: "Town", entry: MessageSent) -> None:
    town.logs[entry.log].threads.setdefault(entry.thread, []).append(entry)
    author = name_of(town.members[entry.by])
    for person, me in _followers(town, entry.log):
        mentioned = entry.seq in person.mentioned.get(entry.log, [])
        person.threads.said(entry, me, mentioned=mentioned, shunned=author in person.blocks)


def edited(town: "Town", entry: MessageEdited) -> None:
    for person, _ in _followers(town, entry.log):
        if entry.seq in person.mentioned.get(entry.log, []):
            person.threads.edited(entry)


def _followers(town: "Town", room: str) -> "list[tuple[Person, str]]":
    """Who follows a room, and who they are there."""
    found = [(person, town.member(person.id, town.rooms[room].place)) for person in town.people.values()]
    return [(person, row.id) for person, row in found if row is not None and room in person.logs]


def follow(connection: "Connection", command: FollowThread) -> ThreadState:
    town, person = connection.town, connection.person
    room, _ = town.visible(person.id, command.room)
    begins(town, room, command.thread)
    if room.id not in person.logs:
        why = "A thread is followed for as long as its room is: follow that first."
        raise Refuse(codes.FIELD_INVALID, why, field="room")
    before = person.threads.get((room.id, command.thread))
    inside = town.logs[room.id].threads.get(command.thread)
    fresh = ThreadState(room=room.id, thread=command.thread, following=True, read=town.logs[room.id].head)
    fresh.head = inside[-1].seq if inside else 0
    state = fresh if before is None else copy(before)
    state.own = True
    return _tell(connection, state, part=True)


def unfollow(connection: "Connection", command: UnfollowThread) -> ThreadState:
    _followed(connection, command.room, command.thread)
    return _tell(connection, ThreadState(room=command.room, thread=command.thread))


def mark(connection: "Connection", command: MarkThread) -> ThreadState:
    town = connection.town
    before = _followed(connection, command.room, command.thread)
    seq = min(command.seq, town.logs[command.room].head)
    return _tell(connection, _marked(connection, before, seq) if command.unread or seq > before.read else before)


def _marked(connection: "Connection", before: ThreadState, seq: int) -> ThreadState:
    entries = connection.town.logs[before.room].between(seq)
    inside = [one for one in entries if isinstance(one, MessageSent | MessageEdited) and one.thread == before.thread]
    mine = connection.person.mentioned.get(before.room, [])
    unread = sum(isinstance(one, MessageSent) for one in inside)
    return replace(before, read=seq, unread=unread, mentions=sum(one.seq in mine for one in inside))


def choose(connection: "Connection", command: SetNotify) -> NotifyChoice:
    """What is worth a bell in a thread that one follows."""
    state = _followed(connection, command.place, command.thread, field="place")
    back = command.level == "inherit"
    state.level, state.own = command.level, True
    state.until = connection.town.clock.time(command.for_ms / 1000) if command.for_ms and not back else ""
    _tell(connection, state)
    return NotifyChoice(place=state.room, thread=state.thread, word="", level=state.level, until=state.until)


def _followed(connection: "Connection", room: str, root: int, field: str = "room") -> ThreadState:
    connection.town.visible(connection.person.id, room, field)
    before = connection.person.threads.get((room, root))
    if before is None:
        raise Refuse(codes.THREAD_GONE, field="thread")
    return copy(before)


def _tell(connection: "Connection", state: ThreadState, *, part: bool = False) -> ThreadState:
    state.as_of = connection.town.logs[state.room].head
    told = changed(state, part=part)
    connection.person.threads.changed(told)
    connection.town.tell_others(connection, told)
    return state


def below(town: "Town", person: "Person", room: str, root: int) -> Thread | None:
    """What was said in the thread of a message, in short; None: nothing."""
    messages = town.logs[room].threads.get(root)
    if not messages:
        return None
    speakers = list(dict.fromkeys(one.by for one in messages))[:SPEAKERS]
    told = Thread(messages=len(messages), head=messages[-1].seq, at=messages[-1].at, speakers=speakers)
    state = person.threads.get((room, root))
    if state is not None:
        told.following, told.read, told.unread, told.mentions = True, state.read, state.unread, state.mentions
    return told


def trimmed(town: "Town", log: "Log", pins: Collection[int]) -> None:
    """What is not kept of a thread, nor its root: nobody follows that any more."""
    log.threads = {
        root: said for root, said in log.threads.items() if max(root, said[-1].seq) > log.floor or root in pins
    }
    for person in town.people.values():
        person.threads.trimmed(log.id, log.floor, pins)
