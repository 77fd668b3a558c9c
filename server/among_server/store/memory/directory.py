"""The directory of communities, as the reference has it."""

from collections.abc import Sequence

from among_protocol.communities import Community

from ..finding import folded
from ..rules.communities import words
from .tx import MemoryTx


def communities(tx: MemoryTx, query: str, after: str, limit: int, tags: Sequence[str], newest: bool) -> list[Community]:
    rows = [row for row in tx.communities.values() if tx.listed(row.id) and folded(query) in words(row)]
    for tag in tags:
        meant = tx.everywhere(tag).tag if tag in tx.tag_rows else tag
        rows = [row for row in rows if meant in tx.all_tags_of([row.id]).get(row.id, [])]
    if newest:
        founded = list(tx.communities)
        last = next((at for at, row in enumerate(tx.communities.values()) if row.slug == after), 0 if after else None)
        rows = [row for row in reversed(rows) if last is None or founded.index(row.id) < last]
    else:
        rows = sorted((row for row in rows if row.slug > after), key=lambda row: row.slug)
    return [card(tx, row.id) for row in rows[:limit]]


def card(tx: MemoryTx, community: str) -> Community:
    row = tx.communities[community]
    tags = tx.all_tags_of([community]).get(community, [])
    return row.shown(tags)
