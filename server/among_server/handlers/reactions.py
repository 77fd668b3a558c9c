"""Reacting to what was said, and who reacts. What it means is in store/rules/reactions.py."""

from msgspec.structs import replace

from among_protocol.codes import MESSAGE_GONE, ROOM_GONE, Refuse
from among_protocol.fields import one_emoji
from among_protocol.reactions import AddReaction, Reactors, ReadReactions, RemoveReaction

from ..core.context import Context
from ..store.rows import Appended


async def add(context: Context, command: AddReaction) -> Appended:
    return await context.append(replace(command, emoji=one_emoji(command.emoji, field="emoji")))


async def remove(context: Context, command: RemoveReaction) -> Appended:
    return await context.append(replace(command, emoji=one_emoji(command.emoji, field="emoji")))


async def read(context: Context, command: ReadReactions) -> Reactors:
    room, _ = await context.room(command.room)
    emoji = one_emoji(command.emoji, field="emoji") if command.emoji else ""
    found = await context.store.reactors(
        room.id, command.message, emoji, command.after, command.limit, reader=context.person.account.id
    )
    if not context.may_read(room):
        raise Refuse(ROOM_GONE, field="room")
    if found is None:
        raise Refuse(MESSAGE_GONE, field="message")
    return found
