"""A request to be let in that nobody has to answer any more: taken back, or overtaken by a ban or another way in."""

from among_protocol.joining import JoinWithdrawn

from ..api import Tx
from ..joining import RequestRow
from ..stewards import stewards_of


def close(tx: Tx, row: RequestRow, nonce: str = "") -> JoinWithdrawn:
    """One that waits. Gives the entry in the own log of who asked."""
    tx.remove_request(row.account, row.community)
    log, own = stewards_of(row.community), row.account
    tx.add(JoinWithdrawn(log=log, seq=tx.next(log), at=tx.now, community=row.community, request=row.seq))
    entry = JoinWithdrawn(log=own, seq=tx.next(own), at=tx.now, nonce=nonce, community=row.community)
    tx.add(entry)
    return entry


def drop(tx: Tx, account: str, community: str) -> None:
    """Whatever there is of this account there."""
    row = tx.request(account, community)
    if row is not None and row.waits():
        close(tx, row)
    elif row is not None:
        tx.remove_request(account, community)
