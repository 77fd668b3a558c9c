"""The welcome of a community: a few words of its stewards for who has just joined, and the rooms to start in.

Whoever joins for the first time gets it in their own log, once.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Command, Entry, Id, Shape, Write

WELCOME_BYTES = 2_000
WELCOME_ROOMS = 5

WelcomeText = Annotated[str, Meta(max_length=WELCOME_BYTES)]  # UTF-8 bytes; code points are only the first check


class Welcome(Shape, kw_only=True):
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    text: str = ""  # may have several lines; empty: there is none
    rooms: list[str] = []  # open ones, to start in


class WelcomeSet(Entry, tag="welcome.updated", kw_only=True):
    """In the stewards' log: `by` wrote the welcome anew."""

    words: ClassVar[tuple[str, ...]] = ("text",)
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    community: str
    text: str = ""  # as it is from now on
    rooms: list[str] = []  # to start in


class WelcomeGiven(Entry, tag="welcome.given", kw_only=True):
    """In the own log of who has just joined for the first time, behind `community.joined`."""

    words: ClassVar[tuple[str, ...]] = ("text",)
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    community: str
    text: str = ""  # may have several lines
    rooms: list[str] = []  # to start in


class WelcomeWritten(Shape, kw_only=True):
    entry: WelcomeSet
    repeat: bool = False


class SetWelcome(Write, tag="welcome.set", kw_only=True):
    """Write the welcome for those who join from now on. A room that is not open, or not of this community, is refused as
    not there."""

    Reply: ClassVar[type[Shape]] = WelcomeWritten
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    community: Id
    text: WelcomeText = ""  # empty, and no rooms: none any more
    rooms: Annotated[list[Id], Meta(max_length=WELCOME_ROOMS)] = []  # to start in


class ReadWelcome(Command, tag="welcome.read", kw_only=True):
    """The welcome of a community, as those get it who join now."""

    Reply: ClassVar[type[Shape]] = Welcome

    community: Id
