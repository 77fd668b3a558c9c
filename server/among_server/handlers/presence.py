"""Presence and typing: best effort, beside the log."""

from collections.abc import Iterator

from among_protocol.base import Done
from among_protocol.codes import SILENCED, Refuse
from among_protocol.presence import (
    Presences,
    PresenceState,
    SetPresence,
    StartTyping,
    TypingStarted,
    WatchPresence,
)

from ..core.context import Context
from ..core.frames import frame
from ..core.log import Log, Outbox
from ..core.people import Person
from ..core.presence import apart
from ..core.session import Session
from ..store.rows import MemberRow
from .session import now as wall_time

TYPING_EVERY = 3.0  # seconds between two notices of one session in one room


async def set_presence(context: Context, command: SetPresence) -> Done:
    state: PresenceState = "offline" if command.state == "invisible" else command.state
    context.services.presence.says(context.session, context.person, state)
    return Done()


async def watch(context: Context, command: WatchPresence) -> Presences:
    """Only those in a place that the asker is in too; others are as if they did not exist."""
    presence, person = context.services.presence, context.person
    if not command.members:
        presence.watch(context.session, frozenset())
        return Presences(members=[])
    rows = await context.store.seen(person.account.id, command.members)
    seen = [row for row in rows if row.member.place in person.members]  # or the place was left meanwhile
    presence.watch(context.session, frozenset(row.member.id for row in seen))
    return Presences(members=[presence.of(row, context.session) for row in seen])


async def typing(context: Context, command: StartTyping) -> Done:
    room, member = await context.room(command.room)
    session, person = context.session, context.person
    if member.silenced and member.silenced > wall_time():
        raise Refuse(SILENCED, until=member.silenced)
    now = context.now()
    if now - session.typed.get(room.id, -TYPING_EVERY) < TYPING_EVERY:
        return Done()
    session.typed = {id: at for id, at in session.typed.items() if now - at < TYPING_EVERY}
    session.typed[room.id] = now
    log = context.logs.get(room.id)
    if context.services.presence.is_hidden(member.id):
        return Done()
    if log is not None and context.services.notices.may(room.id, log.members):
        context.services.notices.spread(_tell(log, TypingStarted(room=room.id, by=member.id), session, person, member))
    return Done()


def _tell(log: Log, event: TypingStarted, writing: Session, person: Person, member: MemberRow) -> Iterator[None]:
    """All who hear the log now, but for the session that writes; one that leaves or lags meanwhile is told nothing."""
    for encoding, listeners in list(log.everybody()):
        bytes_ = frame(encoding, encoding.encode(event))
        for outbox in list(listeners):
            write = listeners.get(outbox)
            if write is not None and outbox is not writing and _hears(outbox, person, member):
                write(bytes_)
                yield


def _hears(outbox: Outbox, writer: Person, member: MemberRow) -> bool:
    """Whether whoever hears there wants to, and has something to do with the writer."""
    if not isinstance(outbox, Session):
        return True
    reader = outbox.person
    return TypingStarted not in outbox.interest.without and (reader is None or not apart(reader, writer, member))
