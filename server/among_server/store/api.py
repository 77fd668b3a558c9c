"""The law of a store. One suite (tests/store) holds every implementation to it.

1. The numbers of a log are 1, 2, 3 ... without a hole, in commit order.
2. `committed` is called on the loop, once for each batch, with the batch's entries in commit order, and before any
   future of that batch is resolved. If it raises, that is logged, and the futures are resolved all the same. Among them
   are older entries that the batch blanked, as they are now: see blanks.py, which is the rest of this law.
3. An append that fails, fails alone, and has changed nothing.
4. An append resolves only after what it wrote would survive `kill -9`, and a power cut where `durability` is `full`.
5. An append may write to several logs: all or nothing.
6. Same account, same nonce, same content: the first result again, marked, and nothing written. Other content under
   the same nonce: `nonce.conflict`. Survives restarts.
7. Standing is judged inside the transaction that writes, never before it.
8. Appends take effect in the order in which they were asked.
9. Reads see everything whose append has resolved.
10. What is revoked is also noted outside of the database, before it is answered: no restore brings it back.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Literal, Protocol

from among_protocol.base import Entry
from among_protocol.communities import Community
from among_protocol.members import Member, Persona, PersonaRef
from among_protocol.messages import MessageSent
from among_protocol.moderation import Ban
from among_protocol.reports import Report
from among_protocol.wire import AnyWrite

from ..counts import StoreCounts
from ..ears import Ear
from .blanks import BlankStore, BlankTx
from .bookmarks import BookmarkStore, BookmarkTx
from .calling import CallingTx
from .cards import CardStore
from .corners import CornersStore, CornersTx
from .discovery import DiscoveryStore
from .door import DoorStore, DoorTx
from .drafts import DraftsStore, DraftsTx
from .edits import EditStore, EditTx
from .erasing import ErasingStore, ErasingTx
from .exporting import ExportStore
from .finding import FindingStore
from .greeting import GreetingStore, GreetingTx
from .invites import InvitesStore, InvitesTx
from .joining import JoiningStore, JoiningTx
from .own import OwnStore, OwnTx, SessionRow
from .personas import PersonaStore, PersonaTx
from .pins import PinStore, PinTx
from .portrait import PortraitStore, PortraitTx
from .quotes import QuotesStore, QuotesTx
from .reactions import ReactionsStore, ReactionsTx
from .reading import ReadingStore, ReadingTx
from .retention import RetentionStore, RetentionTx
from .rows import (
    AccountRow,
    Appended,
    CommunityRow,
    DirectRow,
    Entries,
    InviteRow,
    LogRow,
    MemberRow,
    Messages,
    RoomRow,
    Standing,
    Stored,
    Unread,
)
from .search import SearchStore
from .status import StatusStore, StatusTx
from .stewards import BanRow, ReportRow
from .tags import TagStore, TagTx
from .threads import ThreadsStore, ThreadsTx

Durability = Literal["full", "relaxed", "memory"]
Revocable = Literal["session", "invite", "password", "reset", "account", "member"]  # how each is named: revocations.py

LOOKED_THROUGH = 4_000  # entries that a page of what is wanted looks at: some milliseconds, as for a page of long ones
PAGE_BYTES = 1 << 17  # of a page of entries or messages: what one client may hold of the server's memory at once


class Tx(
    ErasingTx,
    BlankTx,
    DoorTx,
    InvitesTx,
    JoiningTx,
    EditTx,
    PinTx,
    BookmarkTx,
    CallingTx,
    ReactionsTx,
    OwnTx,
    PersonaTx,
    CornersTx,
    DraftsTx,
    ReadingTx,
    PortraitTx,
    QuotesTx,
    RetentionTx,
    GreetingTx,
    StatusTx,
    TagTx,
    ThreadsTx,
    Protocol,
):
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
    def looks_taken(self, handle: str, but: str = "") -> bool:
        """Whether an account other than this one has a handle with the same skeleton (protocol lookalikes.py)."""
        ...

    def add_account(self, row: AccountRow, password_hash: str) -> None:
        """With its log."""
        ...

    def put_account(self, row: AccountRow) -> None:
        """Change name and claim."""
        ...

    def invite(self, secret: bytes) -> InviteRow | None: ...
    def put_invite(self, secret: bytes, row: InviteRow) -> None:
        """Add or change; one without uses left is forgotten."""
        ...

    def add_session(self, row: SessionRow, secret: bytes) -> None: ...
    def note_revoked(self, kind: Revocable, name: str) -> None:
        """Note that a secret is no longer valid, by what `revocations` names it, besides removing it where it is kept."""
        ...

    def community(self, id_or_slug: str) -> CommunityRow | None: ...
    def community_looks_taken(self, slug: str) -> bool: ...  # likewise
    def add_community(self, row: CommunityRow) -> None:
        """With its log, and its stewards' log (`stewards_of`)."""
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
    def put_member(self, row: MemberRow, *, told: int = 0) -> None:
        """Add or change; keeps the persona of `row.rev`, and the community's count of members. `told`: the number of the
        entry in the place's log that tells this revision."""
        ...

    def room(self, id: str) -> RoomRow | None: ...
    def rooms(self, community: str) -> list[RoomRow]:
        """Without corners."""
        ...

    def put_room(self, row: RoomRow) -> None:
        """Add (with its log) or change."""
        ...

    def message(self, room: str, seq: int) -> MessageSent | None:
        """The message of this number; None when the entry is none, or blank, or not there."""
        ...

    def ban(self, account: str, community: str) -> BanRow | None:
        """Also one that has ended by itself."""
        ...

    def put_ban(self, row: BanRow) -> None:
        """Add or replace."""
        ...

    def remove_ban(self, account: str, community: str) -> None: ...
    def report(self, community: str, seq: int) -> ReportRow | None: ...
    def reports(self, account: str, community: str) -> int:
        """How many of those that this account filed wait for an answer."""
        ...

    def add_report(self, row: ReportRow) -> None: ...
    def remove_report(self, community: str, seq: int) -> None: ...

    def direct(self, key: str) -> str | None:
        """The room of the direct with this key (`rules.directs.key`)."""
        ...

    def add_direct(self, key: str, room: str) -> None: ...
    def people(self, room: str) -> list[MemberRow]:
        """The members of a direct, by handle."""
        ...

    def follows(self, account: str, room: str) -> bool: ...
    def followed(self, account: str) -> list[str]: ...
    def directs_of(self, account: str) -> int:
        """How many of the followed rooms are directs."""
        ...

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


