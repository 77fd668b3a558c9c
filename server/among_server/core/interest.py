"""What a session wants: how much of each log it hears, and which events beside the logs. A filter only ever shows less:
who may hear a log is judged before, and never here."""

from typing import TYPE_CHECKING

from among_protocol.base import Event
from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.logs import NOTICES, PROFILES, Want
from among_protocol.markers import MarkerMoved
from among_protocol.presence import PresenceChanged, TypingStarted

from ..ears import TALK, WHOLE, Ear
from ..store.rows import RoomRow
from ..store.stewards import community_of

if TYPE_CHECKING:
    from .people import Person

FAMILIES: dict[str, type[Event]] = {"typing": TypingStarted, "presence": PresenceChanged, "markers": MarkerMoved}


class Interest:
    """One session's; never changed, only replaced."""

    __slots__ = ("_communities", "_profile", "want", "without")

    def __init__(self, want: Want | None = None) -> None:
        """Raises Refuse `field.invalid` for what there is not."""
        asked = want or Want()
        if asked.profile not in PROFILES:
            _refuse("profile", asked.profile, PROFILES)
        for family in asked.notices or ():
            if family not in NOTICES:
                _refuse("notices", family, NOTICES)
        self.want = want  # as it was asked for; None: everything
        self._profile = asked.profile
        self._communities = None if asked.communities is None else frozenset(asked.communities)
        wanted = NOTICES if asked.notices is None else asked.notices
        self.without = frozenset(kind for family, kind in FAMILIES.items() if family not in wanted)

    def ear(self, person: "Person", log: str, room: RoomRow | None = None) -> Ear | None:
        """How this person hears one of their logs, or an open room that they don't follow; None: not at all."""
        if log == person.account.id:
            return WHOLE
        room = room or person.rooms.get(log)
        if room is not None and not room.community:
            return WHOLE
        community = community_of(log) if room is None else room.community
        if self._communities is not None and (community or log) not in self._communities:
            return None
        if self._profile == "everything":
            return WHOLE
        if room is None:
            return None
        if self._profile == "talk":
            return TALK
        member = person.members.get(room.community)
        return member.id if member is not None else None


EVERYTHING = Interest()


def _refuse(field: str, given: str, known: tuple[str, ...]) -> None:
    raise Refuse(FIELD_INVALID, f"There is no {given!r}; there are {', '.join(known)}.", field=f"want.{field}")
