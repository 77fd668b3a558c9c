"""Blocking and muting: a register of the account, and what it stops.

A block is of a person under a name: an account, wherever it goes by that handle. That is as much as the blocker can
know, and so nothing that the block stops tells them of another persona of the same account.
"""

from among_protocol.codes import ACCOUNT_GONE, DIRECT_REFUSED, FIELD_INVALID, LIMIT_REACHED, MEMBER_GONE, Refuse

from ...limits import BLOCKS_PER_ACCOUNT
from ..api import Tx
from ..own import Blocks, BlockSet, BlockWish, Name, block_id
from ..rows import MemberRow, RoomRow


def set_block(tx: Tx, account: str, wish: BlockWish, handle: str, member: str, block: str = "") -> BlockSet:
    """What is asked of somebody who was blocked before may be asked by the name that stands in the list."""
    before = tx.blocks(account)
    other, handle = _listed(account, block, before) if block else _whom(tx, account, handle.lower(), member, before)
    if other == account:
        raise Refuse(FIELD_INVALID, "You can't block or mute yourself.", field="member" if member else "handle")
    if wish != "none" and (other, handle) not in before and len(before) >= BLOCKS_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account blocks and mutes at most {BLOCKS_PER_ACCOUNT} people.")
    if before.get((other, handle), "none") != wish:
        tx.put_block(account, other, handle, wish)
    return BlockSet(other, handle, tx.blocks(account))


def _listed(account: str, block: str, before: Blocks) -> Name:
    """Whom this entry is about."""
    found = next((name for name in before if block_id(account, name) == block), None)
    if found is None:
        raise Refuse(ACCOUNT_GONE, "There is no such entry in your list.", field="block")
    return found


def _whom(tx: Tx, account: str, handle: str, member: str, before: Blocks) -> Name:
    """The account, and the name under which it is meant."""
    if member:
        row = tx.member(member)
        mine = None if row is None else tx.membership(account, row.place)
        if row is None or not row.handle or mine is None or mine.left:  # a block is of a name, and nobody has none
            raise Refuse(MEMBER_GONE, field="member")
        return row.account, row.handle
    listed = next((key for key in before if key[1] == handle), None)
    if listed is not None:
        return listed
    found = tx.account_by_handle(handle)
    if found is None:
        raise Refuse(ACCOUNT_GONE, field="handle")
    return found.id, found.handle


def apart(tx: Tx, one: Name, other: Name) -> bool:
    """Whether one of the two blocks the other, under the names that they have here."""
    blocks, others = tx.blocks(one[0]), tx.blocks(other[0])
    return bool(blocks or others) and "block" in (blocks.get(other), others.get(one))


def shuns(tx: Tx, reader: MemberRow, author: MemberRow) -> bool:
    """Whether the reader blocks or mutes the author, and knows it: what they may be told by their own list alone."""
    return (author.account, author.handle) in tx.blocks(reader.account)


def deaf(tx: Tx, reader: MemberRow, author: MemberRow) -> bool:
    """Whether a mention of the reader by the author counts for nothing: blocked by either, or muted."""
    return shuns(tx, reader, author) or tx.blocks(author.account).get((reader.account, reader.handle)) == "block"


def may_write(tx: Tx, room: RoomRow, writer: MemberRow) -> None:
    """Raises Refuse where the writer may put nothing into this direct. The answer is one for all reasons, so that a
    block is not announced by it. Only a direct of two is refused: in a larger one others listen."""
    people = tx.people(room.id)
    if len(people) == 2:
        other = people[people[0].id == writer.id]
        row = tx.account(other.account)
        mine, theirs = (writer.account, writer.handle), (other.account, other.handle)
        if row is None or row.disabled or apart(tx, mine, theirs):
            raise Refuse(DIRECT_REFUSED, field="room")
