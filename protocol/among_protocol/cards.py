"""A member's card: who somebody is in one place, with all that the one who asks may see, and nothing else.

What is empty and what is hidden look the same: both are left out. A card speaks of this place alone; of elsewhere it names
only communities that both are in and both let be named.
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from .base import CARDS, Command, Id, Rev, Shape
from .members import Role
from .personas import FormerHandle, PersonaLink, PersonaPlace
from .presence import PresenceState
from .status import Status

TenureMark = str  # new, founding; unknown: leave it out
LastDay = str  # today, week, month, longer; unknown: as longer


class CommonPlace(Shape, kw_only=True):
    """A community that both are members of, and both let be named to each other."""

    community: str
    slug: str
    name: str  # for people


class MemberCard(Shape, kw_only=True):
    member: str
    rev: Rev  # revision of the persona
    place: str  # the community, or the room of the direct
    handle: str
    display_name: str
    role: Role = "member"
    left: bool = False  # is a member no longer
    pronouns: str = ""
    bio: str = ""
    at: PersonaPlace | None = None  # where they are, as closely as they say
    links: list[PersonaLink] = []
    why: str = ""  # why they are here
    intro: str = ""  # may have several lines
    interests: list[str] = []  # tags, in the order they gave them
    joined: str = ""  # the month, 2026-01, in UTC; empty: not known
    marks: list[TenureMark] = []  # new: for two weeks; founding: came in the first four weeks of the community
    years: int = 0  # whole ones since they joined
    former: list[FormerHandle] = []  # their handles here before, newest first
    state: PresenceState = "offline"  # as told to whoever watches
    status: Status | None = None  # likewise
    last_seen: LastDay = ""  # the day on which they were last seen to be here, in UTC; empty: not told
    common: list[CommonPlace] = []  # by slug
    shared: list[str] = []  # interests that both have and both show
    changes: int = 0  # how often the persona has changed; for stewards


class Cards(Shape, kw_only=True):
    cards: list[MemberCard]  # in the order asked, of those that may be seen
    later: list[str] = []  # members whose cards did not fit: ask for these again


class ReadCards(Command, tag="card.read", kw_only=True):
    """The cards of up to 100 members of places one is in, each once; others are left out as if they did not exist.

    With `as` of members of one's own alone: exactly what such a one gets who has nothing in common with me."""

    Reply: ClassVar[type[Shape]] = Cards

    members: Annotated[list[Id], Meta(min_length=1, max_length=CARDS)]  # memberships
    as_: Literal["", "members", "stewards"] = msgspec.field(default="", name="as")  # preview; empty: as who I am
