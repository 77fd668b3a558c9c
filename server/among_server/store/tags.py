"""The law of a store, the part about tags: what words there are, what communities carry, what people say of themselves;
and what is not to be suggested to them.

A community's tags and a person's interests are kept as they were given. What they mean by now (a synonym may have been
merged since) is looked up when they are read, so a merge is one row however many carry the word.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from among_protocol.interests import Audience
from among_protocol.tags import Tag


class TagRow(Struct):
    tag: str
    label: str
    sensitive: bool = False
    into: str = ""  # what is meant by it everywhere, itself never merged; empty: itself
    shipped: bool = False  # came with the server: stays, whether used or not


class LocalTag(Struct):
    """What a community's stewards say of a tag in the interests of its members."""

    community: str
    tag: str
    into: str = ""  # what is meant by it here; empty: what is meant everywhere
    sensitive: bool = False  # here as well, if not everywhere


class InterestRow(Struct):
    tag: str  # as it was given
    shown: Audience = ""  # empty: goes by whether the tag is sensitive
    found: bool = False


class MyInterest(NamedTuple):
    """An interest and what its tag means by now."""

    tag: str
    row: InterestRow
    sensitive: bool

    @property
    def shown(self) -> Audience:
        """Who may see it."""
        return self.row.shown or ("nobody" if self.sensitive else "members")


class TagTx(Protocol):
    """The part of `api.Tx`."""

    def tag(self, tag: str) -> TagRow | None: ...
    def tag_like(self, tag: str) -> TagRow | None:
        """The oldest that looks like it (protocol lookalikes.py)."""
        ...

    def put_tag(self, row: TagRow) -> None:
        """Add or change."""
        ...

    def drop_tag(self, tag: str) -> None:
        """One that nobody uses, and no other is merged into."""
        ...

    def tag_used(self, tag: str) -> bool:
        """Whether a community or a person carries it, as it was given, or another is merged into it, anywhere."""
        ...

    def tag_seen(self, tag: str, account: str) -> bool:
        """Whether this account may know that there is such a tag: it came with the server, or a community carries it (as it
        was given) that anybody may see, or that the account is in."""
        ...

    def merged_into(self, tag: str) -> list[TagRow]:
        """Those that mean it everywhere."""
        ...

    def local_tag(self, community: str, tag: str) -> LocalTag | None: ...
    def local_tags(self, community: str) -> list[LocalTag]:
        """By tag."""
        ...

    def put_local_tag(self, row: LocalTag) -> None:
        """Add or replace; one that says nothing is forgotten."""
        ...

    def tags_of(self, community: str) -> list[str]:
        """As they were given, in that order."""
        ...

    def set_tags(self, community: str, tags: Sequence[str]) -> None: ...
    def interests(self, account: str, place: str) -> list[InterestRow]:
        """In the order in which they were given. `place`: a community, or the account itself: for oneself alone."""
        ...

    def set_interests(self, account: str, place: str, rows: Sequence[InterestRow]) -> None: ...
    def my_interests(self, account: str, place: str) -> list[MyInterest]:
        """Likewise, with what they mean by now."""
        ...

    def dismissals(self, account: str) -> list[str]:
        """Communities that are not to be suggested, in the order in which they were founded."""
        ...

    def put_dismissal(self, account: str, community: str, dismissed: bool) -> None: ...


class TagStore(Protocol):
    """The part of `api.Store`."""

    async def tags(self, query: str, account: str, limit: int) -> list[Tag]:
        """Those in which a word begins with the (folded) query, the tags that begin with it first, by tag; a synonym finds
        what it means. Of words that came with communities only those of one that is listed, or that this account is in."""
        ...

    async def tags_of(self, communities: Sequence[str]) -> dict[str, list[str]]:
        """What each community carries, as it is meant by now, in the order given there; none where it carries none."""
        ...

    async def interests(self, account: str) -> dict[str, list[MyInterest]]:
        """Of one account, by place: the account itself, and the communities it has not left. In the order given there."""
        ...

    async def set_interests(self, account: str, community: str, rows: Sequence[InterestRow]) -> list[MyInterest]:
        """`community`: empty: for oneself alone. Raises Refuse: `community.gone`, `tag.gone`."""
        ...
