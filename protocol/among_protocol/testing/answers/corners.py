"""Corners: a member's own room, the posts in it, and who hears of them."""

from typing import TYPE_CHECKING, Any

from ... import codes
from ...base import REASON_CHARS, TITLE_CHARS, TOPIC_CHARS
from ...codes import Refuse
from ...corners import Corner, CornerPage, CornerUpdated, ListCorners, UpdateCorner
from ...fields import line, post
from ...messages import MessageSent
from ...posts import (
    DeletePost,
    EditPost,
    Post,
    PostCard,
    PostDeleted,
    PostEdited,
    PostPage,
    PostPublished,
    PostRemoved,
    PostVersion,
    PublishPost,
    ReadPost,
    ReadPosts,
)
from .. import mentions
from ..state import MemberRow, RoomRow
from .edits import blank, may_remove, tell_removed
from .places import follow_room
from .reactions import reactions_for
from .standing import may_act, present

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person
    from ..town import Town

LEAD_CHARS = 280  # of a post's body that a list shows
POST_VERSIONS = 100  # of one post, as a real server has it


def update(town: "Town", person: "Person", command: UpdateCorner) -> CornerUpdated:
    title = command.title
    if title is not None:
        title = line(title, field="title", longest=TOPIC_CHARS, empty=True)
    _, member = present(town, person, command.community)
    may_act(town, member)
    corner = corner_of(town, member) or _made(town, member)
    corner.topic = corner.topic if title is None else title
    corner.comments = command.comments or corner.comments
    corner.public = corner.public if command.public is None else command.public
    follow_room(town, person, corner, command.nonce)
    return _tell(town, corner, member, command.nonce)


def corner_of(town: "Town", member: "MemberRow") -> RoomRow | None:
    return next((room for room in town.rooms.values() if room.owner == member.id), None)


def _made(town: "Town", member: "MemberRow") -> RoomRow:
    room = RoomRow(town.new_id("room", f"corner of {member.handle}"), "", "corner", member.place, owner=member.id)
    room.opened = town.clock.time()
    town.rooms[room.id] = room
    town.log(room.id, "room")
    return room


def _tell(town: "Town", corner: RoomRow, member: "MemberRow", nonce: str) -> CornerUpdated:
    said: dict[str, Any] = {"title": corner.topic, "comments": corner.comments, "public": corner.public}
    return town.write(CornerUpdated(**_by(town, corner, member, nonce), **said))


def _by(town: "Town", room: RoomRow, member: "MemberRow", nonce: str) -> dict[str, Any]:
    at, seq = town.clock.time(), town.next(room.id)
    return {"log": room.id, "seq": seq, "at": at, "by": member.id, "rev": member.rev, "nonce": nonce}


def list_corners(connection: "Connection", command: ListCorners) -> CornerPage:
    town, person = connection.town, connection.person
    row, _ = present(town, person, command.community)
    found = []
    for room in town.rooms.values():
        owner = town.members.get(room.owner)
        if owner is None or owner.left or owner.place != row.id:
            continue
        if owner.handle > command.after.lower() and (not command.members or owner.id in command.members):
            found.append(_shown(town, person, room, owner))
    found.sort(key=lambda one: one.handle)
    return CornerPage(corners=found[: command.limit], complete=len(found) <= command.limit)


def _shown(town: "Town", person: "Person", room: RoomRow, owner: "MemberRow") -> Corner:
    posts = published(town, room)
    return Corner(
        room=room.id,
        member=owner.id,
        rev=owner.rev,
        handle=owner.handle,
        display_name=owner.display_name,
        title=room.topic,
        comments=room.comments,
        public=room.public,
        opened=room.opened,
        latest=posts[-1].at if posts else "",
        following=room.id in person.logs,
        head=town.logs[room.id].head,
    )


# --- posts


def publish(town: "Town", person: "Person", command: PublishPost) -> PostPublished:
    post(command.body)
    title = line(command.title, field="title", longest=TITLE_CHARS)
    community, member = present(town, person, command.community)
    may_act(town, member)
    corner = corner_of(town, member)
    if corner is None:
        corner = _made(town, member)
        follow_room(town, person, corner, command.nonce)
        _tell(town, corner, member, command.nonce)
    else:
        follow_room(town, person, corner, command.nonce)
    mentioned = mentions.of(town, corner, command.body)
    said: dict[str, Any] = {"title": title, "body": command.body, "mentions": [row.id for row in mentioned]}
    entry = PostPublished(**_by(town, corner, member, command.nonce), **said)
    person.read[corner.id] = entry.seq
    town.call(member, corner, [row for row in mentioned if row.id != member.id], entry.seq)
    mentions.meant(town, corner, member, mentioned, "mention", entry.seq)
    person.drafts.pop((community.id, 0), None)
    return town.write(entry)


