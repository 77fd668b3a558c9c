"""Becoming whole: sync, ranges of entries, what changed; messages as they are; how far one has read."""

from typing import TYPE_CHECKING, Any

import msgspec

from ... import codes
from ...codes import Refuse
from ...drafts import DraftState
from ...fields import moment
from ...logs import ChangedLogs, EntryPage, LogState, ReadChanged, ReadEntries, Sync, Synced, SyncStarted
from ...markers import Marker, SetMarker, moved
from ...messages import MessagePage, MessageSent, ReadMessages
from ...threads import ListThreads, ThreadCard, ThreadPage
from ..interest import Interest
from . import attention, blocks, bookmarks, threads
from .edits import as_it_is, given, quote
from .members import membership, shown
from .reactions import reactions_for

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Log, Person
    from ..town import Town


def sync(connection: "Connection", command: Sync) -> None:
    town, person = connection.town, connection.person
    interest = connection.interest = Interest(town, person.id, command.want)
    states = _states(town, person, command.epoch, command.positions)
    for state in states:
        if state.status != "gone" and not interest.hears(state.log):
            state.status, state.reason = "unwanted", ""
    started = SyncStarted(epoch=town.epoch, logs=states, want=command.want, blocks=blocks.listed(town, person))
    drafts = sorted(person.drafts.values(), key=lambda draft: (draft.place, draft.thread))
    started.drafts = [
        DraftState(place=one.place, thread=one.thread, fingerprint=one.fingerprint, at=one.at) for one in drafts
    ]
    started.appearances = [person.appearances[place] for place in sorted(person.appearances)]
    started.bookmarks = bookmarks.bookmarked(person) if person.bookmarks else None
    started.notify = [person.notify[key] for key in sorted(person.notify)]
    started.dnd = person.dnd if person.dnd is not None and person.dnd.times else None
    started.inbox = attention.inbox(town, person)
    person.inbox_told = started.inbox.unread
    started.threads = list(person.threads.values())
    if command.cards:
        started.account = person.shown()
        size = 0
        for id in [id for id in person.logs if id in town.communities]:
            if size > town.limits.sync_bytes:
                started.later.append(id)
            else:
                started.communities.append(membership(town, person, id))
                size += len(msgspec.json.encode(started.communities[-1]))
        directs = [room for id in person.logs if (room := town.rooms.get(id)) is not None and room.kind == "direct"]
        started.directs = [shown(town, person, room) for room in directs]
    connection.ok(command, started)
    connection.at = {state.log: state.head for state in states if state.status != "gone"}
    for state in states:
        if state.status == "caught_up":
            after = command.positions.get(state.log, 0)
            for told in interest.part(state.log, town.logs[state.log].between(after), after, state.head):
                connection.say(told)
    connection.synced = True
    connection.logs = set(person.logs)
    connection.missed = None
    connection.say(Synced(id=command.id))


def changed(connection: "Connection", command: ReadChanged) -> ChangedLogs:
    town = connection.town
    states = _states(town, connection.person, command.epoch, command.positions)
    moved = [state for state in states if state.status != "caught_up" or command.positions.get(state.log) != state.head]
    return ChangedLogs(epoch=town.epoch, logs=moved)


def _states(town: "Town", person: "Person", epoch: str, positions: dict[str, int]) -> list[LogState]:
    """Each of this person's logs, and each that the client named."""
    states = [_state(town, person, town.logs[id], epoch, positions.get(id)) for id in person.logs]
    return states + [LogState(log=id, status="gone") for id in positions if id not in person.logs]


def _state(town: "Town", person: "Person", log: "Log", epoch: str, at: int | None) -> LogState:
    read, unread, mentions = town.unread(person, log.id)
    state = LogState(
        log=log.id, kind=log.kind, head=log.head, floor=log.floor, read=read, unread=unread, mentions=mentions
    )
    if at is None:
        state.status = "gap" if log.head else "caught_up"
    elif epoch != town.epoch or at > log.head or at < log.floor:
        state.status = "reset"
        state.reason = "epoch" if epoch != town.epoch else "ahead" if at > log.head else "floor"
    elif log.head - at > town.limits.replay_entries:
        state.status = "gap"
    return state


