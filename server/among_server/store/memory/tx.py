"""What the reference remembers, and the transaction over it (`api.Tx`).

All state is dicts of rows that are never changed, only replaced; see tables.py.
"""

import base64
import secrets
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.blank import blanked
from among_protocol.edits import MessageEdited
from among_protocol.inbox import is_notice
from among_protocol.logs import LogKind
from among_protocol.lookalikes import skeleton
from among_protocol.members import Persona
from among_protocol.messages import MessageSent
from among_protocol.wire import JSON

from ..own import Meant, Name, TakenAlong
from ..rows import AccountRow, CommunityRow, InviteRow, LogRow, MemberRow, RoomRow, Stored, Unread
from ..stewards import BanRow, ReportRow, stewards_of
from .corners import MemoryCorners
from .door import MemoryDoor
from .drafts import MemoryDrafts
from .erasing import MemoryErasing
from .greeting import MemoryGreeting
from .inbox import MemoryInbox
from .invites import MemoryInvites
from .joining import MemoryJoining
from .keepsakes import MemoryKeepsakes
from .notify import MemoryNotify
from .own import MemoryOwn
from .personas import MemoryPersonas
from .portrait import MemoryPortrait
from .reactions import MemoryReactions
from .retention import MemoryRetention
from .status import MemoryStatus
from .tables import Kept
from .tags import MemoryTags
from .threads import MemoryThreads


