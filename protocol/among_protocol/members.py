"""A member: an account in one community (or one direct). On the wire the author is the membership, never the account.

The persona is who the member is there; each change gives it a new revision, and entries carry the revision of their
moment, so that no client can show the wrong one. Unknown ones are resolved in one batch.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import PERSONAS, Command, Entry, Id, KeyText, PageLimit, Rev, Seq, Shape

Role = str  # owner, steward, member, from the highest rank to the lowest; unknown: as member
Keep = str  # persona (a former member), words (under nobody's name), erase (nothing stays); unknown: as persona


class Persona(Shape, kw_only=True):
    """Who a member is there, as all members hear it. The rest of a persona is read with the card. Of one who left and wished so
    nothing is kept: the handle is empty, whatever the revision."""

    member: str
    rev: int  # its revision; the first is 1
    handle: str  # empty: a former member, of whom nothing is kept
    display_name: str
    bio: str = ""
    pronouns: str = ""
    left: bool = False  # is a member no longer


def nobody(member: str, rev: int) -> Persona:
    """A former member of whom nothing is kept."""
    return Persona(member=member, rev=rev, handle="", display_name="", left=True)


class Member(Shape, kw_only=True):
    member: str
    rev: int  # revision of the persona
    handle: str
    display_name: str
    bio: str = ""
    pronouns: str = ""
    role: Role = "member"
    left: bool = False  # is a member no longer
    rules: Seq = 0  # version of the rules accepted last; told to stewards alone


class MemberJoined(Entry, tag="member.joined", kw_only=True):
    """In the community's log. `by` is the one who joined. It is blank where they hide what they were called
    before."""

    words: ClassVar[tuple[str, ...]] = ("handle", "display_name", "bio", "pronouns")

    handle: str
    display_name: str
    bio: str = ""
    pronouns: str = ""
    role: Role = "member"


class MemberLeft(Entry, tag="member.left", kw_only=True):
    """In the community's log. `by` is the one who left."""


class MemberUpdated(Entry, tag="member.updated", kw_only=True):
    """In the community's log, and in that of each direct that was begun as who they are there (or, between accounts, by their
    profile). `by` changed who they are; `rev` is the new revision. What is not for all members is not in it: what is left out
    here may still be on the card of those who may see it, and be another by now. An older one is blank where they hide what
    they were called before."""

    words: ClassVar[tuple[str, ...]] = ("handle", "display_name", "bio", "pronouns")

    handle: str
    display_name: str
    bio: str = ""
    pronouns: str = ""


def persona_of(entry: MemberJoined | MemberUpdated) -> Persona:
    """Who somebody is from this entry on."""
    return Persona(
        member=entry.by,
        rev=entry.rev,
        handle=entry.handle,
        display_name=entry.display_name,
        bio=entry.bio,
        pronouns=entry.pronouns,
    )


class MemberForgotten(Entry, tag="member.forgotten", kw_only=True):
    """In the community's log, or that of a direct: of who `by` was here nothing is kept. Every revision of the persona
    resolves to a blank one, until `by` joins again; with `erased`, what they said goes, too."""

    erased: bool = False  # what they said under this revision or an older one is blank now, or will be in a moment


class MemberPage(Shape, kw_only=True):
    members: list[Member]  # by handle
    as_of: Seq  # of the community's log
    complete: bool  # nobody comes after the last one


class ListMembers(Command, tag="member.list", kw_only=True):
    """The members of a community, by handle, a page at a time."""

    Reply: ClassVar[type[Shape]] = MemberPage

    community: Id
    after: KeyText = ""  # the last handle of the page before
    limit: PageLimit = 100


class PersonaRef(Shape, kw_only=True):
    member: Id
    rev: Rev = 0  # 0: as it is now


class Personas(Shape, kw_only=True):
    """One for each that was asked for and may be seen; a revision that is no longer kept resolves to the present."""

    personas: list[Persona]  # in no order


class ResolveMembers(Command, tag="member.resolve", kw_only=True):
    """Who wrote this? Up to 200 personas in one batch, of any places one is in."""

    Reply: ClassVar[type[Shape]] = Personas

    members: Annotated[list[PersonaRef], Meta(min_length=1, max_length=PERSONAS)]  # of any places that one is in
