"""The law of a store, the part about bookmarks: registers of an account, each of a message by its room and number."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from msgspec import Struct

from among_protocol.base import Time
from among_protocol.bookmarks import Bookmark, Bookmarked

from .rows import RoomRow


class BookmarkRow(Struct):
    room: str
    seq: int
    number: int  # of this account's bookmarks; a later one has a higher one
    at: Time
    note: str = ""


class Found(NamedTuple):
    """A bookmark, and the room that its message is in; None where the account may not see it."""

    bookmark: Bookmark
    room: RoomRow | None


class BookmarkPage(NamedTuple):
    found: list[Found]  # what was bookmarked last comes first
    of: Bookmarked
    complete: bool
    origins: Mapping[str, str] = {}  # rooms of which something is shown in these: their communities


class BookmarkTx(Protocol):
    """The part of `api.Tx`."""

    def bookmark(self, account: str, room: str, seq: int) -> BookmarkRow | None: ...
    def bookmarked(self, account: str) -> Bookmarked:
        """All of this account, in short."""
        ...

    def next_bookmark(self, account: str) -> int:
        """A number that is higher than those of all that there are."""
        ...

    def put_bookmark(self, account: str, row: BookmarkRow) -> None:
        """Add or replace."""
        ...

    def remove_bookmark(self, account: str, room: str, seq: int) -> None: ...


class BookmarkStore(Protocol):
    """The part of `api.Store`."""

    async def set_bookmark(self, account: str, room: str, seq: int, note: str) -> tuple[BookmarkRow, Bookmarked]:
        """Raises Refuse: `room.gone`, `message.gone`, `limit.reached`."""
        ...

    async def remove_bookmark(self, account: str, room: str, seq: int) -> Bookmarked:
        """Raises Refuse `bookmark.gone`."""
        ...

    async def bookmarked(self, account: str) -> Bookmarked: ...
    async def bookmarks(
        self, account: str, before: int | None, limit: int, *, places: Collection[str] = ()
    ) -> BookmarkPage:
        """Those before this number, with their messages as they are now where the account may see them, and what these show
        of other rooms of these communities. At most `limit` and about PAGE_BYTES, but one if there is any."""
        ...
