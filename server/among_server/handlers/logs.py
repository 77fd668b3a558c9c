"""Becoming whole and staying so: sync, ranges of entries, and what changed.

Sync, step by step: note the head of every log; say for each what will be done; write what the client lacks, a page at
a time; then, in one step of the loop, join every log from exactly there, and say `session.synced`. What is committed
meanwhile comes after what was before it, whether out of the tail or out of the store. A register that changes while the
answer is read is told behind it.
"""

import asyncio
import contextlib
from functools import partial

import msgspec

from among_protocol.codes import LOG_GONE, Refuse
from among_protocol.logs import ChangedLogs, EntryPage, LogState, ReadChanged, ReadEntries, Sync, Synced, SyncStarted

from ..core.context import Context
from ..core.interest import EVERYTHING, Interest
from ..core.people import Person
from ..core.replay import payloads
from ..ears import WHOLE
from ..limits import REPLAY_ENTRIES, SYNC_BYTES
from ..store.rows import Entries, RoomRow, Unread
from . import blocks, communities, rooms
from .session import shown
from .status import appearances


async def sync(context: Context, command: Sync) -> None:
    session = context.session
    interest = EVERYTHING if command.want is None else Interest(command.want)
    while session.syncing is not None:  # one after the other, or two replays would mix
        await session.syncing
    person = context.person
    session.synced = True
    session.syncing = asyncio.get_running_loop().create_future()
    session.state()
    left = [session.deafen(id) for id in list(session.logs)]
    try:
        with context.services.recounts.sync(person.account.id):
            await _sync(context, command, person, interest)
    finally:
        for log in filter(None, left):  # what it hears no longer
            context.logs.forget(log)
        session.stated()
        over, session.syncing = session.syncing, None
        over.set_result(None)
    if session.person is person:
        session.notice(Synced(id=command.id))
        context.services.replay.synced(session)


async def _sync(context: Context, command: Sync, person: Person, interest: Interest) -> None:
    session = context.session
    context.services.replay.syncs(session)
    session.lost.clear()
    session.interest = interest
    states = await _states(context, person, command.epoch, command.positions)
    for state in states:
        if state.status != "gone" and session.ear(state.log) is None:
            state.status, state.reason = "unwanted", ""
    started = SyncStarted(epoch=context.store.epoch, logs=states, want=interest.want)
    started.reach = list(person.reach)
    started.blocks = await blocks.listed(context, person.account.id, person.blocks)
    started.appearances = appearances(person.statuses)
    started.drafts = await context.store.draft_states(person.account.id)
    bookmarks = await context.store.bookmarked(person.account.id)
    started.bookmarks = bookmarks if bookmarks.count else None
    started.notify = await context.store.notify_choices(person.account.id)
    started.dnd = person.dnd
    started.inbox = await context.store.inbox_state(person.account.id)
    started.threads = await context.store.followed_threads(person.account.id)
    if command.cards:
        await _cards(context, person, started)
    # What was lost while the answer was read is gone in all parts of it: who has never seen the card of a place can't tell
    # its logs by the entry that says so. Where one is there again, that begins anew, as the entry after it says.
    lost = {state.log for state in states if state.log in session.lost or not person.hears(state.log)}
    started.logs = [LogState(log=one.log, status="gone") if one.log in lost else one for one in states]
    started.communities = [card for card in started.communities if card.community.id in person.members]
    for card in started.communities:
        card.rooms = [room for room in card.rooms if rooms.still_seen(person, room)]
    started.threads = [one for one in started.threads if person.hears(one.room)]
    session.reply(command.id, started)
    session.stated()
    replay = context.services.replay

    def mine(id: str) -> bool:  # a peer that left meanwhile has no person, and a place may be left meanwhile
        return session.person is person and person.hears(id) and id not in session.lost

    behind: dict[str, int] = {}
    for state in started.logs:
        if state.status not in ("gone", "unwanted"):
            after = command.positions.get(state.log, 0) if state.status == "caught_up" else state.head
            behind[state.log] = await replay.upto(session, state.log, after, state.head, partial(mine, state.log))
    while behind:
        logs = await replay.open([id for id in behind if mine(id)], person.account.id)
        late = {id: log for id, log in logs.items() if mine(id) and not session.hear(log, behind[id])}
        behind = {
            id: await replay.upto(session, id, behind[id], log.flushed, partial(mine, id)) for id, log in late.items()
        }
        for id in [id for id in logs if not mine(id)]:
            context.logs.forget(logs[id])
    await session.drained()  # or the end of the sync would be lost


