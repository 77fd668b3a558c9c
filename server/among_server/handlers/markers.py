"""How far one has read; every other device of the account is told."""

from among_protocol.markers import Marker, SetMarker, moved

from ..core.context import Context


async def set_marker(context: Context, command: SetMarker) -> Marker:
    await context.room(command.room)
    account = context.person.account.id
    context.admit()
    marker = await context.store.set_marker(account, command.room, command.seq, back=command.unread)
    context.tell_devices(account, marker.room, moved(marker))
    context.services.recounts.marked(account, marker.room)
    return marker
