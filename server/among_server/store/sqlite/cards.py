"""All that cards are made of, as it stands in tables. Each function is called in one moment."""

from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection

from msgspec import json

from among_protocol.cards import CommonPlace

from ..cards import CardRow, common_ground, nameable, shared_interests
from ..personas import Former
from ..rows import MemberRow
from ..tags import MyInterest
from .rows import MEMBER, SEQ_BITS, member_row
from .status import looker, seen_by
from .tags import interests_in

_FORMER = (
    "SELECT member, handle, since, until FROM lineage WHERE member IN (SELECT value FROM json_each(?))"
    " ORDER BY until DESC, since DESC"
)
_JOINED = (
    "SELECT member, min(seq) FROM personas WHERE member IN (SELECT value FROM json_each(?)) AND seq > 0 GROUP BY member"
)
_AT = " UNION ALL ".join(
    f"SELECT pos, CAST(json AS TEXT) ->> 'at' FROM {table} WHERE pos IN (SELECT value FROM json_each(?1))"  # noqa: S608  # ours
    for table in ("entries", "arrivals")
)
_KEYS = "SELECT id, key FROM logs WHERE id IN (SELECT value FROM json_each(?))"
_THERE = f"{MEMBER} WHERE a.id IN (SELECT value FROM json_each(?)) AND m.gone = 0 AND p.kind = 'community'"  # noqa: S608  # ours
_NAMES = (
    "SELECT l.id, c.slug, c.name FROM communities c JOIN logs l ON l.key = c.key"
    " WHERE l.id IN (SELECT value FROM json_each(?))"
)


def cards(db: Connection, account: str, members: Sequence[str]) -> list[CardRow]:
    rows = seen_by(db, account, members)
    keys = dict(db.execute(_KEYS, (_json({row.member.place for row in rows}),)).fetchall())
    told = dict(db.execute(_JOINED, (_json({row.member.id for row in rows}),)).fetchall())
    first = {place: key << SEQ_BITS | 1 for place, key in keys.items()}
    joined = {row.member.id: keys[row.member.place] << SEQ_BITS | told.get(row.member.id, 0) for row in rows}
    at = dict(db.execute(_AT, (_json({*first.values(), *joined.values()}),)).fetchall())
    former: dict[str, list[Former]] = {}
    for member, *one in db.execute(_FORMER, (_json({row.member.id for row in rows}),)):
        former.setdefault(member, []).append(Former(*one))
    mine = nameable(_memberships(db, {account}))
    met = {row.member.account for row in rows if row.member.place in mine} if len(mine) > 1 else set()
    theirs: dict[str, list[MemberRow]] = {}
    for one in _memberships(db, met - {account}):
        theirs.setdefault(one.account, []).append(one)
    places = {
        id: CommonPlace(community=id, slug=slug, name=name) for id, slug, name in db.execute(_NAMES, (_json(mine),))
    }
    who = looker(db, account, _json(theirs))
    interests = interests_in(db, {account, *(row.member.account for row in rows)}, set(keys))
    return [
        CardRow(
            row,
            former.get(row.member.id, []),
            at.get(first[row.member.place], ""),
            at.get(joined[row.member.id], ""),
            common_ground(row, who, mine, nameable(theirs.get(row.member.account, [])), places),
            *_interests(interests, account, row.member),
        )
        for row in rows
    ]


def _interests(
    found: Mapping[tuple[str, str], list[MyInterest]], account: str, member: MemberRow
) -> tuple[list[MyInterest], list[str]]:
    """Of a member, and those that they share with somebody else."""
    theirs, mine = found.get((member.account, member.place), []), found.get((account, member.place), [])
    return theirs, shared_interests(mine, theirs) if member.account != account else []


def _memberships(db: Connection, accounts: set[str]) -> list[MemberRow]:
    return [member_row(row) for row in db.execute(_THERE, (_json(accounts),))] if accounts else []


def _json(ids: Iterable[object]) -> str:
    return json.encode(list(ids)).decode()
