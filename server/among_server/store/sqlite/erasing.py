"""Who goes, in tables: the part of `api.Tx` that erasing.py says. Only the writer's thread comes here.

An account's row stays under a name that nobody can type, since rows that belong to others refer to its number; so does a
membership's account once it is sealed: it is then one of nobody.
"""

import hashlib
from sqlite3 import Connection

from msgspec import json

from among_protocol.base import Entry
from among_protocol.lookalikes import skeleton
from among_protocol.wire import JSON

from ..erasing import GRACE, Erasure, Told, Written, blank_member
from ..moments import OwnClock
from ..rows import AccountRow, MemberRow
from .blanks import SqliteBlanks
from .own import SqliteOwn
from .rows import MEMBER, RANKED, SEQ, SEQ_BITS, kept, member_row

_erasure = json.Decoder(Erasure).decode
_encode = json.Encoder().encode

_ENTRY = kept("pos, json", "pos = ?", "ASC")
_TOLD = kept("pos, author, json", "pos > ? AND pos <= ? AND instr(json, ?)", "ASC")
WRITTEN = f"""
    SELECT w.nonce, l.id, w.pos & {SEQ} FROM (
        SELECT nonce, pos FROM nonces WHERE account = ?1 AND nonce > ?2
        UNION SELECT nonce, pos FROM arrivals WHERE author = ?1 AND nonce > ?2
    ) AS w JOIN logs l ON l.key = w.pos >> {SEQ_BITS} ORDER BY w.nonce LIMIT ?3"""  # noqa: S608  # numbers of ours
_GRACE = f"name BETWEEN '{GRACE}' AND '{GRACE}~'"
ERASURE = "SELECT state FROM erasures WHERE name = ?"
UNFINISHED = "SELECT state FROM erasures WHERE name BETWEEN ? AND ? ORDER BY name"  # `ID`, and `ID REV`
GRACE_OVER = f"SELECT state FROM erasures WHERE {_GRACE} AND due_ms <= ? ORDER BY due_ms, name LIMIT 1"  # noqa: S608  # ours
DUE = f"SELECT state FROM erasures WHERE NOT ({_GRACE}) AND due_ms <= ? ORDER BY due_ms, name LIMIT 1"  # noqa: S608  # ours
KEEP_SERVED = (
    f"REPLACE INTO meta (name, value) SELECT 'served_ms', ? WHERE EXISTS (SELECT 1 FROM erasures WHERE {_GRACE})"  # noqa: S608  # ours
)
ERASURES = "SELECT state FROM erasures ORDER BY due_ms, name"

# Of an account that is erased: rows of its own, and what others keep about it for themselves.
CLOSING = (
    "DELETE FROM passwords WHERE account = ?1",
    "DELETE FROM resets WHERE account = ?1",
    "DELETE FROM sessions WHERE account = ?1",
    "DELETE FROM blocks WHERE account = ?1 OR other = ?1",
    "DELETE FROM follows WHERE account = ?1",
    "DELETE FROM thread_marks WHERE account = ?1",
    "DELETE FROM departures WHERE account = ?1",
    "DELETE FROM bans WHERE account = ?1",
    "DELETE FROM statuses WHERE account = ?1",
    "DELETE FROM requests WHERE account = ?1",
    "DELETE FROM accepted_rules WHERE account = ?1",
    "DELETE FROM admissions WHERE account = ?1",
    "DELETE FROM interests WHERE account = ?1",
    "DELETE FROM dismissals WHERE account = ?1",
    "DELETE FROM member_ends WHERE account = ?1 AND place IN (SELECT place FROM members WHERE account = ?1)",
    "DELETE FROM portrait_proposals WHERE account = ?1",
    "DELETE FROM drafts WHERE account = ?1",
    "DELETE FROM bookmarks WHERE account = ?1",
    "DELETE FROM reaches WHERE account = ?1",
    "DELETE FROM inbox WHERE account = ?1",
    "DELETE FROM inbox_marks WHERE account = ?1",
    "DELETE FROM notify WHERE account = ?1",
    "DELETE FROM dnds WHERE account = ?1",
)
NOBODY = "INSERT INTO accounts (key, handle, display_name, owner, disabled, erased) VALUES (?, ?, '', 0, 1, 1)"


