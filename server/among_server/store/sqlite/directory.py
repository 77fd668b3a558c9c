"""The directory of communities, read from tables."""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from msgspec import json

from among_protocol.communities import Community

from ..finding import folded
from .rows import COMMUNITY, community_row
from .tags import LISTED, tags_of

_CARRIES = """c.key IN (
    SELECT ct.community FROM community_tags ct JOIN tags t ON t.key = ct.tag LEFT JOIN tags m ON m.key = t.into_tag
    WHERE coalesce(m.tag, t.tag) = (SELECT coalesce(e.tag, a.tag) FROM tags a LEFT JOIN tags e ON e.key = a.into_tag
        WHERE a.tag = ?))"""


def communities(
    db: Connection, query: str, after: str, limit: int, *, tags: Sequence[str] = (), newest: bool = False
) -> list[Community]:
    where, named = [LISTED], list[Any]()
    if query:
        where.append("instr(c.words, ?)")
        named.append(folded(query))
    for tag in tags:
        where.append(_CARRIES)
        named.append(tag)
    if after:
        where.append("c.key < (SELECT key FROM communities WHERE slug = ?)" if newest else "c.slug > ?")
        named.append(after)
    order = "c.key DESC" if newest else "c.slug"
    sql = f"{COMMUNITY} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?"
    db.execute("BEGIN")
    try:
        ids = [row[0] for row in db.execute(sql, (*named, limit))]
        found = cards(db, ids)
        return [found[id] for id in ids]
    finally:
        db.execute("COMMIT")


def cards(db: Connection, communities: list[str]) -> dict[str, Community]:
    """As anybody sees them, by id."""
    tags = tags_of(db, communities)
    sql = f"{COMMUNITY} JOIN json_each(?) ask ON ask.value = l.id"
    rows = db.execute(sql, (json.encode(communities).decode(),))
    return {row.id: row.shown(tags.get(row.id, [])) for row in map(community_row, rows)}
