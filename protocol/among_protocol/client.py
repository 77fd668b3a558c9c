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
from msgspec import Struct

from .accounts import Account
from .asking import Ask, Asks, refuse_of
from .base import Budget, Command, Entry, Ok, Refused, Shape, Write
from .codes import BAD_CREDENTIALS, Refuse, comes_back
from .communities import CommunityJoined, ReadCommunity
from .happenings import Card, Down, Happening, Positions, Reset, Stopped, Up
from .logs import ChangedLogs, EntryPage, Lagging, ReadChanged, ReadEntries, Sync, Synced, SyncStarted
from .presence import SetPresence, WatchPresence
from .session import Enable, Hello, Ping, SignedIn, SignIn, SignUp
from .whole import Whole
from .wire import JSON, AnyEvent, Encoding, Malformed, UnknownEvent, tag_of

LinkState = Literal["down", "greeting", "signing_in", "syncing", "replaying", "live", "stopped"]

BACKOFF_BASE = 0.25  # seconds; the bound of the first delay, doubled with each try
BACKOFF_MOST = 30.0  # seconds
STABLE = 10.0  # seconds of being live after which a cut counts as the first one again
STEP_WITHIN = 30.0  # seconds for each step on the way from connected to live
STRANGE_FRAMES = 10  # frames that are none of the protocol, after which the connection is given up
IN_FLIGHT = 64  # until hello has told

STANDING: tuple[type[Command], ...] = (Enable, SetPresence, WatchPresence)  # true of a session: said again on the next


class Credentials(Struct, kw_only=True):
    """Who signs in. With a token nothing else is needed; one that was given takes the place of the password."""

    token: str = ""
    handle: str = ""
    password: str = ""
    sign_up: bool = False  # make the account
    display_name: str | None = None
    invite: str | None = None
    device: str = ""


