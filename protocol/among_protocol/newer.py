"""What may be newer than what comes late: the card of a community comes with a reply, and how a direct is with an entry of one's own
log. Live entries may overtake both. Pure."""

from collections import deque

from .base import Entry
from .communities import CommunityUpdated, Membership
from .corners import CornerUpdated
from .members import MemberForgotten, MemberUpdated
from .retention import RetentionSet, RoomTrimmed
from .rooms import RoomCreated, TopicSet

OF_PEOPLE = (MemberForgotten, MemberUpdated)
KINDS = (CommunityUpdated, CornerUpdated, *OF_PEOPLE, RetentionSet, RoomCreated, RoomTrimmed, TopicSet)
RECENT = 1_000  # entries, of all communities and directs, that are remembered for what they overtake


class Newer:
    def __init__(self) -> None:
        self._heard: deque[Entry] = deque(maxlen=RECENT)

    def clear(self) -> None:
        self._heard.clear()

    def hear(self, entry: Entry, me: str, *, direct: bool) -> None:
        """`me`: who I am there. A direct tells of all its people, a card only of me."""
        if isinstance(entry, KINDS) and (direct or entry.by == me or not isinstance(entry, OF_PEOPLE)):
            self._heard.append(entry)

    def than(self, card: Membership) -> list[Entry]:
        """What was heard of the community and its rooms, and the card does not know yet."""
        known = {room.id: room.head for room in card.rooms}
        known[card.community.id] = card.as_of
        return [entry for entry in self._heard if entry.seq > known.get(entry.log, entry.seq)]

    def since(self, log: str, seq: int) -> list[Entry]:
        """What was heard of this log after a number."""
        return [entry for entry in self._heard if entry.log == log and entry.seq > seq]
