"""The truth of a test server: pure, in memory, no clock but the one that it is given, small enough to be read.

Frames go in and out as bytes, at a Connection. Every entry is written by `write`, which tells whoever hears its log at
once, before anybody gets a reply. `said` keeps all that was ever in a log, by epoch, so that a test can say whether
what a client gave was really there.

Nothing is kept over the end of the process.
"""

import base64
import hashlib
import itertools
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from .. import codes, text
from ..accounts import AccountCreated
from ..base import Command, Entry, Event
from ..codes import CloseCode, ErrorCode, Refuse
from ..dnd import is_on
from ..inbox import is_notice
from ..logs import LogKind, Sync
from ..lookalikes import skeleton
from ..messages import MessageSent
from ..posts import PostPublished
from ..presence import PresenceChanged, PresenceState
from ..session import Limits
from ..signing import ENTRANCES
from ..status import Status
from ..wire import JSON, Encoding
from . import mentions
from .answers import attention, retention
from .budgets import Budgets
from .clock import Clock
from .connection import Connection
from .limits import LIMITS
from .names import apart, deaf
from .state import (
    BanRow,
    CommunityRow,
    Log,
    MemberRow,
    Novelty,
    Person,
    ReportRow,
    RoomRow,
    SessionRow,
)

PASSWORD = "correct horse"  # noqa: S105  # of everybody whom a test brings in
Thing = Literal["account", "community", "room", "direct", "member", "session"]
E = TypeVar("E", bound=Entry)


class Refusal(NamedTuple):
    """What a test wants a command to be answered with. See Town.refuse."""

    code: ErrorCode
    retry_after_ms: int
    carried_out: bool
    commands: tuple[type[Command], ...]