def edit(town: "Town", person: "Person", command: EditPost) -> PostEdited:
    if command.title is None and command.body is None:
        raise Refuse(codes.FIELD_INVALID, "Nothing is to be changed: give a title, a body, or both.", field="body")
    if command.body is not None:
        post(command.body)
    title = None if command.title is None else line(command.title, field="title", longest=TITLE_CHARS)
    room, member = town.visible(person.id, command.room)
    first = there(town, room, command.post)
    if first.by != member.id:
        raise Refuse(codes.RIGHT_MISSING)
    may_act(town, member)
    before = versions(town, first)
    if len(before) >= POST_VERSIONS:
        raise Refuse(codes.LIMIT_REACHED, f"A post has at most {POST_VERSIONS} versions.")
    last = before[-1]
    called = last.mentions if command.body is None else [row.id for row in mentions.of(town, room, command.body)]
    said: dict[str, Any] = {"title": title or last.title, "body": command.body or last.body, "mentions": called}
    return town.write(PostEdited(**_by(town, room, member, command.nonce), post=first.seq, **said))


def delete(town: "Town", person: "Person", command: DeletePost) -> PostDeleted:
    reason = line(command.reason, field="reason", longest=REASON_CHARS, empty=True)
    room, member = town.visible(person.id, command.room)
    first = there(town, room, command.post)
    author = member if first.by == member.id else may_remove(town, member, first.by, reason, "post")
    for version in versions(town, first):
        blank(town, version)
    told = _by(town, room, member, command.nonce) | ({} if author is member else {"by": "", "rev": 0})
    entry = town.write(PostDeleted(**told, post=first.seq))
    if author is not member:
        tell_removed(town, PostRemoved, room, member, author, reason, post=first.seq)
    return entry


def published(town: "Town", room: RoomRow) -> list[PostPublished]:
    """The posts that are there, oldest first."""
    return [one for one in town.logs[room.id].entries if isinstance(one, PostPublished) and not one.blank]


def there(town: "Town", room: RoomRow, seq: int) -> PostPublished:
    """Raises Refuse `post.gone`."""
    found = next((one for one in published(town, room) if one.seq == seq), None)
    if found is None:
        raise Refuse(codes.POST_GONE, field="post")
    return found


def versions(town: "Town", first: PostPublished) -> list[PostPublished | PostEdited]:
    later = town.logs[first.log].between(first.seq)
    return [first, *(one for one in later if isinstance(one, PostEdited) and one.post == first.seq)]


def _comments(town: "Town", first: PostPublished) -> int:
    later = town.logs[first.log].between(first.seq)
    return sum(isinstance(one, MessageSent) and one.post == first.seq for one in later)


def page(connection: "Connection", command: ReadPosts) -> PostPage:
    town = connection.town
    room, member = town.visible(connection.account, command.room)
    found = [one for one in published(town, room) if command.before is None or one.seq < command.before][::-1]
    cards = [_card(town, one, member) for one in found[: command.limit]]
    return PostPage(posts=cards, as_of=town.logs[room.id].head, complete=len(found) <= command.limit)


def _card(town: "Town", first: PostPublished, reader: MemberRow) -> PostCard:
    last = versions(town, first)[-1]
    return PostCard(
        seq=first.seq,
        at=first.at,
        by=first.by,
        rev=first.rev,
        title=last.title,
        lead=last.body.strip()[:LEAD_CHARS],
        bytes=len(last.body.encode()),
        edited=last.at if last is not first else "",
        comments=_comments(town, first),
        reactions=reactions_for(town, reader.id, first.log, first.seq),
    )


def read(connection: "Connection", command: ReadPost) -> Post:
    town = connection.town
    room, member = town.visible(connection.account, command.room)
    first = there(town, room, command.post)
    every = versions(town, first)
    wanted = command.version or 0
    one = next((version for version in every if version.seq == wanted), None) if wanted else every[-1]
    if one is None:
        raise Refuse(codes.POST_GONE, field="post")
    return Post(
        seq=first.seq,
        at=first.at,
        by=first.by,
        rev=one.rev,
        title=one.title,
        body=one.body,
        mentions=one.mentions,
        version=one.seq,
        versions=[PostVersion(seq=version.seq, at=version.at) for version in every],
        comments=_comments(town, first),
        reactions=reactions_for(town, member.id, first.log, first.seq),
    )
