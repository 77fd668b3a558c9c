"""Commands on their way: which may be sent now, which wait, which go again. No clock: time comes in.

1. A write goes again, with its nonce, until `ok` or a final `refused` decides; that is safe, since the server knows
   the nonce. So do reads and registers, which can be repeated; only what is about this moment fails with the link.
2. Writes that name the same place leave one at a time, in the order asked: a retry never lets a later one overtake. So
   does what sets the same kind of register, of which the last value counts.
3. `sending` -> `sent` | `failed`; in between `unconfirmed`, when the link went, the reply is late, or the server itself
   does not know (`storage.uncertain`). It still goes on: a write that may have been carried out is not given up because
   the server says to wait, since failing it would say that nothing happened.
4. A password is changed once: asked again, the server would refuse the old one, as if nothing had been done.
5. Patience with being told to wait ends for what the user asked. What the client asks for by itself, as a page of a
   log, goes again for as long as the connection lives, less and less often.
"""

import bisect
import math
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from .base import Command, Refused, Shape, Write
from .codes import ERROR_CODES, FIELD_INVALID, FIELD_TOO_LONG, STORAGE_UNCERTAIN, ErrorCode, Refuse
from .happenings import ConnectionLost, Happening
from .malformed import Malformed
from .passwords import ChangePassword
from .presence import StartTyping
from .session import Limits
from .wire import Encoding, tag_of

AskState = Literal["sending", "unconfirmed", "sent", "failed"]

REPLY_WITHIN = 10.0  # seconds until a reply counts as late; doubles with each try, up to eight times
PATIENCE = 120.0  # seconds for which a command that is told to wait goes again
PAUSE = 0.05  # seconds that such a command waits at least; the client's own doubles it with each refusal, up to 6.4
BUG_TRIES = 3  # times a command goes that meets a mistake of the server
# Verbs of commands without a nonce that set something: of two the later one holds.
SETTING = ("set", "remove", "mark", "follow", "unfollow", "watch", "enable")
PENDING = 1000  # commands that may wait at once; more is a program that does not look


class Ask:
    """One command, and what became of it. `watch` is called at each change of state."""

    def __init__(
        self,
        command: Command,
        number: int,
        watch: "Callable[[Ask], None] | None" = None,
        errand: "Errand | None" = None,
    ) -> None:
        self.command = command
        self.number = number  # order of asking
        self.watch = watch
        self.errand = errand  # the client's own: what to do with the reply; its user does not know of it
        self.state: AskState = "sending"
        self.result: Shape | None = None  # the command's `Reply`, once sent
        self.error: Exception | None = None  # once failed: Refuse, ConnectionLost, or why it was given up
        self.id = ""  # of the try under way; empty while it waits
        self.tries = 0
        self.bugs = 0  # tries that met a mistake of the server
        self.waits = 0  # tries that were told to wait
        self.told: Refused | None = None  # to wait, while it does
        self.not_before = 0.0  # time of the next try
        self.late_at = 0.0  # time when the reply of this try is late
        self.patient_until: float | None = None  # set by the first refusal of class `wait`
        self.lane = _lane(command)
        self.once = isinstance(command, ChangePassword)  # rule 4

    @property
    def decided(self) -> bool:
        return self.state in ("sent", "failed")

    def waiting(self, now: float) -> Refuse | None:
        """What it was told that waits for its time to go again, and is certainly not carried out; and how long that is still."""
        if self.told is None or self.state != "sending" or self.not_before <= now:
            return None
        left = math.ceil((self.not_before - now) * 1000)
        return refuse_of(msgspec.structs.replace(self.told, retry_after_ms=left))

    def forget_waits(self) -> None:
        """It may go at once, and may be told to wait as if for the first time."""
        self.not_before, self.patient_until = 0.0, None
        self.waits, self.told = 0, None

    def become(self, state: AskState) -> None:
        if self.state != state:
            self.state = state
            if self.watch is not None:
                self.watch(self)

    def fail(self, error: Exception) -> None:
        self.error = error
        self.become("failed")


Errand = Callable[[Ask, float], list[Happening]]


def _lane(command: Command) -> str:
    """What it writes to; empty when order does not matter."""
    if isinstance(command, Write):
        return str(getattr(command, "room", "") or getattr(command, "community", "") or "account")
    noun, _, verb = tag_of(type(command)).partition(".")
    return noun if verb in SETTING else ""


def check(command: Command, encoding: Encoding, limits: Limits | None) -> None:
    """Raises Refuse for what no server would take: a frame that is none costs the connection in the end."""
    try:
        encoding.decode_command(written(command, "0", encoding, limits))
    except Malformed as error:
        raise Refuse(error.code, error.message, field=error.field) from None
    except (TypeError, ValueError) as error:  # what has no form on the wire: a lone surrogate, an object of one's own
        raise Refuse(FIELD_INVALID, str(error)) from None


def written(command: Command, id: str, encoding: Encoding, limits: Limits | None) -> bytes:
    """The frame of a command. Raises Refuse for one that is too long: it would cost the connection each time."""
    frame = encoding.encode(msgspec.structs.replace(command, id=id))
    if limits is not None and len(frame) > limits.frame_bytes:
        raise Refuse(FIELD_TOO_LONG, f"A frame has at most {limits.frame_bytes} bytes: make it shorter.")
    return frame


