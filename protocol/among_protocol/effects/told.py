"""What the table of effects is made of: who hears something, and the codes and limits that many commands share."""

from enum import Enum
from typing import NamedTuple

from .. import codes
from ..base import Event
from ..codes import ErrorCode
from ..members import MemberUpdated
from ..presence import PresenceChanged


class Where(Enum):
    """Whose log an entry is in; or, for events without a number, who hears of it."""

    OWN = "your own account's log"
    THEIRS = "the own log of the account concerned"
    ROOM = "the room's log"
    COMMUNITY = "the community's log"
    STEWARDS = "the stewards' log"
    HERE = "this connection"
    DEVICES = "your other connections that have synced"
    SESSIONS = "your connections that have synced"
    WATCHERS = "whoever watches the member"
    LISTED = "whoever is there and blocks or mutes somebody by your handle"
    FOLLOWERS = "whoever follows the room and has synced, but you"


class Told(NamedTuple):
    event: type[Event]
    where: Where
    when: str = ""  # where it does not always happen


class Effects(NamedTuple):
    """Of one command, beside what any command may be answered with (`refusals`)."""

    refusals: tuple[ErrorCode, ...] = ()
    events: tuple[Told, ...] = ()
    limits: tuple[str, ...] = ()  # names in hello.limits


# Any command, before anything is looked at; the first two are of frames that are no command.
ALWAYS = (
    codes.MALFORMED, codes.UNKNOWN_COMMAND, codes.FIELD_INVALID, codes.FIELD_TOO_LONG, codes.RATE_LIMITED, codes.STOPPING,
    codes.INTERNAL,
)  # fmt: skip
SECRET = (codes.INSECURE, codes.TOO_MANY_TRIES)  # what shows a secret
SIGNED_IN = (codes.SIGN_IN_REQUIRED,)  # what needs an account
STORED = (codes.BUSY, codes.STORAGE_UNAVAILABLE, codes.STORAGE_UNCERTAIN)  # what is written down
ACT = (codes.COMMUNITY_GONE, codes.RIGHT_MISSING, codes.SILENCED)  # what a right is needed for
WRITTEN = (codes.NONCE_CONFLICT, *STORED)  # any Write

# Whoever says who they want to be in a community.
NAMING = (
    codes.HANDLE_TAKEN, codes.HANDLE_LOOKALIKE, codes.HANDLE_RESERVED, codes.NAME_LOOKALIKE, codes.HANDLE_CHANGED_LATELY,
    codes.PERSONA_CHANGED_OFTEN,
)  # fmt: skip
GUESSES = ("address_tries", "address_try_seconds")  # whoever shows a secret
PASSWORDS = ("handle_tries", "handle_try_seconds", *GUESSES, "waiting_passwords")  # likewise, a password
PACE = ("persona_changes", "persona_change_seconds", "mend_ms", "mends", "handle_change_ms", "handle_rest_ms")
CLAIM = (
    "handle_chars", "name_chars", "about_chars", "pronouns_chars", "place_chars", "why_chars", "intro_chars", "links",
    "label_chars", "link_chars", *PACE,
)  # fmt: skip

NAMED = (
    Told(MemberUpdated, Where.COMMUNITY, "when they changed their name while they were silenced"),
    Told(MemberUpdated, Where.ROOM, "likewise, of each direct where they speak as that"),
)
IN_DIRECTS = Told(MemberUpdated, Where.ROOM, "of each direct where you speak as that")
HERE_NOW = (Told(PresenceChanged, Where.WATCHERS, "when the liveliest session of the account is another now"),)
