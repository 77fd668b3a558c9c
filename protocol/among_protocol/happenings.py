"""What a client tells its user beside the entries and notices themselves: link, logs, and why something failed.

An entry is given exactly once and in order between an `Opened` (or `Reset`) of its log and the next `Reset` or
`Closed`: the first one given covers the number after `after`, and each covers the number after the one before it. So
does `LogPassed`, where what one does not want was left out, and `ReactionsChanged`, which tells of many reactions at once.
"""

from msgspec import Struct

from .accounts import Account
from .blocks import BlockChanged
from .bookmarks import BookmarkChanged
from .communities import Membership
from .logs import LogKind, LogPassed, Synced, SyncStarted
from .presence import PresenceChanged, TypingStarted
from .reach import ReachChanged
from .reactions import ReactionsChanged
from .reading import ReadingNotice
from .session import Hello
from .status import AppearanceChanged
from .threads import ThreadChanged
from .wire import AnyEntry, UnknownEvent


class Positions(Struct, frozen=True):
    """How far one has read: the server's epoch, and a number for each log. Can be kept (it is plain data) and handed
    to the next start of the program. A number of 0 asks for the log from its start."""

    epoch: str = ""
    logs: dict[str, int] = {}


class Up(Struct, frozen=True, kw_only=True):
    """Signed in, and following: entries come from here on. The first one is also where one learns who one is."""

    hello: Hello
    account: Account
    session: str  # id of this session
    cut: int  # close code, when the server could not tell why it cut the last connection; 0: it did not
    sync: SyncStarted  # every log with its unread counts; communities and directs
    resumed: bool  # positions were named: what happened meanwhile follows
    spared: bool = False  # the account was to be erased, and is not: signing in has undone that


class Down(Struct, frozen=True, kw_only=True):
    """No connection. `retry_in`: seconds until the next try; None: there is none (`reason` says why)."""

    code: int  # close code; 1006 when there was none
    reason: str
    retry_in: float | None


class Opened(Struct, frozen=True, kw_only=True):
    """A log is followed from here on: its entries after the number `after` are given."""

    log: str
    kind: LogKind
    after: int


class Closed(Struct, frozen=True):
    """A log is no longer followed: it was left, it is gone, or it is not wanted."""

    log: str


class Reset(Struct, frozen=True, kw_only=True):
    """The entries of a log do not follow the ones before: forget what is known of it. It goes on after `after`.

    `reason`: `epoch` (the server's data was replaced), `ahead` (this position never was), `floor` (entries after it
    are no longer kept), `hole` (the server does not hand out what it should have)."""

    log: str
    reason: str
    had: int  # the position that was held
    after: int


class Card(Struct, frozen=True):
    """A community as it is now: it was joined, or its log was reset."""

    community: Membership


Notice = (
    ReadingNotice
    | ThreadChanged
    | BlockChanged
    | ReachChanged
    | BookmarkChanged
    | AppearanceChanged
    | PresenceChanged
    | TypingStarted
    | Synced
)
Happening = AnyEntry | LogPassed | ReactionsChanged | UnknownEvent | Notice | Up | Down | Opened | Closed | Reset | Card


class ClientError(Exception):
    """What can go wrong beside a refusal (`codes.Refuse`)."""


class ConnectionLost(ClientError):
    """The connection went before the reply came, and asking again would make no sense."""


class Stopped(ClientError):
    """The connection is over and does not come back: the server said so, or signing in was refused."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}" if reason else str(code))
        self.code = code
        self.reason = reason


class Withdrawn(ClientError):
    """Whoever asked gave it up before it was decided."""


class Overfull(ClientError):
    """Too many commands wait for an answer already."""


class Unreadable(ClientError):
    """The reply came and has not the form that the protocol gives it: what was asked may have been carried out."""


class Unreachable(ClientError):
    """The server could not be reached in time."""
