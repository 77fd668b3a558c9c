"""A community: people around what they share, with rooms and members. Its log tells of both."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import (
    TAGS,
    AboutText,
    Command,
    Entry,
    HandleText,
    Id,
    KeyText,
    NameText,
    PageLimit,
    Questions,
    RulesText,
    SecretText,
    Seq,
    Shape,
    Time,
    Write,
)
from .members import Keep, Role
from .personas import PersonaWish
from .retention import Retention
from .rooms import Room
from .tags import TagText

Door = str  # open, ask, invite; unknown: as invite


class Community(Shape, kw_only=True):
    """A community as anybody on the server sees it."""

    id: str  # also of its log
    slug: str
    name: str  # for people
    about: str = ""
    members: int = 0  # how many there are
    tags: list[str] = []  # what it is about
    door: Door = "open"  # how one comes in: by joining, by asking the stewards (`join.ask`), or with an invite alone
    listed: bool = True  # stands in the directory; one that does not is not there for whoever is no member
    retention: Retention | None = None  # how long rooms that say nothing else keep what is said; null: for ever
    retention_since: Time = ""  # nothing is removed by it before this


class Membership(Shape, kw_only=True):
    """A community as one of its members sees it, with the rooms that this member may see."""

    community: Community
    member: str  # who I am here
    rev: int  # revision of my persona here
    handle: str = ""  # by which I go here
    display_name: str = ""  # likewise
    role: Role
    rooms: list[Room]  # open ones, the private ones that I am in, and the corners that I follow
    as_of: Seq  # of the community's log
    stewards: str = ""  # id of the stewards' log, for who may hear it
    silenced_until: Time = ""  # I may not speak here until then
    rules: Seq = 0  # version of the rules that hold, see `rules.read`; 0: there are none
    accepted: Seq = 0  # version of them that I accepted last
    members_invite: bool = False  # every member may make invites


class CommunityCreated(Entry, tag="community.created", kw_only=True):
    """The first entry of a community's log."""

    words: ClassVar[tuple[str, ...]] = ("name", "about")

    slug: str
    name: str  # for people
    about: str = ""
    tags: list[str] = []  # what it is about


class CommunityUpdated(Entry, tag="community.updated", kw_only=True):
    """In the community's log: what holds from now on. What is left out is as it was."""

    words: ClassVar[tuple[str, ...]] = ("name", "about", "rules", "questions")

    name: str | None = None  # for people
    about: str | None = None
    tags: list[str] | None = None  # what it is about
    door: Door | None = None  # how one comes in
    listed: bool | None = None  # in the directory
    rules: str | None = None  # empty: there are none any more
    rules_version: Seq = 0  # with `rules`: the version that this is
    rules_required: bool | None = None  # who joins must accept them
    questions: list[str] | None = None  # for who asks to be let in
    members_invite: bool | None = None  # every member may make invites
    retention: Retention | None = None  # how long its rooms keep what is said there; without bounds: for ever
    retention_since: Time = ""  # with `retention`: nothing is removed by it before this; empty: it may be at once


class CommunityJoined(Entry, tag="community.joined", kw_only=True):
    """In the account's own log: this account joined, and follows these rooms from now on.

    Live entries of the community begin after `head`, those of a room after the number given with it, and those of the
    stewards' log (where the role lets one hear it) after `stewards_head`."""

    community: str
    member: str  # who I am there
    handle: str = ""  # by which I go there
    head: Seq  # of the community's log
    role: Role = "member"
    rooms: dict[str, Seq] = {}  # rooms followed from now on, each with its head
    stewards: str = ""  # id of the stewards' log
    stewards_head: Seq = 0  # of the stewards' log
    silenced_until: Time = ""  # I may not speak there until then
    rules: Seq = 0  # version of the rules that was accepted with it; 0: none


class CommunityLeft(Entry, tag="community.left", kw_only=True):
    """In the account's own log; once more where one left before, and chose afterwards what is kept."""

    community: str
    keep: Keep = "persona"  # of who one was there
    frozen: bool = False  # what was reported waits until the report is answered


