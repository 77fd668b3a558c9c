"""What was meant for me, and how far I have read it; every other device of the account is told."""

import msgspec

from among_protocol.inbox import InboxItem, InboxMoved, InboxPage, InboxState, MarkInbox, ReadInbox

from ..core.context import Context
from ..core.people import Person
from ..store.inbox import InboxRow


async def read(context: Context, command: ReadInbox) -> InboxPage:
    """Where a room was lost while it was read, it is read once more: what is counted is told without it, too."""
    rows, state = await _read(context, command)
    if not all(_sees(context.person, row) for row in rows):
        rows, state = await _read(context, command)
    page = rows[: command.limit]
    mine = [row for row in page if _sees(context.person, row)]
    return InboxPage(
        items=[InboxItem(number=row.number, kind=row.kind, log=row.log, seq=row.seq, said=row.said) for row in mine],
        notices=[_entry(context, row.json) for row in mine if row.json],
        read=state.read,
        unread=state.unread,
        complete=len(page) == len(rows),
    )


async def _read(context: Context, command: ReadInbox) -> tuple[list[InboxRow], InboxState]:
    account = context.person.account.id
    rows = await context.store.inbox(account, command.before, command.limit + 1)
    return rows, await context.store.inbox_state(account)


def _sees(person: Person, row: InboxRow) -> bool:
    """By what is known here."""
    if row.private:
        return row.private in person.rooms
    return person.hears(row.log) or row.community in person.members


async def mark(context: Context, command: MarkInbox) -> InboxState:
    account = context.person.account.id
    context.admit()
    with context.services.recounts.inbox_mark(account):
        state = await context.store.mark_inbox(account, command.number, back=command.unread)
        context.tell_devices(account, "inbox", InboxMoved(read=state.read, unread=state.unread))
    return state


def _entry(context: Context, kept: bytes) -> msgspec.Raw:
    if context.session.encoding.binary:
        return msgspec.Raw(msgspec.msgpack.encode(msgspec.json.decode(kept)))
    return msgspec.Raw(kept)
