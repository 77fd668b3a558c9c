"""How people appear: what the server says of those who are watched, and what the reader chose. Pure."""

from collections.abc import Iterable

from among_protocol.presence import MemberPresence, PresenceChanged, PresenceState
from among_protocol.status import Appearance, AppearanceChanged, Status


class Appearances:
    def __init__(self) -> None:
        self.presence: dict[str, PresenceState] = {}  # of the members that are watched
        self.statuses: dict[str, Status] = {}  # likewise, of those who have one
        self.mine: dict[str, Appearance] = {}  # by community (empty: everywhere): what the reader chose

    def stated(self, appearances: Iterable[Appearance]) -> None:
        """What the reader chose, as the server states it: what is not in here is as at first."""
        self.mine = {one.community: one for one in appearances}

    def chosen(self, change: Appearance | AppearanceChanged) -> None:
        """The reader chose this."""
        self.mine[change.community] = Appearance(
            community=change.community, appear=change.appear, last_seen=change.last_seen, status=change.status
        )

    def see(self, one: MemberPresence | PresenceChanged) -> None:
        """What is to be seen of somebody who is watched."""
        self.presence[one.member] = one.state
        self.statuses.pop(one.member, None)
        if one.status is not None:
            self.statuses[one.member] = one.status

    def of(self, place: str) -> Appearance:
        """What the reader chose for a place."""
        unsaid = ("inherit", "inherit") if place else ("auto", "hidden")
        none = Appearance(community=place, appear=unsaid[0], last_seen=unsaid[1], status=None)
        return self.mine.get(place, none)

    def appear(self, place: str = "") -> str:
        """What that comes to there: auto, away, dnd, invisible."""
        here = self.of(place).appear
        return self.of("").appear if here == "inherit" else here
