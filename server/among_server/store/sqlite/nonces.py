"""What was asked under which nonce, in two tables: those that arrived lately, and the rest.

Nonces are random, so in one sorted table every message would dirty a page of its own, and the pages are what a commit
costs. So a nonce is first written where it arrives, at the end of `nonces_new`, whose rows are all in memory too; when
there are enough of them, the oldest are merged into `nonces` in sorted order, many to a page.
"""

from collections.abc import Sequence
from itertools import islice
from sqlite3 import Connection

from .rows import Bulk

NEW = 12_288  # rows of `nonces_new`, and so in memory, before the oldest are merged
MERGE = 8_192  # rows merged at a time: about ten milliseconds of the writer's time

Key = tuple[int, str]  # account, nonce
Result = tuple[bytes, int]  # digest of the command, position of the entry to reply with

SIZES = (256, 64, 16, 4, 1)  # keys in a look-up: few different statements, so that all stay prepared


class Nonces:
    """Only the writer's thread comes here, inside its transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.arrivals = Bulk("INSERT INTO nonces_new (account, nonce, digest, pos)", 4)
        self._new: dict[Key, Result] | None = (
            None  # all of nonces_new and what is held back, oldest first; None: unread
        )

    def look_up(self, keys: Sequence[Key]) -> dict[Key, Result]:
        """What is known under these."""
        new = self._read()
        found = {key: new[key] for key in keys if key in new}
        asked = [part for key in keys if key not in found for part in key]
        at = 0
        for size in SIZES:
            while len(asked) - at >= 2 * size:
                rows = self._db.execute(_look_up(size), asked[at : at + 2 * size])
                found.update({(account, nonce): (digest, pos) for account, nonce, digest, pos in rows})
                at += 2 * size
        return found

    def get(self, account: int, nonce: str) -> Result | None:
        """Of those that arrived lately, in this batch too."""
        return self._read().get((account, nonce))

    def add(self, account: int, nonce: str, digest: bytes, pos: int) -> None:
        self._read()[account, nonce] = (digest, pos)
        self.arrivals.flat += (account, nonce, digest, pos)

    def merge(self) -> None:
        """Move the oldest to their place, when there are enough. Only after a flush."""
        new = self._read()
        if len(new) <= NEW:
            return
        (last,) = self._db.execute(
            "SELECT arrival FROM nonces_new ORDER BY arrival LIMIT 1 OFFSET ?", (MERGE - 1,)
        ).fetchone()
        self._db.execute(
            "INSERT INTO nonces SELECT account, nonce, digest, pos FROM nonces_new WHERE arrival <= ?"
            " ORDER BY account, nonce",
            (last,),
        )
        self._db.execute("DELETE FROM nonces_new WHERE arrival <= ?", (last,))
        for key in list(islice(new, MERGE)):
            del new[key]

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._new = None

    def _read(self) -> dict[Key, Result]:
        if self._new is None:
            rows = self._db.execute("SELECT account, nonce, digest, pos FROM nonces_new ORDER BY arrival")
            self._new = {(account, nonce): (digest, pos) for account, nonce, digest, pos in rows}
        return self._new


def _look_up(size: int) -> str:
    keys = ", ".join(["(?, ?)"] * size)
    asked = f"WITH asked (account, nonce) AS (VALUES {keys})"
    return f"{asked} SELECT n.account, n.nonce, n.digest, n.pos FROM asked JOIN nonces n USING (account, nonce)"  # noqa: S608  # question marks alone