class Client:
    """One account on one server. See the module for who calls what."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        encoding: Encoding = JSON,
        positions: Positions | None = None,
        from_start: bool = False,
        rng: random.Random | None = None,
    ) -> None:
        self.credentials = credentials
        self.encoding = encoding
        self.state: LinkState = "down"
        self.hello: Hello | None = None  # of the newest connection
        self.account: Account | None = None
        self.budget: Budget | None = None  # as last told on this connection
        self.whole = Whole(positions or Positions(), from_start=from_start)
        self.doomed = ""  # why the connection must be cut; empty while it is good
        self.error: Exception | None = None  # once stopped: why
        self.retry_at: float | None = None  # once lost: when to connect again
        self._rng = rng or random.SystemRandom()
        self._asks = Asks()
        self._errands: dict[int, Callable[[Ask, float], list[Happening]]] = {}  # own asks -> what to do with the reply
        self._out: list[bytes] = []
        self._ids = 0
        self._step_id = ""  # id of the sign-in or sync under way
        self._step_by = 0.0  # time by which the step under way must be done
        self._step_at = 0.0  # time to begin the step again, after a refusal to wait; 0: it is under way
        self._heard = 0.0  # time of the last sign of life
        self._live_at: float | None = None
        self._tries = 0  # connections lost in a row without having been stable
        self._strange = 0
        self._session = ""
        self._named = False  # the sync under way named positions
        self._probing = False
        self._standing: dict[type[Command], Command] = {}
        self._try_password = False  # a sign-up may have succeeded without our hearing of it

    # --- what the owner of the socket calls

    def connected(self, now: float) -> None:
        """The WebSocket is open. The server speaks first."""
        self.state = "greeting"
        self.doomed = ""
        self.retry_at = None
        self._out.clear()
        self._strange = 0
        self._heard = now
        self._step(now)

    def heard(self, now: float) -> None:
        """Bytes came, whatever they were."""
        self._heard = now

    def received(self, data: bytes, now: float) -> list[Happening]:
        """A frame came."""
        self._heard = now
        try:
            event, ok, refused = self.encoding.decode_server(data)
        except Malformed as error:
            self._strange += 1
            if self._strange >= STRANGE_FRAMES:
                self.doomed = f"not the protocol: {error}"
            return []
        told: list[Happening] = []
        if ok is not None:
            self.budget = ok.budget or self.budget
            told = self._ok(ok, now)
        elif refused is not None:
            self.budget = refused.budget or self.budget
            told = self._refused(refused, now)
        elif event is not None:
            told = self._event(event, now)
        self._pump(now)
        return told

    def outgoing(self) -> list[bytes]:
        """The frames to send now; each is returned once."""
        out, self._out = self._out, []
        return out

    def lost(self, code: int, now: float, reason: str = "") -> list[Happening]:
        """The connection ended, or could not be had (then 1006)."""
        if self.state == "stopped":
            return []
        if self.state == "live" and self._live_at is not None and now - self._live_at >= STABLE:
            self._tries = 0
        self.state = "down"
        self._live_at = None
        self._probing = False
        self._out.clear()
        self.whole.cut()
        self._asks.cut()
        self._errands.clear()
        reason = self.doomed or reason
        self.doomed = ""
        if not comes_back(code):
            self.stop(Stopped(code, reason))
            return [Down(code=code, reason=reason, retry_in=None)]
        delay = self._rng.uniform(0, min(BACKOFF_MOST, BACKOFF_BASE * 2 ** min(self._tries, 16)))
        self._tries += 1
        self.retry_at = now + delay
        return [Down(code=code, reason=reason, retry_in=delay)]

    def tick(self, now: float) -> None:
        """Time has passed."""
        if self.state in ("down", "stopped"):
            return
        if self.state != "live" and now >= self._step_by:
            self.doomed = self.doomed or f"no answer while {self.state.replace('_', ' ')}"
        if self.hello is not None and now >= self._heard + self._silence:
            self.doomed = self.doomed or "nothing was heard for too long"
        if self._step_at and now >= self._step_at:
            self._begin_step(now)
        if self.state == "live":
            self._asks.late(now)
        self._pump(now)

    def wake(self) -> float | None:
        """When `tick` must be called at the latest."""
        if self.state in ("down", "stopped"):
            return None
        times = [self._heard + self._silence]
        if self.state == "live":
            asks = self._asks.wake()
            times += [asks] if asks is not None else []
        else:
            times += [self._step_by]
        times += [self._step_at] if self._step_at else []
        return min(times)

    def stop(self, error: Exception) -> None:
        """It is over: whatever is not decided fails."""
        self.state = "stopped"
        self.error = self.error or error
        self.retry_at = None
        for ask in list(self._asks.all()):
            self._asks.withdraw(ask)
            ask.fail(error)

    # --- what the user asks

    def ask(self, command: Command, now: float, watch: Callable[[Ask], None] | None = None) -> Ask:
        """Ask, now or as soon as there is a connection. The id is filled in, and so is the nonce of a write without.

        Raises Refuse for what the protocol does not allow, as the server would."""
        if isinstance(command, (Sync, SignIn, SignUp)):
            raise TypeError(f"{tag_of(type(command))} is the client's own business")
        if isinstance(command, Write) and not command.nonce:
            command = msgspec.structs.replace(command, nonce=self.nonce())
        try:
            self.encoding.decode_command(self.encoding.encode(msgspec.structs.replace(command, id="0")))
        except Malformed as error:
            raise Refuse(error.code, error.message, field=error.field) from None
        if self.error is not None:
            raise self.error
        ask = self._asks.add(command, watch)
        self._pump(now)
        return ask

    def withdraw(self, ask: Ask) -> None:
        """Don't try again; what is on the wire may still be carried out."""
        self._asks.withdraw(ask)

    def nonce(self) -> str:
        return f"{self._rng.getrandbits(96):024x}"

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

    # --- steps from connected to live

    @property
    def _silence(self) -> float:
        if self.hello is None:
            return STEP_WITHIN
        return (self.hello.ping_ms + self.hello.deadline_ms) / 1000

    def _step(self, now: float) -> None:
        self._step_by = now + STEP_WITHIN
        self._step_at = 0.0

    def _begin_step(self, now: float) -> None:
        """Send what this state is about."""
        self._step(now)
        if self.state == "signing_in":
            self._step_id = self._send(self._sign_in(), now)
        elif self.state in ("syncing", "live"):
            positions = self.whole.positions
            most = self.hello.limits.positions if self.hello else 1000
            named = dict(sorted(positions.logs.items(), key=lambda item: item[0] != self.whole.account)[:most])
            self._named = bool(named)
            self.state = "syncing"
            self._step_id = self._send(Sync(id="", epoch=positions.epoch, positions=named, cards=True), now)

    def _sign_in(self) -> Command:
        mine = self.credentials
        if mine.token:
            return SignIn(id="", token=mine.token, device=mine.device)
        if mine.sign_up and not self._try_password:
            self._try_password = True
            return SignUp(
                id="",
                handle=mine.handle,
                password=mine.password,
                display_name=mine.display_name,
                invite=mine.invite,
                device=mine.device,
            )
        return SignIn(id="", handle=mine.handle, password=mine.password, device=mine.device)

    def _stepped(self, ok: Ok, now: float) -> list[Happening]:
        """The sign-in or the sync was carried out."""
        if self.state == "signing_in":
            signed_in: SignedIn = self.encoding.decode_result(SignedIn, ok.result)
            self.account, self._session = signed_in.account, signed_in.session
            if signed_in.token:
                self.credentials = Credentials(token=signed_in.token, device=self.credentials.device)
            self.state = "syncing"
            self._begin_step(now)
            return []
        sync: SyncStarted = self.encoding.decode_result(SyncStarted, ok.result)
        self.state = "replaying"
        self._step(now)
        assert self.hello is not None
        self.account = sync.account or self.account
        assert self.account is not None
        up = Up(hello=self.hello, account=self.account, session=self._session, sync=sync, resumed=self._named)
        return [up, *self.whole.started(sync)]

    def _step_refused(self, refused: Refused, now: float) -> None:
        if refused.kind == "wait":
            self._step_at = now + max(refused.retry_after_ms / 1000, 0.05)
            self._step_by = self._step_at + STEP_WITHIN
        elif refused.kind == "bug":
            self.doomed = f"{refused.code}: {refused.message}"
        elif refused.code == BAD_CREDENTIALS.code and self.credentials.sign_up and self._try_password:
            self._try_password = False  # so the sign-up had not succeeded
            self._begin_step(now)
        else:
            self.stop(refuse_of(refused))

    # --- frames

    def _event(self, event: AnyEvent | UnknownEvent, now: float) -> list[Happening]:
        if isinstance(event, Entry):
            return self._entries(self.whole.entry(event), now)
        if isinstance(event, UnknownEvent):
            if event.log and event.seq:
                return self._entries(self.whole.entry(event), now)
            return [event]
        if isinstance(event, Hello):
            if self.state == "greeting":
                self.hello = event
                self.state = "signing_in"
                self._begin_step(now)
            return []
        if isinstance(event, Synced):
            if self.state != "replaying" or event.id != self._step_id:
                return []
            self.whole.synced()
            self.state = "live"
            self._live_at = self._live_at or now
            for command in self._standing.values():
                self._errand(command, _nothing)
            return [event]
        if isinstance(event, Lagging):
            self.whole.lagging(event.logs)
            return []
        return [event]

    def _entries(self, told: list[Happening], now: float) -> list[Happening]:
        """What follows from entries that were given, beside giving them."""
        for happening in told:
            if isinstance(happening, CommunityJoined) and happening.community in self.whole.opening:
                self._errand(ReadCommunity(id="", community=happening.community), self._carded)
            elif isinstance(happening, Reset) and self.state == "live":
                if happening.log == self.whole.account:
                    self._begin_step(now)  # which logs are mine is unknown now: sync anew
                elif self.whole.logs[happening.log].kind == "community":
                    self._errand(ReadCommunity(id="", community=happening.log), self._carded)
        return told

    def _ok(self, ok: Ok, now: float) -> list[Happening]:
        if ok.id == self._step_id and self.state in ("signing_in", "syncing"):
            return self._stepped(ok, now)
        ask = self._asks.landed(ok.id)
        if ask is None:
            return []
        try:
            result: Shape = self.encoding.decode_result(ask.command.Reply, ok.result)
        except msgspec.DecodeError as error:
            ask.fail(error)
            return []
        ask.result = result
        if isinstance(ask.command, STANDING):
            self._standing[type(ask.command)] = ask.command
        ask.become("sent")
        errand = self._errands.pop(ask.number, None)
        return [] if errand is None else errand(ask, now)

    def _refused(self, refused: Refused, now: float) -> list[Happening]:
        if refused.id is None:
            return []
        if refused.id == self._step_id and self.state in ("signing_in", "syncing"):
            self._step_refused(refused, now)
            return []
        ask = self._asks.landed(refused.id)
        if ask is None or not self._asks.refused(ask, refused, now):
            return []
        ask.fail(refuse_of(refused))
        errand = self._errands.pop(ask.number, None)
        return [] if errand is None else errand(ask, now)

    # --- errands: what the client asks for by itself

    def _errand(self, command: Command, done: Callable[[Ask, float], list[Happening]]) -> None:
        ask = self._asks.add(command)
        ask.own = True
        self._errands[ask.number] = done

    def _filled(self, ask: Ask, now: float) -> list[Happening]:
        command = ask.command
        assert isinstance(command, ReadEntries)
        if isinstance(ask.result, EntryPage):
            entries = [self.encoding.decode_entry(raw) for raw in ask.result.entries]
            return self._entries(self.whole.page(command.log, entries, ask.result.floor), now)
        if isinstance(ask.error, Refuse) and ask.error.code.kind in ("gone", "auth"):
            return self.whole.gone(command.log)
        return self._entries(self.whole.page(command.log, [], 0), now)

    def _probed(self, ask: Ask, now: float) -> list[Happening]:
        """Where do my new logs stand? A ping as a fence: what was live before the answer has come before its reply."""
        changed = ask.result
        states = changed.logs if isinstance(changed, ChangedLogs) else []

        def fenced(ask: Ask, now: float) -> list[Happening]:
            self._probing = False
            return self._entries(self.whole.settle(states), now)

        self._errand(Ping(id=""), fenced)
        return []

    def _carded(self, ask: Ask, now: float) -> list[Happening]:  # noqa: ARG002  # the shape of an errand
        return [] if ask.result is None else [Card(ask.result)]  # type: ignore[arg-type]  # the Reply of ReadCommunity

    # --- out

    def _pump(self, now: float) -> None:
        """Send whatever may go now."""
        if self.state != "live" or self.doomed:
            return
        for log, after, until in self.whole.holes():
            self._errand(ReadEntries(id="", log=log, after=after, until=until), self._filled)
        if self.whole.opening and not self._probing:
            self._probing = True
            positions = self.whole.positions
            self._errand(ReadChanged(id="", epoch=positions.epoch, positions=positions.logs), self._probed)
        free = self.hello.limits.in_flight if self.hello else IN_FLIGHT
        for ask in self._asks.ready(now, free):
            self._asks.sent(ask, self._send(ask.command, now), now)

    def _send(self, command: Command, now: float) -> str:  # noqa: ARG002  # the time of what is sent, for who traces
        self._ids += 1
        id = str(self._ids)
        self._out.append(self.encoding.encode(msgspec.structs.replace(command, id=id)))
        return id


def _nothing(ask: Ask, now: float) -> list[Happening]:  # noqa: ARG001  # the shape of an errand
    return []
