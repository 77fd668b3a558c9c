"""What one account knows, and what it has yet to read: all of aio.Among that needs no loop.

1. Happenings wait in a queue until they are taken. The queue is bounded by whoever fills it: while it is `full`,
   either nothing more is received, or the core is paused. What may be lost (notices) is let go then.
2. `positions` counts an event once the next one was taken, or once it is `done`: never while it is being worked on.
   Logs that an event has opened count with it, or a program that stops between the two would never know of them.
   Those of another epoch count once all that its `Up` tells of the logs was taken: until then it is told all of it again.
3. The view is as new as what has arrived, which can be ahead of the event in hand.
"""

from collections import deque

import msgspec

from .accounts import Account
from .attention import Attention
from .base import Budget, Entry, Span
from .blocks import BlockKind
from .client import Client
from .communities import Membership
from .happenings import Closed, Down, Happening, Notice, Opened, Positions, Reset, Up
from .inbox import InboxState
from .logs import LogPassed, LogState
from .members import Persona
from .rooms import Room
from .session import Hello
from .status import Appearance
from .view import View
from .wire import AnyEntry, UnknownEvent


class Known:
    def __init__(self, core: Client, queue: int) -> None:
        self.core = core
        self.view = View(core.whole.ahead)
        core.answered = self.view.answered
        self._queue: deque[Happening] = deque()
        self._most = queue
        self._taken: Happening | None = None  # the event in the user's hand
        self._read = Positions(core.whole.epoch, dict(core.whole.positions.logs))
        self._coming: Positions | None = None  # of another epoch, while what became of the logs is being read

    @property
    def hello(self) -> Hello:
        assert self.core.hello is not None
        return self.core.hello

    @property
    def account(self) -> Account:
        assert self.view.account is not None
        return self.view.account

    @property
    def token(self) -> str:
        """Signs in again without the password. Secret."""
        return self.core.signing.credentials.token

    @property
    def epoch(self) -> str:
        return self.core.whole.epoch

    @property
    def live(self) -> bool:
        """Whether the link is up and what was missed has been sent."""
        return self.core.state == "live"

    @property
    def budget(self) -> Budget | None:
        """How much one may still ask, as last told on this connection; None while more than half is left."""
        return self.core.budget

    @property
    def positions(self) -> Positions:
        """Up to where events were taken and done with; to be kept for the next start."""
        return Positions(self._read.epoch, dict(self._read.logs))

    @property
    def communities(self) -> dict[str, Membership]:
        """By id: those I am in."""
        return self.view.communities

    @property
    def rooms(self) -> dict[str, Room]:
        """By id: those I may see, directs among them."""
        return self.view.rooms

    @property
    def blocks(self) -> dict[str, BlockKind]:
        """By handle: whom I block or mute. `view.blocks` tells apart who goes by the same one."""
        return self.view.blocks.kinds()

    @property
    def appearances(self) -> dict[str, Appearance]:
        """By community (empty: everywhere): how I chose to appear, and my status."""
        return self.view.appearances

    @property
    def attention(self) -> Attention:
        """What is worth a bell, by my choices."""
        return self.view.attention

    @property
    def inbox(self) -> InboxState:
        """What was meant for me: how far it is read, and how much of it is not."""
        return self.view.inbox

    @property
    def logs(self) -> dict[str, LogState]:
        """By id of the place: head; for rooms also read marker, unread and mentions."""
        return self.view.logs

    @property
    def personas(self) -> dict[tuple[str, int], Persona]:
        """By membership and revision: those known without asking."""
        return self.view.personas

    def room(self, name: str) -> Room:
        """`community/room`, an id, or `@handle` for the direct with that person. Raises NoSuchRoom."""
        return self.view.room(name)

    def me(self, place: str) -> str:
        """Who I am in a community, a room or a direct: my membership there; empty when I am nobody there."""
        return self.view.me(place)

    def mine(self, event: Entry) -> bool:
        """Whether I am the author."""
        return bool(event.by) and event.by == self.view.me(event.log)

    def decode(self, raw: msgspec.Raw) -> AnyEntry | UnknownEvent:
        """An entry out of the result of `log.entries`."""
        return self.core.encoding.decode_entry(raw)

    def done(self, event: Happening) -> None:
        """The event in hand is done with: `positions` counts it from now on."""
        if event is self._taken:
            self._finish()

    # --- for whoever fills and empties the queue

    @property
    def _full(self) -> bool:
        return len(self._queue) >= self._most

    @property
    def _roomy(self) -> bool:
        return len(self._queue) <= self._most // 2

    def _put(self, told: list[Happening]) -> None:
        for happening in told:
            self.view.apply(happening)
            if isinstance(happening, Down) and self._queue and isinstance(self._queue[-1], Down):
                self._queue.pop()  # one try after the other has failed: the newest says it all
            if self._full and isinstance(happening, Up):  # whoever is that late needs the newest alone
                self._drop_ups()
            unknown = isinstance(happening, UnknownEvent) and not (happening.log and happening.seq)
            if not (self._full and (unknown or isinstance(happening, Notice | Down))):
                self._queue.append(happening)

    def _drop_ups(self) -> None:
        """Of those that wait, the first of each epoch stays: positions after it are of that one."""
        epoch, kept = (self._coming or self._read).epoch, deque[Happening]()
        if isinstance(self._taken, Up):
            epoch = self._taken.sync.epoch
        for one in self._queue:
            if not isinstance(one, Up):
                kept.append(one)
            elif one.sync.epoch != epoch:
                kept.append(one)
                epoch = one.sync.epoch
        self._queue = kept

    def _take(self) -> Happening | None:
        """The next event; the one before it is done with. What was left out of a log only moves its position."""
        self._finish()
        while self._queue:
            self._taken = self._queue.popleft()
            if not isinstance(self._taken, LogPassed):
                return self._taken
            self._finish()
        return None

    def _finish(self) -> None:
        event, self._taken = self._taken, None
        logs = (self._coming or self._read).logs
        match event:
            case Up() if self._read.epoch in ("", event.sync.epoch):
                self._read = Positions(event.sync.epoch, logs)
                self._opened()
            case Up():
                self._coming = Positions(event.sync.epoch, {})
            case Opened() | Reset():
                logs[event.log] = event.after
            case Closed():
                logs.pop(event.log, None)
            case Entry() | Span() | UnknownEvent() if event.log and event.seq:
                self._read.logs[event.log] = event.seq
                self._opened()
            case _:
                pass
        if self._coming is not None and not (self._queue and isinstance(self._queue[0], Opened | Closed | Reset)):
            self._read, self._coming = self._coming, None

    def _opened(self) -> None:
        for event in self._queue:
            if isinstance(event, Opened):
                self._read.logs[event.log] = event.after
            elif not isinstance(event, Closed | Reset):
                return
