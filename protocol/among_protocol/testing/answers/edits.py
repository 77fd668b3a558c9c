"""What becomes of a message later: edits, deletions, and what it said before."""

from typing import TYPE_CHECKING, Any

from ... import codes
from ...base import REASON_CHARS, Entry
from ...blank import blanked
from ...codes import Refuse
from ...edits import (
    DeleteMessage,
    EditMessage,
    MessageDeleted,
    MessageEdited,
    MessageHistory,
    MessageRemoved,
    ReadHistory,
    Version,
)
from ...fields import body, line
from ...members import Persona
from ...messages import QUOTED, Forwarded, Message, MessageSent, Origin, Quoted, SendMessage
from ...posts import PostPublished
from .. import mentions
from ..names import apart, may_write
from . import pins, threads
from .standing import RANKS, chief, may_act

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import MemberRow, Person, RoomRow
    from ..town import Town


def send(town: "Town", person: "Person", command: SendMessage) -> MessageSent:
    body(command.body)
    room, member = town.visible(person.id, command.room)
    may_act(town, member)
    if room.kind == "direct":
        may_write(town, room)
    may_comment(town, person, room, command.post)
    if command.reply_to:
        message(town, room, command.reply_to, "reply_to")
    about: dict[str, Any] = {"reply_to": command.reply_to, "post": command.post}
    return said(town, person, room, member, command.body, command.nonce, thread=command.thread, **about)


def said(
    town: "Town",
    person: "Person",
    room: "RoomRow",
    member: "MemberRow",
    words: str,
    nonce: str,
    *,
    thread: int,
    **about: Any,
) -> MessageSent:
    """To the room, or in a thread of it."""
    if not thread:
        return town.say(person.id, room, member, words, nonce, **about)
    about |= {"thread": thread, "root_by": threads.begins(town, room, thread)}
    entry = town.say(person.id, room, member, words, nonce, **about)
    threads.said(town, entry)
    return entry


def may_comment(town: "Town", person: "Person", room: "RoomRow", post: int) -> None:
    """In a corner one comments on a post, and elsewhere on none."""
    if room.kind != "corner":
        if post:
            raise Refuse(codes.FIELD_INVALID, "Only in a corner one comments on a post.", field="post")
        return
    if not post:
        raise Refuse(codes.FIELD_INVALID, "In a corner one comments on a post: name it.", field="post")
    entries = town.logs[room.id].entries
    if not any(isinstance(one, PostPublished) and one.seq == post and not one.blank for one in entries):
        raise Refuse(codes.POST_GONE, field="post")
    owner = town.members[room.owner]
    if owner.left or room.comments != "members" or apart(town, town.member(person.id, owner.place) or person, owner):
        raise Refuse(codes.COMMENT_REFUSED)


def edit(town: "Town", person: "Person", command: EditMessage) -> MessageEdited:
    body(command.body)
    room, member = town.visible(person.id, command.room)
    said = message(town, room, command.message)
    if said.by != member.id:
        raise Refuse(codes.RIGHT_MISSING, "Only who said it may edit it.", field="message")
    may_act(town, member)
    if room.kind == "direct":
        may_write(town, room)
    if room.kind == "corner":
        may_comment(town, person, room, said.post)
    before = versions(town, said)
    if len(before) > town.limits.edits:
        raise Refuse(codes.LIMIT_REACHED, f"A message is edited at most {town.limits.edits} times.", field="message")
    now = mentions.of(town, room, command.body)
    everybody = not said.thread and mentions.everybody(room, member, command.body)
    called = any(one.mentions_room for one in before)
    ever = {id for one in before for id in one.mentions}
    new = [] if called else [row for row in now if row.id not in ever]
    entry = MessageEdited(
        log=room.id,
        seq=town.next(room.id),
        at=town.clock.time(),
        by=member.id,
        rev=member.rev,
        nonce=command.nonce,
        message=said.seq,
        body=command.body,
        mentions=[row.id for row in now],
        mentions_new=[row.id for row in new],
        mentions_room=everybody,
        mentions_room_new=everybody and not called,
        thread=said.thread,
    )
    new = mentions.readers(town, room) if entry.mentions_room_new else new
    town.call(member, room, [row for row in new if row.id != member.id], entry.seq)
    if not entry.mentions_room_new:
        mentions.meant(town, room, member, new, "mention", said.seq)
    if entry.thread:
        threads.edited(town, entry)
    return town.write(entry)


def delete(town: "Town", person: "Person", command: DeleteMessage) -> MessageDeleted:
    reason = line(command.reason, field="reason", longest=REASON_CHARS, empty=True)
    room, member = town.visible(person.id, command.room)
    said = message(town, room, command.message)
    author = member if said.by == member.id else _may_delete(town, room, member, said, reason)
    for version in versions(town, said):
        blank(town, version)
    log = town.logs[room.id]
    log.beneath = pins.staying(log, log.floor)
    by: dict[str, Any] = {"by": member.id, "rev": member.rev} if author is member else {}
    at, seq = town.clock.time(), town.next(room.id)
    entry = town.write(MessageDeleted(log=room.id, seq=seq, at=at, nonce=command.nonce, message=said.seq, **by))
    if author is not member and room.owner != member.id:
        tell_removed(town, MessageRemoved, room, member, author, reason, message=said.seq)
    return entry


