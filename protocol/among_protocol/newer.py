"""What may be newer than the card of a community: its card comes with a reply, and live entries may overtake that. Pure."""

from collections import deque

from .base import Entry
from .communities import CommunityUpdated, Membership
from .corners import CornerUpdated
from .members import MemberUpdated
from .retention import RetentionSet, RoomTrimmed
from .rooms import RoomCreated, TopicSet

KINDS = (CommunityUpdated, CornerUpdated, MemberUpdated, RetentionSet, RoomCreated, RoomTrimmed, TopicSet)
RECENT = 1_000  # entries, of all communities, that are remembered for a card that they overtake


class Newer:
    def __init__(self) -> None:
        self._heard: deque[Entry] = deque(maxlen=RECENT)

    def clear(self) -> None:
        self._heard.clear()

    def hear(self, entry: Entry, me: str) -> None:
        """`me`: who I am there. Of members a card tells only of me."""
        if isinstance(entry, KINDS) and (entry.by == me or not isinstance(entry, MemberUpdated)):
            self._heard.append(entry)

    def than(self, card: Membership) -> list[Entry]:
        """What was heard of the community and its rooms, and the card does not know yet."""
        known = {room.id: room.head for room in card.rooms}
        known[card.community.id] = card.as_of
        return [entry for entry in self._heard if entry.seq > known.get(entry.log, entry.seq)]
