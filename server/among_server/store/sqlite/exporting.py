"""What an account takes along, and what is still to be erased: exporting.py of the store. Plain functions over a read-only
connection, and the part of `api.Store` that asks for them."""

from sqlite3 import Connection

from among_protocol.members import Persona

from ..api import PAGE_BYTES
from ..erasing import Erasure
from ..exporting import WrittenPage
from ..rows import MemberRow
from .erasing import WRITTEN, erasures, unfinished
from .readers import Readers
from .retention import PINNED
from .rows import MEMBER, SEQ_BITS, kept, key_of, member_row


def all_memberships(db: Connection, account: str) -> list[MemberRow]:
    return [member_row(row) for row in db.execute(f"{MEMBER} WHERE a.id = ? ORDER BY m.place", (account,))]


def revisions(db: Connection, member: str, after: int, limit: int) -> list[Persona]:
    sql = "SELECT member, rev, handle, display_name, bio, pronouns FROM personas WHERE member = ? AND rev > ? ORDER BY rev LIMIT ?"
    return [
        Persona(member=row[0], rev=row[1], handle=row[2], display_name=row[3], bio=row[4], pronouns=row[5])
        for row in db.execute(sql, (member, after, limit))
    ]


def markers(db: Connection, account: str) -> list[tuple[str, int]]:
    sql = (
        "SELECT r.id, m.seq FROM logs a JOIN markers m ON m.account = a.key JOIN logs r ON r.key = m.room"
        " WHERE a.id = ? ORDER BY m.room"
    )
    return db.execute(sql, (account,)).fetchall()


def dismissals(db: Connection, account: str) -> list[str]:
    sql = (
        "SELECT c.id FROM logs a JOIN dismissals d ON d.account = a.key JOIN logs c ON c.key = d.community"
        " WHERE a.id = ? ORDER BY c.key"
    )
    return [row[0] for row in db.execute(sql, (account,))]


def asked(db: Connection, account: str) -> list[tuple[str, int]]:
    sql = (
        "SELECT c.id, r.seq FROM logs a JOIN requests r ON r.account = a.key JOIN logs c ON c.key = r.community"
        " WHERE a.id = ? ORDER BY c.key"
    )
    return db.execute(sql, (account,)).fetchall()


_KEPT = kept("pos, json", "pos = ?", "ASC")


def written(db: Connection, account: str, after: str, limit: int) -> tuple[WrittenPage, set[str]]:
    """And the logs that the entries are of."""
    db.execute("BEGIN")
    try:
        key = key_of(db, account)
        rows = db.execute(WRITTEN, (key, after, limit)).fetchall()
        page: list[bytes] = []
        logs: set[str] = set()
        size, last = 0, after
        stay: dict[str, set[int]] = {}  # by log, what pins keep below its floor
        for nonce, log, seq in rows:
            if log != account:
                place, floor = db.execute("SELECT key, floor FROM logs WHERE id = ?", (log,)).fetchone()
                if seq <= floor and log not in stay:
                    stay[log] = {number for (number,) in db.execute(PINNED, (place, floor, 0, floor))}
                if seq <= floor and seq not in stay[log]:
                    last = nonce
                    continue
                pos = place << SEQ_BITS | seq
                _, entry = db.execute(_KEPT, (pos, pos, 1)).fetchone()
                size += len(entry)
                if page and size > PAGE_BYTES:
                    return WrittenPage(page, last, complete=False), logs
                page.append(entry)
                logs.add(log)
            last = nonce
        return WrittenPage(page, last, complete=len(rows) < limit), logs
    finally:
        db.execute("COMMIT")


def writings(db: Connection, account: str) -> int:
    sql = (
        "SELECT count(*) FROM (SELECT n.nonce FROM nonces n WHERE n.account = a.key UNION"
        " SELECT r.nonce FROM arrivals r WHERE r.author = a.key AND r.nonce IS NOT NULL)"
    )
    found = db.execute(f"SELECT ({sql}) FROM logs a WHERE a.id = ?", (account,)).fetchone()  # noqa: S608  # ours
    return int(found[0]) if found else 0


class SqliteTaking(Readers):
    """The part of the store."""

    async def unfinished(self, member: str) -> list[Erasure]:
        return await self._read(unfinished, member)

    async def erasures(self) -> list[Erasure]:
        return await self._read(erasures)

    async def all_memberships(self, account: str) -> list[MemberRow]:
        return await self._read(all_memberships, account)

    async def revisions(self, member: str, after: int, limit: int) -> list[Persona]:
        return await self._read(revisions, member, after, limit)

    async def markers(self, account: str) -> list[tuple[str, int]]:
        return await self._read(markers, account)

    async def dismissals(self, account: str) -> list[str]:
        return await self._read(dismissals, account)

    async def asked(self, account: str) -> list[tuple[str, int]]:
        return await self._read(asked, account)

    async def written(self, account: str, after: str, limit: int) -> WrittenPage:
        found, _ = await self._read_logs(lambda found: found[1], written, account, after, limit)
        return found

    async def writings(self, account: str) -> int:
        return await self._read(writings, account)
