"""What was kept lately, entries and their nonces, in the order in which it arrived; and the way to its place.

A busy server has many rooms, and in one sorted table the newest entry of each lies on a page of its own, and each
nonce, being random, on another: the pages are what a commit costs. So a command first writes one row at the end of
`arrivals`. When there are enough of them, a portion of the oldest is moved to `entries` and `nonces` in sorted order,
many to a page. That is done step by step, a few hundred rows at a time, while nobody waits; on a server that is never
idle, a step or two in each commit.

A portion is copied in the order of its places, and deleted in the order of its arrival: both touch neighbouring pages.

Rule 1: an entry is in `entries` or in `arrivals`; while its portion is on the way it may be in both, and they are the
same. Whoever reads, reads both (rows.py, `kept`). In one log all that is in `entries` alone is older than the rest.
Rule 2: the nonces of `arrivals` are all in memory; those of `nonces` are looked up, once for a batch.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from sqlite3 import Connection

from msgspec import json

from .rows import SIZES, Bulk

NEW = 4_096  # rows of `arrivals`, and nonces in memory, before the oldest are moved
MANY = 3 * NEW  # rows from which on nobody waits for an idle moment any more
PORTION = 4_096  # rows that are sorted together
STEP = 256  # rows that are copied, or deleted, at once: about a millisecond

Key = tuple[int, str]  # account, nonce
Result = tuple[bytes, int]  # digest of the command (empty: whatever it was), position of the entry to reply with

_ROW = 7  # columns of `arrivals`, without its key

_decode = json.Decoder(list[tuple[int, str, str, int]]).decode
_places = json.Decoder(list[int]).decode


class Arrivals:
    """Only the writer's thread comes here, inside its transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._rows = Bulk("INSERT INTO arrivals (pos, type, ordinal, author, json, nonce, digest)", _ROW)
        self._count = 0  # rows of the table
        self._way: deque[tuple[int, int, int]] = deque()  # what is left to do of the portion on the way, see `_set_out`
        self._new: dict[Key, Result] | None = None  # nonces of the table and of what is held back; None: not read yet
        self._known: dict[Key, Result] = {}  # what this batch was told of earlier ones

    def look_up(self, keys: Sequence[Key]) -> dict[Key, Result]:
        """What earlier batches left under these."""
        new = self._read()
        found = self._known = {key: new[key] for key in keys if key in new}
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
        """For an entry that this command added, held back or, where it has asked for something since, written."""
        flat = self._rows.flat
        at = len(flat) - _ROW
        while at >= 0 and flat[at] != pos:
            at -= _ROW
        if at >= 0:
            flat[at + 5 : at + 7] = (key[1], digest)
        else:
            written = self._db.execute(
                "UPDATE arrivals SET nonce = ?, digest = ? WHERE pos = ? AND nonce IS NULL", (key[1], digest, pos)
            )
            if not written.rowcount:
                raise LookupError("there is no entry for a nonce")
        self._read()[key] = (digest, pos)

    def empty_digest(self, key: Key) -> None:
        """What this command said is not to be told from it any more. All must be flushed."""
        new = self._read()
        found = new.get(key)
        if found is not None:
            new[key] = (b"", found[1])
            self._db.execute("UPDATE arrivals SET digest = x'' WHERE pos = ?", (found[1],))
        self._db.execute("UPDATE nonces SET digest = x'' WHERE account = ? AND nonce = ?", key)
        if key in self._known:
            self._known[key] = (b"", self._known[key][1])

    def flush(self) -> None:
        if self._rows.flat:
            self._count += len(self._rows.flat) // _ROW
            self._rows.write(self._db)

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._rows.flat = []
        self._new = None
        self._way.clear()

    def drop_nonces(self, account: int) -> None:
        """Those of this account. All must be flushed."""
        new = self._read()
        self._db.execute("UPDATE arrivals SET nonce = NULL, digest = NULL WHERE author = ?", (account,))
        for key in [key for key in new if key[0] == account]:
            del new[key]

    def forget_results(self, first: int, last: int) -> None:
        """What this batch was told of earlier ones: the entries of these places may be no longer there."""
        for key in [key for key, (_, pos) in self._known.items() if first <= pos <= last]:
            del self._known[key]

    def drop(self, first: int, last: int, but: str = "[]") -> int:
        """The entries of these places, without some (JSON), and their nonces; how many. All must be flushed."""
        new = self._read()
        where = "pos BETWEEN ? AND ? AND pos NOT IN (SELECT value FROM json_each(?))"
        span = (first, last, but)
        for key in self._db.execute(f"SELECT author, nonce FROM arrivals WHERE {where} AND nonce IS NOT NULL", span):  # noqa: S608  # ours
            new.pop(key, None)
        gone = self._db.execute(f"DELETE FROM arrivals WHERE {where}", span).rowcount  # noqa: S608  # ours
        self._count -= gone
        if self._way:
            # The number of an arrival that was the newest is given once more: what a portion on the way has yet to delete
            # up to there would be another entry. It sets out anew.
            (newest,) = self._db.execute("SELECT coalesce(max(arrival), 0) FROM arrivals").fetchone()
            if newest < self._way[-1][1]:
                self._way.clear()
        return gone

    def due(self) -> bool:
        """Whether there is enough to move, or a portion on the way."""
        return self._count > NEW or bool(self._way)

    def pressing(self) -> bool:
        """Whether there is so much that it must be moved while others wait."""
        return self._count > MANY

    def step(self) -> None:
        """Bring the oldest a little nearer to their place, inside a transaction."""
        if not self._way:
            self._set_out()
        if not self._way:  # there is nothing
            return
        first, last, until = self._way.popleft()
        if until:
            self._copy(first, last, until)
        else:
            self._delete(last)

    def _set_out(self) -> None:
        """The steps of the next portion: as (first pos, last pos, last arrival), then deletions (0, last arrival, 0)."""
        oldest, until, places = self._db.execute(
            "SELECT min(arrival), max(arrival), json_group_array(pos)"
            " FROM (SELECT arrival, pos FROM (SELECT arrival, pos FROM arrivals ORDER BY arrival LIMIT ?) ORDER BY pos)",
            (PORTION,),
        ).fetchone()
        if oldest is None:
            return
        sorted_ = _places(places)
        for at in range(0, len(sorted_), STEP):
            self._way.append((sorted_[at], sorted_[min(at + STEP, len(sorted_)) - 1], until))
        for last in range(oldest + STEP - 1, until + STEP, STEP):
            self._way.append((0, min(last, until), 0))

    def _copy(self, first: int, last: int, until: int) -> None:
        """`OR IGNORE`: a server that stopped on the way sets out once more with the same portion."""
        asked = (first, last, until)
        self._db.execute(
            "INSERT OR IGNORE INTO entries (pos, type, ordinal, author, json)"
            " SELECT pos, type, ordinal, author, json FROM arrivals"
            " WHERE pos BETWEEN ? AND ? AND arrival <= ? ORDER BY pos",
            asked,
        )
        self._db.execute(
            "INSERT OR IGNORE INTO nonces (account, nonce, digest, pos) SELECT author, nonce, digest, pos FROM arrivals"
            " WHERE pos BETWEEN ? AND ? AND arrival <= ? AND nonce IS NOT NULL ORDER BY author, nonce",
            asked,
        )

    def _delete(self, last: int) -> None:
        new = self._read()
        named, gone = self._db.execute(
            "SELECT count(nonce), count(*) FROM arrivals WHERE arrival <= ?", (last,)
        ).fetchone()
        self._db.execute("DELETE FROM arrivals WHERE arrival <= ?", (last,))
        self._count -= gone
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
