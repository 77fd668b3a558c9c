"""Interests: what a person cares for, in tags. One says them of oneself in a community, and apart from that for oneself
alone, so that the server can suggest something to who is in no community yet.

A register of the account and the place: the last value wins, it has no number, and nobody is told when it changes. What
is shown to others is read with them. Only who wants to be found by an interest is found by it.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import INTERESTS, Command, OptionalId, Shape
from .tags import TagText

Audience = str  # members, stewards, nobody; unknown: as nobody


class InterestWish(Shape, kw_only=True):
    tag: TagText  # or a synonym of one
    shown: Literal["", "members", "stewards", "nobody"] = ""  # empty: members, or nobody where the tag is sensitive
    found: bool = False  # others may find one by it; it must be shown to members


class Interest(Shape, kw_only=True):
    tag: str  # what is meant by now
    shown: Audience  # who may see it
    chosen: bool = False  # one has said so oneself; otherwise it goes by whether the tag is sensitive
    found: bool = False  # others may find one by it
    sensitive: bool = False  # its tag is


class InterestList(Shape, kw_only=True):
    community: str = ""  # id; empty: for oneself alone
    interests: list[Interest]  # as one gave them


class AllInterests(Shape, kw_only=True):
    places: list[InterestList]  # first what is for oneself alone, then each community that one is in and said any


class ListInterests(Command, tag="interest.list", kw_only=True):
    """One's own interests, in every place."""

    Reply: ClassVar[type[Shape]] = AllInterests


class SetInterests(Command, tag="interest.set", kw_only=True):
    """One's own interests in a community, or for oneself alone; they replace those that were there."""

    Reply: ClassVar[type[Shape]] = InterestList

    interests: Annotated[list[InterestWish], Meta(max_length=INTERESTS)]
    community: OptionalId = ""  # its id; empty: for oneself alone, where nothing is shown or found
