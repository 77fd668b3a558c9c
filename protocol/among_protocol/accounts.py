"""An account: the login, with its profile, which is who one is wherever nothing else was claimed."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import LINKS, AboutText, Command, Entry, HandleText, IntroText, NameText, PronounsText, Shape, Write
from .personas import PersonaLink, PersonaPlace, PlaceWish


class Account(Shape, kw_only=True):
    """One's own account. The id names the account's own log and is told to nobody else."""

    id: str  # also of the account's own log
    handle: str
    display_name: str
    bio: str = ""
    owner: bool = False  # of the server
    pronouns: str = ""
    place: PersonaPlace | None = None
    links: list[PersonaLink] = []
    intro: str = ""


class AccountCreated(Entry, tag="account.created", kw_only=True):
    """The first entry of the account's own log."""

    words: ClassVar[tuple[str, ...]] = ("handle", "display_name")

    handle: str
    display_name: str


class AccountUpdated(Entry, tag="account.updated", kw_only=True):
    """In the account's own log: the profile as it is now."""

    words: ClassVar[tuple[str, ...]] = ("handle", "display_name", "bio", "pronouns", "place", "links", "intro")

    handle: str
    display_name: str
    bio: str = ""
    pronouns: str = ""
    place: PersonaPlace | None = None
    links: list[PersonaLink] = []
    intro: str = ""


class AccountWritten(Shape, kw_only=True):
    entry: AccountUpdated
    repeat: bool = False


class UpdateAccount(Write, tag="account.update", kw_only=True):
    """Change one's profile; what is left out stays. Every community where the account goes by it hears `member.updated`:
    not those where it has claimed a persona; and one where it is silenced hears it when the silence is over and it speaks
    again. Each that hears it counts it as a change of who one is there (`limits.persona_changes`)."""

    Reply: ClassVar[type[Shape]] = AccountWritten

    display_name: NameText | None = None  # left out: as it is
    bio: AboutText | None = None  # left out: as it is
    pronouns: PronounsText | None = None  # left out: as they are
    place: PlaceWish | None = None  # left out: as it is; an empty name: none
    links: Annotated[list[PersonaLink], Meta(max_length=LINKS)] | None = None  # left out: as they are
    intro: IntroText | None = None  # left out: as it is


class Profile(Shape, kw_only=True):
    """An account as others see it."""

    handle: str
    display_name: str
    bio: str = ""
    pronouns: str = ""
    place: PersonaPlace | None = None
    links: list[PersonaLink] = []
    intro: str = ""


class ReadAccount(Command, tag="account.read", kw_only=True):
    """The profile behind a handle."""

    Reply: ClassVar[type[Shape]] = Profile

    handle: HandleText  # whose
