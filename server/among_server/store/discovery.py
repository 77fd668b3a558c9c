"""The law of a store, the part about suggestions; and how they are chosen from what there is. Pure but for the law.

What a reason says is all that a suggestion goes by, so the order tells no more than the reasons do. It knows nothing of
how large a community is: small and new ones come as often as any. Where two have equally good reasons, chance decides,
which is the same for one account for one day: asking again shows nothing new.

People count only where they show that they are there. Where the community carries a sensitive tag, fewer than FLOOR are
told as nobody, and more as FLOOR or more: how many people there are of such an interest is never told.
"""

import zlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol

from among_protocol.communities import Community
from among_protocol.discovery import Reason, Suggestion

FLOOR = 5  # people, below which nobody is counted where it is sensitive
COUNTED = 5  # people, from which on they are not counted any more
REASONS = 4  # told of one community

# What is looked at for one answer.
MY_TAGS = 64
COMMUNITIES_OF_TAG = 200
MY_ROOMS = 50  # directs first, then the newest
LAST_SAID = 60  # messages of each
PEOPLE = 200


class Facts(NamedTuple):
    """What speaks for communities that could be suggested to somebody."""

    tags: Mapping[str, Sequence[str]]  # community -> those of its tags that they said themselves
    people: Mapping[str, int]  # community -> so many they talk with show that they are there
    sensitive: AbstractSet[str]  # those of `people` that carry a sensitive tag


def chosen(facts: Facts, limit: int, chance: str) -> dict[str, list[Reason]]:
    """The best ones, and why. `chance`: the same text gives the same order."""
    found: dict[str, list[Reason]] = {}
    for community in facts.tags.keys() | facts.people.keys():
        reasons = [Reason(kind="interest", tag=tag) for tag in sorted(facts.tags.get(community, ()))][:REASONS]
        people = _counted(facts.people.get(community, 0), sensitive=community in facts.sensitive)
        if people is not None:
            reasons.append(people)
        if reasons:
            found[community] = reasons

    def rank(community: str) -> tuple[int, int]:
        return -len(found[community]), zlib.crc32(f"{chance}/{community}".encode())

    return {community: found[community] for community in sorted(found, key=rank)[:limit]}


def _counted(people: int, *, sensitive: bool) -> Reason | None:
    if people < (FLOOR if sensitive else 1):
        return None
    return Reason(kind="people", people=min(people, COUNTED), more=sensitive or people > COUNTED)


def suggested(reasons: Mapping[str, list[Reason]], cards: Mapping[str, Community]) -> list[Suggestion]:
    """Those that are still there."""
    return [Suggestion(community=cards[id], reasons=why) for id, why in reasons.items() if id in cards]


class DiscoveryStore(Protocol):
    """The part of `api.Store`."""

    async def discover(self, account: str, limit: int, chance: str) -> list[Suggestion]:
        """Communities for this account: that anybody may see, that it is not in, not banned from, and has not dismissed.

        People it talks with: both wrote among the last LAST_SAID messages of a room that it follows."""
        ...

    async def dismiss(self, account: str, community: str, *, dismissed: bool) -> None:
        """By id or slug. Raises Refuse: `community.gone`, `limit.reached`."""
        ...
