"""All that cards are made of, as the reference remembers it."""

from collections.abc import Sequence

from among_protocol.cards import CommonPlace

from ..cards import CardRow, common_ground, nameable, shared_interests
from ..rows import MemberRow
from ..status import Looker, Seen, seen
from .tx import MemoryTx


class CardReads:
    """The part of `api.Store`, and of how others appear."""

    _tx: MemoryTx

    async def seen(self, account: str, members: Sequence[str]) -> list[Seen]:
        return self._seen(account, members)[1]

    async def cards(self, account: str, members: Sequence[str]) -> list[CardRow]:
        return _cards(self._tx, *self._seen(account, members))

    def _seen(self, account: str, members: Sequence[str]) -> tuple[Looker, list[Seen]]:
        tx = self._tx
        names = {row.place: row.handle for row in tx.standing_in(account)}
        rows = [row for row in map(tx.member, dict.fromkeys(members)) if row is not None and row.place in names]
        others = {row.account for row in rows}
        blocked = [
            (other, handle)
            for other in others
            for (whom, handle), kind in tx.blocks(other).items()
            if (whom, kind) == (account, "block")
        ]
        who = Looker(account, names, tx.blocks(account), blocked)
        named = {row.account: tx.account(row.account) for row in rows}
        handles = {id: one.handle if one is not None else "" for id, one in named.items()}  # none of who is erased
        return who, [seen(row, handles[row.account], tx.statuses(row.account), who) for row in rows]


def _cards(tx: MemoryTx, who: Looker, rows: Sequence[Seen]) -> list[CardRow]:
    places = {row.id: CommonPlace(community=row.id, slug=row.slug, name=row.name) for row in tx.communities.values()}
    mine = nameable(tx.memberships(who.account))
    return [
        CardRow(
            row,
            tx.lineage(row.member.id),
            _opened(tx, row.member.place),
            _joined(tx, row.member.id, row.member.place),
            common_ground(row, who, mine, nameable(tx.memberships(row.member.account)), places),
            tx.my_interests(row.member.account, row.member.place),
            _shared(tx, who.account, row.member),
        )
        for row in rows
    ]


def _opened(tx: MemoryTx, place: str) -> str:
    first = tx.entries.get((place, 1))
    return first.stored.event.at if first is not None else ""


def _joined(tx: MemoryTx, member: str, place: str) -> str:
    told = [seq for (who, _), seq in tx.told_at.items() if who == member]  # nothing of who was forgotten
    return tx.entries[place, min(told)].stored.event.at if told else ""


def _shared(tx: MemoryTx, account: str, member: MemberRow) -> list[str]:
    if member.account == account:
        return []
    mine, theirs = (tx.my_interests(who, member.place) for who in (account, member.account))
    return shared_interests(mine, theirs)
