"""Who is who, as far as the client has been told: each member as they were at each revision, and as they are now. Data only."""

from among_protocol.base import Entry
from among_protocol.blocks import BlockList
from among_protocol.greeters import NewcomerSettled, NewcomerSpoke
from among_protocol.happenings import Happening
from among_protocol.joining import JoinAnswered
from among_protocol.members import MemberForgotten, MemberJoined, MemberUpdated, Persona, nobody
from among_protocol.messages import MessagePage, MessageSent
from among_protocol.moderation import Act
from among_protocol.pins import PinAdded
from among_protocol.portrait import PortraitUpdated
from among_protocol.presence import TypingStarted
from among_protocol.quotes import QuoteAsked
from among_protocol.reactions import ReactionsChanged
from among_protocol.reports import ReportFiled
from among_protocol.rooms import PersonAdded, PersonRemoved, RoomFollowed

from .places import NOBODY

NAMED_AT_ONCE = 3  # people, of the many that a line is about


class Acquaintances:
    def __init__(self) -> None:
        self._personas: dict[tuple[str, int], Persona] = {}
        self._latest: dict[str, Persona] = {}
        self.blocks = BlockList()  # whom the reader blocks or mutes; of a link, that of its view

    def know(self, persona: Persona) -> None:
        """This is who a member is or was."""
        self._personas[persona.member, persona.rev] = persona
        latest = self._latest.get(persona.member)
        if latest is None or latest.rev <= persona.rev:
            self._latest[persona.member] = persona

    def knows(self, member: str, rev: int) -> bool:
        """Whether it is known who that member was at that revision (0: is now)."""
        return (member, rev) in self._personas or (not rev and member in self._latest)

    def who(self, member: str, rev: int = 0) -> str:
        """The handle of a member as it was at that revision, or as it is now."""
        persona = self._personas.get((member, rev)) or self._latest.get(member)
        return (persona.handle or NOBODY) if persona else "somebody"

    def handles(self) -> list[str]:
        """Handles of the people known of, to complete what is being typed."""
        return sorted({persona.handle for persona in self._latest.values() if persona.handle})

    def forget(self, event: MemberForgotten) -> None:
        """Nothing is kept of who they were, here neither."""
        for key in [key for key in self._personas if key[0] == event.by and key[1] <= event.rev]:
            self._personas[key] = nobody(*key)
        latest = self._latest.get(event.by)
        if latest is not None and latest.rev <= event.rev:
            self._latest[event.by] = nobody(event.by, event.rev)


def people_in(event: Happening) -> list[tuple[str, int]]:
    """The members that must be known to tell of it, each at a revision; 0: as they are now."""
    match event:
        case MemberJoined() | MemberUpdated():
            return []  # it says so itself
        case PersonAdded() | PersonRemoved() | Act() | ReportFiled() | JoinAnswered():
            return [(event.by, event.rev), (event.member, 0)]
        case PortraitUpdated() | PinAdded():
            return [(event.by, event.rev), (event.author, event.author_rev)]
        case NewcomerSpoke() | NewcomerSettled():
            return [(event.member, 0)]
        case QuoteAsked():
            return [(event.asker, 0)]
        case TypingStarted():
            return [(event.by, 0)]
        case RoomFollowed() if event.owner:
            return [(event.owner, 0)]
        case MessageSent() if event.forwarded is not None:
            return [(event.by, event.rev), (event.forwarded.by, event.forwarded.rev)]
        case ReactionsChanged():
            return [(ref.member, ref.rev) for change in event.changes for ref in change.added[:NAMED_AT_ONCE]]
        case Entry() if event.by:
            return [(event.by, event.rev)]
        case _:
            return []


def people_on(page: MessagePage) -> list[tuple[str, int]]:
    """Who wrote what is on it, and what that shows of other rooms."""
    shown = [one.forwarded for one in page.messages if one.forwarded is not None]
    return [*((one.by, one.rev) for one in page.messages), *((one.by, one.rev) for one in shown)]
