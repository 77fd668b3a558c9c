"""Posts: publishing, editing, and reading. What they mean is in store/rules/posts.py."""

from msgspec.structs import replace

from among_protocol.base import REASON_CHARS, TITLE_CHARS
from among_protocol.codes import FIELD_INVALID, POST_GONE, ROOM_GONE, Refuse
from among_protocol.fields import line, post
from among_protocol.posts import DeletePost, EditPost, Post, PostPage, PublishPost, ReadPost, ReadPosts

from ..core.context import Context
from ..store.rows import Appended
from .drafts import published


async def publish(context: Context, command: PublishPost) -> Appended:
    post(command.body)
    person = context.person  # whose session may end meanwhile
    written = await context.append(replace(command, title=line(command.title, field="title", longest=TITLE_CHARS)))
    log = written.entry.event.log
    corner = person.rooms.get(log) or await context.store.room(log)  # unfollowed meanwhile
    if corner is not None and not written.repeat:
        published(context, person.account.id, corner.community, written.entry.event.at)
    return written


async def edit(context: Context, command: EditPost) -> Appended:
    if command.title is None and command.body is None:
        raise Refuse(FIELD_INVALID, "Nothing is to be changed: give a title, a body, or both.", field="body")
    if command.body is not None:
        post(command.body)
    title = None if command.title is None else line(command.title, field="title", longest=TITLE_CHARS)
    return await context.append(replace(command, title=title))


async def delete(context: Context, command: DeletePost) -> Appended:
    reason = line(command.reason, field="reason", longest=REASON_CHARS, empty=True)
    return await context.append(replace(command, reason=reason))


async def page(context: Context, command: ReadPosts) -> PostPage:
    room, member = await context.room(command.room)
    found = await context.store.posts(room.id, command.before, command.limit, reader=member.id)
    if not context.may_read(room):
        raise Refuse(ROOM_GONE, field="room")
    return PostPage(posts=found.posts, as_of=found.as_of, complete=found.complete)


async def read(context: Context, command: ReadPost) -> Post:
    room, member = await context.room(command.room)
    found = await context.store.post(room.id, command.post, command.version, reader=member.id)
    if not context.may_read(room):
        raise Refuse(ROOM_GONE, field="room")
    if found is None:
        raise Refuse(POST_GONE, field="post")
    return found