def entries(connection: "Connection", command: ReadEntries) -> EntryPage:
    town, person = connection.town, connection.person
    if command.log not in person.logs:  # it may still be an open room that is not followed
        try:
            town.visible(person.id, command.log)
        except Refuse:
            raise Refuse(codes.LOG_GONE, field="log") from None
    log = town.logs[command.log]
    found = log.between(command.after, command.until)
    page: list[Any] = found[: min(town.limits.page_entries, command.limit)]
    complete = len(page) == len(found)
    if command.wanted:
        upto = log.head if command.until is None else min(command.until, log.head)
        page = connection.interest.part(log.id, page, command.after, upto if complete else page[-1].seq)
    raw = [msgspec.Raw(connection.encoding.encode(entry)) for entry in page]
    return EntryPage(entries=raw, head=log.head, floor=log.floor, complete=complete)


def page(connection: "Connection", command: ReadMessages) -> MessagePage:
    town = connection.town
    room, member = town.visible(connection.person.id, command.room)
    log = town.logs[room.id]
    said = [entry for entry in log.entries if isinstance(entry, MessageSent)]
    named = given(town, room.id, command.around) if command.around is not None else None
    if named is not None and named.seq <= log.floor:  # kept for its pin alone
        said.insert(0, named)
    within = named.thread if named is not None and command.post is None and command.thread is None else 0
    thread = command.thread or within
    of_thread = [entry for entry in said if entry.thread == thread]
    asked = [entry for entry in of_thread if not command.post or entry.post == command.post]
    found = [as_it_is(town, entry, connection.person.id) for entry in asked]
    limit = min(town.limits.page_entries, command.limit)
    around = command.around
    if command.at is not None:
        at = moment(command.at, field="at")
        around = next((entry.seq for entry in log.entries if entry.at >= at), log.head + 1)
    if around is not None:
        older = [message for message in found if message.seq < around]
        newer = [message for message in found if message.seq >= around]
        taken = min(len(older), max(limit // 2, limit - len(newer)))
        messages = older[len(older) - taken :] + newer[: limit - taken]
    else:
        if command.before is not None:
            found = [message for message in found if message.seq < command.before]
        if command.after is not None:
            found = [message for message in found if message.seq > command.after]
        messages = found[:limit] if command.after is not None else found[max(0, len(found) - limit) :]
    for message in messages:
        if not message.blank:
            message.reactions = reactions_for(town, member.id, room.id, message.seq)
    if command.thread is None:
        for message in messages:
            message.below = threads.below(town, connection.person, room.id, message.seq)
    return MessagePage(messages=messages, as_of=log.head, complete=len(messages) == len(found), floor=log.floor)


def list_threads(connection: "Connection", command: ListThreads) -> ThreadPage:
    town, person = connection.town, connection.person
    if command.room is not None:
        town.visible(person.id, command.room)
        wanted = [(command.room, root) for root in town.logs[command.room].threads]
    else:
        wanted = list(person.threads)
    cards = []
    for room, root in wanted:
        told = threads.below(town, person, room, root)
        if told is not None:
            card = ThreadCard(
                room=room,
                thread=root,
                root=quote(town, room, root),
                messages=told.messages,
                head=told.head,
                at=told.at,
                speakers=told.speakers,
                following=told.following,
                read=told.read,
                unread=told.unread,
                mentions=told.mentions,
            )
            cards.append((card.at, card.head, room, card))  # the clock may stand still, and numbers never do
    cards.sort(key=lambda one: one[:3], reverse=True)
    begin = int(command.after) if command.after.isdecimal() else 0
    page = [card for *_, card in cards[begin : begin + command.limit]]
    return ThreadPage(threads=page, next=f"{begin + len(page)}" if begin + len(page) < len(cards) else "")


def set_marker(connection: "Connection", command: SetMarker) -> Marker:
    town, person = connection.town, connection.person
    room, _ = town.visible(person.id, command.room)
    seq = min(command.seq, town.logs[room.id].head)
    if command.unread or seq > person.read.get(room.id, 0):
        person.read[room.id] = seq
    read, unread, mentions = town.unread(person, room.id)
    marker = Marker(room=room.id, read=read, unread=unread, mentions=mentions, as_of=town.logs[room.id].head)
    town.tell_others(connection, moved(marker))
    return marker
