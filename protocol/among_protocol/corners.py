"""A corner: a member's own room in a community, for long posts. At most one each; every member of the community may read
it, and follow it as any room. Only its owner posts; the others comment, where the owner lets them.

It is not among the rooms of its community unless one follows it, and its community's log does not speak of it: who looks
for corners lists them.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import CORNERS, Command, Entry, Id, KeyText, PageLimit, Rev, Seq, Shape, Time, TopicText, Write

Comments = str  # members, nobody; unknown: as nobody


class CornerUpdated(Entry, tag="corner.updated", kw_only=True):
    """In the corner's log, and its first entry: how it is from now on. `by` is its owner."""

    words: ClassVar[tuple[str, ...]] = ("title",)

    title: str = ""
    comments: Comments = "members"  # who may comment
    public: bool = False  # anybody may read it, without an account


class CornerWritten(Shape, kw_only=True):
    entry: CornerUpdated
    repeat: bool = False


class UpdateCorner(Write, tag="corner.update", kw_only=True):
    """Make one's corner of a community, or change it. What is left out stays as it is; a new one has no title, lets members
    comment, and is not public."""

    Reply: ClassVar[type[Shape]] = CornerWritten

    community: Id
    title: TopicText | None = None
    comments: Literal["members", "nobody"] | None = None  # who may comment
    public: bool | None = None  # anybody may read it, without an account: as an Atom feed


class Corner(Shape, kw_only=True):
    """A corner as a member of its community sees it."""

    room: str
    member: str  # whose it is
    rev: Rev  # revision of their persona now
    handle: str  # theirs now
    display_name: str
    title: str = ""
    comments: Comments = "members"  # who may comment
    public: bool = False  # anybody may read it, without an account
    opened: Time
    latest: Time = ""  # when its newest post was published; empty: there is none
    following: bool = False  # its entries come live, and its posts and comments count as unread
    head: Seq = 0  # newest entry of its log


class CornerPage(Shape, kw_only=True):
    corners: list[Corner]  # by handle
    complete: bool  # none comes after the last one


class ListCorners(Command, tag="corner.list", kw_only=True):
    """The corners of a community's members, by handle, a page at a time; or those of certain members."""

    Reply: ClassVar[type[Shape]] = CornerPage

    community: Id
    members: Annotated[list[Id], Meta(max_length=CORNERS)] = []  # only theirs; empty: of all
    after: KeyText = ""  # the last handle of the page before
    limit: PageLimit = 50
