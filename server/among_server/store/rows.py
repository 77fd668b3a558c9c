"""What a store holds and answers with: a row of each noun, and the pages of what is read. A noun with a part of the law
to itself (own.py, stewards.py) keeps its rows there.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from among_protocol.base import Entry, Time
from among_protocol.communities import Community, Door
from among_protocol.dnd import Dnd
from among_protocol.logs import LogKind
from among_protocol.members import Member, Persona, Role
from among_protocol.messages import Message
from among_protocol.reach import Reach
from among_protocol.retention import Retention
from among_protocol.rooms import RoomKind

from .own import Blocks, TakenAlong
from .personas import NOTHING, STILL, Claim, Pace
from .status import Statuses


class AccountRow(Struct):
    id: str
    handle: str
    display_name: str
    claim: Claim = NOTHING  # the rest of the profile
    owner: bool = False  # of the server
    disabled: bool = False  # by the operator: nobody signs in as it


class CommunityRow(Struct):
    id: str
    slug: str
    name: str
    about: str = ""
    members: int = 0  # how many have not left
    door: Door = "open"
    listed: bool = True  # one that is not is there for its members alone
    rules: int = 0  # version that holds; 0: there are none
    rules_required: bool = True  # who joins must accept them
    questions: list[str] = []
    members_invite: bool = False
    retention: Retention | None = None  # of rooms that say nothing of their own; None: for ever
    retention_since: Time = ""  # nothing is removed by it before this

    def shown(self, tags: Sequence[str]) -> Community:
        return Community(
            id=self.id,
            slug=self.slug,
            name=self.name,
            about=self.about,
            members=self.members,
            tags=list(tags),
            door=self.door,
            listed=self.listed,
            retention=self.retention,
            retention_since=self.retention_since,
        )


class MemberRow(Struct):
    """An account in a place: a community, or a direct (then `place` is the room). The persona's newest revision."""

    id: str
    account: str
    place: str
    rev: int
    handle: str
    display_name: str
    claim: Claim = NOTHING
    role: Role = "member"
    left: bool = False
    silenced: Time = ""  # may not speak until then; in the past, or empty: may
    claimed: bool = False  # false: the profile of the account, but for `claim.shown`
    pace: Pace = STILL
    since: Time = ""  # goes by this handle since then; empty: not known
    left_at: Time = ""  # empty: is there, was never, or left before this was kept

    @property
    def bio(self) -> str:
        """As all members may hear it."""
        return self.claim.bio if self.claim.shown.bio == "members" else ""

    @property
    def pronouns(self) -> str:
        """As all members may hear them."""
        return self.claim.pronouns if self.claim.shown.pronouns == "members" else ""

    def persona(self) -> Persona:
        return Persona(
            member=self.id,
            rev=self.rev,
            handle=self.handle,
            display_name=self.display_name,
            bio=self.bio,
            pronouns=self.pronouns,
            left=self.left,
        )

    def card(self) -> Member:
        """As other members see it in lists."""
        return Member(
            member=self.id,
            rev=self.rev,
            handle=self.handle,
            display_name=self.display_name,
            bio=self.bio,
            pronouns=self.pronouns,
            role=self.role,
            left=self.left,
        )


class RoomRow(Struct):
    id: str
    kind: RoomKind
    community: str = ""  # empty for a direct
    slug: str = ""  # empty for a direct, and for a corner
    topic: str = ""
    within: str = ""  # of a direct: the community whose personas speak there
    owner: str = ""  # of a corner: the membership
    retention: Retention | None = None  # of its own; None: as the community says
    retention_since: Time = ""  # nothing is removed before this

    @property
    def for_all(self) -> bool:
        """Whether every member of its community may read it, following or not."""
        return self.kind in ("open", "corner")


class DirectRow(NamedTuple):
    room: RoomRow
    people: list[Persona]  # by handle


class LogRow(Struct):
    """A place's log. `ordinal` counts the messages among its entries."""

    id: str
    kind: LogKind
    head: int = 0
    ordinal: int = 0
    floor: int = 0  # entries up to here are no longer kept
    floor_ordinal: int = 0  # messages among them


class InviteRow(Struct):
    owner: bool = False  # whoever uses it owns the server
    uses: int = 1  # that are left
    expires_ms: int = 0  # Unix time in milliseconds; 0: never


class Stored(Struct, frozen=True, gc=False):
    """An entry as it was committed, and its JSON as it is kept: the bytes that go to clients."""

    event: Entry
    json: bytes
    stale: tuple[str, ...] = ()  # accounts whose inbox has more or less by it, which nothing that they hear says
    blocks: tuple[TakenAlong, ...] = ()  # that came with it, of which likewise nobody is told

    def __repr__(self) -> str:
        return f"Stored({self.event!r})"  # the bytes hold what people said


class Appended(Struct, frozen=True, gc=False):
    """What an append wrote; `entry` is the one to reply with. A repeat wrote nothing now."""

    entry: Stored
    repeat: bool


class Entries(NamedTuple):
    """A page of a log as kept bytes (JSON), oldest first."""

    entries: list[bytes]
    head: int
    floor: int
    complete: bool
    upto: int = 0  # the log was looked through up to here
    whole: bool = True  # nothing was left out

    def __repr__(self) -> str:
        return f"Entries({len(self.entries)} of {self.head}, floor={self.floor}, complete={self.complete})"


class Messages(NamedTuple):
    messages: list[Message]
    as_of: int
    complete: bool
    origins: Mapping[str, str] = {}  # rooms of which something is shown in these: their communities
    floor: int = 0


class Standing(NamedTuple):
    """All that decides what an account may do and what it hears, as of one moment; the oldest places first."""

    account: AccountRow
    members: list[MemberRow]  # in communities that it has not left, and in directs that it follows
    rooms: list[RoomRow]  # followed ones: open, private and direct
    blocks: Blocks
    statuses: Statuses
    reach: Sequence[Reach] = ()  # what it said of who may speak to it alone
    dnd: Dnd | None = None  # when it is not to be disturbed


class Unread(NamedTuple):
    """A log as one account has it. Where it never had a marker, nothing is read but what is no longer kept."""

    log: LogRow
    read: int = 0
    unread: int = 0
    mentions: int = 0
