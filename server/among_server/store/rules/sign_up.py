"""Making an account. Not a command of somebody signed in, so it has no nonce; who may sign up at all is not judged here."""

from msgspec.structs import replace

from among_protocol.accounts import AccountCreated
from among_protocol.codes import HANDLE_LOOKALIKE, HANDLE_TAKEN, INVITE_INVALID, Refuse
from among_protocol.lookalikes import skeleton

from ..api import Tx
from ..rows import AccountRow, InviteRow
from .invites import usable


def add_invite(tx: Tx, secret: bytes, row: InviteRow) -> None:
    """An owner's that never expires is of a start on empty data: the one of the start before goes."""
    if row.owner and not row.expires_ms:
        tx.end_owner_invites()
    tx.put_invite(secret, row)


def create_account(
    tx: Tx, handle: str, display_name: str, password_hash: str, invite: bytes | None, door_invites: bool = False
) -> AccountRow:
    """The invite is looked at first: who has none learns nothing about handles."""
    found, door, owner = None, None, False
    if invite is not None:
        found = tx.invite(invite)
        door = usable(tx, invite) if found is None and door_invites else None
        spent = found is not None and (found.uses < 1 or 0 < found.expires_ms <= tx.now_ms)
        if spent or (found is None and door is None):
            raise Refuse(INVITE_INVALID, field="invite")
        owner = found is not None and found.owner
    handle = handle.lower()
    claimed = tx.claimed_handles(skeleton(handle))  # who is known by it in a community would be taken for this one
    if tx.account_by_handle(handle) is not None or tx.rests("", handle) or handle in claimed:
        raise Refuse(HANDLE_TAKEN, field="handle")
    if tx.looks_taken(handle) or claimed:
        raise Refuse(HANDLE_LOOKALIKE, field="handle")
    if invite is not None and found is not None:
        tx.put_invite(invite, replace(found, uses=found.uses - 1))
    if owner:
        tx.end_owner_invites()
    row = AccountRow(id=tx.new_id("a"), handle=handle, display_name=display_name, owner=owner)
    tx.add_account(row, password_hash)
    if door is not None:
        tx.use_door_invite(door.id)
        tx.add_admission(row.id, door.community, door.id)
    entry = AccountCreated(log=row.id, seq=tx.next(row.id), at=tx.now, handle=handle, display_name=display_name)
    tx.add(entry)
    return row
