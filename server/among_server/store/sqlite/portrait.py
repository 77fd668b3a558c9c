"""The portraits of communities, in tables: the part of `api.Tx` that portrait.py says, and what is read of them."""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from msgspec import json

from among_protocol.base import MAX_INT
from among_protocol.portrait import Content, Portrait, PortraitSection, PortraitVersion, Proposal, Section

from ..api import PAGE_BYTES
from ..portrait import PortraitRow, ProposalRow, Proposals, VersionRow
from . import quotes
from .ledger import Ledger

_content = json.Decoder(Content).decode

SECTION = """
    SELECT version, at, section, steward, rev, author, author_rev, content, note FROM portrait_versions
    WHERE community = ? AND section = ? ORDER BY version DESC LIMIT 1"""
PROPOSAL = """
    SELECT p.number, p.at, a.id, p.member, p.rev, p.section, p.base, p.content, p.note, p.quote
    FROM portrait_proposals p JOIN logs a ON a.key = p.account WHERE p.community = ? AND p.number = ?"""


class SqlitePortrait(Ledger):
    def portrait(self, community: str) -> PortraitRow:
        sql = "SELECT version, proposal FROM portraits WHERE community = ?"
        row = self._db.execute(sql, (self.key(community),)).fetchone()
        return PortraitRow(*row) if row else PortraitRow()

    def portrait_section(self, community: str, section: Section) -> VersionRow | None:
        row = self._db.execute(SECTION, (self.key(community), section)).fetchone()
        return VersionRow(community, *row[:7], *_said(row)) if row else None

    def add_version(self, row: VersionRow) -> None:
        self.writes += 1
        key = self._log(row.community).key
        self._db.execute(
            "INSERT INTO portrait_versions"
            " (community, version, at, section, steward, rev, author, author_rev, content, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                row.version,
                row.at,
                row.section,
                row.by,
                row.rev,
                row.author,
                row.author_rev,
                json.encode(row.content),
                row.note,
            ),
        )
        self._put_portrait(row.community, self.portrait(row.community)._replace(version=row.version))

    def proposal(self, community: str, number: int) -> ProposalRow | None:
        row = self._db.execute(PROPOSAL, (self.key(community), number)).fetchone()
        return ProposalRow(community, *row[:7], *_said(row), *row[9:]) if row else None

    def proposals(self, community: str, account: str = "") -> int:
        sql = "SELECT count(*) FROM portrait_proposals WHERE community = ?1 AND (?2 = 0 OR account = ?2)"
        keys = (self.key(community), self.key(account) if account else 0)
        count: int = self._db.execute(sql, keys).fetchone()[0]
        return count

    def proposals_by(self, account: str, community: str) -> list[int]:
        sql = "SELECT number FROM portrait_proposals WHERE account = ? AND community = ? ORDER BY number"
        return [number for (number,) in self._db.execute(sql, (self.key(account), self.key(community))).fetchall()]

    def add_proposal(self, row: ProposalRow) -> None:
        self.writes += 1
        self._db.execute(
            "INSERT INTO portrait_proposals (community, number, at, account, member, rev, section, base, content, note,"
            " quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._log(row.community).key,
                row.number,
                row.at,
                self._log(row.account).key,
                row.by,
                row.rev,
                row.section,
                row.base,
                json.encode(row.content),
                row.note,
                row.quote,
            ),
        )
        self._put_portrait(row.community, self.portrait(row.community)._replace(proposal=row.number))

    def remove_proposal(self, community: str, number: int) -> None:
        self.writes += 1
        keys = (self._log(community).key, number)
        self._db.execute("DELETE FROM portrait_proposals WHERE community = ? AND number = ?", keys)

    def _put_portrait(self, community: str, row: PortraitRow) -> None:
        key = self._log(community).key
        self._db.execute("REPLACE INTO portraits (community, version, proposal) VALUES (?, ?, ?)", (key, *row))


def _said(row: Sequence[Any]) -> Sequence[Any]:
    """The content and the note of SECTION or PROPOSAL."""
    return _content(row[7]), row[8]


# --- reading

_PORTRAIT = """
    SELECT c.key, c.slug, c.name, coalesce(p.version, 0)
    FROM logs l JOIN communities c ON c.key = l.key LEFT JOIN portraits p ON p.community = c.key WHERE l.id = ?"""
_SECTIONS = """
    SELECT section, max(version), content FROM portrait_versions
    WHERE community = ? AND version <= ? AND section <> 'quotes' GROUP BY section ORDER BY section"""


def portrait(db: Connection, community: str, version: int | None) -> Portrait | None:
    """SQLite gives the content of the row that has the greatest version: see "Bare columns in an aggregate query"."""
    db.execute("BEGIN")
    try:
        found = db.execute(_PORTRAIT, (community,)).fetchone()
        if found is None:
            return None
        key, slug, name, newest = found
        wanted = newest if version is None else version
        if wanted > newest:
            return None
        at = db.execute(
            "SELECT at FROM portrait_versions WHERE community = ? AND version = ?", (key, wanted)
        ).fetchone()
        quoted = [row.shown() for row in quotes.merged(db, community) if row.version <= wanted]
        sections = [
            PortraitSection(section=section, version=given, content=_content(content))
            for section, given, content in db.execute(_SECTIONS, (key, wanted))
        ]
    finally:
        db.execute("COMMIT")
    return Portrait(
        community=community,
        slug=slug,
        name=name,
        version=wanted,
        newest=newest,
        at=at[0] if at else "",
        sections=sections,
        quotes=quoted,
    )


def versions(db: Connection, community: str, before: int | None, limit: int) -> list[PortraitVersion]:
    sql = """
        SELECT v.version, v.at, v.section, v.steward, v.rev, v.author, v.author_rev, v.note
        FROM logs l JOIN portrait_versions v ON v.community = l.key
        WHERE l.id = ? AND v.version < ? ORDER BY v.version DESC LIMIT ?"""
    rows = db.execute(sql, (community, MAX_INT if before is None else before, limit))
    return [_version(row) for row in rows]


def _version(row: Sequence[Any]) -> PortraitVersion:
    return PortraitVersion(
        version=row[0],
        at=row[1],
        section=row[2],
        by=row[3],
        rev=row[4],
        author=row[5],
        author_rev=row[6],
        note=row[7],
    )


def proposals(db: Connection, community: str, account: str, after: int, limit: int) -> Proposals:
    sql = """
        SELECT p.number, p.at, p.member, p.rev, p.section, p.base, p.content, p.note, p.quote, coalesce((
            SELECT max(v.version) FROM portrait_versions v WHERE v.community = p.community AND v.section = p.section
        ), 0)
        FROM logs l JOIN portrait_proposals p ON p.community = l.key JOIN logs a ON a.key = p.account
        WHERE l.id = ? AND (? IN ('', a.id)) AND p.number > ? ORDER BY p.number LIMIT ?"""
    page: list[Proposal] = []
    size = 0
    rows = db.execute(sql, (community, account, after, limit + 1)).fetchall()
    for number, at, member, rev, section, base, content, note, quote, now in rows:
        size += len(content)
        if len(page) == limit or (page and size > PAGE_BYTES):
            break
        asked = quotes.one(db, quote) if quote else None
        page.append(
            Proposal(
                proposal=number,
                at=at,
                by=member,
                rev=rev,
                section=section,
                base=base,
                stale=not quote and now != base,
                content=_content(content),
                quote=asked.shown() if asked else None,
                note=note,
            )
        )
    return Proposals(page, len(page) == len(rows))