class CommunityMade(Shape, kw_only=True):
    entry: CommunityCreated
    repeat: bool = False


class CreateCommunity(Write, tag="community.create", kw_only=True):
    """Found a community: one becomes its owner. It starts without rooms."""

    Reply: ClassVar[type[Shape]] = CommunityMade

    slug: HandleText
    name: NameText  # for people
    about: AboutText = ""
    tags: Annotated[
        list[TagText], Meta(max_length=TAGS)
    ] = []  # what it is about; a word that is no tag yet becomes one


class UpdateWritten(Shape, kw_only=True):
    entry: CommunityUpdated
    repeat: bool = False


class UpdateCommunity(Write, tag="community.update", kw_only=True):
    """Change a community; what is left out stays as it is. Stewards write about it, its tags, its rules and its questions, and may
    make its door narrower (from `open` to `ask` to `invite`); the rest, and making it wider, is for owners. Rules that
    differ are a new version, and those before stay to be read."""

    Reply: ClassVar[type[Shape]] = UpdateWritten

    community: Id  # its id or slug
    name: NameText | None = None  # for people; owners
    about: AboutText | None = None
    tags: Annotated[list[TagText], Meta(max_length=TAGS)] | None = None  # what it is about; new words become tags
    door: Literal["open", "ask", "invite"] | None = None  # how one comes in
    listed: bool | None = None  # in the directory: only one with the door `invite` may stand apart; owners
    rules: RulesText | None = None  # empty: none
    rules_required: bool | None = None  # who joins must accept them
    questions: Questions | None = None  # for who asks to be let in
    members_invite: bool | None = None  # every member may make invites; owners
    retention: Retention | None = None  # how long its rooms keep what is said; without bounds: for ever; owners


class JoinWritten(Shape, kw_only=True):
    entry: CommunityJoined
    repeat: bool = False


class JoinCommunity(Write, tag="community.join", kw_only=True):
    """Join a community, named by id or slug; its open rooms are followed. Joining again changes nothing.

    What it takes is told by `community.preview`. Who was there before comes back as the member they were, with the persona that they had claimed."""

    Reply: ClassVar[type[Shape]] = JoinWritten

    community: Id  # its id or slug
    rules: Seq = 0  # version of the rules that I have read and accept, where there are some
    invite: SecretText = ""  # code of one to this community: lets one in whatever its door
    persona: PersonaWish | None = None  # who I want to be there; left out: as in my profile


class LeaveWritten(Shape, kw_only=True):
    entry: CommunityLeft
    repeat: bool = False


class LeaveCommunity(Write, tag="community.leave", kw_only=True):
    """Leave a community, by id or slug, and all its rooms. The last owner stays while others are there.

    `keep` says what stays of oneself there. Who has left already, or had to, may still choose `words` or `erase`. Whoever
    joins again until `limits.sealed_days` are over is the same member; what was erased does not come back."""

    Reply: ClassVar[type[Shape]] = LeaveWritten

    community: Id  # its id or slug
    keep: Literal["persona", "words", "erase"] = "persona"  # what stays of oneself there


class CommunityPage(Shape, kw_only=True):
    communities: list[Community]  # in the order that was asked for
    complete: bool  # none comes after the last one


class BrowseCommunities(Command, tag="community.browse", kw_only=True):
    """The communities of this server, a page at a time: those in whose slug, name or about the query occurs, whatever its
    case and accents, and that carry all of these tags."""

    Reply: ClassVar[type[Shape]] = CommunityPage

    query: KeyText = ""  # empty: all of them
    tags: Annotated[list[TagText], Meta(max_length=TAGS)] = []  # one that is none finds nothing
    order: Literal["slug", "newest"] = "slug"  # newest: the one that was founded last first
    after: KeyText = ""  # the last slug of the page before
    limit: PageLimit = 50


class ReadCommunity(Command, tag="community.read", kw_only=True):
    """A community that one is a member of, by id or slug, with its rooms, as of a stated position."""

    Reply: ClassVar[type[Shape]] = Membership

    community: Id  # its id or slug
