"""Under which name somebody is met, which is what blocks and mutes are of; and what these keep from whom."""

from typing import TYPE_CHECKING

from .. import codes
from ..codes import Refuse
from .state import MemberRow, Name, Person, RoomRow

if TYPE_CHECKING:
    from .town import Town


def name_of(one: Person | MemberRow) -> Name:
    """Of an account by itself, or of a member where it is."""
    return (one.account if isinstance(one, MemberRow) else one.id), one.handle


def apart(town: "Town", one: Person | MemberRow, other: Person | MemberRow) -> bool:
    """Whether one of the two blocks the other, under the names that they have here."""
    mine, theirs = name_of(one), name_of(other)
    return "block" in (town.people[mine[0]].blocks.get(theirs), town.people[theirs[0]].blocks.get(mine))


def deaf(town: "Town", reader: Person | MemberRow, author: MemberRow) -> bool:
    """Whether a mention counts for nothing."""
    mine, theirs = name_of(reader), name_of(author)
    return theirs in town.people[mine[0]].blocks or town.people[theirs[0]].blocks.get(mine) == "block"


def may_write(town: "Town", room: RoomRow) -> None:
    """Raises Refuse where one of two blocks the other; in a larger direct others listen."""
    there = town.inside(room.id)
    if len(there) == 2 and apart(town, *there):
        raise Refuse(codes.DIRECT_REFUSED, field="room")
