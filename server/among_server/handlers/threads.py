"""Threads: which there are, whose are followed, and how far they are read; every other device of the account is told."""

from among_protocol.codes import FIELD_INVALID, ROOM_GONE, Refuse
from among_protocol.threads import (
    FollowThread,
    ListThreads,
    MarkThread,
    ThreadCard,
    ThreadPage,
    ThreadState,
    UnfollowThread,
    changed,
)

from ..core.context import Context
from ..store.threads import Place


async def follow(context: Context, command: FollowThread) -> ThreadState:
    await context.room(command.room)
    context.admit()
    account = context.person.account.id
    state = await context.store.follow_thread(account, command.room, command.thread)
    return tell_devices(context, account, state, part=True)


async def unfollow(context: Context, command: UnfollowThread) -> ThreadState:
    await context.room(command.room)
    context.admit()
    account = context.person.account.id
    state = await context.store.unfollow_thread(account, command.room, command.thread)
    return tell_devices(context, account, state)


async def mark(context: Context, command: MarkThread) -> ThreadState:
    await context.room(command.room)
    context.admit()
    account = context.person.account.id
    state = await context.store.mark_thread(account, command.room, command.thread, command.seq, back=command.unread)
    return tell_devices(context, account, state)


def tell_devices(context: Context, account: str, state: ThreadState, *, part: bool = False) -> ThreadState:
    context.tell_devices(account, f"thread {state.room} {state.thread}", changed(state, part=part))
    return state


async def list_threads(context: Context, command: ListThreads) -> ThreadPage:
    """A cursor says after what a page goes on: one of somebody's own making leads to what they may see all the same."""
    account, after = context.person.account.id, _place(command.after)
    room = (await context.room(command.room))[0] if command.room is not None else None
    cards = await context.store.threads(account, command.room, after, command.limit + 1)
    person, page = context.person, cards[: command.limit]
    if room is not None and not context.may_read(room):
        raise Refuse(ROOM_GONE, field="room")
    mine = [card for card in page if room is not None or card.room in person.rooms]  # one may be lost meanwhile
    return ThreadPage(threads=mine, next=_cursor(page[-1]) if len(cards) > len(page) else "")


def _cursor(card: ThreadCard) -> str:
    return f"{card.at}/{card.thread}/{card.room}"


def _place(cursor: str) -> Place | None:
    if not cursor:
        return None
    at, _, rest = cursor.partition("/")
    root, _, room = rest.partition("/")
    if not (root.isascii() and root.isdecimal() and len(root) < 17):
        raise Refuse(FIELD_INVALID, "Ask on with the `next` of the page before.", field="after")
    return Place(at, room, int(root))
