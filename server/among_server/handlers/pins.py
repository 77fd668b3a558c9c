"""What is pinned in a room. What it means is in store/rules/pins.py."""

from among_protocol.codes import ROOM_GONE, Refuse
from among_protocol.pins import AddPin, ListPins, PinPage, RemovePin

from ..core.context import Context
from ..store.rows import Appended


async def add(context: Context, command: AddPin) -> Appended:
    return await context.append(command)


async def remove(context: Context, command: RemovePin) -> Appended:
    return await context.append(command)


async def list_pins(context: Context, command: ListPins) -> PinPage:
    room, _ = await context.room(command.room)
    found = await context.store.pins(room.id, command.before, command.limit)
    if not context.may_read(room):
        raise Refuse(ROOM_GONE, field="room")
    return PinPage(pins=found.pins, as_of=found.as_of, complete=found.complete)
