"""A persona: who somebody is in one community. An account has one in each, and changes it there alone.

Whoever never claimed one goes by the profile of their account, and what changes there changes here. Handle and name are
seen by all members; each other field is for an audience that its owner chooses. What all members may see of `bio` and
`pronouns` travels in the community's log; the rest is read. Nothing tells that two personas are of one account.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import (
    LINKS,
    AboutText,
    Command,
    Entry,
    HandleText,
    Id,
    IntroText,
    LabelText,
    LinkText,
    NameText,
    PlaceText,
    PronounsText,
    Shape,
    Time,
    WhyText,
    Write,
)
from .members import Member, MemberUpdated

PlaceGrain = str  # country, region, city, phrase; unknown: as phrase
Audience = str  # members, stewards, nobody, each with oneself; unknown: as nobody
AudienceWish = Literal["members", "stewards", "nobody"]

Going = str  # going (it is under way), held (a report keeps some of it until it is answered); unknown: as going

_WORDS = frozenset({"bio", "pronouns", "why", "intro"})  # may be for few: not for a log


class PersonaPlace(Shape, kw_only=True):
    """Where somebody is, as closely as they like to say."""

    hidden = frozenset({"name"})

    name: str  # a line for people
    grain: PlaceGrain = "phrase"  # what the name is of


class PlaceWish(Shape, kw_only=True):
    """Never coordinates: what looks like them is refused."""

    hidden = frozenset({"name"})

    name: PlaceText  # a line for people; empty: none
    grain: Literal["country", "region", "city", "phrase"] = "phrase"  # what the name is of


class PersonaLink(Shape, kw_only=True):
    """An address of theirs. The server never looks at it."""

    label: LabelText  # what it leads to, for people
    url: LinkText  # begins with https://


class Shown(Shape, kw_only=True):
    """Who sees what of a persona."""

    bio: Audience = "members"
    pronouns: Audience = "members"
    place: Audience = "members"
    links: Audience = "members"
    why: Audience = "members"
    intro: Audience = "members"
    lineage: Audience = "members"  # former handles here; stewards always see them
    common: Audience = (
        "nobody"  # that I am here, to who is here too and meets me elsewhere where I also let it be named
    )
    elsewhere: Audience = (
        "nobody"  # that I am here, to people I talk with elsewhere, who are only told how many there are
    )


class ShownWish(Shape, kw_only=True):
    """What is left out stays."""

    bio: AudienceWish | None = None
    pronouns: AudienceWish | None = None
    place: AudienceWish | None = None
    links: AudienceWish | None = None
    why: AudienceWish | None = None
    intro: AudienceWish | None = None
    lineage: Literal["members", "stewards"] | None = None  # former handles here
    common: Literal["members", "nobody"] | None = None  # that I am here, beside where else I meet somebody
    elsewhere: Literal["members", "nobody"] | None = None  # that I am here, as one of those people talk with elsewhere


class PersonaWish(Shape, kw_only=True):
    """Who one wants to be in a community. What is left out stays as it is: at first, as in the profile."""

    hidden = _WORDS

    handle: HandleText | None = None  # nobody else's here, nor of another account, nor alike
    display_name: NameText | None = None  # likewise nobody else's here
    bio: AboutText | None = None
    pronouns: PronounsText | None = None
    place: PlaceWish | None = None  # where I am, at the grain I choose
    links: Annotated[list[PersonaLink], Meta(max_length=LINKS)] | None = None  # addresses of mine
    why: WhyText | None = None  # why I am here
    intro: IntroText | None = None  # a longer introduction; may have several lines
    shown: ShownWish | None = None  # who sees what; that alone claims nothing


class FormerHandle(Shape, kw_only=True):
    handle: str  # by which somebody went here
    since: Time = ""  # empty: not known
    until: Time


class OwnPersona(Shape, kw_only=True):
    """My persona in a community, all of it."""

    hidden = _WORDS

    member: str
    rev: int  # its revision
    handle: str
    display_name: str
    claimed: bool = False  # false: it follows the profile of my account
    bio: str = ""
    pronouns: str = ""
    place: PersonaPlace | None = None
    links: list[PersonaLink] = []
    why: str = ""
    intro: str = ""
    shown: Shown  # who sees what
    former: list[FormerHandle] = []  # my handles here before, newest first
    rename_after: Time = ""  # another handle may be taken from then on; empty: now
    going: Going = ""  # what I left here before, and wanted erased, empty: nothing; coming back does not call that off


class ReadPersona(Command, tag="persona.read", kw_only=True):
    """My own persona in a community that I am a member of, with what others don't see."""

    Reply: ClassVar[type[Shape]] = OwnPersona

    community: Id


class PersonaWritten(Shape, kw_only=True):
    entry: MemberUpdated
    repeat: bool = False


class UpdatePersona(Write, tag="persona.update", kw_only=True):
    """Be somebody else in a community: one entry in its log, however many rooms it has. Naming anything but `shown` claims
    the persona: it follows the profile no longer.

    Another handle may be taken every `limits.handle_change_ms`, and so many other changes made a day as
    `limits.persona_changes`; a mistake mended within `limits.mend_ms` doesn't count."""

    Reply: ClassVar[type[Shape]] = PersonaWritten

    community: Id
    persona: PersonaWish | None = None  # what is to be another
    as_profile: bool = False  # instead: all but `shown` as in my profile again, which it follows from now on


class PersonaRenamed(Entry, tag="persona.renamed", kw_only=True):
    """In the account's own log: it goes by another handle in this community. All members hear `member.updated`."""

    words: ClassVar[tuple[str, ...]] = ("handle", "was")

    community: str
    member: str  # who I am there
    handle: str  # the new one
    was: str  # the former one


class FoundMember(Shape, kw_only=True):
    member: Member
    former: bool = False  # goes by this handle no longer
    lineage: list[FormerHandle] = []  # their handles here before, newest first, where I may see them
    changes: int = 0  # how often the persona has changed; for stewards


class FindMember(Command, tag="member.find", kw_only=True):
    """Who goes by this handle in a community, or did. Stewards also find who has left."""

    Reply: ClassVar[type[Shape]] = FoundMember

    community: Id
    handle: HandleText
