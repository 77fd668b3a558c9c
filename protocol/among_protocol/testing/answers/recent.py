"""Where something was said lately: the rooms that one follows, the one first in which something was said last."""

from typing import TYPE_CHECKING

from ... import codes
from ...codes import Refuse
from ...messages import MessageSent
from ...posts import PostPublished
from ...recent import Recent, RecentPage, RecentRooms
from ..clock import unix_ms
from . import attention, members

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person
    from ..town import Town

Said = MessageSent | PostPublished
Place = tuple[int, int]  # Unix time in milliseconds, and which room it is, in the order in which they were made


def recent(connection: "Connection", command: RecentRooms) -> RecentPage:
    town, person = connection.town, connection.person
    order = list(town.rooms)
    before = _place(command.after, order) if command.after else None
    lasts = {id: said for id in order if id in person.logs and (said := _last(town, id))}
    places = sorted(((unix_ms(said.at), order.index(id)) for id, said in lasts.items()), reverse=True)
    left = [place for place in places if before is None or place < before]
    page = [(ms, order[number]) for ms, number in left[: command.limit]]
    return RecentPage(
        rooms=[_card(town, person, id, lasts[id]) for _, id in page],
        next="{}.{}".format(*page[-1]) if len(page) < len(left) else "",
    )


def _place(cursor: str, order: list[str]) -> Place:
    ms, _, room = cursor.partition(".")
    if not (ms.isdecimal() and ms.isascii()):
        raise Refuse(codes.FIELD_INVALID, "Ask on with the `next` of the page before.", field="after")
    return int(ms), order.index(room) if room in order else -1


def _last(town: "Town", room: str) -> Said | None:
    """What was said there last, deleted or not; not what was said in a thread."""
    for entry in reversed(town.logs[room].entries):
        if isinstance(entry, PostPublished) or (isinstance(entry, MessageSent) and not entry.thread):
            return entry
    return None


def _card(town: "Town", person: "Person", id: str, said: Said) -> Recent:
    read, unread, mentions = town.unread(person, id)
    return Recent(
        room=members.shown(town, person, town.rooms[id]),
        said=attention.glimpse(town, said),
        read=read,
        unread=unread,
        mentions=mentions,
    )
