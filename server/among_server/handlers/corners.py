"""Corners: making, changing, listing. What they mean is in store/rules/corners.py."""

from msgspec.structs import replace

from among_protocol.base import TOPIC_CHARS
from among_protocol.corners import Corner, CornerPage, ListCorners, UpdateCorner
from among_protocol.fields import line

from ..core.context import Context
from ..store.rows import Appended


async def update(context: Context, command: UpdateCorner) -> Appended:
    title = command.title
    if title is not None:
        title = line(title, field="title", longest=TOPIC_CHARS, empty=True)
    return await context.append(replace(command, title=title))


async def list_corners(context: Context, command: ListCorners) -> CornerPage:
    context.member_of(command.community)
    found = await context.store.corners(
        command.community, command.after.lower(), command.limit + 1, members=command.members
    )
    page = await _shown(context, found[: command.limit])
    context.member_of(command.community)  # still
    return CornerPage(corners=page, complete=len(found) <= command.limit)


async def _shown(context: Context, corners: list[Corner]) -> list[Corner]:
    """As whoever asks sees them."""
    person = context.person
    rows = await context.store.unread(person.account.id, [one.room for one in corners])
    heads = {row.log.id: row.log.head for row in rows}
    return [replace(one, following=one.room in person.rooms, head=heads.get(one.room, 0)) for one in corners]