def history(connection: "Connection", command: ReadHistory) -> MessageHistory:
    town = connection.town
    room, _ = town.visible(connection.person.id, command.room)
    said = message(town, room, command.message)
    left = [one for one in versions(town, said) if one.seq > command.after]
    page = left[: min(town.limits.page_entries, command.limit)]
    told = [Version(seq=one.seq, at=one.at, body=one.body, mentions=one.mentions) for one in page]
    return MessageHistory(versions=told, complete=len(page) == len(left))


def versions(town: "Town", said: MessageSent) -> list[MessageSent | MessageEdited]:
    """All that a message said, oldest first."""
    later = town.logs[said.log].known
    return [said, *(one for one in later if isinstance(one, MessageEdited) and one.message == said.seq)]


def as_it_is(town: "Town", said: MessageSent, account: str = "") -> Message:
    """A message as it is now, for whoever reads it; without an account nothing of other rooms is shown."""
    last = said if said.blank else versions(town, said)[-1]
    edited = last if isinstance(last, MessageEdited) else None
    return Message(
        seq=said.seq,
        at=said.at,
        by=said.by,
        rev=said.rev,
        body=last.body,
        nonce=said.nonce,
        mentions=last.mentions,
        mentions_room=last.mentions_room,
        blank=said.blank,
        edited=edited.seq if edited else 0,
        edited_at=edited.at if edited else "",
        post=said.post,
        reply_to=said.reply_to,
        quote=quote(town, said.log, said.reply_to) if said.reply_to and not said.blank else None,
        forwarded=_forwarded(town, said.forwarded, account) if said.forwarded else None,
        thread=said.thread,
    )


def _forwarded(town: "Town", origin: Origin, account: str) -> Forwarded:
    """What a message shows of another room, as that is now; nothing where this account may not see it."""
    shown = Forwarded(room=origin.room, seq=origin.seq, by=origin.by, rev=origin.rev)
    try:
        town.visible(account, origin.room)
    except Refuse:
        shown.gone = True
        return shown
    said = given(town, origin.room, origin.seq)
    if said is None:
        shown.gone = True
        return shown
    source = as_it_is(town, said)
    shown.at, shown.body, shown.edited, shown.blank = source.at, source.body, source.edited, source.blank
    return shown


def quote(town: "Town", room: str, seq: int) -> Quoted | None:
    """A message as it is now, in short; None when it is no longer kept."""
    answered = given(town, room, seq)
    if answered is None:
        return None
    body = "" if answered.blank else versions(town, answered)[-1].body
    return Quoted(seq=answered.seq, by=answered.by, rev=answered.rev, body=body[:QUOTED], blank=answered.blank)


def message(town: "Town", room: "RoomRow", seq: int, field: str = "message") -> MessageSent:
    """Raises Refuse `message.gone` when it is none, or blank."""
    found = given(town, room.id, seq)
    if found is None or found.blank:
        raise Refuse(codes.MESSAGE_GONE, field=field)
    return found


def given(town: "Town", room: str, seq: int) -> MessageSent | None:
    """The message of this number, where there is one that may be read: below the floor, what is pinned."""
    found = next((one for one in town.logs[room].known if one.seq == seq), None)
    return found if isinstance(found, MessageSent) else None


def blank(town: "Town", entry: Entry) -> None:
    """Its body is gone; under the nonce of its command anything gives it again."""
    log = town.logs[entry.log]
    entries = log.entries if entry in log.entries else log.beneath
    left = blanked(entry)
    entries[entries.index(entry)] = town.said[town.epoch, entry.log, entry.seq] = left
    for key, (_, result) in town.nonces.items():
        if result is entry:
            town.nonces[key] = (b"", left)


def _may_delete(town: "Town", room: "RoomRow", member: "MemberRow", said: MessageSent, reason: str) -> "MemberRow":
    """The author of what a steward may delete; in their own corner nobody has to say why. Raises Refuse."""
    if room.owner == member.id:
        return town.members[said.by]
    if room.kind == "direct":
        raise Refuse(codes.RIGHT_MISSING, "In a direct each may delete their own alone.", field="message")
    return may_remove(town, member, said.by, reason, "message")


def may_remove(town: "Town", member: "MemberRow", by: str, reason: str, field: str) -> "MemberRow":
    chief(town, member)
    author = town.members[by]
    if RANKS[author.role] >= RANKS[member.role]:
        raise Refuse(codes.OUTRANKED, field=field)
    if not reason:
        raise Refuse(codes.FIELD_INVALID, "Say why: whoever wrote it is told.", field="reason")
    return author


def tell_removed(
    town: "Town",
    kind: type[Any],
    room: "RoomRow",
    steward: "MemberRow",
    author: "MemberRow",
    reason: str,
    **what: int,
) -> None:
    """The stewards, and whoever wrote it."""
    community = town.communities[room.community]
    who = Persona(member=steward.id, rev=steward.rev, handle=steward.handle, display_name=steward.display_name)
    told: list[tuple[str, dict[str, Any]]] = [(town.stewards_of(community.id), {})]
    if not author.left:
        told.append((author.account, {"slug": community.slug, "steward": who}))
    for log, more in told:
        town.write(
            kind(
                log=log,
                seq=town.next(log),
                at=town.clock.time(),
                by=steward.id,
                rev=steward.rev,
                community=community.id,
                member=author.id,
                reason=reason,
                room=room.id,
                **what,
                **more,
            )
        )
