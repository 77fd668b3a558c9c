"""Finding members, as plainly as can be said."""

from among_protocol.finding import Found

from ..finding import End, ends, folded, holds, span
from ..rows import MemberRow
from .tx import MemoryTx


def find(tx: MemoryTx, community: str, account: str, query: str, interest: str, limit: int) -> list[Found]:
    query = folded(query)
    here = {row.account: row for row in tx.present(community)} if community in tx.communities else {}
    came = {id: number for number, id in enumerate(tx.account_rows)}
    if interest:
        order = [(number, came[who]) for who in here for number in [_cares(tx, here, account, who, interest)] if number]
        accounts = [list(came)[at] for _, at in sorted(order)]
    else:
        places = [(*_best(here[who], query), came[who]) for who in here if _best(here[who], query)]
        accounts = [list(came)[at] for *_, at in sorted(places)]
    rows = [here[who] for who in accounts if holds(query, texts(here[who]))]
    found = [Found(member=row.card()) for row in rows]
    if not interest:
        had = sorted(
            (former.handle, came[row.account], row.account)
            for row in here.values()
            if row.claim.shown.lineage == "members" and row not in rows
            for former in tx.lineage(row.id)
            if former.handle.startswith(query)
        )
        were = {who: handle for handle, _, who in reversed(had)}
        found += [Found(member=here[who].card(), former=were[who]) for who in dict.fromkeys(who for *_, who in had)]
    return found[:limit]


def texts(row: MemberRow) -> list[str]:
    return [row.handle, row.display_name]


def _best(row: MemberRow, query: str) -> End | tuple[()]:
    """Where the query stands in their texts, the best place of them."""
    low, high = span(query)
    found = [end for end in ends(*texts(row)) if low <= end[1] < high and (len(query) > 1 or not end[0])]
    return min(found, default=())


def _cares(tx: MemoryTx, here: dict[str, MemberRow], me: str, who: str, interest: str) -> int:
    """Which tag it is by which somebody wants to be found, counted from 1; 0: by none that means this here."""
    them, mine = here[who], here.get(me)
    place = them.place
    blocked = tx.blocks(me).get((who, them.handle)) == "block"
    if blocked or (mine is not None and tx.blocks(who).get((me, mine.handle)) == "block"):
        return 0
    if interest not in tx.tag_rows:
        return 0
    meant = tx.meant(place, interest)
    tags = list(tx.tag_rows)
    said = [one for one in tx.my_interests(who, place) if one.row.found and one.shown == "members" and one.tag == meant]
    return min((tags.index(one.row.tag) + 1 for one in said), default=0)
