"""A client without I/O: bytes and time come in, happenings and bytes come out. No clock, no sockets, no asyncio.

    down ──connected──▶ greeting ──hello──▶ signing_in ──ok──▶ syncing ──ok──▶ replaying ──synced──▶ live
      ▲                    │                    │                 │                │                  │
      └────────────────────┴──── lost (back-off; `retry_at` says when) ───────────┴──────────────────┘
                                      └──▶ stopped: close code 4500-4999, or signing in was refused

What whoever owns the socket does:

1. Connect, with `encoding.subprotocol`; then `connected(now)`. When that fails, or the connection ends: `lost(code, now)`.
2. Each frame goes to `received(data, now)`; what it returns is for the user, in order. Any byte at all (a ping, too)
   is a sign of life: `heard(now)`.
3. After each call, send what `outgoing()` returns, and call `tick(now)` at `wake()` at the latest. `doomed` says that
   the connection is of no use any more: cut it, and call `lost`.
4. Connect again at `retry_at`; never when `state` is `stopped`.

What the user gets: every entry of each log exactly once and in order, from where the log was `Opened` (see whole.py),
over any number of connections; a `Reset` where that can't be. Commands are paired with their replies, and writes go
on, with their nonce, until they are decided (see asking.py). The reply to a write never moves a position.
"""

import random
from collections.abc import Callable
from typing import Literal

import msgspec

from .asking import PENDING, Ask, Asks, Errand, check, refuse_of, written
from .backoff import Backoff
from .base import Budget, Command, Entry, Ok, Refused, Shape, Span, Write
from .codes import Refuse, comes_back
from .communities import CommunityJoined, ReadCommunity
from .errands import carded, said_again
from .happenings import Down, Happening, Overfull, Positions, Reset, Stopped, Unreadable, Withdrawn
from .logs import EntryPage, Lagging, ReadEntries, Sync, Synced, SyncStarted, Want
from .malformed import Malformed
from .presence import SetPresence, WatchPresence
from .session import Enable, Hello, Limits, Restarting, SignedIn
from .signing import ENTRANCES, Credentials, SigningIn
from .whole import Numbered, Whole
from .wire import JSON, AnyEvent, Encoding, UnknownEvent, tag_of

LinkState = Literal["down", "greeting", "signing_in", "syncing", "replaying", "live", "stopped"]

STEP_WITHIN = 30.0  # seconds for each step on the way from connected to live
STRANGE_FRAMES = 10  # frames that are none of the protocol, after which the connection is given up

STANDING = (Enable, SetPresence, WatchPresence)  # true of one connection: said again on the next


