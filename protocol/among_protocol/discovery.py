"""Discovery: communities that one may like, each with the reasons why it is suggested.

A reason names nobody, and says nothing of anybody who did not choose to be known of. Suggestions are made when they are
asked for, out of what one said oneself and of whom one talks with; nothing of that is kept.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import SUGGESTIONS, Budget, Command, Done, Id, Shape
from .communities import Community

ReasonKind = str  # interest, people; unknown: a reason one does not understand


class Reason(Shape, kw_only=True):
    kind: ReasonKind
    tag: str = ""  # interest: which one that one said oneself is a tag of this community
    people: int = 0  # people: so many one talks with show that they are there, or more
    more: bool = False  # people: there may be more than so many


class Suggestion(Shape, kw_only=True):
    community: Community
    reasons: list[Reason]  # at least one


class Suggestions(Shape, kw_only=True):
    suggestions: list[Suggestion]  # the best first
    budget: Budget | None = None  # how often one may still ask; told when less than half of it is left


class Discover(Command, tag="community.discover", kw_only=True):
    """Communities that one is not in, for what one said to be interested in and for whom one talks with. So often in a day,
    and no more: `limits.discoveries`."""

    Reply: ClassVar[type[Shape]] = Suggestions

    limit: Annotated[int, Meta(ge=1, le=SUGGESTIONS)] = 10  # communities, at most


class DismissCommunity(Command, tag="community.dismiss", kw_only=True):
    """Have a community suggested no more, or again. A register; nobody is told."""

    Reply: ClassVar[type[Shape]] = Done

    community: Id  # its id or slug
    again: bool = False  # it may be suggested again
