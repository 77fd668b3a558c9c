"""Logs and positions: how a client becomes and stays whole.

A position is the server's epoch and a number per log. `session.sync` turns positions into a replay and then live
events; `log.entries` fills any range; `log.changed` only says what moved. Events for a log that has synced arrive in
order, without a hole and without a double; where the server can't keep that, it says `lagging`. A session that wants
less (`Want`) gets less, and is told what was left out: as a range of numbers, by the next entry or by `log.passed`.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from .accounts import Account
from .base import POSITIONS, Command, Event, Id, KeyText, PageLimit, Seq, Shape, Span
from .blocks import Block
from .bookmarks import Bookmarked
from .communities import Membership
from .dnd import Dnd
from .drafts import DraftState
from .inbox import InboxState
from .notify import NotifyChoice
from .reach import Reach
from .rooms import Room
from .status import Appearance
from .threads import ThreadState

Positions = Annotated[dict[str, Seq], Meta(max_length=POSITIONS)]  # log id -> number of the last entry one has; 0: all
LogKind = str  # room, community, stewards, account; unknown: a log like any other
LogStatus = str  # caught_up, gap, reset, gone, unwanted; unknown: as gap
ResetReason = str  # epoch, ahead (of the head), floor (below it); unknown: as epoch

PROFILES = ("everything", "talk", "calls")
NOTICES = ("typing", "presence", "markers")
WANT_COMMUNITIES = 100  # that one session may name as those it wants
WANT_NOTICES = 16  # likewise
OnlyCommunities = Annotated[list[Id], Meta(max_length=WANT_COMMUNITIES)]
OnlyNotices = Annotated[list[KeyText], Meta(max_length=WANT_NOTICES)]


class Want(Shape, omit_defaults=False, kw_only=True):
    """Which events a session wants. It never hears more for it, and what is left out of a log is told as a range.

    `everything`: every entry. `talk`: the messages of rooms. `calls`: the messages that mention me, or answer me. Under all three
    come what says that something is gone (`message.deleted`, `post.deleted`, `room.trimmed`), and one's
    own account's log and one's directs come whole. A post of a corner counts as a message. Under `talk` and `calls` the logs of communities and stewards do not
    come at all."""

    profile: KeyText = "everything"  # everything, talk, calls; another one is refused
    communities: OnlyCommunities | None = None  # ids: only these; null: all of mine
    notices: OnlyNotices | None = None  # typing, presence, markers: only these; null: all


class LogState(Shape, kw_only=True):
    """Where a log is, and what sync does about it.

    `caught_up`: everything after the client's position comes before `session.synced`. `gap`: it is too much, or the
    client named no position: take a page, or fill in with `log.entries`; live events start after `head`. `reset`: the
    position means nothing here (`reason`: `epoch`, `ahead` of the head, or below the `floor`): forget what you have of
    this log and begin as with a gap. `gone`: not there, or not for you. `unwanted`: the session does not want it, and
    nothing of it comes; what is told here is true all the same.
    """

    log: str
    kind: LogKind = "room"
    status: LogStatus = "caught_up"
    head: Seq = 0  # newest entry
    floor: Seq = 0  # entries up to this number are no longer kept
    read: Seq = 0  # one's read marker (rooms)
    unread: int = 0  # messages after the read marker (rooms)
    mentions: int = 0  # of them, those that mention one (rooms)
    reason: ResetReason = ""  # of a reset


class SyncStarted(Shape, kw_only=True):
    """The result of `session.sync`. Replayed entries follow as events, then `session.synced`, then live ones."""

    epoch: str  # of the server: positions are of this one from now on
    logs: list[LogState]  # every log of this account, and each that was named
    want: Want | None = None  # what the session gets from now on; null: everything
    blocks: list[Block] = []  # all of them, by handle
    reach: list[Reach] = []  # what I said of who may speak to me alone, where I said something
    appearances: list[Appearance] = []  # what I chose for how I appear; everywhere comes first
    drafts: list[DraftState] = []  # all of them, by place
    bookmarks: Bookmarked | None = None  # all of mine, in short; null: there are none
    notify: list[NotifyChoice] = []  # what I chose as worth a bell, by place and word; one may be over
    dnd: Dnd | None = None  # when I am not to be disturbed; null: never
    inbox: InboxState | None = None  # what was meant for me; null: the server keeps none
    threads: list[ThreadState] = []  # that I follow; the one in which I had no part for longest comes first
    account: Account | None = None  # these four when `cards` was asked for
    communities: list[Membership] = []  # where I am a member
    later: list[str] = []  # ids of further ones that did not fit: ask for each with `community.read`
    directs: list[Room] = []  # mine


class Sync(Command, tag="session.sync", kw_only=True):
    """Become whole, then live: the account's log, its communities' logs and the logs of the rooms it follows.

    `epoch` and `positions` are what the client has (a number per log id; 0 asks for everything from the start); both
    are left out on a first start. `want` says which events are to come; without it, all. Again later: the same as on a
    new connection."""

    Reply: ClassVar[type[Shape]] = SyncStarted

    epoch: KeyText = ""  # that the positions are of
    positions: Positions = {}
    cards: bool = False  # also tell who and where I am: account, communities with rooms, directs
    want: Want | None = None  # null: everything


class Synced(Event, tag="session.synced", kw_only=True):
    """The end of the replay that the command with this id began: the client is whole up to the stated heads."""

    id: str  # of the sync


class Lagging(Event, tag="session.lagging", omit_defaults=False, kw_only=True):
    """This connection read too slowly, and events were left out. For each log, live events go on after the number
    given here: fill in from the position you have up to it with `log.entries`."""

    logs: dict[str, int]  # id of the log -> number after which live entries go on


class LogPassed(Span, tag="log.passed", kw_only=True):
    """A log has come as far as `seq`, and from `from` on there was nothing that this session wants, or that is still kept.
    It is no entry, but counts like one: a client's position goes on to `seq`."""


class EntryPage(Shape, kw_only=True):
    entries: list[msgspec.Raw]  # events, oldest first; each as it came live, a `log.passed` among those of `wanted`
    head: Seq  # newest entry
    floor: Seq  # entries up to this number are no longer kept
    complete: bool  # nothing is left up to `until` (or up to `head`)


class ReadEntries(Command, tag="log.entries", kw_only=True):
    """Entries of a log after a position, oldest first, up to and including `until` where given.

    With `wanted` only what this session wants, with ranges as they come live; where the end of what was looked through
    holds nothing wanted, a `log.passed` says how far that was."""

    Reply: ClassVar[type[Shape]] = EntryPage

    log: Id
    after: Seq  # 0: from the start
    until: Seq | None = None  # left out: up to the head
    limit: PageLimit = 200
    wanted: bool = False  # leave out what this session does not want


class ChangedLogs(Shape, kw_only=True):
    epoch: str  # of the server
    logs: list[LogState]  # only those that are not where the client has them


class ReadChanged(Command, tag="log.changed", kw_only=True):
    """Which of my logs are not where I have them? Nothing is replayed."""

    Reply: ClassVar[type[Shape]] = ChangedLogs

    epoch: KeyText = ""  # that the positions are of
    positions: Positions = {}