class Client:
    """One account on one server. See the module for who calls what."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        encoding: Encoding = JSON,
        positions: Positions | None = None,
        from_start: bool = False,
        want: Want | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.signing = SigningIn(credentials)
        self.encoding = encoding
        self.whole = Whole(positions or Positions(), from_start=from_start, want=want)
        self.state: LinkState = "down"
        self.hello: Hello | None = None  # of the newest connection
        self.budget: Budget | None = None  # as last told; None: more than half is left
        self.doomed = ""  # why the connection must be cut; empty while it is good
        self.retry_at: float | None = None  # while down: when to connect again
        self.error: Exception | None = None  # once stopped: why
        # Told of each command that was answered, and its reply, in its place among the events.
        self.answered: Callable[[Command, Shape], None] = lambda command, reply: None
        self._rng = rng or random.SystemRandom()
        self._backoff = Backoff(self._rng)
        self._asks = Asks()
        self._standing: dict[type[Command], Command] = {}
        self._out: list[bytes] = []
        self._ids = 0  # of commands, over all connections
        self._step_id = ""  # of the sign-in or the sync under way
        self._step_by = 0.0  # time by which the step under way must be done
        self._step_at: float | None = None  # time to take the step again, after a refusal to wait
        self._named = False  # the sync under way named positions
        self._heard = 0.0  # time of the last sign of life
        self._strange = 0  # frames of this connection that were none
        self._placed = False  # a sync has said on this connection which epoch its numbers are of

    # --- what the owner of the socket calls

    def connected(self, now: float) -> None:
        """The WebSocket is open. The server speaks first."""
        self.state = "greeting"
        self.doomed = ""
        self.retry_at = None
        self.budget = None
        self._strange = 0
        self._placed = False
        self._heard = now
        self._step(now)

    def heard(self, now: float) -> None:
        """Bytes came, whatever they were."""
        self._heard = now

    def received(self, data: bytes, now: float) -> list[Happening]:
        """A frame came. Whatever it holds, nothing is raised."""
        if self.state in ("down", "stopped") or self.doomed:
            return []
        self._heard = now
        told: list[Happening] = []
        try:
            event, ok, refused = self.encoding.decode_server(data)
            if ok is not None:
                self.budget = ok.budget
                told = self._ok(ok, now)
            elif refused is not None:
                self.budget = refused.budget
                told = self._refused(refused, now)
            elif event is not None:
                told = self._event(event, now)
        except (Malformed, msgspec.DecodeError) as error:
            self._odd(error)
        self._pump(now)
        return told

    def _odd(self, error: Exception) -> None:
        """What came is no frame of the protocol: once the server has shown that it speaks it, a hole like any other."""
        self._strange += 1
        if self._strange >= STRANGE_FRAMES or self.state not in ("replaying", "live"):
            self.doomed = f"the server does not speak this protocol: {error}"

    def outgoing(self) -> list[bytes]:
        """The frames to send now; each is returned once."""
        out, self._out = self._out, []
        return out

    @property
    def urgent(self) -> bool:
        """Whether there is something to send, or the connection to be cut."""
        return bool(self._out or self.doomed)

    def tick(self, now: float) -> None:
        """Time has passed."""
        if self.state in ("down", "stopped"):
            return
        if now >= self._heard + self._silence:
            self.doomed = self.doomed or "nothing was heard for too long"
        elif self.state != "live" and now >= self._step_by:
            self.doomed = self.doomed or f"no answer while {self.state.replace('_', ' ')}"
        elif self._step_at is not None and now >= self._step_at:
            self._take_step(now)
        elif self.state == "live":
            self._asks.late(now)
            self._pump(now)

    def wake(self) -> float | None:
        """When `tick` must be called at the latest."""
        if self.state in ("down", "stopped"):
            return None
        step = self._asks.wake() if self.state == "live" else self._step_by
        return min(time for time in (self._heard + self._silence, self._step_at, step) if time is not None)

    def lost(self, code: int, now: float, reason: str = "") -> list[Happening]:
        """The connection ended, or could not be had (then 1006)."""
        if self.state == "stopped":
            return []
        reason, self.doomed = self.doomed or reason, ""
        self.state = "down"
        self._out.clear()
        self._step_at = None
        self._asks.cut()
        if not comes_back(code):
            self.stop(Stopped(code, reason))
            return [Down(code=code, reason=reason, retry_in=None)]
        delay = self._backoff.lost(now)
        self.retry_at = now + delay
        return [Down(code=code, reason=reason, retry_in=delay)]

    def stop(self, error: Exception) -> None:
        """It is over: what is not decided fails."""
        self.state = "stopped"
        self.error = self.error or error
        self.retry_at = None
        for ask in list(self._asks.all()):
            self._asks.withdraw(ask, error)

    # --- what the user asks

    def ask(self, command: Command, now: float, watch: Callable[[Ask], None] | None = None) -> Ask:
        """Ask, now or as soon as there is a connection. The id is filled in, and so is the nonce of a write without.

        Raises Refuse for what the protocol does not allow, as the server would; and `error` once stopped."""
        if isinstance(command, (Sync, *ENTRANCES)):
            raise TypeError(f"{tag_of(type(command))} is the client's own business")
        if self.error is not None:
            raise self.error
        if self.asking >= PENDING:
            raise Overfull(f"{PENDING} commands wait already")
        if isinstance(command, Write) and not command.nonce:
            command = msgspec.structs.replace(command, nonce=f"{self._rng.getrandbits(96):024x}")
        check(command, self.encoding, None if self.hello is None else self.hello.limits)
        ask = self._asks.add(command, watch=watch)
        self._pump(now)
        return ask

    def withdraw(self, ask: Ask, now: float) -> None:
        """Don't try again; what is on the wire may still be carried out. Who waited behind it goes."""
        self._asks.withdraw(ask, Withdrawn("given up; it may have been carried out" if ask.tries else "never sent"))
        self._pump(now)

    @property
    def asking(self) -> int:
        """How many of the user's commands are not decided."""
        return len(self._asks)

    def pause(self) -> None:
        """Give no entries for now: the user has enough. They are not kept, but come from the log after `resume`."""
        self.whole.paused = True

    def resume(self, now: float) -> None:
        if self.whole.paused:
            self.whole.paused = False
            self._pump(now)

    # --- the steps from connected to live

    @property
    def _silence(self) -> float:
        """Seconds without a sign of life after which nobody is there."""
        return STEP_WITHIN if self.hello is None else (self.hello.ping_ms + self.hello.deadline_ms) / 1000

    @property
    def _limits(self) -> Limits:
        assert self.hello is not None  # it was the first frame
        return self.hello.limits

    def _step(self, now: float) -> None:
        self._step_by = now + STEP_WITHIN
        self._step_at = None

    def _take_step(self, now: float) -> None:
        """Send what this state is about."""
        self._step(now)
        command: Command = (
            self.signing.command() if self.state == "signing_in" else self.whole.sync(self._limits.positions)
        )
        if isinstance(command, Sync):
            self.state, self._named = "syncing", bool(command.positions)
        try:
            self._step_id = self._send(command)
        except Refuse as error:
            self.stop(error)

    def _stepped(self, ok: Ok, now: float) -> list[Happening]:
        """The sign-in or the sync was carried out."""
        if self.state == "signing_in":
            self.signing.done(self.encoding.decode_result(SignedIn, ok.result))
            self.state = "syncing"
            self._take_step(now)
            return []
        sync: SyncStarted = self.encoding.decode_result(SyncStarted, ok.result)
        assert self.hello is not None
        up = self.signing.up(self.hello, sync, resumed=self._named)
        self.state = "replaying"
        self._placed = True
        self._step(now)
        for community in sync.later:
            self._errand(ReadCommunity(id="", community=community), carded)
        return [up, *self.whole.started(sync)]

    def _step_refused(self, refused: Refused, now: float) -> None:
        if refused.kind == "wait":
            self._step_at = now + max(refused.retry_after_ms / 1000, 0.05)
            self._step_by = self._step_at + STEP_WITHIN
        elif refused.kind == "bug":
            self.doomed = f"{refused.code}: {refused.message}"
        elif self.state == "signing_in" and self.signing.another_way(refused):
            self._take_step(now)
        else:
            self.stop(self.signing.why(refused))

    def _synced(self, now: float) -> None:
        self.whole.synced()
        self.state = "live"
        self._backoff.live(now)
        undecided = {type(ask.command) for ask in self._asks.all()}
        for kind, command in self._standing.items():
            if kind not in undecided:  # else something newer is about to be said
                self._errand(command, said_again)

    # --- frames

    def _event(self, event: AnyEvent | UnknownEvent, now: float) -> list[Happening]:
        match event:
            case Hello():
                if self.state == "greeting":
                    self.hello = event
                    self.state = "signing_in"
                    self._take_step(now)
                return []
            case Lagging():
                if self._placed:
                    self.whole.lagging(event.logs)
                return []
            case Restarting():
                self._backoff.told(event.come_back_ms)
                return []
            case Synced():
                if self.state != "replaying" or event.id != self._step_id:
                    return []
                self._synced(now)
                return [event]
            case Entry() | Span():
                return self._numbered(event, now)
            case UnknownEvent() if event.log and event.seq:
                return self._numbered(event, now)
            case _:
                return [event]

    def _numbered(self, entry: Numbered, now: float) -> list[Happening]:
        if not self._placed:
            return []
        if self.state == "replaying":  # a long one is no silence
            self._step(now)
        return self._entries(self.whole.entry(entry), now)

    def _entries(self, told: list[Happening], now: float) -> list[Happening]:
        """What follows from entries that were given, beside giving them."""
        for happening in told:
            if isinstance(happening, CommunityJoined) and happening.seq > self.whole.account_head:
                self._errand(ReadCommunity(id="", community=happening.community), carded)
            elif isinstance(happening, Reset) and self.whole.logs[happening.log].kind == "community":
                self._errand(ReadCommunity(id="", community=happening.log), carded)
            elif isinstance(happening, Reset) and self.state == "live":
                # Which logs, or which threads of a room, are mine is not known any more: sync anew.
                self._take_step(now)
        return told

    def _ok(self, ok: Ok, now: float) -> list[Happening]:
        if ok.id == self._step_id and self.state in ("signing_in", "syncing"):
            return self._stepped(ok, now)
        ask = self._asks.landed(ok.id)
        if ask is None:
            return []
        try:
            ask.result = self.encoding.decode_result(ask.command.Reply, ok.result)
        except msgspec.DecodeError as error:
            ask.fail(Unreadable(f"the reply is not of this protocol, and it may have been carried out: {error}"))
            self._odd(error)
            return [] if ask.errand is None else ask.errand(ask, now)
        if isinstance(ask.command, STANDING):
            self._standing[type(ask.command)] = ask.command
        self.answered(ask.command, ask.result)
        ask.become("sent")
        return [] if ask.errand is None else ask.errand(ask, now)

    def _refused(self, refused: Refused, now: float) -> list[Happening]:
        if refused.id == self._step_id and self.state in ("signing_in", "syncing"):
            self._step_refused(refused, now)
            return []
        ask = None if refused.id is None else self._asks.landed(refused.id)
        if ask is None or not self._asks.refused(ask, refused, now):
            return []
        ask.fail(refuse_of(refused))
        return [] if ask.errand is None else ask.errand(ask, now)

    # --- out

    def _pump(self, now: float) -> None:
        """Send whatever may go now."""
        if self.state != "live" or self.doomed:
            return
        for command in self.whole.holes():
            self._errand(command, self._filled)
        while ready := self._asks.ready(now, self._limits.in_flight):
            for ask in ready:
                try:
                    self._asks.sent(ask, self._send(ask.command), now)
                except Refuse as error:
                    self._asks.withdraw(ask, error)

    def _send(self, command: Command) -> str:
        self._ids += 1
        id = str(self._ids)
        self._out.append(written(command, id, self.encoding, self._limits))
        return id

    # --- errands: what the client asks for by itself

    def _errand(self, command: Command, done: Errand) -> None:
        self._asks.add(command, errand=done)

    def _filled(self, ask: Ask, now: float) -> list[Happening]:
        command = ask.command
        assert isinstance(command, ReadEntries)
        if isinstance(ask.error, Refuse) and ask.error.code.kind in ("gone", "auth"):
            return self.whole.gone(command)
        page = ask.result if isinstance(ask.result, EntryPage) else None
        return self._entries(self.whole.page(command, page, self.encoding.decode_numbered), now)
