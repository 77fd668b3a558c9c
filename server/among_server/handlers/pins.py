"""What is pinned in a room. What it means is in store/rules/pins.py."""

from among_protocol.codes import ROOM_GONE, Refuse
from among_protocol.pins import AddPin, ListPins, PinPage, RemovePin

from ..core.context import Context
from ..store.rows import Appended
from .forwards import still_here


async def add(context: Context, command: AddPin) -> Appended:
    return await context.append(command)


async def remove(context: Context, command: RemovePin) -> Appended:
    return await context.append(command)


async def list_pins(context: Context, command: ListPins) -> PinPage:
    room, _ = await context.room(command.room)
    places = context.person.members.keys()
    found = await context.store.pins(room.id, command.before, command.limit, places=places)
    if not context.may_read(room):
        raise Refuse(ROOM_GONE, field="room")
    still_here(context, [pin.message for pin in found.pins], found.origins)
    return PinPage(pins=found.pins, as_of=found.as_of, complete=found.complete)
