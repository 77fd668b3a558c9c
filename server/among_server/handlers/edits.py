"""Editing and deleting what was said, and what it said before. What they mean is in store/rules/edits.py."""

from msgspec.structs import replace

from among_protocol.base import REASON_CHARS
from among_protocol.codes import MESSAGE_GONE, ROOM_GONE, Refuse
from among_protocol.edits import DeleteMessage, EditMessage, MessageHistory, ReadHistory
from among_protocol.fields import body, line

from ..core.context import Context
from ..store.rows import Appended


async def edit(context: Context, command: EditMessage) -> Appended:
    body(command.body)
    return await context.append(command)


async def delete(context: Context, command: DeleteMessage) -> Appended:
    reason = line(command.reason, field="reason", longest=REASON_CHARS, empty=True)
    return await context.append(replace(command, reason=reason))


async def history(context: Context, command: ReadHistory) -> MessageHistory:
    room, _ = await context.room(command.room)
    found = await context.store.history(command.room, command.message, command.after, command.limit)
    if not context.may_read(room):
        raise Refuse(ROOM_GONE, field="room")
    if found is None:
        raise Refuse(MESSAGE_GONE, field="message")
    return found