class SqliteErasing(SqliteOwn, SqliteBlanks):
    # Of tx.py:
    _accounts: dict[str, AccountRow]
    _memberships: dict[tuple[str, str], MemberRow | None]
    _handles: dict[tuple[str, str], MemberRow | None]
    _people: dict[str, list[MemberRow]]
    _follows: dict[tuple[str, str], bool]

    _served: OwnClock | None = None  # read when it is first asked for

    def member(self, id: str) -> MemberRow | None:
        raise NotImplementedError

    def put_member(self, row: MemberRow, *, told: int = 0) -> None:
        raise NotImplementedError

    def speak_as(self, account: str) -> None:
        self.author = self._log(account).key

    def all_memberships(self, account: str) -> list[MemberRow]:
        rows = self._db.execute(f"{MEMBER} WHERE m.account = ? ORDER BY m.place", (self.key(account),)).fetchall()
        return [member_row(row) for row in rows]

    def forget_member(self, member: str, rev: int) -> None:
        row = self.member(member)
        if row is None:
            raise LookupError(f"no member {member!r}")
        self.writes += 1
        self.blanked.add(row.place)
        if row.rev <= rev:
            self._handles.pop((row.place, row.handle), None)
            self.put_member(blank_member(row))
            self._db.execute("DELETE FROM lineage WHERE member = ?", (member,))
            keys = (self.key(row.account), self.key(row.place))
            self._db.execute("DELETE FROM statuses WHERE account = ? AND place = ?", keys)
            self._db.execute("DELETE FROM interests WHERE account = ? AND place = ?", keys)
        self._db.execute("DELETE FROM personas WHERE member = ? AND rev <= ?", (member, rev))

    def seal_member(self, member: str) -> None:
        row = self.member(member)
        if row is None:
            raise LookupError(f"no member {member!r}")
        nobody = self.new_id("a")
        key = self._add_log(nobody, "account")
        self._db.execute(NOBODY, (key, f"!{nobody}"))
        self._db.execute("UPDATE members SET account = ? WHERE id = ?", (key, member))
        self._memberships.pop((row.account, row.place), None)
        self._memberships.pop((nobody, row.place), None)
        self._people.pop(row.place, None)

    def close_account(self, account: str) -> None:
        self.flush()
        self.writes += 1
        self.blanked.add(account)
        key = self._log(account).key
        for statement in CLOSING:
            self._db.execute(statement, (key,))
        self._db.execute(
            "UPDATE accounts SET handle = ?, display_name = '', claim = '', skeleton = '', owner = 0, disabled = 1,"
            " erased = 1, seen_ms = 0 WHERE key = ?",
            (f"!{account}", key),
        )
        self._accounts.pop(account, None)
        self._newest_items.pop(key, None)
        self._blocks.clear()
        self._follows.clear()

    def drop_waiting(self, account: str, place: str) -> None:
        self.writes += 1
        keys = (self.key(account), self.key(place))
        self._db.execute("DELETE FROM portrait_proposals WHERE account = ? AND community = ?", keys)

    def drop_own(self, account: str, limit: int) -> bool:
        self.flush()
        self.writes += 1
        self.blanked.add(account)
        log = self._log(account)
        span = (log.key << SEQ_BITS, log.key << SEQ_BITS | SEQ)
        self.arrivals.drop_nonces(log.key)
        self.arrivals.drop(*span)
        dropped = 0
        for table, where, named in (
            ("entries", "pos IN (SELECT pos FROM entries WHERE pos BETWEEN ? AND ? LIMIT ?)", span),
            ("nonces", "account = ?1 AND nonce IN (SELECT nonce FROM nonces WHERE account = ?1 LIMIT ?2)", (log.key,)),
            ("markers", "account = ?1 AND room IN (SELECT room FROM markers WHERE account = ?1 LIMIT ?2)", (log.key,)),
            (
                "mentions",
                "account = ?1 AND (room, seq) IN (SELECT room, seq FROM mentions WHERE account = ?1 LIMIT ?2)",
                (log.key,),
            ),
            (
                "uncalled",
                "account = ?1 AND (room, seq) IN (SELECT room, seq FROM uncalled WHERE account = ?1 LIMIT ?2)",
                (log.key,),
            ),
            (
                "thread_mentions",
                "account = ?1 AND (root, seq) IN (SELECT root, seq FROM thread_mentions WHERE account = ?1 LIMIT ?2)",
                (log.key,),
            ),
        ):
            if dropped < limit:
                sql = f"DELETE FROM {table} WHERE {where}"  # noqa: S608  # ours
                dropped += self._db.execute(sql, (*named, limit - dropped)).rowcount
        log.floor = log.head
        self._db.execute("UPDATE logs SET floor = ? WHERE key = ?", (log.head, log.key))
        return dropped >= limit

    def rest(self, place: str, handle: str, until_ms: int, member: str = "") -> None:
        self.writes += 1
        self._db.execute("DELETE FROM resting WHERE until_ms <= ?", (self.now_ms,))
        self._db.execute(
            "REPLACE INTO resting (name, until_ms, member) VALUES (?, ?, ?)", (resting(place, handle), until_ms, member)
        )

    def rests(self, place: str, handle: str, member: str = "") -> bool:
        sql = "SELECT member FROM resting WHERE name = ? AND until_ms > ?"
        row = self._db.execute(sql, (resting(place, handle), self.now_ms)).fetchone()
        return row is not None and (not member or row[0] != member)

    def reported(self, member: str) -> set[tuple[str, int]]:
        return set(self._db.execute("SELECT room, message FROM reports WHERE member = ?", (member,)).fetchall())

    def heir(self, community: str, but: str) -> MemberRow | None:
        sql = f"{MEMBER} WHERE m.place = ? AND m.gone = 0 AND m.id <> ? ORDER BY {RANKED}, m.handle LIMIT 1"
        row = self._db.execute(sql, (self.key(community), but)).fetchone()
        return member_row(row) if row else None

    def entry_at(self, log: str, seq: int) -> Entry | None:
        self.flush()
        pos = self._log(log).key << SEQ_BITS | seq
        found = self._db.execute(_ENTRY, (pos, pos, 1)).fetchone()
        if found is None:
            return None
        entry = JSON.decode_entry(found[1])
        assert isinstance(entry, Entry), "the log holds what the protocol does not know"
        return entry

    def written(self, account: str, after: str, limit: int) -> list[Written]:
        self.flush()
        rows = self._db.execute(WRITTEN, (self.key(account), after, limit)).fetchall()
        return [Written(*row) for row in rows]

    def told_of(self, log: str, word: str, after: int, limit: int) -> Told:
        self.flush()
        row = self._log(log)
        upto = min(row.head, max(after, row.floor) + limit)
        span = (row.key << SEQ_BITS | max(after, row.floor), row.key << SEQ_BITS | upto, f'"{word}"'.encode())
        found: list[tuple[Entry, str]] = []
        for _, author, kept_json in self._db.execute(_TOLD, (*span, *span, -1)).fetchall():
            entry = JSON.decode_entry(kept_json)
            assert isinstance(entry, Entry), "the log holds what the protocol does not know"
            found.append((entry, self._id(author)))
        return Told(found, upto, complete=upto >= row.head)

    def _id(self, key: int) -> str:
        found = self._db.execute("SELECT id FROM logs WHERE key = ?", (key,)).fetchone()
        return found[0] if found else ""

    def erasure(self, name: str) -> Erasure | None:
        row = self._db.execute(ERASURE, (name,)).fetchone()
        return _erasure(row[0]) if row else None

    def unfinished(self, member: str) -> list[Erasure]:
        return unfinished(self._db, member)

    def put_erasure(self, row: Erasure) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO erasures (name, due_ms, state) VALUES (?, ?, ?)", (row.name, row.due_ms, _encode(row))
        )

    def drop_erasure(self, name: str) -> None:
        if self._db.execute("DELETE FROM erasures WHERE name = ?", (name,)).rowcount:
            self.writes += 1

    def next_erasure(self) -> Erasure | None:
        for sql, now_ms in ((GRACE_OVER, self.served()), (DUE, self.now_ms)):
            row = self._db.execute(sql, (now_ms,)).fetchone()
            if row is not None:
                return _erasure(row[0])
        return None

    def served(self) -> int:
        if self._served is None:
            found = self._db.execute("SELECT value FROM meta WHERE name = 'served_ms'").fetchone()
            self._served = OwnClock(int(found[0]) if found else self.now_ms)
        return self._served.now_ms

    def keep_served(self) -> None:
        self.writes += self._db.execute(KEEP_SERVED, (str(self.served()),)).rowcount


def unfinished(db: Connection, member: str) -> list[Erasure]:
    return [_erasure(state) for (state,) in db.execute(UNFINISHED, (member, f"{member} ~"))]


def erasures(db: Connection) -> list[Erasure]:
    return [_erasure(state) for (state,) in db.execute(ERASURES)]


def resting(place: str, handle: str) -> bytes:
    """What is kept of a handle that rests: with it all that look like it."""
    return hashlib.sha256(f"{place} {skeleton(handle)}".encode()).digest()
