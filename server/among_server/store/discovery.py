"""The law of a store, the part about suggestions; and how they are chosen from what there is. Pure but for the law.

What a reason says is all that a suggestion goes by, so the order tells no more than the reasons do. It knows nothing of
how large a community is: small and new ones come as often as any. Where two have equally good reasons, chance decides,
which is the same for one account for one day: asking again shows nothing new.

People count only where they show that they are there. Where the community carries a sensitive tag, fewer than FLOOR are
told as nobody, and more as FLOOR or more: how many people there are of such an interest is never told.
"""

import zlib
from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import nsmallest
from typing import Generic, NamedTuple, Protocol, TypeVar

from among_protocol.communities import Community
from among_protocol.discovery import Reason, Suggestion

K = TypeVar("K", bound=Hashable)

FLOOR = 5  # people, below which nobody is counted where it is sensitive
COUNTED = 5  # people, from which on they are not counted any more
REASONS = 4  # told of one community

# What is looked at for one answer.
MY_TAGS = 64
COMMUNITIES_OF_TAG = 200
MY_ROOMS = 50  # directs first, then the newest
LAST_SAID = 60  # messages of each
PEOPLE = 200


class Facts(NamedTuple, Generic[K]):
    """What speaks for communities that could be suggested to somebody. How a community is named here is the store's."""

    tags: Mapping[K, Sequence[str]]  # those of its tags that they said themselves
    people: Mapping[K, int]  # so many they talk with show that they are there
    sensitive: AbstractSet[K]  # those of `people` that carry a sensitive tag


def chosen(facts: Facts[K], limit: int, chance: str) -> dict[K, list[Reason]]:
    """The best ones, and why. `chance`: the same text gives the same order."""
    seed = zlib.crc32(chance.encode())

    def rank(community: K) -> tuple[int, int]:
        """By how many reasons are told."""
        said, people = facts.tags.get(community, ()), facts.people.get(community, 0)
        counted = people and _counted(people, sensitive=community in facts.sensitive) is not None
        return -min(len(said), REASONS) - bool(counted), zlib.crc32(f"{community}".encode(), seed)

    found: dict[K, list[Reason]] = {}
    for community in nsmallest(limit, facts.tags.keys() | facts.people.keys(), key=rank):
        reasons = [Reason(kind="interest", tag=tag) for tag in sorted(facts.tags.get(community, ()))[:REASONS]]
        people = _counted(facts.people.get(community, 0), sensitive=community in facts.sensitive)
        if reasons or people is not None:  # those without any come last
            found[community] = [*reasons, *([people] if people is not None else [])]
    return found


def _counted(people: int, *, sensitive: bool) -> Reason | None:
    if people < (FLOOR if sensitive else 1):
        return None
    return Reason(kind="people", people=min(people, COUNTED), more=sensitive or people > COUNTED)


def suggested(reasons: Mapping[K, list[Reason]], cards: Mapping[K, Community]) -> list[Suggestion]:
    """Those that are still there."""
    return [Suggestion(community=cards[one], reasons=why) for one, why in reasons.items() if one in cards]


class DiscoveryStore(Protocol):
    """The part of `api.Store`."""

    async def discover(self, account: str, limit: int, chance: str) -> list[Suggestion]:
        """Communities for this account: that anybody may see, and join or ask to join, that it is not in, not banned from, and has not dismissed.

        People it talks with: both wrote among the last LAST_SAID messages of a room that it follows."""
        ...

    async def dismiss(self, account: str, community: str, *, dismissed: bool) -> None:
        """By id or slug. Raises Refuse: `community.gone`, `limit.reached`."""
        ...
