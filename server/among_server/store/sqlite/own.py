"""What an account has for itself alone, in tables: the part of `api.Tx` that own.py says. Only the writer's thread comes
here. Blocks are mirrored, since a message may ask for them; the rest is read and written at once."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from sqlite3 import Connection
from sys import intern
from typing import Any

from msgspec import json

from ..api import Revocable
from ..own import Blocks, BlockWish, Meant, Name, ResetRow, SessionRow
from ..revocations import Revoked, name_of_password
from .ledger import Ledger

SESSION = (
    "SELECT s.id, l.id, s.device, s.opened, s.seen_ms, a.disabled"
    " FROM sessions s JOIN accounts a ON a.key = s.account JOIN logs l ON l.key = s.account"
)
SESSIONS = f"{SESSION} WHERE l.id = ? ORDER BY s.opened, s.id"
REVOKED = "REPLACE INTO meta (name, value) VALUES ('revoked', ?)"  # the moment of the last: revocations.py
RESET = "SELECT l.id, r.expires_ms FROM resets r JOIN logs l ON l.key = r.account WHERE r.secret = ?"
BLOCKS = (
    "SELECT o.id, b.handle, b.kind FROM blocks b JOIN logs l ON l.key = b.account JOIN logs o ON o.key = b.other"
    " WHERE l.id = ? ORDER BY b.handle, b.other"
)
MEANT = (
    "SELECT DISTINCT b.handle, m.id, o.id, x.other IS NOT NULL FROM logs l CROSS JOIN blocks b ON b.account = l.key"
    " CROSS JOIN members mine ON mine.account = l.key AND mine.gone = 0 AND (EXISTS (SELECT 1 FROM communities WHERE key = mine.place)"
    " OR EXISTS (SELECT 1 FROM follows f WHERE f.account = l.key AND f.room = mine.place))"
    " JOIN members m ON m.place = mine.place AND m.handle = b.handle AND m.gone = 0 AND m.account <> l.key"
    " JOIN logs o ON o.key = m.account"
    " LEFT JOIN blocks x ON x.account = l.key AND x.other = m.account AND x.handle = m.handle WHERE l.id = ?1"
    " AND (?2 IS NULL OR b.handle IN (SELECT value FROM json_each(?2)))"
    " ORDER BY b.handle, m.id"
)


Note = Callable[[str, Sequence[Revoked]], None]  # (moment, what): puts on the disk what is revoked


class SqliteOwn(Ledger):
    def __init__(self, db: Connection, note: Note) -> None:
        super().__init__(db)
        self._note = note
        self._revoked: list[Revoked] = []  # not on the disk yet
        self._blocks: dict[str, Blocks] = {}
        self._mirrors.append(self._blocks)

    # --- for the writer
    def flush(self) -> None:
        super().flush()
        if self._revoked:
            self._db.execute(REVOKED, (self.now,))
            self._note(self.now, self._revoked)
            self._revoked = []

    def clear(self) -> None:
        super().clear()
        self._revoked = []

    # --- sessions and passwords
    def note_revoked(self, kind: Revocable, name: str) -> None:
        self.writes += 1
        self._revoked.append(Revoked(kind, name))

    def password(self, account: str) -> str:
        row = self._db.execute("SELECT hash FROM passwords WHERE account = ?", (self.key(account),)).fetchone()
        hash: str = row[0]
        return hash

    def sessions(self, account: str) -> list[SessionRow]:
        return sessions(self._db, account)

    def session_row(self, id: str) -> SessionRow | None:
        row = self._db.execute(f"{SESSION} WHERE s.id = ?", (id,)).fetchone()
        return session_row(row) if row else None

    def add_session(self, row: SessionRow, secret: bytes) -> None:
        self.writes += 1
        key = self._log(row.account).key
        self._db.execute(
            "INSERT INTO sessions (id, secret, account, device, opened, seen_ms) VALUES (?, ?, ?, ?, ?, ?)",
            (row.id, secret, key, row.device, row.opened, row.seen_ms),
        )
        self._db.execute("UPDATE accounts SET seen_ms = ? WHERE key = ?", (row.seen_ms, key))

    def see_session(self, id: str) -> None:
        self.writes += 1
        self._db.execute("UPDATE sessions SET seen_ms = ? WHERE id = ?", (self.now_ms, id))
        self._db.execute(
            "UPDATE accounts SET seen_ms = ? WHERE key = (SELECT account FROM sessions WHERE id = ?)",
            (self.now_ms, id),
        )

    def revoke(self, account: str, sessions: Sequence[str], *, password: str = "") -> None:
        self.writes += 1
        self._db.executemany("DELETE FROM sessions WHERE id = ?", [(id,) for id in sessions])
        for id in sessions:
            self.note_revoked("session", id)
        if password:
            key = self._log(account).key
            self.note_revoked("password", name_of_password(self.password(account)))
            self._db.execute("UPDATE passwords SET hash = ? WHERE account = ?", (password, key))
            self._drop_reset(key)

    def reset(self, secret: bytes) -> ResetRow | None:
        row = self._db.execute(RESET, (secret,)).fetchone()
        return ResetRow(*row) if row else None

    def put_reset(self, secret: bytes, row: ResetRow) -> None:
        self.writes += 1
        key = self._log(row.account).key
        self._drop_reset(key)
        self._db.execute(
            "INSERT INTO resets (secret, account, expires_ms) VALUES (?, ?, ?)", (secret, key, row.expires_ms)
        )

    def _drop_reset(self, account: int) -> None:
        for (secret,) in self._db.execute("SELECT secret FROM resets WHERE account = ?", (account,)).fetchall():
            self.note_revoked("reset", secret.hex())
        self._db.execute("DELETE FROM resets WHERE account = ?", (account,))

    def blocks(self, account: str) -> Blocks:
        found = self._blocks.get(account)
        if found is None:
            found = self._blocks[account] = blocks(self._db, account)
        return found

    def put_block(self, account: str, other: str, handle: str, wish: BlockWish) -> None:
        self.writes += 1
        keys = (self._log(account).key, self._log(other).key, handle)
        self._db.execute("DELETE FROM blocks WHERE account = ? AND other = ? AND handle = ?", keys)
        if wish != "none":
            self._db.execute("INSERT INTO blocks (account, other, handle, kind) VALUES (?, ?, ?, ?)", (*keys, wish))
        self._blocks.pop(account, None)


def sessions(db: Connection, account: str) -> list[SessionRow]:
    return [session_row(row) for row in db.execute(SESSIONS, (account,))]


def session_row(row: Sequence[Any]) -> SessionRow:
    """From the columns of SESSION."""
    return SessionRow(row[0], row[1], row[2], row[3], row[4], bool(row[5]))


def meant(db: Connection, account: str, handles: AbstractSet[str] = frozenset()) -> Meant:
    found: dict[Name, list[str]] = {}
    others: dict[str, list[str]] = {}
    for handle, member, other, listed in db.execute(
        MEANT, (account, json.encode(sorted(handles)).decode() if handles else None)
    ):
        if listed:
            found.setdefault((other, handle), []).append(member)
        else:
            others.setdefault(handle, []).append(member)
    return Meant(found, others)


def blocks(db: Connection, account: str) -> Blocks:
    found: dict[tuple[str, str], Any] = {}
    for other, handle, kind in db.execute(BLOCKS, (account,)):
        found[other, handle] = intern(kind)
    return found
