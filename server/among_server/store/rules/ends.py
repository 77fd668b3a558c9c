"""What ends with a membership, beside what departure.py tells of."""

from ..api import Tx
from ..rows import MemberRow


def end_those_of(tx: Tx, member: MemberRow) -> None:
    """Who goes leaves no invites behind."""
    mine = [row.id for row in tx.door_invites(member.place) if row.member == member.id]
    if mine:
        tx.end_door_invites(mine)
