"""Posts: publishing, editing, deleting. The words of each version are in its entry; the row of a post has what a list shows."""

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import LIMIT_REACHED, POST_GONE, RIGHT_MISSING, Refuse
from among_protocol.corners import CornerUpdated
from among_protocol.posts import DeletePost, EditPost, PostDeleted, PostEdited, PostPublished, PostRemoved, PublishPost

from ...limits import POST_VERSIONS
from ...rights import Right
from ..api import Tx
from ..corners import PostRow
from ..rows import RoomRow
from . import corners, inbox
from .accounts import speaks_again
from .drafts import cleared
from .messages import call_each, mentioned
from .removal import may_remove, tell_removed
from .rooms import follow_own, visible
from .standing import may, present

LEAD_CHARS = 280  # of a post's body that a list shows


def publish(tx: Tx, account: str, command: PublishPost) -> Entry:
    community, member = present(tx, account, command.community)
    may(tx, member, Right.SPEAK)
    corner = tx.corner_of(member.id)
    if corner is None:
        log = corners.opened(tx, member, None, command.nonce).log
    else:
        log = corner.room
        room = tx.room(log)
        assert room is not None
        follow_own(tx, member, room, command.nonce)
    if member.silenced:
        member = speaks_again(tx, member)
    room = tx.room(log)
    assert room is not None
    others = mentioned(tx, room, command.body)
    entry = PostPublished(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        title=command.title,
        body=command.body,
        mentions=[other.id for other in others],
    )
    tx.add(entry, message=True)
    tx.mark(account, log)
    call_each(tx, room, member, entry.seq, others)
    inbox.tell_mentioned(tx, others, member, log, entry.seq)
    tx.put_post(
        PostRow(
            room=log,
            seq=entry.seq,
            at=tx.now,
            by=member.id,
            rev=member.rev,
            title=command.title,
            lead=lead(command.body),
            bytes=len(command.body.encode()),
            newest=entry.seq,
        )
    )
    _touch(tx, log)
    cleared(tx, account, community.id)
    return entry


def edit(tx: Tx, account: str, command: EditPost) -> Entry:
    room, member = visible(tx, account, command.room)
    post = there(tx, room, command.post)
    if post.by != member.id:
        raise Refuse(RIGHT_MISSING)
    may(tx, member, Right.SPEAK)
    if len(tx.post_versions(room.id, post.seq)) >= POST_VERSIONS:
        raise Refuse(LIMIT_REACHED, f"A post has at most {POST_VERSIONS} versions.")
    if command.body is None:
        before = tx.post_version(room.id, post.newest)
        assert before is not None
        body, mentions = before.body, before.mentions
    else:
        body = command.body
        mentions = [other.id for other in mentioned(tx, room, body)]
    entry = PostEdited(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        post=post.seq,
        title=post.title if command.title is None else command.title,
        body=body,
        mentions=mentions,
    )
    tx.add(entry)
    tx.put_post(
        replace(
            post,
            title=entry.title,
            lead=lead(body),
            bytes=len(body.encode()),
            newest=entry.seq,
            edited=tx.now,
        )
    )
    _touch(tx, room.id)
    return entry


def unwritten(tx: Tx, entry: Entry) -> None:
    """This entry was blanked: what a row holds of its words goes, too."""
    if isinstance(entry, PostPublished):
        tx.remove_post(entry.log, entry.seq)
        _touch(tx, entry.log)
    elif isinstance(entry, CornerUpdated):
        room = tx.room(entry.log)
        assert room is not None
        tx.put_room(replace(room, topic=""))


def delete(tx: Tx, account: str, command: DeletePost) -> Entry:
    """Who is silenced may take back what they wrote."""
    room, member = visible(tx, account, command.room)
    post = there(tx, room, command.post)
    mine = post.by == member.id
    author = member if mine else may_remove(tx, member, post.by, command.reason, field="post")
    for seq in tx.post_versions(room.id, post.seq):
        tx.blank(room.id, seq)
    tx.remove_post(room.id, post.seq)
    tx.drop_reactions(room.id, post.seq)
    entry = PostDeleted(
        log=room.id,
        seq=tx.next(room.id),
        at=tx.now,
        by=member.id if mine else "",
        rev=member.rev if mine else 0,
        nonce=command.nonce,
        post=post.seq,
    )
    tx.add(entry)
    _touch(tx, room.id)
    if not mine:
        tell_removed(tx, PostRemoved, room, member, author, command.reason, post=post.seq)
    return entry


def there(tx: Tx, room: RoomRow, seq: int) -> PostRow:
    """Raises Refuse `post.gone`."""
    post = tx.post(room.id, seq)
    if post is None:
        raise Refuse(POST_GONE, field="post")
    return post


def lead(body: str) -> str:
    """How a post begins: whole lines where that leaves something, else as far as it goes."""
    begins = body.strip()
    if len(begins) <= LEAD_CHARS:
        return begins
    cut = begins[:LEAD_CHARS]
    line = cut.rfind("\n")
    return cut[:line].rstrip() if line > LEAD_CHARS // 2 else cut


def _touch(tx: Tx, room: str) -> None:
    """What is public of this corner has changed."""
    corner = tx.corner(room)
    assert corner is not None
    tx.put_corner(replace(corner, changed=tx.now))