async def _cards(context: Context, person: Person, started: SyncStarted) -> None:
    started.account = shown(person.account)
    size = 0
    for member in [one for one in person.members.values() if one.place not in person.rooms]:  # those are directs
        if size > SYNC_BYTES:
            started.later.append(member.place)
            continue
        with contextlib.suppress(Refuse):  # left meanwhile
            card = await communities.membership(context, person, member.place)
            size += len(msgspec.json.encode(card))
            started.communities.append(card)
    started.directs = await rooms.directs(context, person)


async def changed(context: Context, command: ReadChanged) -> ChangedLogs:
    states = await _states(context, context.person, command.epoch, command.positions)
    epoch = context.store.epoch
    moved = [
        state
        for state in states
        if state.status != "caught_up" or command.epoch != epoch or command.positions.get(state.log) != state.head
    ]
    return ChangedLogs(epoch=epoch, logs=moved)


async def entries(context: Context, command: ReadEntries) -> EntryPage:
    session = context.session
    person = context.person
    room = None
    if not person.hears(command.log):  # it may still be an open room that is not followed
        try:
            room, _ = await context.room(command.log)
        except Refuse:
            raise Refuse(LOG_GONE, field="log") from None
    page = await _page(context, command, room)
    if not (person.hears(command.log) if room is None else context.may_read(room)):
        raise Refuse(LOG_GONE, field="log")
    return EntryPage(
        entries=[msgspec.Raw(one) for one in payloads(session, command.log, command.after, page)],
        head=page.head,
        floor=page.floor,
        complete=page.complete,
    )


async def _page(context: Context, command: ReadEntries, room: RoomRow | None) -> Entries:
    """What is asked for of a log, as it is stored."""
    store, session = context.store, context.session
    ear = session.interest.ear(context.person, command.log, room) if command.wanted else WHOLE
    if ear is None:  # nothing of it is
        row = await store.log(command.log)
        head, floor = (row.head, row.floor) if row is not None else (0, 0)
        upto = head if command.until is None else min(command.until, head)
        return Entries([], head, floor, complete=True, upto=upto, whole=False)
    if ear:
        return await store.wanted(command.log, ear, command.after, command.until, command.limit)
    return await store.entries(command.log, command.after, command.until, command.limit)


async def _states(context: Context, person: Person, epoch: str, positions: dict[str, int]) -> list[LogState]:
    """Each of this person's logs, and each that the client named, against the client's positions.

    The store may have committed what has not been heard here. So the account's log is stated as far as it was heard,
    which is what its places are of; entries after that follow, and tell what they change."""
    places, heard = person.places(), person.seq
    found = {row.log.id: row for row in await context.store.unread(person.account.id, places)}
    states = [_state(found[id], epoch == context.store.epoch, positions.get(id)) for id in places if id in found]
    for state in states[:1]:
        state.head = max(heard, positions.get(state.log, 0) if state.status == "caught_up" else 0)
    states += [LogState(log=id, status="gone") for id in positions if id not in found]
    return states


def _state(row: Unread, same_epoch: bool, position: int | None) -> LogState:
    state = LogState(
        log=row.log.id,
        kind=row.log.kind,
        head=row.log.head,
        floor=row.log.floor,
        read=row.read,
        unread=row.unread,
        mentions=row.mentions,
    )
    if position is None:
        state.status = "gap" if row.log.head else "caught_up"
    elif not same_epoch or position > row.log.head or position < row.log.floor:
        state.status = "reset"
        state.reason = "epoch" if not same_epoch else "ahead" if position > row.log.head else "floor"
    elif row.log.head - position > REPLAY_ENTRIES:
        state.status = "gap"
    return state
