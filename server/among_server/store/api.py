"""The law of a store. One suite (tests/store) holds every implementation to it.

1. The numbers of a log are 1, 2, 3 ... without a hole, in commit order.
2. `committed` is called on the loop, once for each batch, with the batch's entries in commit order, and before any
   future of that batch is resolved. If it raises, that is logged, and the futures are resolved all the same.
3. An append that fails, fails alone, and has changed nothing.
4. An append resolves only after what it wrote would survive `kill -9`, and a power cut where `durability` is `full`.
5. An append may write to several logs: all or nothing.
6. Same account, same nonce, same content: the first result again, marked, and nothing written. Other content under
   the same nonce: `nonce.conflict`. Survives restarts.
7. Standing is judged inside the transaction that writes, never before it.
8. Appends take effect in the order in which they were asked.
9. Reads see everything whose append has resolved.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from among_protocol.base import Entry
from among_protocol.communities import Community
from among_protocol.logs import LogKind
from among_protocol.markers import Marker
from among_protocol.members import Member, Persona, PersonaRef, Role
from among_protocol.messages import Message
from among_protocol.rooms import RoomKind
from among_protocol.wire import AnyWrite

from ..counts import StoreCounts

Durability = Literal["full", "relaxed", "memory"]

PAGE_BYTES = 1 << 20  # of a page of entries: what one client may hold of the server's memory at once


class AccountRow(Struct):
    id: str
    handle: str
    display_name: str
    bio: str = ""
    owner: bool = False  # of the server


class CommunityRow(Struct):
    id: str
    slug: str
    name: str
    about: str = ""
    members: int = 0  # how many have not left


class MemberRow(Struct):
    """An account in a place: a community, or a direct (then `place` is the room). The persona's newest revision."""

    id: str
    account: str
    place: str
    rev: int
    handle: str
    display_name: str
    bio: str = ""
    role: Role = "member"
    left: bool = False


class RoomRow(Struct):
    id: str
    kind: RoomKind
    community: str = ""  # empty for a direct
    slug: str = ""  # empty for a direct
    topic: str = ""


class LogRow(Struct):
    """A place's log. `ordinal` counts the messages among its entries."""

    id: str
    kind: LogKind
    head: int = 0
    ordinal: int = 0
    floor: int = 0  # entries up to here are no longer kept


class SessionRow(Struct):
    id: str
    account: str
    device: str = ""


class InviteRow(Struct):
    owner: bool = False  # whoever uses it owns the server
    uses: int = 1  # that are left
    expires_ms: int = 0  # Unix time in milliseconds; 0: never


class Stored(Struct, frozen=True, gc=False):
    """An entry as it was committed, and its JSON as it is kept: the bytes that go to clients."""

    event: Entry
    json: bytes


class Appended(Struct, frozen=True, gc=False):
    """What an append wrote; `entry` is the one to reply with. A repeat wrote nothing now."""

    entry: Stored
    repeat: bool


class Entries(NamedTuple):
    """A page of a log as kept bytes (JSON), oldest first."""

    entries: list[bytes]
    head: int
    floor: int
    complete: bool


class Messages(NamedTuple):
    messages: list[Message]
    as_of: int
    complete: bool


class Standing(NamedTuple):
    """All that decides what an account may do and what it hears, as of one moment; the oldest places first."""

    account: AccountRow
    members: list[MemberRow]  # in communities and directs it has not left
    rooms: list[RoomRow]  # followed ones: open, private and direct


class Unread(NamedTuple):
    """A log as one account has it. Where it never had a marker, nothing is read."""

    log: LogRow
    read: int = 0
    unread: int = 0
    mentions: int = 0


class Tx(Protocol):
    """What a rule (rules/*.py) may do inside the transaction of one append. All synchronous.

    Reads see the writes before them. A rule checks first and writes after: one that raises has written nothing.
    """

    now: str  # RFC 3339, the same for a whole batch
    now_ms: int  # the same moment as Unix time in milliseconds

    def new_id(self, prefix: str) -> str: ...
    def next(self, log: str) -> int:
        """The number that the next entry of this log will have."""
        ...

    def add(self, event: Entry, *, message: bool = False) -> None:
        """Append; `event.seq` must be `next(event.log)`. A message also counts in the log's ordinal."""
        ...

    def account(self, id: str) -> AccountRow | None: ...
    def account_by_handle(self, handle: str) -> AccountRow | None: ...
    def add_account(self, row: AccountRow, password_hash: str) -> None:
        """With its log."""
        ...

    def put_account(self, row: AccountRow) -> None:
        """Change name and bio."""
        ...

    def invite(self, secret: bytes) -> InviteRow | None: ...
    def put_invite(self, secret: bytes, row: InviteRow) -> None:
        """Add or change; one without uses left is forgotten."""
        ...

    def add_session(self, row: SessionRow, secret: bytes) -> None: ...
    def remove_session(self, id: str) -> None: ...

    def community(self, id_or_slug: str) -> CommunityRow | None: ...
    def add_community(self, row: CommunityRow) -> None:
        """With its log."""
        ...

    def membership(self, account: str, place: str) -> MemberRow | None:
        """This account's membership there, left or not."""
        ...

    def member(self, id: str) -> MemberRow | None: ...
    def memberships(self, account: str) -> list[MemberRow]:
        """Of this account, in communities (not directs), that it has not left."""
        ...

    def member_by_handle(self, place: str, handle: str) -> MemberRow | None:
        """One who has not left."""
        ...

    def owners(self, community: str) -> int: ...
    def put_member(self, row: MemberRow) -> None:
        """Add or change; keeps the persona of `row.rev`, and the community's count of members."""
        ...

    def room(self, id: str) -> RoomRow | None: ...
    def rooms(self, community: str) -> list[RoomRow]: ...
    def put_room(self, row: RoomRow) -> None:
        """Add (with its log) or change."""
        ...

    def direct(self, key: str) -> str | None:
        """The room of the direct with this key (`rules.directs.key`)."""
        ...

    def add_direct(self, key: str, room: str) -> None: ...
    def people(self, room: str) -> list[MemberRow]:
        """The members of a direct, by handle."""
        ...

    def follows(self, account: str, room: str) -> bool: ...
    def followed(self, account: str) -> list[str]: ...
    def follow(self, account: str, room: str) -> None:
        """Follow, with the marker at the room's head."""
        ...

    def unfollow(self, account: str, room: str) -> None: ...
    def mark(self, account: str, room: str) -> None:
        """The marker to the room's head: one's own message is read."""
        ...

    def put_marker(self, account: str, room: str, seq: int) -> None:
        """The marker to this number, which the log has."""
        ...

    def unread(self, account: str, room: str) -> Unread:
        """The room must exist."""
        ...

    def mention(self, account: str, room: str, seq: int) -> None: ...


