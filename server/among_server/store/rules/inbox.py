"""What was meant for somebody: found where it is said, and how far they have read it."""

from collections.abc import Sequence

from among_protocol.inbox import InboxState
from among_protocol.messages import MessageSent

from ..api import Tx
from ..inbox import Kind
from ..rows import MemberRow, RoomRow
from .blocks import deaf


def tell_mentioned(tx: Tx, others: Sequence[MemberRow], author: MemberRow, room: str, message: int) -> None:
    """A message or post of this room mentions these, one by one, whether it mentions everybody too or not."""
    for other in others:
        if other.account != author.account and not deaf(tx, other, author):
            _put(tx, other.account, "mention", room, message, author)


def answered(tx: Tx, room: RoomRow, member: MemberRow, by: str) -> MemberRow | None:
    """Whom a message answers, where they may read it; nobody, where it is their own. `by`: who said what it answers."""
    other = tx.member(by) if by != member.id else None
    if other is None or other.left or not (room.for_all or tx.follows(other.account, room.id)):
        return None
    return other


def tell(tx: Tx, said: MessageSent, author: MemberRow, others: Sequence[MemberRow], answered: MemberRow | None) -> None:
    """Who is mentioned in a new message, and whom it answers, unless that one is mentioned too."""
    if others:
        tell_mentioned(tx, others, author, said.log, said.seq)
    if answered is not None and answered.id not in said.mentions and not deaf(tx, answered, author):
        _put(tx, answered.account, "reply", said.log, said.seq, author)


def tell_edited(tx: Tx, said: MessageSent, author: MemberRow, others: Sequence[MemberRow]) -> None:
    """An edit of this message mentions these for the first time. Whom it answers may have it in their inbox already, and is
    told how much there is, since they count the mention."""
    for other in others:
        if other.id == said.answers and tx.in_inbox(other.account, said.log, said.seq):
            tx.stale([other.account])
        else:
            tell_mentioned(tx, [other], author, said.log, said.seq)


def _put(tx: Tx, account: str, kind: Kind, room: str, message: int, author: MemberRow) -> None:
    tx.put_inbox(account, kind, room, message, author.id)
    if not tx.follows(account, room):
        tx.stale([account])


def mark(tx: Tx, account: str, number: int, *, back: bool) -> InboxState:
    number = min(number, tx.inbox_newest(account))
    if back or number > tx.inbox_read(account):
        tx.put_inbox_read(account, number)
    return state(tx, account)


def state(tx: Tx, account: str) -> InboxState:
    return InboxState(read=tx.inbox_read(account), unread=tx.inbox_unread(account))
