"""The law of a store, the part about corners and their posts: rows, what a rule may do, and what is read.

A corner is a room; what it has besides is one row. Of a post a row holds what a list shows of it, so that a list reads no
bodies; the words of each version are in its entry alone.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from among_protocol.base import Time
from among_protocol.corners import Comments, Corner
from among_protocol.posts import Post, PostCard, PostEdited, PostPublished

from .reactions import BYTES
from .rows import CommunityRow, RoomRow


class CornerRow(Struct):
    """A room of kind `corner`. Its title is the room's topic."""

    room: str
    community: str
    member: str  # whose it is
    comments: Comments = "members"
    public: bool = False
    opened: Time = ""
    changed: Time = ""  # when what is public of it was changed last


class PostRow(Struct):
    """A post that is there. `newest`: the number of its newest version's entry."""

    room: str
    seq: int
    at: Time
    by: str
    rev: int
    title: str  # of the newest version, as the next three
    lead: str
    bytes: int
    newest: int
    edited: Time = ""


class PublicCorner(NamedTuple):
    """A corner that anybody may read."""

    community: CommunityRow
    corner: Corner
    changed: Time  # when what is public of it was changed last
    head: int  # of its log


class Posts(NamedTuple):
    posts: list[PostCard]
    as_of: int
    complete: bool

    def __repr__(self) -> str:
        return f"Posts({len(self.posts)} as of {self.as_of})"  # they hold what people said


def page_of(cards: list[PostCard], as_of: int, limit: int, most: int) -> Posts:
    """As many of these as there may be, and as fit about so many bytes; one at least."""
    page, size = 0, 0
    for card in cards[:limit]:
        size += len(card.title.encode()) + len(card.lead.encode()) + 200 + BYTES * len(card.reactions)
        if page and size > most:
            break
        page += 1
    return Posts(cards[:page], as_of, complete=page == len(cards))


class CornersTx(Protocol):
    """The part of `api.Tx`."""

    def corner(self, room: str) -> CornerRow | None: ...
    def corner_of(self, member: str) -> CornerRow | None: ...
    def put_corner(self, row: CornerRow) -> None:
        """Add or change; its room is there."""
        ...

    def followed_in(self, account: str, community: str) -> list[RoomRow]:
        """The rooms of this community that the account follows, corners too, in the order in which they were made."""
        ...

    def post(self, room: str, seq: int) -> PostRow | None: ...
    def put_post(self, row: PostRow) -> None:
        """Add or change, and count its newest entry among its versions."""
        ...

    def remove_post(self, room: str, seq: int) -> None:
        """It is there no longer, with its versions and what is listed as said about it; nothing where there is none. The entries
        stay."""
        ...

    def post_versions(self, room: str, post: int) -> list[int]:
        """The numbers of the entries of its versions, oldest first."""
        ...

    def post_version(self, room: str, seq: int) -> PostPublished | PostEdited | None:
        """What the entry of this number says; None when it is no version of a post, or not there."""
        ...

    def add_comment(self, room: str, post: int, seq: int) -> None: ...


class CornersStore(Protocol):
    """The part of `api.Store`."""

    async def corners(
        self, community: str, after: str, limit: int, *, members: Sequence[str] = (), handle: str = ""
    ) -> list[Corner]:
        """Of members who have not left, by handle, after a handle; or only of these members, or of this handle. What depends
        on who asks is left as it is."""
        ...

    async def followed_corners(self, account: str, community: str) -> list[RoomRow]: ...
    async def posts(self, room: str, before: int | None, limit: int, *, reader: str = "") -> Posts:
        """The newest first, before a number, as the membership `reader` sees them. At most `limit` and about PAGE_BYTES, but
        one if there is any."""
        ...

    async def post(self, room: str, seq: int, version: int | None, *, reader: str = "") -> Post | None:
        """In its newest version, or that of this number, as the membership `reader` sees it."""
        ...

    async def public_corner(self, community: str, handle: str) -> PublicCorner | None:
        """By the slug of the community and the handle of a member who has not left; None when it is not public."""
        ...