class Store(Protocol):
    """Everything durable. Append is for what the protocol calls a Write; the rest are registers, secrets and reads."""

    epoch: str
    durability: Durability
    counts: StoreCounts
    committed: Callable[[Sequence[Stored]], None]  # set once, before the first append; see law 2

    @property
    def trouble(self) -> str:
        """Why nothing can be stored at the moment, as a sentence; empty when all is well."""
        ...

    async def open(self) -> None:
        """Open or make the data. Raises StoreError with a sentence that says what to do."""
        ...

    async def close(self) -> None:
        """Finish what was asked, then close everything. What is asked later is refused: `server.stopping`."""
        ...

    def append(self, account: str, command: AnyWrite) -> asyncio.Future[Appended]:
        """Do what the command says as this account. The future raises Refuse (also when storage is unavailable)."""
        ...

    # --- accounts, sessions, invites: registers and secrets; tokens and invites are known by their SHA-256 alone
    async def create_account(
        self, handle: str, display_name: str, password_hash: str, *, invite: bytes | None = None
    ) -> AccountRow:
        """With its log, whose first entry is `account.created`. An owner's invite makes it own the server.

        Handles are compared folded. Raises Refuse: `handle.taken`, `account.invite_invalid` (an invite that is given is
        always used up)."""
        ...

    async def add_invite(self, secret: bytes, *, owner: bool = False, uses: int = 1, expires_ms: int = 0) -> None:
        """`expires_ms`: Unix time in milliseconds; 0: never."""
        ...

    async def accounts(self) -> int:
        """How many there are."""
        ...

    async def password_hash(self, handle: str) -> tuple[str, str] | None:
        """Account id and password hash behind a handle."""
        ...

    async def open_session(self, account: str, secret: bytes, device: str) -> SessionRow: ...
    async def session(self, secret: bytes) -> SessionRow | None: ...
    async def close_session(self, session: str) -> None: ...
    async def account(self, id: str) -> AccountRow | None: ...
    async def account_by_handle(self, handle: str) -> AccountRow | None: ...
    async def standing(self, account: str) -> Standing | None: ...

    # --- reading
    async def communities(self, query: str, after: str, limit: int) -> list[Community]:
        """By slug, after a slug; those in whose slug, name or about the query occurs, whatever its case."""
        ...

    async def community(self, id_or_slug: str) -> CommunityRow | None: ...
    async def room(self, id: str) -> RoomRow | None: ...
    async def rooms(self, community: str) -> list[RoomRow]: ...
    async def members(self, community: str, after: str, limit: int) -> list[Member]:
        """Who has not left, by handle, after a handle."""
        ...

    async def people(self, room: str) -> list[Persona]:
        """The people of a direct, by handle."""
        ...

    async def personas(self, account: str, refs: Sequence[PersonaRef]) -> list[Persona]:
        """Those of places that this account has not left, in the order asked; an unknown revision gives the newest."""
        ...

    async def log(self, id: str) -> LogRow | None: ...
    async def entries(self, log: str, after: int, until: int | None, limit: int) -> Entries:
        """After a number, up to and with `until`. At most `limit` and about PAGE_BYTES, but one if there is any."""
        ...

    async def messages(
        self, room: str, *, before: int | None, after: int | None, around: int | None, limit: int
    ) -> Messages:
        """The newest; those before, after or between (from the oldest); or around a number. See protocol messages.py."""
        ...

    async def unread(self, account: str, logs: Sequence[str]) -> list[Unread]:
        """For each log that exists, in the order given."""
        ...

    async def set_marker(self, account: str, room: str, seq: int, *, back: bool) -> Marker:
        """Forward only, unless `back`. A `seq` past the head means the head. Raises Refuse: `room.gone`."""
        ...


class StoreError(Exception):
    """The data can't be used; the sentence says what to do. For the operator, at start."""
