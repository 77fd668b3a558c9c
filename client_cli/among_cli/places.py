"""Communities, rooms and people as the client knows them. Data only."""

from dataclasses import dataclass, field
from typing import Literal, Self

from among_protocol.communities import CommunityUpdated, Membership
from among_protocol.corners import Corner
from among_protocol.members import Persona, Role
from among_protocol.posts import Post
from among_protocol.retention import Retention
from among_protocol.rooms import RoomKind
from among_protocol.search import Hit
from among_protocol.session import SessionCard
from among_protocol.threads import ThreadState

from .lines import Said, Written

SendState = Literal["sending", "unconfirmed", "sent", "failed"]


@dataclass(slots=True)
class Community:
    """A community that one is a member of."""

    id: str
    slug: str
    name: str
    about: str
    me: str  # who I am there
    role: Role
    stewards: str = ""  # id of the stewards' log, where I hear it
    retention: Retention | None = None  # how long its rooms keep what is said; None: for ever
    retention_since: str = ""  # nothing is removed by it before this

    @classmethod
    def of(cls, card: Membership) -> Self:
        place = card.community
        said = (place.id, place.slug, place.name, place.about, card.member, card.role, card.stewards)
        return cls(*said, place.retention, place.retention_since)

    def changed(self, event: CommunityUpdated) -> None:
        """What holds from now on."""
        self.name = self.name if event.name is None else event.name
        self.about = self.about if event.about is None else event.about
        if event.retention is not None:
            self.retention, self.retention_since = event.retention, event.retention_since


@dataclass(slots=True)
class Room:
    id: str
    title: str  # garden/hall, or @bob: how people name it
    kind: RoomKind
    community: str  # id; empty for a direct
    me: str  # who I am there
    topic: str = ""
    following: bool = False
    people: list[Persona] = field(default_factory=list)  # directs only
    owner: str = ""  # corners only: whose it is
    head: int = 0  # newest entry known of
    read: int = 0  # number up to which it is read
    unread: int = 0  # messages
    mentions: int = 0  # of me, after that number; those in threads, too
    retention: Retention | None = None  # how long it keeps what is said; None: as its community says
    retention_since: str = ""  # nothing is removed before this
    floor: int = 0  # what was said up to this number is no longer kept
    typing: dict[str, float] = field(default_factory=dict)  # member: when last heard of, in the caller's seconds

    @property
    def short(self) -> str:
        """The title where the community is plain."""
        return self.title.rpartition("/")[2]

    @property
    def has_news(self) -> bool:
        """Whether something in it is unread, or mentions me."""
        return bool(self.unread or self.mentions)

    @property
    def order(self) -> tuple[bool, str, bool, str]:
        """Where it comes among the others: by community, its corners last; directs after all."""
        return self.kind == "direct", self.title.partition("/")[0], self.kind == "corner", self.title


def new_in(thread: ThreadState) -> int:
    """How much is new in a thread that one follows: messages, or mentions by edits of what was read."""
    return thread.unread or thread.mentions


@dataclass(slots=True)
class OpenCorner:
    """The corner that was looked at last."""

    corner: Corner
    slug: str  # of its community
    oldest: int = 0  # number of the oldest post on the screen; 0: none is older
    post: Post | None = None  # the one that is being read
    rest: list[str] = field(default_factory=list)  # parts of it that were not shown yet
    hiding: Said | Written | None = None  # shown last, where a spoiler hides something of it

    def forget(self, seq: int) -> None:
        """A post or a comment of this number was deleted: nothing of it is kept."""
        if self.post is not None and self.post.seq == seq:
            self.post, self.rest, self.hiding = None, [], None
        elif isinstance(self.hiding, Said) and self.hiding.seq == seq:
            self.hiding = None


@dataclass(slots=True)
class Searched:
    """What was searched last."""

    typed: str
    query: str  # with the days of whoever typed it
    newest: bool
    after: str = ""  # the way to the next page; empty: there is none
    hits: list[Hit] = field(default_factory=list)  # as they are numbered, from 1 on


@dataclass(slots=True)
class Outgoing:
    """Something of one's own that is not known to be stored, or not on the screen yet."""

    nonce: str
    room: str  # id
    body: str
    state: SendState = "sending"
    reason: str = ""  # why it failed
    reply_to: int = 0  # number of the message that it answers
    thread: int = 0  # number of the message in whose thread it is said


def session_parts(card: SessionCard) -> tuple[str, str, str, str]:
    """A session in words: its device, since when, when last seen, and what is special about it. Times in UTC."""
    seen = "here now" if card.live else f"last seen {_hour(card.seen)}"
    which = "this one" if card.current else ""
    return card.device or "unnamed", f"signed in {card.opened[:10]}", seen, which


def _hour(time: str) -> str:
    """To the hour, since the server keeps no more."""
    return f"{time[:10]} around {time[11:13]}:00 UTC"


NOBODY = "a former member"  # of whom nothing is kept


def direct_title(people: list[Persona], me: str) -> str:
    """A direct is named by the others in it."""
    return "@" + ",".join(sorted(person.handle or NOBODY for person in people if person.member != me) or ["me"])