class Store(
    ErasingStore,
    ExportStore,
    BlankStore,
    DoorStore,
    InvitesStore,
    JoiningStore,
    EditStore,
    PinStore,
    BookmarkStore,
    ReactionsStore,
    CardStore,
    OwnStore,
    PersonaStore,
    CornersStore,
    DraftsStore,
    ReadingStore,
    PortraitStore,
    QuotesStore,
    RetentionStore,
    GreetingStore,
    StatusStore,
    TagStore,
    ThreadsStore,
    FindingStore,
    SearchStore,
    DiscoveryStore,
    Protocol,
):
    """Everything durable. Append is for what the protocol calls a Write; the rest are registers, secrets and reads."""

    epoch: str
    durability: Durability
    counts: StoreCounts
    committed: Callable[[Sequence[Stored]], None]  # set once, before the first append; see law 2
    gave_up: Callable[[], None]  # set once; called on the loop when nothing more can be stored until a restart

    @property
    def trouble(self) -> str:
        """Why nothing can be stored at the moment, as a sentence; empty when all is well."""
        ...

    @property
    def backlog(self) -> int:
        """How many writes wait to be taken up."""
        ...

    async def open(self) -> None:
        """Open or make the data. Raises StoreError with a sentence that says what to do."""
        ...

    async def close(self) -> None:
        """Finish what was asked, then close everything. What is asked later is refused: `server.stopping`."""
        ...

    def append(self, account: str, command: AnyWrite) -> asyncio.Future[Appended]:
        """Do what the command says as this account. The future raises Refuse, also when the storage fails:
        `storage.unavailable` (nothing has changed) or `storage.uncertain` (nobody knows: ask again, same nonce)."""
        ...

    # --- accounts and invites: registers and secrets; invites are known by their SHA-256 alone. See also own.py
    async def create_account(
        self,
        handle: str,
        display_name: str,
        password_hash: str,
        *,
        invite: bytes | None = None,
        door_invites: bool = False,
    ) -> AccountRow:
        """With its log, whose first entry is `account.created`. An owner's invite makes it own the server. With
        `door_invites` one of a community is as good as one of the operator's, and lets into that community later.

        Handles are compared folded. Raises Refuse: `handle.taken`, `handle.lookalike`, `account.invite_invalid` (an invite that is given is
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

    async def account(self, id: str) -> AccountRow | None: ...
    async def account_by_handle(self, handle: str) -> AccountRow | None: ...
    async def standing(self, account: str) -> Standing | None: ...

    # --- reading
    async def communities(
        self, query: str, after: str, limit: int, *, tags: Sequence[str] = (), newest: bool = False
    ) -> list[Community]:
        """Those that anybody may see, after the one with this slug, by slug or the newest first; in whose slug, name or about
        the query occurs, folded, and that carry all of these tags, as they are meant by now."""
        ...

    async def community(self, id_or_slug: str) -> CommunityRow | None: ...
    async def room(self, id: str) -> RoomRow | None: ...
    async def rooms(self, community: str) -> list[RoomRow]:
        """Without corners."""
        ...

    async def members(self, community: str, after: str, limit: int) -> list[Member]:
        """Who has not left, by handle, after a handle."""
        ...

    async def directs(self, rooms: Sequence[str]) -> list[DirectRow]:
        """Those of these rooms that are directs, in this order, all of one moment."""
        ...

    async def personas(self, account: str, refs: Sequence[PersonaRef]) -> list[Persona]:
        """Those of places that this account has not left, in the order asked; an unknown revision gives the newest."""
        ...

    async def bans(self, community: str, before: int | None, limit: int) -> list[Ban]:
        """Those that hold, newest first, before a number in the stewards' log."""
        ...

    async def reports(self, community: str, after: int, limit: int) -> list[Report]:
        """Those that wait for an answer, oldest first, after a number in the stewards' log."""
        ...

    async def log(self, id: str) -> LogRow | None: ...
    async def entries(self, log: str, after: int, until: int | None, limit: int) -> Entries:
        """After a number, up to and with `until`. At most `limit` and about PAGE_BYTES, but one if there is any."""
        ...

    async def wanted(self, log: str, ear: Ear, after: int, until: int | None, limit: int) -> Entries:
        """Likewise, but only those that this ear hears (ears.py), and looks through at most LOOKED_THROUGH entries: a
        page may be empty, and says in `upto` how far it looked, which is further than `after` unless `complete`."""
        ...

    async def messages(
        self,
        room: str,
        *,
        before: int | None,
        after: int | None,
        around: int | None,
        limit: int,
        post: int | None = None,
        places: Collection[str] = (),
        thread: int | None = None,
        reader: str = "",
    ) -> Messages:
        """The newest; those before, after or between (from the oldest); or around a number, if only a pin keeps it, too.
        Each as it is now: edited, or blank, and reacted to, as the membership `reader` sees it. With `post` only the comments
        on it, while it is there, with `thread` what is said in that thread; else nothing that is said in threads, but of each in short, as the
        reader has it. What is shown of other rooms is told where these are of one of the communities `places`, and whoever
        asks sees to it that they may read there.

        At most `limit`; where these are more than PAGE_BYTES, half as many, as often as it takes."""
        ...


class StoreError(Exception):
    """The data can't be used; the sentence says what to do. For the operator, at start."""
