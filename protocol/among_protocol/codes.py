"""Error codes and close codes. Each says what the client does next, so that no client needs a table.

The class of an error: `fix` (the request is wrong: change it), `auth` (sign in, or as somebody with the right),
`wait` (the same request again after `retry_after_ms`), `gone` (not there, or not for you: the two look alike),
`bug` (ours: report it; the request was not carried out as far as we know, repeat it with the same nonce).
Close codes 4000-4499 mean "come back, with back-off", 4500-4999 mean "do not".
"""

from enum import IntEnum
from typing import NamedTuple

from .base import ErrorClass, Time

CLASSES: tuple[ErrorClass, ...] = ("fix", "auth", "wait", "gone", "bug")


class ErrorCode(NamedTuple):
    code: str
    kind: ErrorClass
    message: str  # the default sentence


MALFORMED = ErrorCode("frame.malformed", "fix", "This frame is not a command of the protocol.")
UNKNOWN_COMMAND = ErrorCode("frame.unknown_command", "fix", "There is no command of this type.")
FIELD_INVALID = ErrorCode("field.invalid", "fix", "A field has a value that is not allowed.")
FIELD_TOO_LONG = ErrorCode("field.too_long", "fix", "A text is longer than allowed.")
SIGN_IN_REQUIRED = ErrorCode("session.sign_in_required", "auth", "Sign in first.")
SIGNED_IN_ALREADY = ErrorCode("session.signed_in_already", "fix", "This session is signed in already.")
BAD_CREDENTIALS = ErrorCode("session.bad_credentials", "auth", "No account has this handle and password.")
TOKEN_INVALID = ErrorCode("session.token_invalid", "auth", "This token is not valid, or no longer.")
SESSION_GONE = ErrorCode("session.gone", "gone", "There is no such session of yours.")
INSECURE = ErrorCode("session.insecure", "auth", "Passwords and tokens are only taken over TLS or loopback.")
SIGN_UP_CLOSED = ErrorCode("account.sign_up_closed", "auth", "Signing up needs an invite here.")
INVITE_INVALID = ErrorCode("account.invite_invalid", "auth", "This invite is not valid, or no longer.")
INVITE_GONE = ErrorCode("invite.gone", "gone", "There is no such invite.")
RESET_INVALID = ErrorCode("account.reset_invalid", "auth", "This code to set a password is not valid, or no longer.")
ACCOUNT_DISABLED = ErrorCode("account.disabled", "auth", "The operator of this server has disabled this account.")
HANDLE_TAKEN = ErrorCode("handle.taken", "fix", "This handle belongs to somebody else.")
HANDLE_LOOKALIKE = ErrorCode(
    "handle.lookalike",
    "fix",
    "This handle looks like one that belongs to somebody else (as rn looks like m, 1 like l, or where only dots and "
    "dashes differ): choose another.",
)
HANDLE_CHANGED_LATELY = ErrorCode(
    "handle.changed_lately", "wait", "You took another handle here lately; wait a little."
)
NAME_LOOKALIKE = ErrorCode(
    "name.lookalike",
    "fix",
    "This name is, or looks like, the name or handle of somebody else here: choose another.",
)
PERSONA_CHANGED_OFTEN = ErrorCode(
    "persona.changed_often", "wait", "You changed who you are here very often; wait a little."
)
HANDLE_RESERVED = ErrorCode("handle.reserved", "fix", "This handle is reserved.")
SLUG_TAKEN = ErrorCode("slug.taken", "fix", "This short name is in use.")
SLUG_LOOKALIKE = ErrorCode(
    "slug.lookalike",
    "fix",
    "This short name looks like one that is in use (as rn looks like m, 1 like l, or where only dots and dashes differ): "
    "choose another.",
)
TOO_MANY_TRIES = ErrorCode("session.too_many_tries", "wait", "Too many wrong tries; wait a little.")
RIGHT_MISSING = ErrorCode("right.missing", "auth", "Your role does not carry the right to do this.")
ACCOUNT_GONE = ErrorCode("account.gone", "gone", "There is no such account.")
COMMUNITY_GONE = ErrorCode("community.gone", "gone", "There is no such community.")
ROOM_GONE = ErrorCode("room.gone", "gone", "There is no such room.")
LOG_GONE = ErrorCode("log.gone", "gone", "There is no such log.")
MEMBER_GONE = ErrorCode("member.gone", "gone", "There is no such member.")
DIRECT_REFUSED = ErrorCode("direct.refused", "auth", "Nothing can be said to this person alone.")
ADD_REFUSED = ErrorCode("room.add_refused", "auth", "This person can't be brought into this room.")
LAST_OWNER = ErrorCode("community.last_owner", "fix", "The last owner cannot go: make somebody else an owner first.")
BANNED = ErrorCode("community.banned", "auth", "You may not join this community.")
ENTRY_ASKS = ErrorCode("community.asks", "fix", "One asks to be let in here (join.ask), and stewards answer.")
ENTRY_OPEN = ErrorCode("community.open", "fix", "Nobody has to be asked here: join.")
ASKED_ALREADY = ErrorCode("join.asked_already", "fix", "You have asked already, and wait for an answer.")
DECLINED_LATELY = ErrorCode("join.declined_lately", "auth", "The stewards have declined; ask again later.")
REQUEST_GONE = ErrorCode("join.gone", "gone", "There is no such request to be let in.")
INVITE_NEEDED = ErrorCode("community.invite_needed", "auth", "One comes in here with an invite.")
RULES_UNACCEPTED = ErrorCode("rules.unaccepted", "fix", "Read the rules, and accept the version that holds.")
RULES_GONE = ErrorCode("rules.gone", "gone", "There is no such version of the rules.")
SILENCED = ErrorCode("member.silenced", "auth", "You may read here, and not speak for now.")
INVISIBLE = ErrorCode(
    "status.invisible", "fix", "You are invisible there: a new status would tell that you are here. Be visible first."
)
OUTRANKED = ErrorCode("member.outranked", "auth", "This is only done to somebody of a lower role than one's own.")
BAN_GONE = ErrorCode("ban.gone", "gone", "There is no such ban.")
REPORT_GONE = ErrorCode("report.gone", "gone", "There is no such report.")
PORTRAIT_CHANGED = ErrorCode(
    "portrait.changed", "fix", "This section has changed since: read it again, and propose your text against that."
)
VERSION_GONE = ErrorCode("version.gone", "gone", "There is no such version of the portrait.")
PROPOSAL_GONE = ErrorCode("proposal.gone", "gone", "There is no such proposal, or it was answered.")
QUOTE_GONE = ErrorCode("quote.gone", "gone", "There is no such quote, or it was answered or taken back.")
QUOTE_REFUSED = ErrorCode("quote.refused", "auth", "Nobody can be asked for this quote.")
GREETER_GONE = ErrorCode("greeter.gone", "gone", "There is no such greeter, and nobody who volunteers to be.")
MESSAGE_GONE = ErrorCode("message.gone", "gone", "There is no such message.")
PINNED_ALREADY = ErrorCode("pin.added_already", "fix", "This message is pinned already.")
PIN_GONE = ErrorCode("pin.gone", "gone", "There is no such pin.")
BOOKMARK_GONE = ErrorCode("bookmark.gone", "gone", "There is no such bookmark of yours.")
FORWARD_REFUSED = ErrorCode(
    "forward.refused", "auth", "What was said in a private room or a direct stays there: only what a whole community may "
    "read is forwarded.",
)  # fmt: skip
ROOM_MENTIONED_OFTEN = ErrorCode(
    "room.mentioned_often", "wait", "Everybody here was mentioned often of late; wait, or say it without @room."
)
REACTED_ALREADY = ErrorCode("reaction.added_already", "fix", "You react with this already; nothing has changed.")
REACTION_GONE = ErrorCode("reaction.gone", "gone", "There is no such reaction of yours.")
TAG_GONE = ErrorCode("tag.gone", "gone", "There is no such tag.")
THREAD_GONE = ErrorCode("thread.gone", "gone", "There is no such thread among those that you follow.")
POST_GONE = ErrorCode("post.gone", "gone", "There is no such post.")
COMMENT_REFUSED = ErrorCode("comment.refused", "auth", "No comment can be left here.")
NO_STEWARDS = ErrorCode(
    "report.no_stewards", "fix", "A direct has no stewards who could look at it: block whoever troubles you there."
)
LIMIT_REACHED = ErrorCode("limit.reached", "fix", "There are as many of these as the server allows.")
NONCE_CONFLICT = ErrorCode("nonce.conflict", "fix", "This nonce was used for other content.")
RATE_LIMITED = ErrorCode("budget.exhausted", "wait", "Too much at once; wait a little.")
BUSY = ErrorCode("server.busy", "wait", "The server has more to do than it can; try again soon.")
STOPPING = ErrorCode("server.stopping", "wait", "The server is stopping; this was not carried out.")
STORAGE_UNAVAILABLE = ErrorCode("storage.unavailable", "wait", "The server cannot store anything right now.")
STORAGE_UNCERTAIN = ErrorCode(
    "storage.uncertain", "wait", "The disk failed; nobody knows yet if this was stored. Ask again with the same nonce."
)
SEARCH_ABSENT = ErrorCode("search.absent", "fix", "This server does not search what was said.")
SEARCH_UNAVAILABLE = ErrorCode(
    "search.unavailable", "wait", "What was said can't be searched right now; try again soon."
)
INTERNAL = ErrorCode("server.internal", "bug", "The server made a mistake; it is in its log.")

