"""How far one has read; every other device of the account is told."""

from among_protocol.markers import Marker, MarkerMoved, SetMarker

from ..core.context import Context


async def set_marker(context: Context, command: SetMarker) -> Marker:
    await context.room(command.room)
    account = context.person.account.id
    context.admit()
    marker = await context.store.set_marker(account, command.room, command.seq, back=command.unread)
    moved = MarkerMoved(room=marker.room, read=marker.read, unread=marker.unread, mentions=marker.mentions)
    context.tell_devices(account, moved.room, moved)
    context.services.recounts.marked(account, moved.room)
    return marker
