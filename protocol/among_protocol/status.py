"""How one appears, and one's status: an emoji and a few words that may end by themselves. A register of the account: the
last value wins, it has no number, it is in every sync, and every other device of the account is told.

There is one for everywhere, and one for each community in which something else was chosen. What others see of it comes
with presence. Words chosen for everywhere are shown only where one goes by the account's own handle: under another handle
they would tell who that is, so there one chooses them in their place.

`auto`: as one's sessions are. `away`, `dnd` (do not disturb: clients ring no bell for its owner, and tell others): so
whenever one is here. `invisible`: one looks like somebody who is not here. Then what others see of the status stays as it
was, for a change would tell.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import Command, Event, OptionalId, Shape, Time

MINUTE = 60_000  # milliseconds
STATUS_CHARS = 100
EMOJI_CHARS = 16  # the longest has eleven code points
LONGEST_STATUS = 366 * 24 * 60 * MINUTE  # of one that ends by itself

StatusText = Annotated[str, Meta(max_length=STATUS_CHARS)]  # code points after NFC, one line
EmojiText = Annotated[str, Meta(max_length=EMOJI_CHARS)]  # one emoji; see emoji.py
StatusTime = Annotated[int, Meta(ge=0, le=LONGEST_STATUS)]  # milliseconds

Appear = str  # auto, away, dnd, invisible, inherit (in a community: as everywhere); unknown: as auto
LastSeen = str  # shown, hidden, inherit (in a community: as everywhere); unknown: as hidden


class Status(Shape, kw_only=True):
    hidden: ClassVar[frozenset[str]] = frozenset({"emoji", "text"})

    emoji: str = ""  # one; empty: none
    text: str = ""  # one line
    until: Time = ""  # it ends by itself then; empty: it does not


class NewStatus(Shape, kw_only=True):
    """With neither emoji nor text there is none; in a community, none of its own."""

    hidden: ClassVar[frozenset[str]] = frozenset({"emoji", "text"})

    emoji: EmojiText = ""  # exactly one
    text: StatusText = ""
    for_ms: StatusTime = 0  # how long, in milliseconds; 0: until it is changed


class Appearance(Shape, omit_defaults=False, kw_only=True):
    """What I chose; for others see `presence.watch`."""

    community: str  # where; empty: everywhere where nothing else was chosen
    appear: Appear
    last_seen: LastSeen  # whether others may see on which day I was here last
    status: Status | None  # null: none, or in a community none of its own; one whose time is over may still be here


class AppearanceChanged(Event, tag="status.changed", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced: what it chose for one place."""

    community: str  # empty: everywhere
    appear: Appear
    last_seen: LastSeen
    status: Status | None  # null: none, or in a community none of its own


class SetStatus(Command, tag="status.set", kw_only=True):
    """Choose how I appear, and my status, everywhere or in one community. What is left out stays.

    Who is invisible and stays so changes no status there: whoever saw it change would know. Who is silenced in a community
    sets none there, and the one that they have is not shown until they may speak."""

    Reply: ClassVar[type[Shape]] = Appearance

    community: OptionalId = ""  # empty: everywhere where nothing else was chosen
    appear: Literal["auto", "away", "dnd", "invisible", "inherit"] | None = None  # inherit: only in a community
    last_seen: Literal["shown", "hidden", "inherit"] | None = None  # likewise; at first it is hidden
    status: NewStatus | None = None  # left out: as it is
