"""The law of a store, the part about cards: all that a card is made of, read in one moment. Who sees what of it is decided
in handlers/cards.py; only common ground is decided here, since it is of two accounts.

A community is common ground of two who are in it when it may be named: both let the community in which they meet, and the
other one, be named beside each other. Whoever lets only one be named is in no other as far as anybody can tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from among_protocol.base import Time
from among_protocol.cards import CommonPlace

from .personas import Former
from .status import Looker, Seen
from .tags import MyInterest

if TYPE_CHECKING:
    from .rows import MemberRow


class CardRow(NamedTuple):
    seen: Seen  # the member, and how they appear
    former: list[Former]  # their handles there before, newest first
    opened: Time  # when the place was made
    joined: Time  # when they first came; empty: not known, and of a direct
    common: list[CommonPlace]  # by slug
    interests: list[MyInterest]  # in the order given
    shared: list[str]  # tags that both show to members here


def nameable(rows: "Iterable[MemberRow]") -> "dict[str, MemberRow]":
    """Those memberships of one account that may be named beside each other, by place."""
    return {row.place: row for row in rows if row.claim.shown.common == "members"}


def common_ground(
    row: Seen,
    who: Looker,
    mine: "Mapping[str, MemberRow]",
    theirs: "Mapping[str, MemberRow]",
    places: Mapping[str, CommonPlace],
) -> list[CommonPlace]:
    """`mine`, `theirs`: what each lets be named; `places`: communities."""
    met = row.member.place
    if row.member.account == who.account or met not in mine or met not in theirs or row.apart:
        return []
    named = [place for place in mine.keys() & theirs.keys() & places.keys() if place != met]
    return sorted((places[place] for place in named if not who.apart(theirs[place])), key=lambda place: place.slug)


def shared_interests(mine: Iterable[MyInterest], theirs: Iterable[MyInterest]) -> list[str]:
    """What both show to all members of the place in which they meet."""
    shown = {one.tag for one in mine if one.shown == "members"}
    return [one.tag for one in theirs if one.shown == "members" and one.tag in shown]


class CardStore(Protocol):
    """The part of `api.Store`."""

    async def cards(self, account: str, members: Sequence[str]) -> list[CardRow]:
        """Of members of places that this account has not left, in the order asked, each once."""
        ...
