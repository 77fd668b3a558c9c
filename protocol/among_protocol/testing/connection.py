"""The server's end of one connection: frames in, frames out, and who speaks."""

import hashlib
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from .. import codes
from ..base import Budget, Command, Entry, Event, Refused, Shape, Write
from ..codes import CloseCode, Refuse
from ..inbox import InboxMoved
from ..logs import Lagging, LogPassed
from ..malformed import Malformed
from ..posts import PostPublished
from ..presence import PresenceState
from ..session import Enable, Hello, Ping, Restarting, SignOut
from ..signing import ENTRANCES
from ..wire import Encoding
from .answers import ABSENT, COSTS, READS, WRITES, attention, drafts
from .interest import TOLD_EVERY, Interest, ranged

if TYPE_CHECKING:
    from .state import Person
    from .town import Town

GUESTS = (*ENTRANCES, Enable, Ping)  # what one may ask before signing in


def _nothing() -> None:
    pass


class Connection:
    """`out`: frames on their way to the client; a test may hold them back, drop, double or reorder them."""

    def __init__(self, town: "Town", encoding: Encoding) -> None:
        self.town = town
        self.encoding = encoding
        self.out: deque[bytes] = deque()
        self.account = ""
        self.session = ""  # id of the stored session, once signed in
        self.logs: set[str] = set()  # that it hears live
        self.synced = False
        self.interest = Interest(town, "")
        self.at: dict[str, int] = {}  # by log: up to which number it was told of
        self.presence: PresenceState = "offline"
        self.watching: set[str] = set()
        self.typed: dict[str, float] = {}  # by room: when that was told
        self.missed: set[str] | None = None  # while lagging: logs of which something was left out
        self.inbox_moved = False  # meanwhile
        self.closed: int | None = None  # close code, when the server has closed it
        self.reason = ""
        self.path = ""  # of the request, with what stands behind it
        self.told: list[Command] = []  # all it was asked
        self.malformed = 0
        self.news: Callable[[], None] = _nothing  # called when there is something in `out`, or it was closed
        self.say(self._hello())

    def _hello(self) -> Hello:
        town = self.town
        return Hello(
            versions=[1],
            server="among-testing/1",
            extensions=[],
            epoch=town.epoch,
            durability="memory",
            sign_up=town.sign_up_policy,
            ping_ms=town.ping_ms,
            deadline_ms=town.deadline_ms,
            sign_in_ms=town.sign_in_ms,
            limits=town.limits,
            search=True,
            at=town.clock.time(),
        )

    @property
    def person(self) -> "Person":
        """Who asks. Raises Refuse for who has not signed in."""
        found = self.town.people.get(self.account)
        if found is None:
            raise Refuse(codes.SIGN_IN_REQUIRED)
        return found

    # --- out

    def say(self, frame: Any) -> None:
        """One event, or anything else that has a form on the wire."""
        self._put(self.encoding.encode(frame))

    def _put(self, frame: bytes) -> None:
        self.out.append(frame)
        self.news()

    def hear(self, entry: Entry) -> None:
        """An entry was written."""
        log = entry.log
        if not self.synced or self.closed is not None or log not in self.logs or not self.interest.hears(log):
            return
        at = self.at.setdefault(log, (entry.first or entry.seq) - 1)
        if self.missed is not None:
            self.missed.add(log)
        elif self.interest.wants(entry):
            self.at[log] = entry.seq
            self.say(ranged(entry, at))
        elif entry.seq - at >= TOLD_EVERY:
            self.at[log] = entry.seq
            self.say(LogPassed(log=log, seq=entry.seq, first=at + 1))

    def notice(self, event: Event) -> None:
        """An event without a number. Of an inbox who lags is told when they keep up again: see `InboxMoved`."""
        if self.missed is not None and isinstance(event, InboxMoved):
            self.inbox_moved = True
        elif self.interest.notices(event):
            self.say(event)

    def ok(self, command: Command, result: Shape) -> None:
        self._put(self.encoding.ok(command.id, result, self._budget()))

    def refuse(self, id: str | None, why: Refuse) -> None:
        self.say(
            Refused(
                id=id,
                code=why.code.code,
                kind=why.code.kind,
                message=why.message,
                field=why.field,
                retry_after_ms=why.retry_after_ms,
                until=why.until,
                budget=self._budget(),
            )
        )

    def lag(self) -> None:
        """The client reads too slowly: from now on what comes live is left out."""
        self.missed = set() if self.missed is None else self.missed

    def catch_up(self) -> None:
        """It reads again: it is told where it lags."""
        missed, self.missed = self.missed, None
        if missed:
            heads = {id: self.town.logs[id].head for id in sorted(missed) if id in self.logs}
            self.at.update(heads)
            self.say(Lagging(logs=heads))
        if self.inbox_moved:
            self.inbox_moved = False
            state = attention.inbox(self.town, self.town.people[self.account])
            self.say(InboxMoved(read=state.read, unread=state.unread))

    def close(self, code: CloseCode | int, reason: str = "") -> None:
        """After what is on its way."""
        if self.closed is None:
            self.closed, self.reason = int(code), reason
            self.town.gone(self)
            self.news()

    def restart(self, come_back_ms: int) -> None:
        """The server goes. Who lags is only closed."""
        if self.missed is None:
            self.say(Restarting(come_back_ms=come_back_ms))
        self.close(CloseCode.RESTARTING, "the server restarts")

    # --- in

    def received(self, data: bytes) -> None:
        """A frame came. Never raises."""
        if self.closed is not None:
            return
        try:
            command = self.encoding.decode_command(data)
        except Malformed as error:
            self.refuse(error.id, Refuse(error.code, error.message, field=error.field))
            if error.code is codes.MALFORMED:
                self.malformed += 1
                if self.malformed >= self.town.limits.malformed_frames:
                    self.close(CloseCode.MALFORMED, "too many malformed frames")
            return
        self.told.append(command)
        try:
            self._guard(command)
            refusal = self.town.refusal(self.account, command)
            if refusal is not None and refusal.carried_out:
                self.answer(command)
                self.out.pop()  # the reply
            if refusal is not None:
                wait = refusal.retry_after_ms if refusal.code.kind == "wait" else 0
                raise Refuse(refusal.code, retry_after_ms=wait)
            self.answer(command)
        except Refuse as why:
            self.refuse(command.id, why)

    def answer(self, command: Command) -> None:
        """Carry it out, and reply. Raises Refuse."""
        if type(command) in ABSENT:
            raise Refuse(
                codes.UNKNOWN_COMMAND, "A server in memory does not know this command: ask a real one.", field="type"
            )
        if isinstance(command, Write):
            self._write(command)
        elif type(command) in READS:
            result = READS[type(command)](self, command)
            if result is not None:
                self.ok(command, result)
        else:
            raise Refuse(codes.UNKNOWN_COMMAND, field="type")
        if isinstance(command, SignOut):
            ended = [row for row in self.town.sessions.values() if row.id == self.session]
            self.town.end_sessions(ended, "signed out")

    def _write(self, command: Write) -> None:
        """The same nonce gives the first result again."""
        town = self.town
        if type(command) not in WRITES:
            raise Refuse(codes.UNKNOWN_COMMAND, field="type")
        if not (command.nonce.isascii() and command.nonce.isprintable()):
            raise Refuse(codes.FIELD_INVALID, "A nonce is made of printable ASCII characters.", field="nonce")
        key = (self.account, command.nonce)
        digest = self._digest(command)
        repeat = key in town.nonces
        if not repeat:
            entry = WRITES[type(command)](town, self.person, command)
            town.nonces[key] = (digest, entry)
            if isinstance(entry, PostPublished):
                drafts.published(self, entry)
        before, entry = town.nonces[key]
        if before and before != digest:
            raise Refuse(codes.NONCE_CONFLICT, field="nonce")
        encoded = self.encoding.encode(entry)
        self._put(self.encoding.ok_written(command.id, encoded, repeat, self._budget()))

    @staticmethod
    def _digest(command: Write) -> bytes:
        """Everything but the id makes two commands the same."""
        return hashlib.blake2b(msgspec.json.encode(msgspec.structs.replace(command, id="")), digest_size=16).digest()

    def _guard(self, command: Command) -> None:
        """Raises Refuse: not signed in, signed in already, too much at once."""
        if not self.account and not isinstance(command, GUESTS):
            raise Refuse(codes.SIGN_IN_REQUIRED)
        if self.account and isinstance(command, ENTRANCES):
            raise Refuse(codes.SIGNED_IN_ALREADY)
        cost = COSTS.get(type(command), 5)
        wait = self.town.budgets.spend(self._purse, cost)
        if wait:
            raise Refuse(codes.RATE_LIMITED, retry_after_ms=wait)

    @property
    def _purse(self) -> str:
        """Whose budget is spent."""
        return self.account or f"connection {id(self)}"

    def _budget(self) -> Budget | None:
        return self.town.budgets.told(self._purse)
