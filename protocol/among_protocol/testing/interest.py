"""What a connection wants to hear: which logs, which entries of them, which notices. It only ever hears less for it.

What is left out of a log is told as a range: by `from` of the next entry that comes, or by `log.passed`.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..base import Entry, Event
from ..codes import FIELD_INVALID, Refuse
from ..edits import MessageDeleted, MessageEdited
from ..logs import NOTICES, PROFILES, LogPassed, Want
from ..markers import MarkerMoved
from ..messages import MessageSent
from ..posts import PostDeleted, PostEdited, PostPublished
from ..presence import PresenceChanged, TypingStarted
from ..retention import RoomTrimmed

if TYPE_CHECKING:
    from .town import Town

FAMILIES: dict[str, type[Event]] = {"typing": TypingStarted, "presence": PresenceChanged, "markers": MarkerMoved}
TOLD_EVERY = 10  # entries that are left out of a log in a row


class Interest:
    """One connection's; never changed, only replaced."""

    def __init__(self, town: "Town", account: str, want: Want | None = None) -> None:
        """Raises Refuse `field.invalid` for what there is not."""
        asked = want or Want()
        _known("profile", [asked.profile], PROFILES)
        _known("notices", asked.notices or [], NOTICES)
        self.want = want
        self._asked = asked
        self._town = town
        self._account = account

    def hears(self, log: str) -> bool:
        """Whether anything of this log is wanted."""
        room = self._town.rooms.get(log)
        if log == self._account or (room is not None and not room.community):
            return True
        community = self._town.stewarded(log) if room is None else room.community
        if self._asked.communities is not None and community not in self._asked.communities:
            return False
        return room is not None or self._asked.profile == "everything"

    def wants(self, entry: Entry) -> bool:
        """Whether this entry of a log that is heard is wanted."""
        room = self._town.rooms.get(entry.log)
        if room is None or not room.community or self._asked.profile == "everything":
            return True
        if isinstance(entry, MessageDeleted | PostDeleted | RoomTrimmed):
            return True
        if not isinstance(entry, MessageSent | MessageEdited | PostPublished | PostEdited):
            return False
        member = self._town.member(self._account, room.community)
        if isinstance(entry, MessageEdited):
            mentioned, everybody = entry.mentions_new, entry.mentions_room_new
        elif isinstance(entry, MessageSent):
            mentioned, everybody = [*entry.mentions, entry.answers], entry.mentions_room
        else:
            mentioned, everybody = [] if isinstance(entry, PostEdited) else entry.mentions, False
        return self._asked.profile == "talk" or everybody or (member is not None and member.id in mentioned)

    def notices(self, event: Event) -> bool:
        """Whether this event without a number is wanted."""
        unwanted = [] if self._asked.notices is None else [name for name in NOTICES if name not in self._asked.notices]
        return not any(isinstance(event, FAMILIES[name]) for name in unwanted)

    def part(self, log: str, entries: list[Entry], after: int, upto: int) -> list[Entry | LogPassed]:
        """Of these entries after a number, up to another, what is wanted, with ranges; and the end, where it is not."""
        told: list[Entry | LogPassed] = []
        at = after
        for entry in entries if self.hears(log) else []:
            if self.wants(entry):
                told.append(ranged(entry, at))
                at = entry.seq
        if upto > at:
            told.append(LogPassed(log=log, seq=upto, first=at + 1))
        return told


def ranged(entry: Entry, at: int) -> Entry:
    """As it comes where everything up to `at` was told of, and what is between was left out."""
    return entry if (entry.first or entry.seq) <= at + 1 else replace(entry, first=at + 1)


def _known(field: str, given: list[str], known: tuple[str, ...]) -> None:
    for word in given:
        if word not in known:
            raise Refuse(FIELD_INVALID, f"There is no {word!r}; there are {', '.join(known)}.", field=f"want.{field}")
