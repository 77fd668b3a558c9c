"""Threads: what may be said in one, who comes to follow it, and how far they have read it.

Following is a register, so there is no entry and no nonce; but what makes one follow a thread is told by the entry of the
message that does, and everybody who hears that can tell (protocol threads.py).
"""

from among_protocol.codes import FIELD_INVALID, MESSAGE_GONE, THREAD_GONE, Refuse
from among_protocol.edits import MessageEdited
from among_protocol.messages import SPEAKERS, MessageSent
from among_protocol.threads import ThreadState

from ...limits import THREADS_PER_ACCOUNT
from ..api import Tx
from ..rows import MemberRow, RoomRow
from ..threads import ThreadMark, ThreadRow
from ..threads import state as as_had
from .blocks import deaf, shuns
from .rooms import visible


def begins(tx: Tx, room: RoomRow, root: int) -> str:
    """Who said the root, if nothing is said in its thread yet; else empty. One whose root is gone goes on.

    Raises Refuse where there is no thread and can be none."""
    if room.kind == "corner":
        raise Refuse(FIELD_INVALID, "A corner has no threads: there one comments on a post.", field="thread")
    if tx.thread(room.id, root) is not None:
        return ""
    message = tx.message(room.id, root)
    if message is None:
        raise Refuse(MESSAGE_GONE, field="thread")
    if message.thread:
        raise Refuse(
            FIELD_INVALID,
            f"This was said in a thread, and has none of its own: name the root, {message.thread}.",
            field="thread",
        )
    return message.by


def said(tx: Tx, account: str, room: RoomRow, entry: MessageSent, author: MemberRow, others: list[MemberRow]) -> None:
    """A message was said in a thread, and mentions these."""
    root, before = entry.thread, tx.thread(room.id, entry.thread)
    messages, speakers = (before.messages, before.speakers) if before is not None else (0, [])
    if author.id not in speakers and len(speakers) < SPEAKERS:
        speakers = [*speakers, author.id]
    tx.put_thread(ThreadRow(room.id, root, messages + 1, entry.seq, tx.now, speakers))
    unread = ThreadMark(entry.seq - 1, messages)
    if tx.follows(account, room.id):
        _part(tx, account, room.id, root, ThreadMark(entry.seq, messages + 1, own=True), move=True)
    other = tx.member(entry.root_by) if entry.root_by not in ("", author.id) else None
    if other is not None and not other.left and tx.follows(other.account, room.id) and not shuns(tx, other, author):
        _part(tx, other.account, room.id, root, unread)
    _call(tx, room, root, entry.seq, author, others, unread)


def edited(tx: Tx, room: RoomRow, entry: MessageEdited, author: MemberRow, others: list[MemberRow]) -> None:
    """What was said in a thread says something else now, and mentions these for the first time."""
    row = tx.thread(room.id, entry.thread)
    messages = row.messages if row is not None else 0
    _call(tx, room, entry.thread, entry.seq, author, others, ThreadMark(entry.seq - 1, messages))


def follow(tx: Tx, account: str, room_id: str, root: int) -> ThreadState:
    room, _ = visible(tx, account, room_id)
    begins(tx, room, root)
    if not tx.follows(account, room.id):
        raise Refuse(FIELD_INVALID, "A thread is followed for as long as its room is: follow that first.", field="room")
    row = tx.thread(room.id, root)
    here = ThreadMark(tx.next(room.id) - 1, row.messages if row is not None else 0, own=True)
    _part(tx, account, room.id, root, here)
    return state(tx, account, room.id, root)


def unfollow(tx: Tx, account: str, room_id: str, root: int) -> ThreadState:
    room, _ = visible(tx, account, room_id)
    _followed(tx, account, room, root)
    tx.drop_thread_mark(account, room.id, root)
    return state(tx, account, room.id, root)


def mark(tx: Tx, account: str, room_id: str, root: int, seq: int, *, back: bool) -> ThreadState:
    room, _ = visible(tx, account, room_id)
    before = _followed(tx, account, room, root)
    seq = min(seq, tx.next(room.id) - 1)
    if back or seq > before.seq:
        tx.put_thread_mark(account, room.id, root, before.at(seq, tx.said_in(room.id, root, seq)), part=False)
    return state(tx, account, room.id, root)


def choose(tx: Tx, account: str, room_id: str, root: int, level: str, for_ms: int) -> ThreadState:
    room, _ = visible(tx, account, room_id, field="place")
    before = _followed(tx, account, room, root)
    until = tx.now_ms + for_ms if for_ms and level != "inherit" else 0
    tx.put_thread_mark(account, room.id, root, before._replace(level=level, until_ms=until, own=True), part=False)
    return state(tx, account, room.id, root)


def state(tx: Tx, account: str, room: str, root: int) -> ThreadState:
    """A thread as this account has it by now."""
    mine = tx.thread_mark(account, room, root)
    mentions = tx.mentions_in(account, room, root, mine.seq) if mine is not None else 0
    return as_had(room, root, mine, tx.thread(room, root), mentions, tx.next(room) - 1)


def _followed(tx: Tx, account: str, room: RoomRow, root: int) -> ThreadMark:
    mine = tx.thread_mark(account, room.id, root)
    if mine is None:
        raise Refuse(THREAD_GONE, field="thread")
    return mine


def _call(
    tx: Tx, room: RoomRow, root: int, seq: int, author: MemberRow, others: list[MemberRow], unread: ThreadMark
) -> None:
    """These are mentioned in a thread: whoever of them follows the room follows it from now on."""
    for other in others:
        if other.account != author.account and not deaf(tx, other, author):
            tx.mention_in(other.account, room.id, root, seq)
            if tx.follows(other.account, room.id):
                _part(tx, other.account, room.id, root, unread)


def _part(tx: Tx, account: str, room: str, root: int, read: ThreadMark, *, move: bool = False) -> None:
    """Somebody has a part in a thread, and follows it, so far read. `move`: to there, too, where they did already."""
    before = tx.thread_mark(account, room, root)
    now = read if before is None else before.at(read.seq, read.ordinal) if move else before
    now = now._replace(own=now.own or read.own)
    tx.put_thread_mark(account, room, root, now, part=True)
    if before is None:
        followed = tx.thread_marks(account)
        for one in followed[: max(0, len(followed) - THREADS_PER_ACCOUNT)]:
            tx.drop_thread_mark(account, *one)
