"""Threads: what may be said in one, who follows it, and how far they have read it. Which there are: reading.py."""

from copy import copy
from typing import TYPE_CHECKING

from ... import codes
from ...codes import Refuse
from ...edits import MessageEdited
from ...messages import SPEAKERS, MessageSent, Thread
from ...threads import (
    FollowThread,
    MarkThread,
    ThreadChanged,
    ThreadState,
    UnfollowThread,
)

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person, RoomRow
    from ..town import Town


def in_thread(town: "Town", room: str, root: int) -> list[MessageSent]:
    return [one for one in town.logs[room].entries if isinstance(one, MessageSent) and one.thread == root and root]


def begins(town: "Town", room: "RoomRow", root: int) -> str:
    """Who said the root, if nothing is said in its thread yet. Raises Refuse where there can be none."""
    if in_thread(town, room.id, root):
        return ""
    said = next((one for one in town.logs[room.id].entries if one.seq == root), None)
    if not isinstance(said, MessageSent) or said.blank:
        raise Refuse(codes.MESSAGE_GONE, field="thread")
    if said.thread:
        why = f"This was said in a thread, and has none of its own: name the root, {said.thread}."
        raise Refuse(codes.FIELD_INVALID, why, field="thread")
    return said.by


def said(town: "Town", entry: MessageSent) -> None:
    author = town.people[town.members[entry.by].account]
    for person, me in _followers(town, entry.log):
        mentioned = entry.seq in person.mentioned.get(entry.log, [])
        person.threads.said(entry, me, mentioned=mentioned, shunned=author.handle in person.blocks)


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
    inside = in_thread(town, room.id, command.thread)
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
    messages = in_thread(connection.town, before.room, before.thread)
    entries = connection.town.logs[before.room].between(seq)
    mine = connection.person.mentioned.get(before.room, [])
    calls = [one.seq for one in entries if isinstance(one, MessageSent | MessageEdited) and one.thread == before.thread]
    return ThreadState(
        room=before.room,
        thread=before.thread,
        following=True,
        head=before.head,
        read=seq,
        unread=sum(one.seq > seq for one in messages),
        mentions=sum(one in mine for one in calls),
        own=before.own,
    )


def _followed(connection: "Connection", room: str, root: int) -> ThreadState:
    connection.town.visible(connection.person.id, room)
    before = connection.person.threads.get((room, root))
    if before is None:
        raise Refuse(codes.THREAD_GONE, field="thread")
    return copy(before)


def _tell(connection: "Connection", state: ThreadState, *, part: bool = False) -> ThreadState:
    state.as_of = connection.town.logs[state.room].head
    changed = ThreadChanged(
        room=state.room,
        thread=state.thread,
        following=state.following,
        part=part,
        head=state.head,
        read=state.read,
        unread=state.unread,
        mentions=state.mentions,
        as_of=state.as_of,
        own=state.own,
    )
    connection.person.threads.changed(changed)
    connection.town.tell_others(connection, changed)
    return state


def below(town: "Town", person: "Person", room: str, root: int) -> Thread | None:
    """What was said in the thread of a message, in short; None: nothing."""
    messages = in_thread(town, room, root)
    if not messages:
        return None
    speakers = list(dict.fromkeys(one.by for one in messages))[:SPEAKERS]
    told = Thread(messages=len(messages), head=messages[-1].seq, at=messages[-1].at, speakers=speakers)
    state = person.threads.get((room, root))
    if state is not None:
        told.following, told.read, told.unread, told.mentions = True, state.read, state.unread, state.mentions
    return told
