"""The directory of communities, read from tables."""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from msgspec import json

from among_protocol.communities import Community

from ..finding import folded
from .rows import COMMUNITY, community_row
from .tags import LISTED, given_as

_TAGS = (
    "SELECT ask.value, m.tag FROM json_each(?) ask JOIN community_tags c ON c.community = ask.value"
    " JOIN tags t ON t.key = c.tag JOIN tags m ON m.key = coalesce(t.into_tag, t.key) ORDER BY ask.key, c.nth"
)
_CARDS = f"{COMMUNITY} JOIN json_each(?) ask ON ask.value = c.key ORDER BY ask.key"


def communities(
    db: Connection, query: str, after: str, limit: int, *, tags: Sequence[str] = (), newest: bool = False
) -> list[Community]:
    where, named = [LISTED], list[Any]()
    if query:
        where.append("instr(c.words, ?)")
        named.append(folded(query))
    for tag in tags:
        where.append("c.key IN (SELECT ct.community FROM json_each(?) t JOIN community_tags ct ON ct.tag = t.value)")
        named.append(json.encode(given_as(db, tag)).decode())
    if after:
        where.append("c.key < (SELECT key FROM communities WHERE slug = ?)" if newest else "c.slug > ?")
        named.append(after)
    order = "c.key DESC" if newest else "c.slug"
    sql = f"SELECT c.key FROM communities c WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?"  # noqa: S608  # ours
    db.execute("BEGIN")
    try:
        keys = [row[0] for row in db.execute(sql, (*named, limit))]
        found = cards(db, keys)
        return [found[key] for key in keys]
    finally:
        db.execute("COMMIT")


def cards(db: Connection, communities: list[int]) -> dict[int, Community]:
    """As anybody sees them, by key; all of them are there."""
    asked = json.encode(communities).decode()
    tags: dict[int, list[str]] = {}
    for key, tag in db.execute(_TAGS, (asked,)):
        carried = tags.setdefault(key, [])
        if tag not in carried:  # two that were merged
            carried.append(tag)
    rows = map(community_row, db.execute(_CARDS, (asked,)))
    return {key: row.shown(tags.get(key, [])) for key, row in zip(communities, rows, strict=True)}
