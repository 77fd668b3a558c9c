"""How long a room keeps what is said in it. A town removes nothing by itself: its test says when, by `Town.forget`."""

from typing import TYPE_CHECKING

from ... import codes
from ...codes import Refuse
from ...messages import MessageSent
from ...retention import FOR_EVER, RetentionSet, RoomTrimmed, SetRetention
from . import attention, pins, threads
from .standing import chief

if TYPE_CHECKING:
    from ..state import Log, Person
    from ..town import Town

GRACE_DAYS = 3


def set_retention(town: "Town", person: "Person", command: SetRetention) -> RetentionSet:
    room, member = town.visible(person.id, command.room)
    if room.kind not in ("open", "private"):
        raise Refuse(codes.RIGHT_MISSING, "Directs and corners keep what is in them until their people delete it.")
    chief(town, member)
    if command.retention is not None and command.retention.takes_more(room.retention):
        room.retention_since = town.clock.time(GRACE_DAYS * 86_400)
    room.retention = command.retention
    return town.write(
        RetentionSet(
            log=room.id,
            seq=town.next(room.id),
            at=town.clock.time(),
            by=member.id,
            rev=member.rev,
            nonce=command.nonce,
            retention=room.retention,
            since=room.retention_since,
        )
    )


def trim(town: "Town", log: "Log", up_to: int) -> None:
    """Entries up to there are no longer kept, but for what is pinned where the room keeps that."""
    room = town.rooms.get(log.id)
    keeps = room is not None and (room.retention or FOR_EVER).pinned
    log.beneath = pins.staying(log, up_to) if keeps else []
    gone = [entry for entry in log.entries if entry.seq <= up_to]
    log.floor = gone[-1].seq if gone else log.floor
    log.entries = log.entries[len(gone) :]
    threads.trimmed(town, log, pins.pinned(log))
    attention.recount(town)


def trimmed(town: "Town", id: str) -> RoomTrimmed:
    """What tells a room that its floor has moved."""
    room, log = town.rooms[id], town.logs[id]
    return RoomTrimmed(
        log=id,
        seq=town.next(id),
        at=town.clock.time(),
        floor=log.floor,
        left=sum(isinstance(entry, MessageSent) and not entry.thread for entry in log.entries),
        bounds=room.retention or FOR_EVER,
        pins=sorted(seq for seq in pins.pinned(log) if seq <= log.floor),
        topic=room.topic,
        retention=room.retention,
        retention_since=room.retention_since,
    )
