"""Corners: making one, changing it, and who may comment there."""

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import COMMENT_REFUSED, FIELD_INVALID, POST_GONE, Refuse
from among_protocol.corners import CornerUpdated, UpdateCorner

from ...rights import Right
from ..api import Tx
from ..corners import CornerRow
from ..rows import MemberRow, RoomRow
from .blocks import apart
from .rooms import follow_own
from .standing import may, present


def update(tx: Tx, account: str, command: UpdateCorner) -> Entry:
    _, member = present(tx, account, command.community)
    may(tx, member, Right.SPEAK)
    before = tx.corner_of(member.id)
    if before is None:
        return opened(tx, member, command, command.nonce)
    room = tx.room(before.room)
    assert room is not None
    title = room.topic if command.title is None else command.title
    changed = replace(
        before,
        comments=before.comments if command.comments is None else command.comments,
        public=before.public if command.public is None else command.public,
        changed=tx.now,
    )
    follow_own(tx, member, room, command.nonce)
    tx.put_room(replace(room, topic=title))
    tx.put_corner(changed)
    return _tell(tx, member, changed, title, command.nonce)


def opened(tx: Tx, member: MemberRow, wish: UpdateCorner | None, nonce: str) -> CornerUpdated:
    """A new corner, with its first entry; its owner follows it. Raises Refuse `limit.reached`."""
    title = (wish.title if wish is not None else None) or ""
    row = CornerRow(
        room=tx.new_id("r"),
        community=member.place,
        member=member.id,
        comments=(wish.comments if wish is not None else None) or "members",
        public=bool(wish is not None and wish.public),
        opened=tx.now,
        changed=tx.now,
    )
    room = RoomRow(id=row.room, kind="corner", community=row.community, topic=title, owner=member.id)
    follow_own(tx, member, room, nonce, new=True)
    tx.put_corner(row)
    return _tell(tx, member, row, title, nonce)


def may_comment(tx: Tx, room: RoomRow, member: MemberRow, post: int) -> None:
    """Raises Refuse where this member can't comment on this post. The answer is one for all reasons but the post itself, so
    that a block is not announced by it."""
    corner = tx.corner(room.id)
    if corner is None:
        raise Refuse(FIELD_INVALID, "Only in a corner one comments on a post.", field="post")
    if not post:
        raise Refuse(FIELD_INVALID, "In a corner one comments on a post: name it.", field="post")
    if tx.post(room.id, post) is None:
        raise Refuse(POST_GONE, field="post")
    owner = tx.member(corner.member)
    if owner is None or owner.left or corner.comments != "members":
        raise Refuse(COMMENT_REFUSED)
    if owner.id != member.id and apart(tx, (member.account, member.handle), (owner.account, owner.handle)):
        raise Refuse(COMMENT_REFUSED)


def _tell(tx: Tx, member: MemberRow, row: CornerRow, title: str, nonce: str) -> CornerUpdated:
    entry = CornerUpdated(
        log=row.room,
        seq=tx.next(row.room),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=nonce,
        title=title,
        comments=row.comments,
        public=row.public,
    )
    tx.add(entry)
    return entry
