"""What was meant for me, and how far I have read it; every other device of the account is told."""

import msgspec

from among_protocol.inbox import InboxItem, InboxMoved, InboxPage, InboxState, MarkInbox, ReadInbox

from ..core.context import Context


async def read(context: Context, command: ReadInbox) -> InboxPage:
    store, account = context.store, context.person.account.id
    state = await store.inbox_state(account)
    rows = await store.inbox(account, command.before, command.limit + 1)
    page = rows[: command.limit]
    person = context.person
    mine = [
        row for row in page if person.hears(row.log) or row.community in person.members
    ]  # one may be lost meanwhile
    return InboxPage(
        items=[InboxItem(number=row.number, kind=row.kind, log=row.log, seq=row.seq, said=row.said) for row in mine],
        notices=[_entry(context, row.json) for row in mine if row.json],
        read=state.read,
        unread=state.unread,
        complete=len(page) == len(rows),
    )


async def mark(context: Context, command: MarkInbox) -> InboxState:
    person = context.person
    context.admit()
    state = await context.store.mark_inbox(person.account.id, command.number, back=command.unread)
    told = InboxMoved(read=state.read, unread=state.unread)
    for session in person.sessions:
        if session is not context.session and session.synced:
            session.register("inbox", told)
    return state


def _entry(context: Context, kept: bytes) -> msgspec.Raw:
    if context.session.encoding.binary:
        return msgspec.Raw(msgspec.msgpack.encode(msgspec.json.decode(kept)))
    return msgspec.Raw(kept)
