"""Messages as they are now, in the reference: edited, blank, a page at a time."""

from collections.abc import Collection, Iterable

from msgspec import json

from among_protocol.edits import MessageEdited, MessageHistory, Version
from among_protocol.messages import Message, MessageSent, Thread

from ..api import PAGE_BYTES
from ..edits import as_shown, quote
from ..reactions import BYTES
from ..rows import Messages
from ..threads import BYTES as THREAD_BYTES
from ..threads import ThreadRow, below
from .tx import MemoryTx


def page(
    tx: MemoryTx,
    room: str,
    before: int | None,
    after: int | None,
    around: int | None,
    limit: int,
    *,
    post: int | None,
    places: Collection[str],
    thread: int | None,
    reader: str,
) -> Messages:
    row = tx.logs.get(room)
    if row is None:
        return Messages([], 0, complete=True)
    kept_alone = around is not None and around <= row.floor and tx.given(room, around)  # for its pin
    given = [*([around] if around is not None and kept_alone else []), *range(row.floor + 1, row.head + 1)]
    numbers = [seq for seq in given if isinstance(tx.entries[room, seq].stored.event, MessageSent)]
    sent = [as_it_is(tx, room, seq) for seq in numbers]
    if post is not None:
        sent = [message for message in sent if message.post == post and (room, post) in tx.post_rows]
    sent = [message for message in sent if message.thread == (thread or 0)] if thread != 0 else []
    found, complete = _page(sent, before, after, around, limit)
    with_all(tx, room, found, places, reader)
    while len(found) > 1 and sum(size(tx, room, message) for message in found) > PAGE_BYTES:
        limit //= 2
        found, complete = _page(sent, before, after, around, limit)
    return Messages(found, row.head, complete, origins(tx, found), row.floor)


def with_all(tx: MemoryTx, room: str, found: Iterable[Message], places: Collection[str], reader: str) -> None:
    """Put to these messages what hangs from them, and what they show."""
    for message in found:
        dressed(tx, room, message, places)
        message.reactions = tx.reactions_for(reader, room, message.seq)
        hanging = tx.thread(room, message.seq)
        message.below = told_below(tx, _account(tx, reader), hanging) if hanging is not None else None


def as_it_is(tx: MemoryTx, room: str, seq: int) -> Message:
    message = json.decode(tx.entries[room, seq].stored.json, type=Message)
    edits = tx.edits(room, seq)
    if edits and not message.blank:
        edit = tx.edit(room, edits[-1])
        message.body, message.mentions, message.mentions_room = edit.body, edit.mentions, edit.mentions_room
        message.edited, message.edited_at = edit.seq, edit.at
    return message


def dressed(tx: MemoryTx, room: str, message: Message, places: Collection[str] = ()) -> Message:
    """With the message that it answers, and with what it shows of other rooms, where these are of one of these places."""
    if tx.given(room, message.reply_to) and not message.blank:
        message.quote = quote(as_it_is(tx, room, message.reply_to))
    if message.forwarded is not None:
        origin = tx.room_rows[message.forwarded.room]
        shown = origin.for_all and origin.community in places and tx.given(origin.id, message.forwarded.seq)
        source = as_it_is(tx, origin.id, message.forwarded.seq) if shown else None
        message.forwarded = as_shown(message.forwarded, source)
    return message


def origins(tx: MemoryTx, found: Iterable[Message]) -> dict[str, str]:
    """Rooms of which something is shown in these: their communities."""
    shown = {message.forwarded.room for message in found if message.forwarded and not message.forwarded.gone}
    return {room: tx.room_rows[room].community for room in sorted(shown)}


def told_below(tx: MemoryTx, account: str, row: ThreadRow) -> Thread:
    """The thread of a message, as this account has it."""
    mark = tx.thread_mark(account, row.room, row.root)
    mentions = tx.mentions_in(account, row.room, row.root, mark.seq) if mark is not None else 0
    return below(row, mark, mentions)


def _account(tx: MemoryTx, member: str) -> str:
    row = tx.member(member)
    return row.account if row is not None else ""


def size(tx: MemoryTx, room: str, message: Message) -> int:
    """In bytes, of the entries that it was made of, and of what it shows."""
    shown = len(message.forwarded.body.encode()) if message.forwarded is not None else 0
    shown += BYTES * len(message.reactions) + THREAD_BYTES * (message.below is not None)
    return shown + sum(len(tx.entries[room, seq].stored.json) for seq in (message.seq, message.edited) if seq)


def history(tx: MemoryTx, room: str, message: int, after: int, limit: int) -> MessageHistory | None:
    said = tx.message(room, message)
    if said is None:
        return None
    versions: list[MessageSent | MessageEdited] = [said, *(tx.edit(room, seq) for seq in tx.edits(room, message))]
    left = [Version(seq=one.seq, at=one.at, body=one.body, mentions=one.mentions) for one in versions]
    left = [one for one in left if one.seq > after]
    page, size = 0, 0
    for one in left[:limit]:
        size += len(tx.entries[room, one.seq].stored.json)
        if page and size > PAGE_BYTES:
            break
        page += 1
    return MessageHistory(versions=left[:page], complete=page == len(left))


def _page(
    left: list[Message], before: int | None, after: int | None, around: int | None, limit: int
) -> tuple[list[Message], bool]:
    if around is not None:
        older = [message for message in left if message.seq < around]
        newer = [message for message in left if message.seq >= around]
        taken = min(len(older), max(limit // 2, limit - len(newer)))
        page = older[len(older) - taken :] + newer[: limit - taken]
    else:
        left = [message for message in left if before is None or message.seq < before]
        left = [message for message in left if after is None or message.seq > after]
        page = left[:limit] if after is not None else left[-limit:]
    return page, len(page) == len(left)
