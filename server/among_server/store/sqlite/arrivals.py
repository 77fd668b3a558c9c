"""What was kept lately, entries and their nonces, in the order in which it arrived; and the way to its place.

A busy server has many rooms, and in one sorted table the newest entry of each lies on a page of its own, and each
nonce, being random, on another: the pages are what a commit costs. So a command first writes one row at the end of
`arrivals`. When there are enough of them, the oldest are moved to `entries` and `nonces` in sorted order, many to a
page, in a transaction of their own that nobody waits for.

Rule 1: an entry is in `entries` or in `arrivals`; whoever reads, reads both (rows.py, `kept`). In one log all that is in
`entries` is older than what is in `arrivals`.
Rule 2: the nonces of `arrivals` are all in memory; those of `nonces` are looked up, once for a batch.
"""

from collections.abc import Sequence
from itertools import islice
from sqlite3 import Connection

from msgspec import json

from .rows import SIZES, Bulk

NEW = 4_096  # rows of `arrivals`, and nonces in memory, before the oldest are moved
MOVED = 4_096  # rows at a time: ten to twenty-five milliseconds, in which nothing else is written

Key = tuple[int, str]  # account, nonce
Result = tuple[bytes, int]  # digest of the command, position of the entry to reply with

_ROW = 7  # columns of `arrivals`, without its key

_decode = json.Decoder(list[tuple[int, str, str, int]]).decode


class Arrivals:
    """Only the writer's thread comes here, inside its transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._rows = Bulk("INSERT INTO arrivals (pos, type, ordinal, author, json, nonce, digest)", _ROW)
        self._count = 0  # rows of the table
        self._new: dict[Key, Result] | None = None  # nonces of the table and of what is held back; None: not read yet

    def look_up(self, keys: Sequence[Key]) -> dict[Key, Result]:
        """What earlier batches left under these."""
        new = self._read()
        found = {key: new[key] for key in keys if key in new}
        asked = [part for key in keys if key not in found for part in key]
        at = 0
        for size in SIZES:
            while len(asked) - at >= 2 * size:
                rows = self._db.execute(_LOOK_UP[size], asked[at : at + 2 * size])
                found.update({(account, nonce): (digest, pos) for account, nonce, digest, pos in rows})
                at += 2 * size
        return found

    def get(self, key: Key) -> Result | None:
        """Of those that arrived lately, in this batch too."""
        return (self._new or self._read()).get(key)

    def add(self, pos: int, tag: str, ordinal: int, author: int, json: bytes) -> None:
        self._rows.flat += (pos, tag, ordinal, author, json, None, None)

    def add_nonce(self, key: Key, digest: bytes, pos: int) -> None:
        """For an entry that this command added."""
        flat = self._rows.flat
        at = len(flat) - _ROW
        while flat[at] != pos:
            at -= _ROW
            if at < 0:
                raise LookupError("the entry of a nonce is no longer held back")
        flat[at + 5] = key[1]
        flat[at + 6] = digest
        self._read()[key] = (digest, pos)

    def flush(self) -> None:
        if self._rows.flat:
            self._count += len(self._rows.flat) // _ROW
            self._rows.write(self._db)

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._rows.flat = []
        self._new = None

    def due(self) -> bool:
        """Whether there is enough to move."""
        return self._count > NEW

    def move(self) -> None:
        """Move the oldest to their place, in a transaction of its own."""
        new = self._read()
        (first,) = self._db.execute("SELECT min(arrival) FROM arrivals").fetchone()
        last = first + MOVED - 1
        self._db.execute(
            "INSERT INTO entries (pos, type, ordinal, author, json)"
            " SELECT pos, type, ordinal, author, json FROM arrivals WHERE arrival <= ? ORDER BY pos",
            (last,),
        )
        named = self._db.execute(
            "INSERT INTO nonces (account, nonce, digest, pos) SELECT author, nonce, digest, pos FROM arrivals"
            " WHERE arrival <= ? AND nonce IS NOT NULL ORDER BY author, nonce",
            (last,),
        ).rowcount
        self._count -= self._db.execute("DELETE FROM arrivals WHERE arrival <= ?", (last,)).rowcount
        for key in list(islice(new, named)):
            del new[key]

    def _read(self) -> dict[Key, Result]:
        if self._new is None:
            # One row, since each row more would hand the interpreter's lock over and wait for it.
            found, self._count = self._db.execute(
                "SELECT json_group_array(json_array(author, nonce, hex(digest), pos)) FILTER (WHERE nonce IS NOT NULL),"
                " count(*) FROM (SELECT * FROM arrivals ORDER BY arrival)"
            ).fetchone()
            rows = _decode(found)
            self._new = {(account, nonce): (bytes.fromhex(digest), pos) for account, nonce, digest, pos in rows}
        return self._new


def _look_up(size: int) -> str:
    keys = ", ".join(["(?, ?)"] * size)
    asked = f"WITH asked (account, nonce) AS (VALUES {keys})"
    return f"{asked} SELECT n.account, n.nonce, n.digest, n.pos FROM asked JOIN nonces n USING (account, nonce)"  # noqa: S608  # question marks alone


_LOOK_UP = {size: _look_up(size) for size in SIZES}
