"""What a test server keeps: logs and rows, plain data without rules."""

from dataclasses import dataclass, field

from ..accounts import Account
from ..base import Entry, Time
from ..blocks import BlockKind
from ..bookmarks import Bookmark
from ..dnd import Dnd
from ..drafts import Draft
from ..following import Following
from ..inbox import InboxKind
from ..interests import Interest
from ..logs import LogKind
from ..members import Member, Persona, Role
from ..messages import MessageSent
from ..notify import NotifyChoice
from ..personas import FormerHandle, PersonaLink, PersonaPlace, Shown
from ..portrait import PortraitSection, PortraitVersion
from ..reports import ReportFiled
from ..retention import Retention
from ..rooms import RoomKind
from ..status import Appearance


class Novelty(Entry, tag="room.gilded", kw_only=True):
    """An entry of a version to come: no client knows its type."""

    gold: int = 0


class Log:
    def __init__(self, id: str, kind: LogKind) -> None:
        self.id = id
        self.kind = kind
        self.floor = 0  # entries up to here are no longer kept
        self.entries: list[Entry] = []
        self.beneath: list[Entry] = []  # entries below the floor that stay: what is pinned, and that it is
        self.threads: dict[int, list[MessageSent]] = {}  # by root: all that was said, also what is no longer kept

    @property
    def known(self) -> list[Entry]:
        """All that can be named."""
        return self.beneath + self.entries

    @property
    def head(self) -> int:
        return self.entries[-1].seq if self.entries else self.floor

    def between(self, after: int, until: int | None = None) -> list[Entry]:
        """The entries after a number, up to and including another."""
        last = self.head if until is None else until
        return [entry for entry in self.entries if after < entry.seq <= last]


@dataclass
class Claim:
    """What somebody says of themselves, beside handle and name. Replaced, never changed."""

    bio: str = ""
    pronouns: str = ""
    place: PersonaPlace | None = None
    links: list[PersonaLink] = field(default_factory=list)
    why: str = ""
    intro: str = ""
    shown: Shown = field(default_factory=Shown)


@dataclass
class Item:
    """Of an inbox. `number`: its place there, from 1."""

    number: int
    kind: InboxKind
    log: str
    seq: int


Name = tuple[str, str]  # an account, and the handle that it goes by


@dataclass
class Person:
    """An account."""

    id: str
    handle: str
    display_name: str
    password: str
    claim: Claim = field(default_factory=Claim)
    owner: bool = False
    logs: dict[str, LogKind] = field(default_factory=dict)  # that it hears, its own first
    read: dict[str, int] = field(default_factory=dict)  # by room
    mentioned: dict[str, list[int]] = field(default_factory=dict)  # by room: numbers of the messages
    threads: Following = field(default_factory=Following)  # that it follows
    blocks: dict[Name, BlockKind] = field(default_factory=dict)
    appearances: dict[str, Appearance] = field(default_factory=dict)  # by community; empty: everywhere
    drafts: dict[tuple[str, int], Draft] = field(default_factory=dict)  # by place and thread
    bookmarks: dict[tuple[str, int], Bookmark] = field(default_factory=dict)  # by room and number
    bookmarks_made: int = 0  # the number of the newest that ever was
    notify: dict[tuple[str, str], NotifyChoice] = field(default_factory=dict)  # by place and word
    dnd: Dnd | None = None
    inbox: list[Item] = field(default_factory=list)
    inbox_read: int = 0  # everything up to this number is read
    inbox_told: int = 0  # how much of it is unread by what its clients were told
    interests: dict[str, list[Interest]] = field(default_factory=dict)  # by community; empty: for oneself alone

    def shown(self) -> Account:
        return Account(
            id=self.id,
            handle=self.handle,
            display_name=self.display_name,
            bio=self.claim.bio,
            owner=self.owner,
            pronouns=self.claim.pronouns,
            place=self.claim.place,
            links=self.claim.links,
            intro=self.claim.intro,
        )


@dataclass
class MemberRow:
    """An account in one place: a community, or a direct. `past`: the personas of the revisions before."""

    id: str
    account: str
    place: str
    handle: str
    display_name: str
    claim: Claim = field(default_factory=Claim)
    rev: int = 1
    role: Role = "member"
    left: bool = False
    silenced: Time = ""  # until then they may not speak
    claimed: bool = False  # goes by a persona of this place, not by the profile
    joined: Time = ""  # for the first time
    past: dict[int, Persona] = field(default_factory=dict)
    former: list[FormerHandle] = field(default_factory=list)  # handles here, newest first

    def persona(self) -> Persona:
        claim, shown = self.claim, self.claim.shown
        return Persona(
            member=self.id,
            rev=self.rev,
            handle=self.handle,
            display_name=self.display_name,
            bio=claim.bio if shown.bio == "members" else "",
            pronouns=claim.pronouns if shown.pronouns == "members" else "",
            left=self.left,
        )

    def forget(self) -> None:
        """Nothing is kept of who they were, in any revision."""
        self.handle = self.display_name = ""
        self.claim, self.claimed = Claim(), False
        self.past.clear()
        self.former.clear()

    def shown(self) -> Member:
        told = self.persona()
        return Member(
            member=self.id,
            rev=self.rev,
            handle=self.handle,
            display_name=self.display_name,
            bio=told.bio,
            pronouns=told.pronouns,
            role=self.role,
            left=self.left,
        )

    def change(self, display_name: str, claim: Claim) -> None:
        """A new revision."""
        self.past[self.rev] = self.persona()
        self.rev += 1
        self.display_name, self.claim = display_name, claim


def called(rows: list[MemberRow]) -> dict[str, MemberRow]:
    """By handle: who goes by it, or else who did, where members may know."""
    known = [row for row in rows if row.claim.shown.lineage == "members"]
    found = {former.handle: row for row in known for former in reversed(row.former)}
    return found | {row.handle: row for row in rows}


@dataclass
class CommunityRow:
    id: str
    slug: str
    name: str
    about: str = ""
    tags: list[str] = field(default_factory=list)
    sections: list[PortraitSection] = field(default_factory=list)  # of the portrait, as it is now
    versions: list[PortraitVersion] = field(default_factory=list)  # of the portrait
    portraits: list[list[PortraitSection]] = field(default_factory=list)  # as each version had it


@dataclass
class RoomRow:
    id: str
    slug: str
    kind: RoomKind
    community: str = ""  # empty for a direct
    topic: str = ""
    within: str = ""  # of a direct: the community whose personas speak there
    retention: Retention | None = None
    retention_since: Time = ""
    owner: str = ""  # of a corner: whose it is
    comments: str = "members"  # of a corner: who may comment
    public: bool = False  # of a corner
    opened: Time = ""  # of a corner

    @property
    def for_all(self) -> bool:
        """Every member of its community may see it."""
        return self.kind in ("open", "corner")

    @property
    def place(self) -> str:
        """Where its people are members."""
        return self.community or self.id


@dataclass
class BanRow:
    member: MemberRow
    seq: int  # of its entry in the stewards' log
    at: Time
    by: str
    reason: str
    until: Time  # empty: it does not end by itself
    told: bool  # whether the account knows of it

    def holds(self, now: Time) -> bool:
        return not self.until or self.until > now


@dataclass
class ReportRow:
    """A report that waits for an answer."""

    account: str  # who filed it
    filed: int  # number of the entry in that account's log
    told: ReportFiled  # in the stewards' log


@dataclass
class SessionRow:
    """A stored session, which its token names."""

    id: str
    account: str
    token: str
    device: str
    opened: Time
