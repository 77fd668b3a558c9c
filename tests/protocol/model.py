"""A model of a server: pure, in memory, small enough to be read as the truth that the client is held against.

Frames go in and out as bytes. Nothing goes wrong in here; what goes wrong is between it and the client (faults.py).
Pages and replays are tiny, so that gaps and second pages are common. `said` keeps all that was ever in a log, by
epoch, so that a test can say whether what a client gave was really there.
"""

import itertools
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from among_protocol import codes, text
from among_protocol.accounts import Account, AccountCreated
from among_protocol.base import Command, Done, Entry, Refused, Shape
from among_protocol.communities import (
    Community,
    CommunityCreated,
    CommunityJoined,
    CommunityLeft,
    JoinCommunity,
    LeaveCommunity,
    Membership,
    ReadCommunity,
)
from among_protocol.logs import (
    EntryPage,
    Lagging,
    LogKind,
    LogState,
    ReadEntries,
    Sync,
    Synced,
    SyncStarted,
)
from among_protocol.markers import Marker, SetMarker
from among_protocol.members import MemberJoined, MemberLeft, Persona, Personas, ResolveMembers
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.presence import MemberPresence, Presences, WatchPresence
from among_protocol.rooms import DirectOpened, FollowRoom, OpenDirect, Room, RoomFollowed, RoomUnfollowed, UnfollowRoom
from among_protocol.session import Hello, Limits, Ping, Pong, SignedIn, SignIn, SignOut, SignUp
from among_protocol.wire import JSON, Encoding

AT = "2026-01-31T09:00:00.000Z"
REPLAY = 6  # entries of a log in one sync
PAGE = 3  # entries in one page, however many are asked for
LIMITS = Limits(
    frame_bytes=65_536, body_bytes=8000, name_chars=64, about_chars=500, topic_chars=250, page_entries=PAGE,
    replay_entries=REPLAY, in_flight=8, malformed_frames=10, mentions=20, communities=100, follows=500, rooms=500,
    direct_people=10, watched=200, positions=1000, budget=300, budget_per_second=30,
)  # fmt: skip

Mood = Literal["wait", "bug", "fix", "unsure", "unsure, but it was"]


class Novelty(Entry, tag="room.gilded", kw_only=True):
    """An entry of a version to come: this client does not know its type."""

    gold: int = 0


class Log:
    def __init__(self, id: str, kind: LogKind) -> None:
        self.id = id
        self.kind = kind
        self.floor = 0
        self.entries: list[Entry] = []

    @property
    def head(self) -> int:
        return self.entries[-1].seq if self.entries else self.floor