ERROR_CODES: dict[str, ErrorCode] = {
    value.code: value for value in list(globals().values()) if type(value) is ErrorCode
}


class CloseCode(IntEnum):
    """Why the server closes a connection. `comes_back` is all a client needs to know."""

    RESTARTING = 4000  # the server stops or restarts
    TOO_SLOW = 4001  # the peer did not read for longer than the deadline
    SILENT = 4002  # no answer to a ping within the deadline
    SIGN_IN_LATE = 4003  # not signed in within the deadline
    STORAGE_LOST = 4004  # the server can no longer vouch for what it sent
    MALFORMED = 4500  # too many malformed frames
    SIGNED_OUT = 4501  # this session was ended: signed out, revoked, or its password was changed elsewhere
    DISABLED = 4502  # the operator has disabled the account; its sessions are kept for the day it is enabled again
    CROWDED_OUT = 4503  # another connection of the account took the place of this one, the most silent of too many
    FLOOD = 4504  # more of something than any client sends, before or after signing in


def comes_back(code: int) -> bool:
    """Whether a client that was closed with this code should reconnect (with back-off)."""
    return not 4500 <= code <= 4999


class Refuse(Exception):
    """The request was wrong, early, or not for this person: a reply to that command; the connection stays."""

    def __init__(
        self, code: ErrorCode, message: str = "", *, field: str = "", retry_after_ms: int = 0, until: Time = ""
    ) -> None:
        super().__init__(f"{code.code}: {message or code.message}")
        self.code = code
        self.message = message or code.message
        self.field = field
        self.retry_after_ms = retry_after_ms
        self.until = until  # when what stands in the way ends by itself


class Close(Exception):
    """This connection is over; the code says whether to come back."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(f"{code.value}: {reason}")
        self.code = code
        self.reason = reason  # at most 123 bytes
