"""Where something was said lately. A cursor says after what a page goes on: whoever asks with one of their own making gets
a page of their own rooms, or a refusal."""

from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.recent import Recent, RecentPage, RecentRooms

from ..core.context import Context
from ..core.people import Person
from ..store.recent import Place, RecentRow
from .rooms import shown


async def recent(context: Context, command: RecentRooms) -> RecentPage:
    account = context.person.account.id
    rows = await context.store.recent(account, _place(command.after), command.limit + 1)
    page, person = rows[: command.limit], context.person
    mine = [row for row in page if row.room.id in person.rooms]  # one may be lost meanwhile
    last = page[-1] if len(rows) > len(page) else None
    next_ = f"{last.said_ms}.{last.room.id}" if last is not None else ""
    return RecentPage(rooms=[_card(person, row) for row in mine], next=next_)


def _place(cursor: str) -> Place | None:
    if not cursor:
        return None
    said_ms, _, room = cursor.partition(".")
    if not (said_ms.isdecimal() and said_ms.isascii() and len(said_ms) < 16):
        raise Refuse(FIELD_INVALID, "Ask on with the `next` of the page before.", field="after")
    return Place(int(said_ms), room)


def _card(person: Person, row: RecentRow) -> Recent:
    room = shown(person, row.room, {row.room.id: row.unread.log.head})
    member = person.member_in(row.room)
    if row.room.kind == "direct":
        room.people = row.people
        room.member = member.id if member is not None else ""
    return Recent(
        room=room, said=row.said, read=row.unread.read, unread=row.unread.unread, mentions=row.unread.mentions
    )
