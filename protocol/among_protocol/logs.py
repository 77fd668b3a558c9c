"""Logs and positions: how a client becomes and stays whole.

A position is the server's epoch and a number per log. `session.sync` turns positions into a replay and then live
events; `log.entries` fills any range; `log.changed` only says what moved. Events for a log that has synced arrive in
order, without a hole and without a double; where the server can't keep that, it says `lagging`.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from .accounts import Account
from .base import POSITIONS, Command, Event, Id, KeyText, PageLimit, Seq, Shape
from .blocks import Block
from .communities import Membership
from .rooms import Room

LogKind = str  # room, community, stewards, account; unknown: a log like any other
LogStatus = str  # caught_up, gap, reset, gone; unknown: as gap


class LogState(Shape, kw_only=True):
    """Where a log is, and what sync does about it.

    `caught_up`: everything after the client's position comes before `session.synced`. `gap`: it is too much, or the
    client named no position: take a page, or fill in with `log.entries`; live events start after `head`. `reset`: the
    position means nothing here (`reason`: `epoch`, `ahead` of the head, or below the `floor`): forget what you have of
    this log and begin as with a gap. `gone`: not there, or not for you.
    """

    log: str
    kind: LogKind = "room"
    status: LogStatus = "caught_up"
    head: Seq = 0  # newest entry
    floor: Seq = 0  # entries up to this number are no longer kept
    read: Seq = 0  # one's read marker (rooms)
    unread: int = 0
    mentions: int = 0
    reason: str = ""


class SyncStarted(Shape, kw_only=True):
    """The result of `session.sync`. Replayed entries follow as events, then `session.synced`, then live ones."""

    epoch: str
    logs: list[LogState]
    blocks: list[Block] = []  # all of them, by handle
    account: Account | None = None  # these three when `cards` was asked for
    communities: list[Membership] = []
    directs: list[Room] = []


class Sync(Command, tag="session.sync", kw_only=True):
    """Become whole, then live: the account's log, its communities' logs and the logs of the rooms it follows.

    `epoch` and `positions` are what the client has (a number per log id; 0 asks for everything from the start); both
    are left out on a first start. Again later: the same as on a new connection."""

    Reply: ClassVar[type[Shape]] = SyncStarted

    epoch: KeyText = ""
    positions: Annotated[dict[str, Seq], Meta(max_length=POSITIONS)] = {}
    cards: bool = False  # also tell who and where I am: account, communities with rooms, directs


class Synced(Event, tag="session.synced", kw_only=True):
    """The end of the replay that the command with this id began: the client is whole up to the stated heads."""

    id: str


class Lagging(Event, tag="session.lagging", omit_defaults=False, kw_only=True):
    """This connection read too slowly, and events were left out. For each log, live events go on after the number
    given here: fill in from the position you have up to it with `log.entries`."""

    logs: dict[str, int]


class EntryPage(Shape, kw_only=True):
    entries: list[msgspec.Raw]  # events, oldest first; each as it came live
    head: Seq
    floor: Seq
    complete: bool  # nothing is left up to `until` (or up to `head`)


class ReadEntries(Command, tag="log.entries", kw_only=True):
    """Entries of a log after a position, oldest first, up to and including `until` where given."""

    Reply: ClassVar[type[Shape]] = EntryPage

    log: Id
    after: Seq
    until: Seq | None = None
    limit: PageLimit = 200


class ChangedLogs(Shape, kw_only=True):
    epoch: str
    logs: list[LogState]


class ReadChanged(Command, tag="log.changed", kw_only=True):
    """Which of my logs are not where I have them? Nothing is replayed."""

    Reply: ClassVar[type[Shape]] = ChangedLogs

    epoch: KeyText = ""
    positions: Annotated[dict[str, Seq], Meta(max_length=POSITIONS)] = {}