class MemoryTx(
    MemoryThreads,
    MemoryErasing,
    MemoryStatus,
    MemoryDoor,
    MemoryJoining,
    MemoryInvites,
    MemoryPersonas,
    MemoryKeepsakes,
    MemoryOwn,
    MemoryRetention,
    MemoryReactions,
    MemoryCorners,
    MemoryDrafts,
    MemoryNotify,
    MemoryInbox,
    MemoryPortrait,
    MemoryGreeting,
    MemoryTags,
):
    def __init__(self) -> None:
        super().__init__()
        self.author = ""  # the account whose command runs
        self.looks: dict[str, str] = {}  # skeleton of a handle: the account that had it first
        self.invites: dict[bytes, InviteRow] = {}
        self.logs: dict[str, LogRow] = {}
        self.entries: dict[tuple[str, int], Kept] = {}
        self.nonces: dict[tuple[str, str], tuple[bytes, Stored]] = {}
        self.communities: dict[str, CommunityRow] = {}
        self.personas: dict[tuple[str, int], Persona] = {}
        self.directs: dict[str, str] = {}
        self.bans: dict[tuple[str, str], BanRow] = {}
        self.open_reports: dict[tuple[str, int], ReportRow] = {}
        self.left_rooms: dict[tuple[str, str], int] = {}  # private ones, by oneself: how often
        self.following: dict[tuple[str, str], bool] = {}
        self.markers: dict[tuple[str, str], int] = {}
        self.edit_numbers: dict[tuple[str, int], list[int]] = {}  # room, message -> its edits
        self.mentions: dict[tuple[str, str, int], bool] = {}

    # --- logs
    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{base64.b32encode(secrets.token_bytes(10)).decode().lower()}"

    def _add_log(self, id: str, kind: LogKind) -> None:
        self._put(self.logs, id, LogRow(id, kind))

    def next(self, log: str) -> int:
        return self.logs[log].head + 1

    def add(self, event: Entry, *, message: bool = False) -> None:
        row = self.logs[event.log]
        if event.seq != row.head + 1:
            raise ValueError(f"entry {event.seq} of a log whose head is {row.head}")
        row = replace(row, head=event.seq, ordinal=row.ordinal + message)
        stored = Stored(event, JSON.encode(event))
        self._put(self.logs, event.log, row)
        self._put(self.entries, (event.log, event.seq), Kept(stored, row.ordinal, self.author))
        self.stored.append(stored)
        self._undo.append(self.stored.pop)
        if row.kind == "account" and is_notice(event):
            self.put_inbox(row.id, "notice", row.id, event.seq, about=getattr(event, "room", ""))

    def blank(self, log: str, seq: int) -> None:
        kept = self._found(log, seq)
        if not kept.stored.event.blank:
            about = [who for (who, _), item in self.items.items() if (item.log, item.seq) == (log, seq)]
            self._put_again(kept, blanked(kept.stored.event), tuple(dict.fromkeys(about)))
            self.blank_items(log, seq)

    def rewrite(self, event: Entry) -> None:
        self._put_again(self._found(event.log, event.seq), event)

    def _found(self, log: str, seq: int) -> Kept:
        kept = self.entries.get((log, seq))
        if kept is None:
            raise LookupError(f"no entry {seq} in log {log!r}")
        return kept

    def _put_again(self, kept: Kept, event: Entry, stale: tuple[str, ...] = ()) -> None:
        stored = Stored(event, JSON.encode(event), stale)
        self._put(self.entries, (event.log, event.seq), kept._replace(stored=stored))
        command = (kept.author, event.nonce)
        if command in self.nonces:
            result = self.nonces[command][1]
            self._put(self.nonces, command, (b"", stored if result is kept.stored else result))
        before = self.stored
        self.stored = [stored if one is kept.stored else one for one in before]
        if kept.stored not in before:
            self.stored.append(stored)
        self._undo.append(lambda: setattr(self, "stored", before))

    def stale(self, accounts: Sequence[str]) -> None:
        self._put_newest(replace(self.stored[-1], stale=(*self.stored[-1].stale, *accounts)))

    def taken_along(self, blocks: Sequence[TakenAlong]) -> None:
        self._put_newest(replace(self.stored[-1], blocks=tuple(blocks)))

    def _put_newest(self, stored: Stored) -> None:
        before, key = self.stored, (stored.event.log, stored.event.seq)
        self._put(self.entries, key, self.entries[key]._replace(stored=stored))
        self.stored = [*before[:-1], stored]
        self._undo.append(lambda: setattr(self, "stored", before))

    def add_nonce(self, account: str, nonce: str, content: bytes, stored: Stored) -> None:
        self._put(self.nonces, (account, nonce), (content, stored))

    # --- accounts
    def account(self, id: str) -> AccountRow | None:
        return self.account_rows.get(id)

    def account_by_handle(self, handle: str) -> AccountRow | None:
        return next((row for row in self.account_rows.values() if row.handle == handle.lower()), None)

    def looks_taken(self, handle: str, but: str = "") -> bool:
        return self.looks.get(skeleton(handle), but) != but

    def add_account(self, row: AccountRow, password_hash: str) -> None:
        self._add_log(row.id, "account")
        self._put(self.account_rows, row.id, row)
        self._put(self.passwords, row.id, password_hash)
        self._put(self.looks, skeleton(row.handle), row.id)

    def put_account(self, row: AccountRow) -> None:
        self._put(self.account_rows, row.id, row)

    def invite(self, secret: bytes) -> InviteRow | None:
        return self.invites.get(secret)

    def put_invite(self, secret: bytes, row: InviteRow) -> None:
        self._drop(self.invites, secret)
        if row.uses > 0:
            self._put(self.invites, secret, row)
        else:
            self.note_revoked("invite", secret.hex())

    def end_owner_invites(self) -> None:
        for secret, row in list(self.invites.items()):
            if row.owner and not row.expires_ms:
                self.put_invite(secret, replace(row, uses=0))

    # --- communities and members
    def community(self, id_or_slug: str) -> CommunityRow | None:
        by_slug = (row for row in self.communities.values() if row.slug == id_or_slug)
        return self.communities.get(id_or_slug) or next(by_slug, None)

    def community_looks_taken(self, slug: str) -> bool:
        looks = skeleton(slug)
        return any(skeleton(row.slug) == looks for row in self.communities.values())

    def add_community(self, row: CommunityRow) -> None:
        self._add_log(row.id, "community")
        self._add_log(stewards_of(row.id), "stewards")
        self._put(self.communities, row.id, row)

    def share_direct(self, account: str, other: str, within: str) -> bool:
        rooms = [{row.place for row in self.members.values() if row.account == who} for who in (account, other)]
        both = [self.room_rows[place] for place in rooms[0] & rooms[1] if place in self.room_rows]
        return any(room.within == within for room in both)

    def met(self, account: str, other: str) -> list[tuple[str, str]]:
        theirs = {row.place for row in self.members.values() if row.account == other}
        handle = self.account_rows[account].handle
        return [
            (row.place, row.id) for row in self.memberships(account) if row.place in theirs and row.handle == handle
        ]

    def membership(self, account: str, place: str) -> MemberRow | None:
        return next((row for row in self.members.values() if row.account == account and row.place == place), None)

    def member(self, id: str) -> MemberRow | None:
        return self.members.get(id)

    def memberships(self, account: str) -> list[MemberRow]:
        return [row for row in self.standing_in(account) if row.place in self.communities]

    def standing_in(self, account: str) -> list[MemberRow]:
        """Where this account has not left, directs too, in the order in which the places were made."""
        there = {row.place: row for row in self.members.values() if row.account == account and not row.left}
        return [there[place] for place in self.logs if place in there]

    def list_means(self, account: str, handles: AbstractSet[str]) -> Meant:
        blocks, listed, others = self.blocks(account), dict[Name, list[str]](), dict[str, list[str]]()
        there = [mine.place for mine in self.standing_in(account)]
        there = [place for place in there if place in self.communities or self.follows(account, place)]
        for row in sorted((row for place in there for row in self.present(place)), key=lambda row: row.id):
            if handles and row.handle not in handles:
                continue
            if (row.account, row.handle) in blocks:
                listed.setdefault((row.account, row.handle), []).append(row.id)
            elif row.account != account and any(row.handle == handle for _, handle in blocks):
                others.setdefault(row.handle, []).append(row.id)
        return Meant(listed, others)

    def here(self, account: str, place: str) -> bool:
        return any(row.account == account and row.place == place and not row.left for row in self.members.values())

    def member_by_handle(self, place: str, handle: str) -> MemberRow | None:
        return next((row for row in self.present(place) if row.handle == handle), None)

    def present(self, place: str) -> list[MemberRow]:
        """Who has not left, by handle."""
        here = [row for row in self.members.values() if row.place == place and not row.left]
        return sorted(here, key=lambda row: row.handle)

    def owners(self, community: str) -> int:
        return sum(row.role == "owner" for row in self.present(community))

    def put_member(self, row: MemberRow, *, told: int = 0) -> None:
        self._put(self.members, row.id, row)
        if (row.id, row.rev) not in self.personas:
            self._put(self.personas, (row.id, row.rev), row.persona())
            if told:
                self._put(self.told_at, (row.id, row.rev), told)
        if row.place in self.communities:
            now = replace(self.communities[row.place], members=len(self.present(row.place)))
            self._put(self.communities, row.place, now)

    # --- bans and reports
    def ban(self, account: str, community: str) -> BanRow | None:
        return self.bans.get((account, community))

    def put_ban(self, row: BanRow) -> None:
        self._put(self.bans, (row.account, row.community), row)

    def remove_ban(self, account: str, community: str) -> None:
        self._drop(self.bans, (account, community))

    def report(self, community: str, seq: int) -> ReportRow | None:
        return self.open_reports.get((community, seq))

    def reports(self, account: str, community: str) -> int:
        return sum(row.account == account and row.community == community for row in self.open_reports.values())

    def add_report(self, row: ReportRow) -> None:
        self._put(self.open_reports, (row.community, row.seq), row)

    def remove_report(self, community: str, seq: int) -> None:
        about = self.open_reports.get((community, seq))
        if about is not None and about.room:
            self.look_beneath(about.room, about.message)
        self._drop(self.open_reports, (community, seq))

    # --- rooms and directs
    def room(self, id: str) -> RoomRow | None:
        return self.room_rows.get(id)

    def rooms(self, community: str) -> list[RoomRow]:
        return [row for row in self.room_rows.values() if row.community == community and row.kind != "corner"]

    def put_room(self, row: RoomRow) -> None:
        if row.id not in self.room_rows:
            self._add_log(row.id, "room")
        self._put(self.room_rows, row.id, row)

    def message(self, room: str, seq: int) -> MessageSent | None:
        kept = self.entries.get((room, seq))
        event = None if kept is None or not self.given(room, seq) else kept.stored.event
        return event if isinstance(event, MessageSent) and not event.blank else None

    def add_edit(self, room: str, message: int, seq: int) -> None:
        self._put(self.edit_numbers, (room, message), [*self.edits(room, message), seq])

    def edits(self, room: str, message: int) -> list[int]:
        return self.edit_numbers.get((room, message), [])

    def edit(self, room: str, seq: int) -> MessageEdited:
        event = self.entries[room, seq].stored.event
        assert isinstance(event, MessageEdited)
        return event

    def direct(self, key: str) -> str | None:
        return self.directs.get(key)

    def add_direct(self, key: str, room: str) -> None:
        self._put(self.directs, key, room)

    def people(self, room: str) -> list[MemberRow]:
        """Those who have left, too: an account of theirs was erased."""
        if room not in self.room_rows:
            return []
        there = [row for row in self.members.values() if row.place == room]
        return sorted(there, key=lambda row: (row.handle, row.id))

    # --- following, markers, mentions
    def follows(self, account: str, room: str) -> bool:
        return (account, room) in self.following

    def followed(self, account: str) -> list[str]:
        return [room for room in self.room_rows if (account, room) in self.following]

    def directs_of(self, account: str) -> int:
        return sum(self.room_rows[id].kind == "direct" for id in self.followed(account))

    def follow(self, account: str, room: str) -> None:
        self._put(self.following, (account, room), True)
        self.mark(account, room)

    def unfollow(self, account: str, room: str) -> None:
        self._drop(self.following, (account, room))
        self.drop_thread_marks(account, room)

    def departures(self, account: str, room: str) -> int:
        return self.left_rooms.get((account, room), 0)

    def add_departure(self, account: str, room: str) -> None:
        self._put(self.left_rooms, (account, room), self.departures(account, room) + 1)

    def mark(self, account: str, room: str) -> None:
        self.put_marker(account, room, self.logs[room].head)

    def put_marker(self, account: str, room: str, seq: int) -> None:
        self._put(self.markers, (account, room), seq)

    def unread(self, account: str, room: str) -> Unread:
        row = self.logs[room]
        seq = self.markers.get((account, room), 0)
        seen = self.entries[room, seq].ordinal if seq > row.floor else row.floor_ordinal
        since = max(seq, row.floor)
        mentions = sum(who == account and where == room and at > since for who, where, at in self.mentions)
        return Unread(row, since, row.ordinal - seen, mentions + self.calls(account, room, since))

    def mention(self, account: str, room: str, seq: int) -> None:
        self._put(self.mentions, (account, room, seq), True)