def refuse_of(refused: Refused) -> Refuse:
    """A refusal as an exception; a code that this version does not know keeps its class."""
    known = ERROR_CODES.get(refused.code)
    code = ErrorCode(refused.code, refused.kind, known.message if known else refused.message)
    return Refuse(
        code, refused.message, field=refused.field, retry_after_ms=refused.retry_after_ms, until=refused.until
    )


class Asks:
    """All commands that are not decided."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting: list[Ask] = []  # by number
        self._flying: dict[str, Ask] = {}  # by the id of the try

    def __len__(self) -> int:
        """How many of the user's own are undecided."""
        return sum(ask.errand is None for ask in self.all())

    def all(self) -> Iterator[Ask]:
        yield from self._flying.values()
        yield from self._waiting

    def add(self, command: Command, *, watch: Callable[[Ask], None] | None = None, errand: Errand | None = None) -> Ask:
        self._count += 1
        ask = Ask(command, self._count, watch, errand)
        bisect.insort(self._waiting, ask, key=_number)
        return ask

    def ready(self, now: float, free: int) -> list[Ask]:
        """Those that may be sent now, when so many more may be in flight."""
        busy = {ask.lane for ask in self._flying.values()}
        found: list[Ask] = []
        for ask in self._waiting:
            if ask.not_before <= now:
                ask.not_before = 0.0  # due: `wake` need not tell of it again
            if len(found) >= free - len(self._flying):
                continue
            if ask.lane:
                if ask.lane in busy:
                    continue
                busy.add(ask.lane)  # also when it waits: later ones must not overtake
            if not ask.not_before:
                found.append(ask)
        return found

    def sent(self, ask: Ask, id: str, now: float) -> None:
        """It is on the wire, under this id."""
        self._waiting.remove(ask)
        ask.id = id
        ask.late_at = math.inf if ask.once else now + REPLY_WITHIN * 2 ** min(ask.tries, 3)
        ask.tries += 1
        ask.told = None
        self._flying[id] = ask

    def landed(self, id: str) -> Ask | None:
        """The one that a reply with this id is for."""
        return self._flying.pop(id, None)

    def again(self, ask: Ask, at: float) -> None:
        """It goes once more, not before this time."""
        self._flying.pop(ask.id, None)
        ask.id = ""
        ask.not_before = at
        bisect.insort(self._waiting, ask, key=_number)

    def refused(self, ask: Ask, refused: Refused, now: float) -> bool:
        """A refusal has landed. True when it decides; else the command goes again."""
        if ask.once and refused.code == STORAGE_UNCERTAIN.code:
            return True
        if refused.kind == "wait":
            if ask.patient_until is None:
                ask.patient_until = now + PATIENCE
            pause = PAUSE if ask.errand is None else PAUSE * 2 ** min(ask.waits, 7)
            at = now + max(refused.retry_after_ms / 1000, pause)
            ask.waits += 1
            ask.told = refused
            if refused.code == STORAGE_UNCERTAIN.code:
                ask.become("unconfirmed")
            in_doubt = ask.state == "unconfirmed" and isinstance(ask.command, Write)
            if at <= ask.patient_until or in_doubt or ask.errand is not None:
                self.again(ask, at)
                return False
        elif refused.kind == "bug":
            ask.bugs += 1
            if ask.bugs < BUG_TRIES:
                self.again(ask, now + ask.bugs)
                return False
        return True

    def late(self, now: float) -> None:
        """Whose reply is overdue goes again; the server knows a write by its nonce."""
        for ask in [ask for ask in self._flying.values() if ask.late_at <= now]:
            self.again(ask, now)
            ask.become("unconfirmed")

    def cut(self) -> None:
        """The connection went. What is about that connection, or that moment, fails; the rest goes on the next one."""
        flying = list(self._flying.values())
        for ask in flying:
            if ask.once:
                self.withdraw(
                    ask, ConnectionLost("the connection went before the reply came: it may have been carried out")
                )
            else:
                self.again(ask, 0.0)
        for ask in list(self._waiting):
            ask.forget_waits()  # how busy it is then is another matter
            if ask.errand is not None or isinstance(ask.command, StartTyping):
                self._waiting.remove(ask)
                ask.fail(ConnectionLost("the connection went before the reply came"))
        for ask in flying:
            if not ask.decided:
                ask.become("unconfirmed")

    def withdraw(self, ask: Ask, error: Exception) -> None:
        """It is not tried again; what is on the wire already may still be carried out."""
        self._flying.pop(ask.id, None)
        if ask in self._waiting:
            self._waiting.remove(ask)
        if not ask.decided:
            ask.fail(error)

    def wake(self) -> float | None:
        """When something is due next."""
        times = [ask.late_at for ask in self._flying.values()]
        times += [ask.not_before for ask in self._waiting if ask.not_before]
        return min(times, default=None)


def _number(ask: Ask) -> int:
    return ask.number
