"""Keeping a community: its roles, and what its stewards do when somebody harms it.

An act is told in full in the community's stewards' log and in the account's own log of the one concerned: who did it,
why, and until when. The community's log says no more than that a member is no longer there (`member.left`), or has
another role. Nobody acts on somebody of their own rank or above.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import (
    HANDLE_CHARS,
    Command,
    Entry,
    Id,
    OptionalId,
    OptionalReason,
    PageLimit,
    ReasonText,
    Seq,
    Shape,
    Time,
    Write,
)
from .members import Persona, Role

MINUTE = 60_000  # milliseconds
DAY = 24 * 60 * MINUTE
LONGEST_SILENCE = 28 * DAY
SHORTEST_SILENCE = 1_000
LONGEST_BAN = 3650 * DAY  # of one that ends by itself

SilenceTime = Annotated[int, Meta(ge=SHORTEST_SILENCE, le=LONGEST_SILENCE)]
BanTime = Annotated[int, Meta(ge=0, le=LONGEST_BAN)]


class Act(Entry, kw_only=True):
    """What a steward did (`by`) about a member. In the stewards' log, and in the account's own log of that member,
    which also says where (`slug`) and who (`steward`), since who has left can't look that up."""

    words: ClassVar[tuple[str, ...]] = ("reason", "steward")

    community: str
    member: str  # whom it concerns
    reason: str = ""
    slug: str = ""  # of the community; in the account's own log
    steward: Persona | None = None  # who did it, as they were then; in the account's own log


class RoleSet(Act, tag="member.role_set", kw_only=True):
    """Also in the community's log, without who did it and why.

    Whoever may hear the stewards' log by this role finds its id in their own log; its live entries begin after `head`.
    Without one, the stewards' log is heard no longer."""

    role: Role  # the new one
    stewards: str = ""  # id of the stewards' log, in the own log of who may hear it
    head: Seq = 0  # live entries of that log begin after this number


class MemberKicked(Act, tag="member.kicked", kw_only=True):
    """Was removed, and may join again."""


class MemberBanned(Act, tag="member.banned", kw_only=True):
    """Was removed, or had left, and may not join until then."""

    until: Time = ""  # empty: it does not end by itself


class MemberUnbanned(Act, tag="member.unbanned", kw_only=True):
    """May join again."""


class MemberSilenced(Act, tag="member.silenced", kw_only=True):
    """May read, and not speak, write or start anything, until then."""

    until: Time  # when it ends by itself


class MemberUnsilenced(Act, tag="member.unsilenced", kw_only=True):
    """May speak again, before the time."""


class RoleWritten(Shape, kw_only=True):
    entry: RoleSet
    repeat: bool = False


class SetRole(Write, tag="member.set_role", kw_only=True):
    """Give a member another role: owners only. Anybody may lay their own role down; the last owner may not.

    `hand_over`, with the role of an owner: the one who asks is a steward from the same moment on."""

    Reply: ClassVar[type[Shape]] = RoleWritten

    community: Id
    member: Id
    role: Literal["owner", "steward", "member"]  # the new one
    hand_over: bool = False  # and become a steward oneself
    reason: OptionalReason = ""


class KickWritten(Shape, kw_only=True):
    entry: MemberKicked
    repeat: bool = False


class KickMember(Write, tag="member.kick", kw_only=True):
    """Remove a member, who may join again."""

    Reply: ClassVar[type[Shape]] = KickWritten

    community: Id
    member: Id
    reason: ReasonText


class BanWritten(Shape, kw_only=True):
    entry: MemberBanned
    repeat: bool = False


class BanMember(Write, tag="member.ban", kw_only=True):
    """Keep an account out, named by its membership or, member or not, by its handle. Who is a member is removed. A ban
    that there is already is replaced."""

    Reply: ClassVar[type[Shape]] = BanWritten

    community: Id
    member: OptionalId = ""
    handle: Annotated[str, Meta(max_length=HANDLE_CHARS)] = ""  # whoever goes by it, member or not
    reason: ReasonText
    for_ms: BanTime = 0  # how long, in milliseconds; 0: until somebody ends it


class UnbanWritten(Shape, kw_only=True):
    entry: MemberUnbanned
    repeat: bool = False


class UnbanMember(Write, tag="member.unban", kw_only=True):
    """Let an account join again."""

    Reply: ClassVar[type[Shape]] = UnbanWritten

    community: Id
    member: Id
    reason: OptionalReason = ""


class SilenceWritten(Shape, kw_only=True):
    entry: MemberSilenced
    repeat: bool = False


class SilenceMember(Write, tag="member.silence", kw_only=True):
    """A time-out: the member may read, and nothing else, in this community and its private rooms. Leaving and joining
    again does not end it. One that there is already is replaced."""

    Reply: ClassVar[type[Shape]] = SilenceWritten

    community: Id
    member: Id
    reason: ReasonText
    for_ms: SilenceTime  # how long, in milliseconds


class UnsilenceWritten(Shape, kw_only=True):
    entry: MemberUnsilenced
    repeat: bool = False


class UnsilenceMember(Write, tag="member.unsilence", kw_only=True):
    """End a time-out before its time."""

    Reply: ClassVar[type[Shape]] = UnsilenceWritten

    community: Id
    member: Id
    reason: OptionalReason = ""


class Ban(Shape, kw_only=True):
    """A ban that holds."""

    seq: Seq  # of its entry in the stewards' log
    at: Time
    by: str  # the steward's membership
    persona: Persona  # who is banned, as they were when they were last there
    reason: str
    until: Time = ""  # empty: it does not end by itself


class BanPage(Shape, kw_only=True):
    bans: list[Ban]  # newest first
    complete: bool  # none is older than the last one


class ListBans(Command, tag="ban.list", kw_only=True):
    """Who may not join: for stewards, a page at a time."""

    Reply: ClassVar[type[Shape]] = BanPage

    community: Id
    before: Seq | None = None  # the `seq` of the last one of the page before
    limit: PageLimit = 50


ModerationCommand = SetRole | KickMember | BanMember | UnbanMember | SilenceMember | UnsilenceMember | ListBans
