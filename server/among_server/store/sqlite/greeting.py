"""Newcomers, greeters and who may be spoken to alone, in tables: the part of `api.Tx` that greeting.py says, and what is
read of it. Who greets is mirrored, since each message in an open room asks for it, and so is who is new."""

from collections.abc import Sequence
from sqlite3 import Connection
from sys import intern
from typing import Any

from msgspec import json

from among_protocol.reach import Reach
from among_protocol.welcome import Welcome

from ..greeting import GreeterRow, NewcomerRow, Turns
from .ledger import Ledger

GREETER = """
    SELECT g.member, c.id, a.id, g.state FROM greeters g JOIN members m ON m.id = g.member
    JOIN logs c ON c.key = g.community JOIN logs a ON a.key = m.account"""


class SqliteGreeting(Ledger):
    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._greeters: dict[str, list[GreeterRow]] = {}  # by community: those who greet
        self._newcomers: dict[str, NewcomerRow | None] = {}  # by member
        self._mirrors += (self._greeters, self._newcomers)

    def welcome(self, community: str) -> Welcome:
        return welcome(self._db, community)

    def put_welcome(self, community: str, welcome: Welcome) -> None:
        self.writes += 1
        key = self._log(community).key
        self._db.execute("REPLACE INTO welcomes (community, json) VALUES (?, ?)", (key, json.encode(welcome)))

    def greeter(self, member: str) -> GreeterRow | None:
        row = self._db.execute(f"{GREETER} WHERE g.member = ?", (member,)).fetchone()
        return _greeter(row) if row else None

    def greeters(self, community: str) -> Sequence[GreeterRow]:
        found = self._greeters.get(community)
        if found is None:
            sql = f"{GREETER} WHERE g.community = ? AND g.state = 'greets' ORDER BY g.number"
            rows = self._db.execute(sql, (self.key(community),)).fetchall()
            found = self._greeters[community] = [_greeter(row) for row in rows]
        return found

    def volunteers(self, community: str) -> int:
        sql = "SELECT count(*) FROM greeters WHERE community = ?"
        count: int = self._db.execute(sql, (self.key(community),)).fetchone()[0]
        return count

    def put_greeter(self, row: GreeterRow) -> None:
        self.writes += 1
        key = self._log(row.community).key
        self._db.execute(
            "INSERT INTO greeters (member, community, state) VALUES (?, ?, ?)"
            " ON CONFLICT (member) DO UPDATE SET state = excluded.state",
            (row.member, key, row.state),
        )
        self._greeters.pop(row.community, None)

    def remove_greeter(self, member: str) -> None:
        self.writes += 1
        row = self.greeter(member)
        self._db.execute("DELETE FROM greeters WHERE member = ?", (member,))
        if row is not None:
            self._greeters.pop(row.community, None)

    def newcomer(self, member: str) -> NewcomerRow | None:
        try:
            return self._newcomers[member]
        except KeyError:
            sql = (
                "SELECT n.member, c.id, n.joined_ms, n.spoken FROM newcomers n JOIN logs c ON c.key = n.community"
                " WHERE n.member = ?"
            )
            row = self._db.execute(sql, (member,)).fetchone()
            found = self._newcomers[member] = NewcomerRow(row[0], row[1], row[2], bool(row[3])) if row else None
            return found

    def put_newcomer(self, row: NewcomerRow) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO newcomers (member, community, joined_ms, spoken) VALUES (?, ?, ?, ?)",
            (row.member, self._log(row.community).key, row.joined_ms, row.spoken),
        )
        self._newcomers[row.member] = row

    def forget_greetings(self, member: str) -> None:
        self.writes += 1
        self._db.execute("DELETE FROM newcomers WHERE member = ?", (member,))
        self._db.execute("DELETE FROM greetings WHERE newcomer = ?1 OR greeter = ?1", (member,))
        self._newcomers.pop(member, None)

    def turns(self, newcomer: str, greeter: str) -> Turns:
        sql = "SELECT turns, last FROM greetings WHERE newcomer = ? AND greeter = ?"
        row = self._db.execute(sql, (newcomer, greeter)).fetchone()
        return Turns(*row) if row else Turns()

    def put_turns(self, newcomer: str, greeter: str, turns: Turns) -> None:
        self.writes += 1
        self._db.execute(
            "REPLACE INTO greetings (newcomer, greeter, turns, last) VALUES (?, ?, ?, ?)", (newcomer, greeter, *turns)
        )

    def reach(self, account: str, community: str) -> Reach:
        sql = "SELECT directs, greetings FROM reaches WHERE account = ? AND community = ?"
        row = self._db.execute(sql, (self.key(account), community)).fetchone()
        return _reach(community, *(row or ("", 1)))

    def reaches(self, account: str) -> list[Reach]:
        return reaches(self._db, account)

    def put_reach(self, account: str, reach: Reach) -> None:
        self.writes += 1
        key = self._log(account).key
        self._db.execute("DELETE FROM reaches WHERE account = ? AND community = ?", (key, reach.community))
        if reach.directs or not reach.greetings:
            self._db.execute(
                "INSERT INTO reaches (account, community, directs, greetings) VALUES (?, ?, ?, ?)",
                (key, reach.community, reach.directs, reach.greetings),
            )

    def share_direct(self, account: str, other: str, within: str) -> bool:
        sql = """
            SELECT EXISTS (
                SELECT 1 FROM members m JOIN rooms r ON r.key = m.place JOIN members o ON o.place = m.place
                LEFT JOIN logs w ON w.key = r.within
                WHERE m.account = ? AND o.account = ? AND coalesce(w.id, '') = ?)"""
        return bool(self._db.execute(sql, (self.key(account), self.key(other), within)).fetchone()[0])

    def met(self, account: str, other: str) -> Sequence[tuple[str, str]]:
        sql = """
            SELECT p.id, m.id FROM members m JOIN logs p ON p.key = m.place JOIN members o ON o.place = m.place
            JOIN accounts a ON a.key = m.account AND a.handle = m.handle WHERE m.account = ? AND m.gone = 0 AND o.account = ? AND p.kind = 'community' ORDER BY m.place"""
        found: list[tuple[str, str]] = self._db.execute(sql, (self.key(account), self.key(other))).fetchall()
        return found


def welcome(db: Connection, community: str) -> Welcome:
    sql = "SELECT w.json FROM welcomes w JOIN logs l ON l.key = w.community WHERE l.id = ?"
    row = db.execute(sql, (community,)).fetchone()
    return json.decode(row[0], type=Welcome) if row else Welcome()


def greeters(db: Connection, community: str) -> list[GreeterRow]:
    rows = db.execute(f"{GREETER} WHERE c.id = ? ORDER BY g.number", (community,)).fetchall()
    return [_greeter(row) for row in rows]


def reaches(db: Connection, account: str) -> list[Reach]:
    sql = """
        SELECT r.community, r.directs, r.greetings FROM reaches r JOIN logs l ON l.key = r.account
        WHERE l.id = ? ORDER BY r.number"""
    return [_reach(*row) for row in db.execute(sql, (account,)).fetchall()]


def _reach(community: str, directs: str, greetings: int) -> Reach:
    return Reach(community=community, directs=intern(directs), greetings=bool(greetings))


def _greeter(row: Sequence[Any]) -> GreeterRow:
    state: Any = intern(row[3])
    return GreeterRow(row[0], row[1], row[2], state)
