"""Saying something, and reading what was said."""

from among_protocol.codes import FIELD_INVALID, POST_GONE, ROOM_GONE, Refuse
from among_protocol.fields import body, moment
from among_protocol.messages import MessagePage, ReadMessages, SendMessage

from ..core.context import Context
from ..store.rows import Appended
from .forwards import still_here


async def send(context: Context, command: SendMessage) -> Appended:
    body(command.body)
    return await context.append(command)


async def page(context: Context, command: ReadMessages) -> MessagePage:
    room, member = await context.room(command.room)
    if command.post is not None and command.thread is not None:
        raise Refuse(FIELD_INVALID, "A page is of a post or of a thread.", field="thread")
    around, thread = command.around, command.thread
    if around is not None and command.post is None and thread is None:
        thread = await context.store.thread_of(room.id, around) or None
    if command.at is not None:
        if (command.before, command.after, around) != (None, None, None):
            raise Refuse(
                FIELD_INVALID, "A page is around a moment, or where `before`, `after` or `around` say.", field="at"
            )
        around = await context.store.first_at(room.id, moment(command.at, field="at"))
    found = await context.store.messages(
        command.room,
        before=command.before,
        after=command.after,
        around=around,
        limit=command.limit,
        post=command.post,
        places=context.person.members.keys(),
        thread=thread,
        reader=member.id,
    )
    post = None if found.messages else command.post  # one with comments is there, and to read it means to count them
    gone = post is not None and await context.store.post(room.id, post, None) is None
    if not context.may_read(room):
        raise Refuse(ROOM_GONE, field="room")
    if gone:
        raise Refuse(POST_GONE, field="post")
    still_here(context, found.messages, found.origins)
    return MessagePage(messages=found.messages, as_of=found.as_of, complete=found.complete, floor=found.floor)