class Town:
    """Everybody's truth. `limits` and `clock` are what it enforces and tells."""

    def __init__(self, *, limits: Limits = LIMITS, clock: Clock | None = None, sign_up: str = "open") -> None:
        self.limits = msgspec.structs.replace(limits)
        self.clock = clock or Clock()
        self.budgets = Budgets(self.limits, self.clock)
        self.sign_up_policy = sign_up
        self.ping_ms, self.deadline_ms, self.sign_in_ms = 20_000, 10_000, 10_000
        self.epoch = "e1"
        self.logs: dict[str, Log] = {}
        self.said: dict[tuple[str, str, int], Entry] = {}  # (epoch, log, seq) -> what was there
        self.people: dict[str, Person] = {}  # by account id
        self.members: dict[str, MemberRow] = {}
        self.communities: dict[str, CommunityRow] = {}
        self.rooms: dict[str, RoomRow] = {}
        self.sessions: dict[str, SessionRow] = {}  # by token
        self.bans: dict[tuple[str, str], BanRow] = {}  # by account and community
        self.reports: dict[tuple[str, int], ReportRow] = {}  # by community and number: those that wait
        self.departures: Counter[tuple[str, str]] = Counter()  # by account and private room: how often they left it
        self.nonces: dict[tuple[str, str], tuple[bytes, Entry]] = {}  # (account, nonce) -> digest, what was written
        self.connections: list[Connection] = []
        self.refusals: deque[Refusal | None] = deque()
        self._count = itertools.count(1)
        # Does something in so many seconds, where there is somebody to count them: told to the town by its server.
        self.later: Callable[[float, Callable[[], None]], object] = lambda seconds, do: None
        self._told: dict[str, tuple[PresenceState, Status | None]] = {}  # by member: what watchers heard last

    # --- names

    def new_id(self, kind: Thing, name: str) -> str:
        """An id like a real one; the same ones each time, in the order of asking."""
        del name  # for those who want readable ids
        digest = hashlib.blake2b(f"{kind} {next(self._count)}".encode(), digest_size=10).digest()
        prefix = "r" if kind == "direct" else kind[0]
        return f"{prefix}_{base64.b32encode(digest).decode().lower()}"

    def person(self, handle: str) -> Person:
        """Raises Refuse `account.gone`."""
        for person in self.people.values():
            if person.handle == handle:
                return person
        raise Refuse(codes.ACCOUNT_GONE, field="handle")

    def community(self, name: str) -> CommunityRow | None:
        """By id or slug."""
        named = name.lower()
        return next((row for row in self.communities.values() if named in (row.id, row.slug)), None)

    def member(self, account: str, place: str) -> MemberRow | None:
        """Who an account is in a place; also who has left it."""
        return next((row for row in self.members.values() if (row.account, row.place) == (account, place)), None)

    def stewards_of(self, community: str) -> str:
        """The id of a community's stewards' log."""
        return f"w{community[1:]}"

    def stewarded(self, log: str) -> str:
        """The community of a stewards' log; the log itself when it is none."""
        return next((id for id in self.communities if self.stewards_of(id) == log), log)

    def banned(self, account: str, community: str) -> BanRow | None:
        """The ban that holds."""
        found = self.bans.get((account, community))
        return found if found is not None and found.holds(self.clock.time()) else None

    def inside(self, place: str) -> list[MemberRow]:
        """Who is in a place now."""
        return [row for row in self.members.values() if row.place == place and not row.left]

    def room(self, name: str) -> RoomRow:
        """By id, or as `community/room`. Raises LookupError: for tests, not for clients."""
        if name in self.rooms:
            return self.rooms[name]
        slug, _, room = name.partition("/")
        community = self.community(slug)
        for row in self.rooms.values():
            if community is not None and (row.community, row.slug) == (community.id, room):
                return row
        raise LookupError(f"there is no room {name!r} on this server")

    def visible(self, account: str, room: str, field: str = "room") -> tuple[RoomRow, MemberRow]:
        """The room, and who the account is in it. Raises Refuse `room.gone`, about the `field` that named it."""
        row = self.rooms.get(room)
        if row is not None:
            member = self.member(account, row.place)
            if member is not None and not member.left and (row.for_all or room in self.people[account].logs):
                return row, member
        raise Refuse(codes.ROOM_GONE, field=field)

    # --- what is written

    def log(self, id: str, kind: LogKind) -> Log:
        return self.logs.setdefault(id, Log(id, kind))

    def next(self, log: str) -> int:
        """The number of the next entry."""
        return self.logs[log].head + 1

    def write(self, entry: E) -> E:
        """Append, and tell whoever hears it."""
        log = self.logs[entry.log]
        assert entry.seq > log.head
        log.entries.append(entry)
        self.said[self.epoch, entry.log, entry.seq] = entry
        if entry.log in self.people and is_notice(entry):
            mentions.put_inbox(self.people[entry.log], "notice", entry.log, entry.seq)
        for connection in self.connections:
            connection.hear(entry)
        attention.recount(self)
        return entry

    def sign_up(self, handle: str, password: str = PASSWORD, display_name: str = "") -> Person:
        """Raises Refuse: what is no handle, or taken."""
        try:
            folded = text.handle(handle)
        except text.TextError as error:
            raise Refuse(codes.FIELD_INVALID, f"A handle has {error}.", field="handle") from None
        if text.is_reserved(folded):
            raise Refuse(codes.HANDLE_RESERVED, field="handle")
        claimed = (row.handle for row in self.members.values() if row.claimed and not row.left)
        taken = [*(person.handle for person in self.people.values()), *claimed]
        if folded in taken:
            raise Refuse(codes.HANDLE_TAKEN, field="handle")
        if skeleton(folded) in map(skeleton, taken):
            raise Refuse(codes.HANDLE_LOOKALIKE, field="handle")
        person = Person(id := self.new_id("account", folded), folded, display_name or folded, password)
        person.logs[id] = "account"
        self.people[id] = person
        self.log(id, "account")
        self.write(AccountCreated(log=id, seq=1, at=self.clock.time(), handle=folded, display_name=person.display_name))
        return person

    def open_session(self, person: Person, device: str = "") -> SessionRow:
        """A stored session, with a token of its own."""
        id = self.new_id("session", person.handle)
        row = SessionRow(id, person.id, f"among_{id}", device, self.clock.time())
        self.sessions[row.token] = row
        return row

    def end_sessions(self, ended: list[SessionRow], reason: str) -> None:
        """Their tokens are void, and their connections are closed."""
        for row in ended:
            del self.sessions[row.token]
            for connection in [one for one in self.connections if one.session == row.id]:
                connection.close(CloseCode.SIGNED_OUT, reason)

    def say(
        self, account: str, room: RoomRow, member: MemberRow, body: str, nonce: str = "", reply_to: int = 0, **more: Any
    ) -> MessageSent:
        """A message, with whom it mentions; one's own marker moves along, unless it is in a thread."""
        mentioned = mentions.of(self, room, body)
        everybody = not more.get("thread") and mentions.everybody(room, member, body)
        names, at, seq = [row.id for row in mentioned], self.clock.time(), self.next(room.id)
        said: dict[str, Any] = {"nonce": nonce, "body": body, "mentions": names, "reply_to": reply_to} | more
        said["answers"] = mentions.answered(self, room, member, reply_to) if reply_to else ""
        entry = MessageSent(log=room.id, seq=seq, at=at, by=member.id, rev=member.rev, mentions_room=everybody, **said)
        if not entry.thread:
            self.people[account].read[room.id] = entry.seq
        called = mentions.readers(self, room) if everybody else mentioned
        self.call(member, room, [row for row in called if row.id != member.id], entry.seq)
        mentions.meant(self, room, member, mentioned, "mention", seq)
        if entry.answers and entry.answers not in names:
            mentions.meant(self, room, member, [self.members[entry.answers]], "reply", seq)
        return self.write(entry)

    def call(self, author: MemberRow, room: RoomRow, mentioned: list[MemberRow], seq: int) -> None:
        """An entry of this number mentions them."""
        for other in mentioned:
            if not deaf(self, other, author):
                self.people[other.account].mentioned.setdefault(room.id, []).append(seq)

    def unread(self, person: Person, room: str) -> tuple[int, int, int]:
        """The read marker, messages after it, and those of them that mention this person."""
        if room not in self.rooms:
            return 0, 0, 0
        read, floor = person.read.get(room, 0), self.logs[room].floor
        new = self.logs[room].between(read)
        messages = sum(
            isinstance(one, PostPublished) or (isinstance(one, MessageSent) and not one.thread) for one in new
        )
        return max(read, floor), messages, sum(seq > max(read, floor) for seq in person.mentioned.get(room, []))

    # --- whose logs are heard

    def begins(self, account: str, log: str) -> None:
        """From now on this log is the account's, at its head."""
        person = self.people[account]
        if log not in person.logs:
            person.logs[log] = self.logs[log].kind
            person.read[log] = self.logs[log].head

    def hears(self, account: str) -> None:
        """Its connections hear what is now its own. Called once that was told."""
        for connection in self.connections:
            if connection.account == account and connection.synced:
                connection.logs.update(self.people[account].logs)

    def ends(self, account: str, log: str) -> None:
        """The log is the account's no longer, and nothing more of it comes."""
        self.people[account].logs.pop(log, None)
        self.people[account].threads.ended([log])
        for connection in self.connections:
            if connection.account == account:
                connection.logs.discard(log)
                connection.at.pop(log, None)

    def tell_others(self, told: Connection, event: Event) -> None:
        """A register has changed: every other connection of the account hears of it."""
        self.tell(told.account, event, but=told)

    def tell(self, account: str, event: Event, but: Connection | None = None) -> None:
        for connection in self.connections:
            if connection is not but and connection.account == account and connection.synced:
                connection.notice(event)

    # --- presence

    def presence(self, account: str) -> PresenceState:
        states = {connection.presence for connection in self.connections if connection.account == account}
        return "online" if "online" in states else "away" if "away" in states else "offline"

    def seen(self, row: MemberRow) -> tuple[PresenceState, Status | None]:
        """What others see of a member who has not left, as their account chose."""
        person, now = self.people[row.account], self.clock.time()
        everywhere, here = person.appearances.get(""), person.appearances.get(row.place)
        state = self.presence(row.account)
        appear = here.appear if here is not None and here.appear != "inherit" else everywhere and everywhere.appear
        if appear == "invisible":
            state = "offline"
        elif appear not in ("away", "dnd") and person.dnd is not None and person.dnd.shown:
            at = datetime.fromisoformat(now)
            state = "dnd" if state != "offline" and is_on(person.dnd, at) else state
        elif appear in ("away", "dnd") and state != "offline":
            state = appear
        status = here.status if here is not None else None
        if status is None and everywhere is not None and row.handle == person.handle:
            status = everywhere.status
        if status is not None and (row.silenced > now or "" < status.until <= now):
            status = None
        return state, status

    def leaves(self, member: MemberRow) -> None:
        """Who watches this member sees them go."""
        if self._told.pop(member.id, ("offline", None)) != ("offline", None):
            for connection in self.connections:
                if member.id in connection.watching:
                    connection.notice(PresenceChanged(member=member.id, state="offline"))

    def refresh(self, account: str) -> None:
        """Something about this account's connections has changed."""
        if account not in self.people:
            return
        for row in [row for row in self.members.values() if row.account == account and not row.left]:
            state, status = now = self.seen(row)
            if self._told.get(row.id, ("offline", None)) == now:
                continue
            self._told[row.id] = now
            for connection in self.connections:
                watcher = self.people.get(connection.account)
                mine = None if watcher is None else self.member(watcher.id, row.place)
                if row.id in connection.watching and mine is not None and not (mine.left or apart(self, mine, row)):
                    connection.notice(PresenceChanged(member=row.id, state=state, status=status))

    # --- what a test may let happen

    def connect(self, encoding: Encoding = JSON) -> Connection:
        """A new connection; its hello is on the way."""
        connection = Connection(self, encoding)
        self.connections.append(connection)
        return connection

    def gone(self, connection: Connection) -> None:
        """The peer of this connection is not there any more."""
        if connection in self.connections:
            self.connections.remove(connection)
            self.refresh(connection.account)

    def refuse(
        self,
        code: ErrorCode,
        *commands: type[Command],
        retry_after_ms: int = 200,
        times: int = 1,
        carried_out: bool = False,
    ) -> None:
        """The next commands (of these types, or any but signing in and sync) are refused. `carried_out`: they are done
        all the same, as with `storage.uncertain`. A write whose nonce is known is never refused."""
        self.refusals.extend([Refusal(code, retry_after_ms, carried_out, commands)] * times)

    def refusal(self, account: str, command: Command) -> Refusal | None:
        """What this command is to be refused with, if anything."""
        if not self.refusals or (account, getattr(command, "nonce", "")) in self.nonces:
            return None  # what was carried out is never refused: its nonce is known
        refusal = self.refusals[0]
        wanted = not isinstance(command, (*ENTRANCES, Sync))
        if refusal is not None and refusal.commands:
            wanted = isinstance(command, refusal.commands)
        return self.refusals.popleft() if wanted else None

    def novelty(self, log: str, gold: int = 7) -> Entry:
        """An entry of a type that no client knows."""
        return self.write(Novelty(log=log, seq=self.next(log), at=self.clock.time(), gold=gold))

    def forget(self, id: str, up_to: int, *, told: bool = False) -> None:
        """Retention: entries up to there are no longer kept; `told`: as a server does that, by an entry of the room."""
        retention.trim(self, self.logs[id], up_to)
        if told:
            self.write(retention.trimmed(self, id))

    def restore(self, keep: float) -> None:
        """An older backup: a part of each room's log is left, in a new epoch. Every connection is closed."""
        self.epoch = f"e{int(self.epoch[1:]) + 1}"
        for log in self.logs.values():
            if log.id in self.rooms:
                log.entries = log.entries[: int(len(log.entries) * keep)]
                log.threads = {
                    root: left
                    for root, said in log.threads.items()
                    if (left := [one for one in said if one.seq <= log.head])
                }
            for entry in log.entries:
                self.said[self.epoch, log.id, entry.seq] = entry
        kept = {id(entry) for log in self.logs.values() for entry in log.entries}
        self.nonces = {key: value for key, value in self.nonces.items() if id(value[1]) in kept}
        for person in self.people.values():
            person.read = {log: min(seq, self.logs[log].head) for log, seq in person.read.items()}
        self.restart()

    def restart(self, come_back_ms: int = 0) -> None:
        """Every connection is closed, and told to come back, and after how long at the earliest."""
        for connection in list(self.connections):
            connection.restart(come_back_ms)
