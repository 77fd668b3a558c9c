"""What a steward takes away that somebody of a lower role said, message or post alike. They say why: the author is told,
and the other stewards.
"""

from typing import Any

from among_protocol.codes import FIELD_INVALID, OUTRANKED, Refuse
from among_protocol.edits import MessageRemoved
from among_protocol.members import Persona
from among_protocol.posts import PostRemoved

from ...rights import RANKS, Right
from ..api import Tx
from ..rows import MemberRow, RoomRow
from ..stewards import stewards_of
from .standing import may


def may_remove(tx: Tx, steward: MemberRow, by: str, reason: str, *, field: str) -> MemberRow:
    """The author, a membership. `field` names what is taken away. Raises Refuse."""
    may(tx, steward, Right.DELETE_MESSAGE)
    author = tx.member(by)
    assert author is not None, "memberships are never removed"
    if RANKS[author.role] >= RANKS[steward.role]:
        raise Refuse(OUTRANKED, field=field)
    if not reason:
        raise Refuse(FIELD_INVALID, "Say why: whoever wrote it is told.", field="reason")
    return author


def tell_removed(
    tx: Tx,
    removed: type[MessageRemoved | PostRemoved],
    room: RoomRow,
    steward: MemberRow,
    author: MemberRow,
    reason: str,
    **what: int,
) -> None:
    """The stewards, and the author while they are there. `what`: the number of it, by the name of its field."""
    community = tx.community(room.community)
    assert community is not None
    log = stewards_of(community.id)
    by, rev = steward.id, steward.rev
    about: dict[str, Any] = {"community": community.id, "member": author.id, "reason": reason, "room": room.id, **what}
    tx.add(removed(log=log, seq=tx.next(log), at=tx.now, by=by, rev=rev, **about))
    if not author.left:
        who = Persona(member=by, rev=rev, handle=steward.handle, display_name=steward.display_name)
        log = author.account
        about |= {"slug": community.slug, "steward": who}
        tx.add(removed(log=log, seq=tx.next(log), at=tx.now, by=by, rev=rev, **about))