class Connection:
    """The server's end of one connection. `out`: frames on their way to the client."""

    def __init__(self, server: "Server", encoding: Encoding) -> None:
        self.server = server
        self.encoding = encoding
        self.out: deque[bytes] = deque()
        self.account = ""
        self.logs: set[str] = set()  # that it hears live
        self.synced = False
        self.missed: set[str] | None = None  # while lagging: logs of which something was left out
        self.closed: int | None = None
        self.told: list[Command] = []  # all it was asked
        self.say(
            Hello(
                versions=[1],
                server="model/1",
                extensions=[],
                epoch=server.epoch,
                durability="memory",
                sign_up="open",
                ping_ms=20_000,
                deadline_ms=10_000,
                sign_in_ms=10_000,
                limits=LIMITS,
                at=AT,
            )
        )

    def say(self, frame: Any) -> None:
        self.out.append(self.encoding.encode(frame))

    def hear(self, entry: Entry) -> None:
        if not self.synced or entry.log not in self.logs:
            return
        if self.missed is not None:
            self.missed.add(entry.log)
        else:
            self.say(entry)

    def lag(self) -> None:
        """From now on what comes live is left out."""
        self.missed = set() if self.missed is None else self.missed

    def catch_up(self) -> None:
        missed, self.missed = self.missed, None
        if missed:
            self.say(Lagging(logs={id: self.server.logs[id].head for id in missed if id in self.server.logs}))

    def received(self, data: bytes) -> None:
        if self.closed is not None:
            return
        command = self.encoding.decode_command(data)
        self.told.append(command)
        mood = None
        # A write that was carried out is never refused: its nonce is known.
        known = (self.account, getattr(command, "nonce", "")) in self.server.nonces
        if self.server.moods and not known and not isinstance(command, (SignIn, SignUp, Sync)):
            mood = self.server.moods.popleft()
        try:
            if mood == "wait":
                raise codes.Refuse(codes.BUSY, retry_after_ms=200)
            if mood == "bug":
                self.server.bugs += 1
                raise codes.Refuse(codes.INTERNAL)
            if mood == "fix":
                raise codes.Refuse(codes.FIELD_INVALID)
            if mood == "unsure, but it was" and self.account:
                self.server.answer(self, command)
                self.out.pop()  # the reply
            if mood in ("unsure", "unsure, but it was"):
                raise codes.Refuse(codes.STORAGE_UNCERTAIN, retry_after_ms=1000)
            if not self.account and not isinstance(command, (SignIn, SignUp)):
                raise codes.Refuse(codes.SIGN_IN_REQUIRED)
            self.server.answer(self, command)
        except codes.Refuse as why:
            self.say(
                Refused(
                    id=command.id,
                    code=why.code.code,
                    kind=why.code.kind,
                    message=why.message,
                    retry_after_ms=why.retry_after_ms,
                )
            )

    def ok(self, command: Command, result: Shape) -> None:
        self.out.append(self.encoding.ok(command.id, result))


class Server:
    """Everybody's truth. `ann` is in the community `c1` and follows `r1` and `r2`; `zoe` writes what ann reads."""

    def __init__(self) -> None:
        self.epoch = "e1"
        self.logs: dict[str, Log] = {}
        self.said: dict[tuple[str, str, int], Entry] = {}  # (epoch, log, seq) -> what was there
        self.accounts: dict[str, Account] = {}  # by handle
        self.passwords: dict[str, str] = {}
        self.tokens: dict[str, str] = {}  # token -> handle
        self.nonces: dict[tuple[str, str], Entry] = {}
        self.markers: dict[tuple[str, str], int] = {}
        self.mine: dict[str, dict[str, LogKind]] = {}  # account -> logs
        self.connections: list[Connection] = []
        self.moods: deque[Mood | None] = deque()
        self.bugs = 0  # commands that met one
        self.signed_in_by_password = 0
        self._count = itertools.count(1)
        for log in ("c1", "r1", "r2", "r3"):
            self.logs[log] = Log(log, "community" if log == "c1" else "room")
        self.write(CommunityCreated(log="c1", seq=1, at=AT, slug="garden", name="Garden"))
        self.sign_up("ann", "correct horse")
        self.mine[self.accounts["ann"].id].update(c1="community", r1="room", r2="room")
        self.sign_up("zoe", "correct horse")

    # --- what happens at the server

    def connect(self, encoding: Encoding = JSON) -> Connection:
        connection = Connection(self, encoding)
        self.connections.append(connection)
        return connection

    def sign_up(self, handle: str, password: str) -> Account:
        if handle in self.accounts:
            raise codes.Refuse(codes.HANDLE_TAKEN)
        account = Account(id=f"a-{handle}", handle=handle, display_name=handle)
        self.accounts[handle] = account
        self.passwords[handle] = password
        self.logs[account.id] = Log(account.id, "account")
        self.mine[account.id] = {account.id: "account"}
        self.write(AccountCreated(log=account.id, seq=1, at=AT, handle=handle, display_name=handle))
        return account

    def write(self, entry: Entry) -> Entry:
        """Append, and tell whoever hears it."""
        log = self.logs[entry.log]
        assert entry.seq > log.head
        log.entries.append(entry)
        self.said[self.epoch, entry.log, entry.seq] = entry
        for connection in self.connections:
            connection.hear(entry)
        return entry

    def zoe_says(self, room: str, body: str = "") -> MessageSent:
        body = body or f"hello {next(self._count)}"  # no two alike: what was said in another epoch is something else
        sent = MessageSent(log=room, seq=self.logs[room].head + 1, at=AT, by="m-zoe", rev=1, body=body)
        self.write(sent)
        return sent

    def gilded(self, room: str) -> Entry:
        return self.write(Novelty(log=room, seq=self.logs[room].head + 1, at=AT, gold=7))

    def coalesced(self, room: str, count: int) -> Entry:
        """So many numbers, told as one entry."""
        first = self.logs[room].head + 1
        body = f"{count} at once, {next(self._count)}"
        return self.write(
            MessageSent(log=room, seq=first + count - 1, first=first, at=AT, by="m-zoe", rev=1, body=body)
        )

    def joined(self, account: str, id: str, *, nonce: str = "") -> Entry:
        """A log becomes somebody's, live, from its head on."""
        log = self.logs[id]
        head = log.head
        self.mine[account][id] = log.kind
        self.markers[account, id] = head
        seq = self.logs[account].head + 1
        entry: Entry
        if log.kind == "community":
            member = f"m-{account}"
            joined = MemberJoined(
                log=id, seq=head + 1, at=AT, by=member, rev=1, nonce=nonce, handle=account, display_name=account
            )
            self.write(joined)
            rooms = {room: self.logs[room].head for room in ("r1", "r2") if room not in self.mine[account]}
            self.mine[account].update(dict.fromkeys(rooms, "room"))
            self.markers.update({(account, room): head for room, head in rooms.items()})
            entry = CommunityJoined(
                log=account, seq=seq, at=AT, nonce=nonce, community=id, member=member, head=head + 1, rooms=rooms
            )
        else:
            entry = RoomFollowed(log=account, seq=seq, at=AT, nonce=nonce, room=id, head=head, community="c1", slug=id)
        self.write(entry)
        for connection in self.connections:
            if connection.account == account and connection.synced:
                connection.logs.update(self.mine[account])
        return entry

    def left(self, account: str, id: str, *, nonce: str = "") -> Entry:
        """A log is somebody's no longer."""
        ids = [id] if self.logs[id].kind == "room" else [log for log in self.mine[account] if log != account]
        for log in ids:
            self.mine[account].pop(log, None)
            for connection in self.connections:
                if connection.account == account:
                    connection.logs.discard(log)
        seq = self.logs[account].head + 1
        if self.logs[id].kind == "room":
            return self.write(RoomUnfollowed(log=account, seq=seq, at=AT, nonce=nonce, room=id))
        self.write(MemberLeft(log=id, seq=self.logs[id].head + 1, at=AT, by=f"m-{account}", rev=1))
        return self.write(CommunityLeft(log=account, seq=seq, at=AT, nonce=nonce, community=id))

    def forget(self, id: str, up_to: int) -> None:
        """Retention: entries up to there are no longer kept."""
        log = self.logs[id]
        gone = [entry for entry in log.entries if entry.seq <= up_to]
        if gone:
            log.floor = gone[-1].seq
            log.entries = log.entries[len(gone) :]

    def restore(self, keep: float) -> None:
        """An older backup: a part of each log is left, in a new epoch. Every connection is cut."""
        self.epoch = f"e{int(self.epoch[1:]) + 1}"
        for log in self.logs.values():
            if log.kind == "room":
                log.entries = log.entries[: int(len(log.entries) * keep)]
            for entry in log.entries:
                self.said[self.epoch, log.id, entry.seq] = entry
        self.nonces = {key: entry for key, entry in self.nonces.items() if entry in self.logs[entry.log].entries}
        self.restart()

    def restart(self) -> None:
        for connection in self.connections:
            connection.closed = codes.CloseCode.RESTARTING
        self.connections.clear()

    # --- what it is asked

    def answer(self, connection: Connection, command: Command) -> None:
        answers: dict[type[Command], Callable[[Connection, Any], None]] = {
            SignUp: self._sign_up,
            SignIn: self._sign_in,
            SignOut: self._sign_out,
            Sync: self._sync,
            ReadEntries: self._entries,
            ReadCommunity: lambda connection, command: connection.ok(command, self.card(connection.account)),
            SendMessage: self._send,
            JoinCommunity: self._join,
            LeaveCommunity: self._leave,
            FollowRoom: self._follow,
            UnfollowRoom: self._unfollow,
            OpenDirect: self._direct,
            ResolveMembers: self._resolve,
            SetMarker: self._mark,
            WatchPresence: self._watch,
            Ping: lambda connection, command: connection.ok(command, Pong(at=AT)),
        }
        if type(command) not in answers:
            raise codes.Refuse(codes.UNKNOWN_COMMAND)
        answers[type(command)](connection, command)

    def _sign_up(self, connection: Connection, command: SignUp) -> None:
        account = self.sign_up(command.handle, command.password)
        self._signed_in(connection, command, account.handle, fresh=True)

    def _sign_in(self, connection: Connection, command: SignIn) -> None:
        if command.token is not None:
            if command.token not in self.tokens:
                raise codes.Refuse(codes.TOKEN_INVALID)
            self._signed_in(connection, command, self.tokens[command.token], fresh=False)
            return
        if command.handle is None or self.passwords.get(command.handle) != command.password:
            raise codes.Refuse(codes.BAD_CREDENTIALS)
        self.signed_in_by_password += 1
        self._signed_in(connection, command, command.handle, fresh=True)

    def _signed_in(self, connection: Connection, command: Command, handle: str, *, fresh: bool) -> None:
        account = self.accounts[handle]
        connection.account = account.id
        token = f"token-{next(self._count)}" if fresh else ""
        if fresh:
            self.tokens[token] = handle
        connection.ok(command, SignedIn(account=account, session=f"s-{handle}", token=token))

    def _sign_out(self, connection: Connection, command: SignOut) -> None:
        connection.ok(command, Done())
        connection.closed = codes.CloseCode.SIGNED_OUT

    def _sync(self, connection: Connection, command: Sync) -> None:
        account = connection.account
        states = []
        replay: list[Entry] = []
        for id, kind in self.mine[account].items():
            log = self.logs[id]
            state = LogState(log=id, kind=kind, head=log.head, floor=log.floor, read=self.markers.get((account, id), 0))
            at = command.positions.get(id)
            if at is None:
                state.status = "gap" if log.head else "caught_up"
            elif command.epoch != self.epoch or at > log.head or at < log.floor:
                state.status = "reset"
                state.reason = "epoch" if command.epoch != self.epoch else "ahead" if at > log.head else "floor"
            elif log.head - at > REPLAY:
                state.status = "gap"
            else:
                replay += [entry for entry in log.entries if entry.seq > at]
            states.append(state)
        states += [LogState(log=id, status="gone") for id in command.positions if id not in self.mine[account]]
        started = SyncStarted(epoch=self.epoch, logs=states, account=next(
            one for one in self.accounts.values() if one.id == account
        ))  # fmt: skip
        if command.cards and "c1" in self.mine[account]:
            started.communities = [self.card(account)]
        connection.ok(command, started)
        for entry in replay:
            connection.say(entry)
        connection.synced = True
        connection.logs = set(self.mine[account])
        connection.missed = None
        connection.say(Synced(id=command.id))

    def card(self, account: str) -> Membership:
        if "c1" not in self.mine[account]:
            raise codes.Refuse(codes.COMMUNITY_GONE)
        rooms = [
            Room(id=id, slug=id, kind="open", community="c1", following=id in self.mine[account], head=log.head)
            for id, log in self.logs.items()
            if log.kind == "room" and not id.startswith("d-")
        ]
        community = Community(id="c1", slug="garden", name="Garden", members=2)
        as_of = self.logs["c1"].head
        return Membership(community=community, member=f"m-{account}", rev=1, role="member", rooms=rooms, as_of=as_of)

    def _entries(self, connection: Connection, command: ReadEntries) -> None:
        if command.log not in self.mine[connection.account]:
            raise codes.Refuse(codes.LOG_GONE)
        log = self.logs[command.log]
        until = log.head if command.until is None else command.until
        found = [entry for entry in log.entries if command.after < entry.seq <= until]
        page = found[: min(PAGE, command.limit)]
        raw = [msgspec.Raw(connection.encoding.encode(entry)) for entry in page]
        result = EntryPage(entries=raw, head=log.head, floor=log.floor, complete=len(page) == len(found))
        connection.ok(command, result)

    def _once(self, connection: Connection, command: Any, write: Callable[[], Entry]) -> None:
        """A write: the same nonce gives the first result again."""
        key = (connection.account, command.nonce)
        repeat = key in self.nonces
        if not repeat:
            self.nonces[key] = write()
        entry = self.nonces[key]
        connection.out.append(connection.encoding.ok_written(command.id, connection.encoding.encode(entry), repeat))

    def _send(self, connection: Connection, command: SendMessage) -> None:
        account = connection.account
        if command.room not in self.mine[account]:
            raise codes.Refuse(codes.ROOM_GONE)
        log = self.logs[command.room]

        def write() -> Entry:
            self.markers[account, command.room] = log.head + 1
            return self.write(
                MessageSent(
                    log=command.room,
                    seq=log.head + 1,
                    at=AT,
                    by=f"m-{account}",
                    rev=1,
                    nonce=command.nonce,
                    body=command.body,
                    mentions=[f"m-a-{handle}" for handle in text.mentions(command.body)],
                )
            )

        self._once(connection, command, write)

    def _join(self, connection: Connection, command: JoinCommunity) -> None:
        self._once(connection, command, lambda: self.joined(connection.account, "c1", nonce=command.nonce))

    def _leave(self, connection: Connection, command: LeaveCommunity) -> None:
        self._once(connection, command, lambda: self.left(connection.account, "c1", nonce=command.nonce))

    def _follow(self, connection: Connection, command: FollowRoom) -> None:
        if command.room not in self.logs:
            raise codes.Refuse(codes.ROOM_GONE)
        self._once(connection, command, lambda: self.joined(connection.account, command.room, nonce=command.nonce))

    def _unfollow(self, connection: Connection, command: UnfollowRoom) -> None:
        self._once(connection, command, lambda: self.left(connection.account, command.room, nonce=command.nonce))

    def _direct(self, connection: Connection, command: OpenDirect) -> None:
        me, other = connection.account, command.handles[0]
        room = f"d-{other}"

        def write() -> Entry:
            self.logs.setdefault(room, Log(room, "room"))
            self.mine[me][room] = "room"
            connection.logs.add(room)
            people = [Persona(member=f"m-{who}-{room}", rev=1, handle=who, display_name=who) for who in (me[2:], other)]
            return self.write(
                DirectOpened(
                    log=me,
                    seq=self.logs[me].head + 1,
                    at=AT,
                    nonce=command.nonce,
                    room=room,
                    head=0,
                    member=people[0].member,
                    people=people,
                )
            )

        self._once(connection, command, write)

    def _resolve(self, connection: Connection, command: ResolveMembers) -> None:
        known = [ref for ref in command.members if ref.member.startswith("m-")]
        personas = [
            Persona(member=ref.member, rev=ref.rev or 1, handle=ref.member[2:], display_name=ref.member[2:])
            for ref in known
        ]
        connection.ok(command, Personas(personas=personas))

    def _mark(self, connection: Connection, command: SetMarker) -> None:
        self.markers[connection.account, command.room] = command.seq
        connection.ok(command, Marker(room=command.room, read=command.seq, unread=0, mentions=0))

    def _watch(self, connection: Connection, command: WatchPresence) -> None:
        states = [MemberPresence(member=member, state="online") for member in command.members]
        connection.ok(command, Presences(members=states))
