"""Who goes, as the reference remembers it: the part of `api.Tx` that erasing.py says."""

from copy import deepcopy
from typing import Any

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.dnd import Dnd
from among_protocol.logs import LogKind
from among_protocol.lookalikes import skeleton
from among_protocol.members import Persona
from among_protocol.reach import Reach

from ...rights import RANKS
from ..bookmarks import BookmarkRow
from ..drafts import DraftRow
from ..erasing import GRACE, Erasure, Told, Written, blank_member
from ..joining import RequestRow
from ..moments import OwnClock
from ..notify import NotifyRow
from ..personas import Former
from ..portrait import ProposalRow
from ..rows import LogRow, MemberRow, Stored
from ..status import StatusRow
from ..stewards import BanRow, ReportRow
from ..tags import InterestRow
from ..threads import ThreadMark
from .inbox import Item
from .own import MemoryOwn


class MemoryErasing(MemoryOwn):
    # Of tx.py:
    author: str
    logs: dict[str, LogRow]
    entries: dict[tuple[str, int], Any]
    nonces: dict[tuple[str, str], tuple[bytes, Stored]]
    members: dict[str, MemberRow]
    personas: dict[tuple[str, int], Persona]
    told_at: dict[tuple[str, int], int]
    bans: dict[tuple[str, str], BanRow]
    open_reports: dict[tuple[str, int], ReportRow]
    left_rooms: dict[tuple[str, str], int]
    following: dict[tuple[str, str], bool]
    markers: dict[tuple[str, str], int]
    mentions: dict[tuple[str, str, int], bool]
    mark_rows: dict[tuple[str, str, int], ThreadMark]
    threads_mentioning: dict[tuple[str, str, int, int], bool]
    looks: dict[str, str]
    # Of personas.py, door.py, joining.py, invites.py, tags.py, status.py and portrait.py:
    formers: dict[tuple[str, str, str], Former]
    said: dict[tuple[str, str], tuple[InterestRow, ...]]
    dismissed: dict[tuple[str, str], bool]
    accepted: dict[tuple[str, str], int]
    admissions: dict[tuple[str, str], str]
    request_rows: dict[tuple[str, str], RequestRow]
    status_rows: dict[tuple[str, str], StatusRow]
    proposed: dict[tuple[str, int], ProposalRow]
    draft_rows: dict[tuple[str, str, int], DraftRow]
    bookmark_rows: dict[tuple[str, str, int], BookmarkRow]
    room_mentions: dict[tuple[str, int], tuple[int, frozenset[str]]]
    reached: dict[tuple[str, str], Reach]
    # Of notify.py and inbox.py:
    chosen: dict[tuple[str, str, str], NotifyRow]
    dnds: dict[tuple[str, str], Dnd]
    items: dict[tuple[str, int], Item]
    inbox_marks: dict[tuple[str, str], int]

    def new_id(self, prefix: str) -> str:
        raise NotImplementedError

    def put_member(self, row: MemberRow, *, told: int = 0) -> None:
        raise NotImplementedError

    def present(self, place: str) -> list[MemberRow]:
        raise NotImplementedError

    def _add_log(self, id: str, kind: LogKind) -> None:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.resting: dict[tuple[str, str], tuple[int, str]] = {}  # place, skeleton: until, who may have it back
        self.waiting: dict[str, Erasure] = {}
        self._served: OwnClock | None = None

    def speak_as(self, account: str) -> None:
        self.author = account

    def all_memberships(self, account: str) -> list[MemberRow]:
        mine = {row.place: row for row in self.members.values() if row.account == account}
        return [mine[place] for place in self.logs if place in mine]

    def forget_member(self, member: str, rev: int) -> None:
        row = self.members[member]
        if row.rev <= rev:
            self.put_member(blank_member(row))
            for former in [key for key in self.formers if key[0] == member]:
                self._drop(self.formers, former)
            self._drop(self.status_rows, (row.account, row.place))
            self._drop(self.said, (row.account, row.place))
        for key in [key for key in self.personas if key[0] == member and key[1] <= rev]:
            self._drop(self.personas, key)
            self._drop(self.told_at, key)

    def seal_member(self, member: str) -> None:
        nobody = self.new_id("a")
        self._add_log(nobody, "account")
        self._put(self.members, member, replace(self.members[member], account=nobody))

    def close_account(self, account: str) -> None:
        for secret, session in list(self.sessions_by_secret.items()):
            if session.account == account:
                self._drop(self.sessions_by_secret, secret)
        for secret, reset in list(self.resets.items()):
            if reset.account == account:
                self._drop(self.resets, secret)
        self._forget_blocks(account)
        tables: tuple[dict[Any, Any], ...] = (
            self.following,
            self.left_rooms,
            self.bans,
            self.status_rows,
            self.said,
            self.dismissed,
            self.accepted,
            self.admissions,
            self.draft_rows,
            self.bookmark_rows,
            self.reached,
            self.chosen,
            self.dnds,
            self.items,
            self.inbox_marks,
        )
        for mark in [mark for mark in self.mark_rows if mark[0] == account]:
            self._drop(self.mark_rows, mark)
        for table in tables:
            for key in [key for key in table if key[0] == account]:
                self._drop(table, key)
        self.drop_waiting(account)
        for key, request in list(self.request_rows.items()):
            if request.account == account:
                self._drop(self.request_rows, key)
        self._drop(self.looks, skeleton(self.account_rows[account].handle))
        named: tuple[dict[str, Any], ...] = (self.account_rows, self.passwords, self.seen)
        for rows in named:
            self._drop(rows, account)

    def _forget_blocks(self, account: str) -> None:
        """Its own, and those of others."""
        for who, blocks in list(self.blocking.items()):
            left = {key: kind for key, kind in blocks.items() if key[0] != account}
            if who == account:
                self._drop(self.blocking, who)
            elif left != blocks:
                self._put(self.blocking, who, left)

    def drop_waiting(self, account: str, place: str = "") -> None:
        for key, row in list(self.proposed.items()):
            if row.account == account and place in ("", row.community):
                self._drop(self.proposed, key)

    def drop_own(self, account: str, limit: int) -> bool:
        row = self.logs[account]
        tables: tuple[tuple[dict[Any, Any], list[Any]], ...] = (
            (self.entries, [(account, seq) for seq in range(row.floor + 1, row.head + 1)]),
            (self.nonces, [key for key in self.nonces if key[0] == account]),
            (self.markers, [key for key in self.markers if key[0] == account]),
            (self.mentions, [key for key in self.mentions if key[0] == account]),
            (self.threads_mentioning, [key for key in self.threads_mentioning if key[0] == account]),
        )
        for table, keys in tables:
            for key in keys:
                self._drop(table, key)
        for mention, (at, uncalled) in list(self.room_mentions.items()):
            self._put(self.room_mentions, mention, (at, uncalled - {account}))
        self._put(self.logs, account, replace(row, floor=row.head))
        return False

    def rest(self, place: str, handle: str, until_ms: int, member: str = "") -> None:
        self._put(self.resting, (place, skeleton(handle)), (until_ms, member))

    def rests(self, place: str, handle: str, member: str = "") -> bool:
        until_ms, whose = self.resting.get((place, skeleton(handle)), (0, ""))
        return until_ms > self.now_ms and (not member or whose != member)

    def reported(self, member: str) -> set[tuple[str, int]]:
        return {(row.room, row.message) for row in self.open_reports.values() if row.member == member}

    def heir(self, community: str, but: str) -> MemberRow | None:
        there = [row for row in self.present(community) if row.id != but]
        return min(there, key=lambda row: (-RANKS[row.role], row.handle), default=None)

    def entry_at(self, log: str, seq: int) -> Entry | None:
        found = self.entries.get((log, seq))
        return found.stored.event if found is not None else None

    def written(self, account: str, after: str, limit: int) -> list[Written]:
        mine = sorted((nonce, stored) for (who, nonce), (_, stored) in self.nonces.items() if who == account)
        return [Written(nonce, one.event.log, one.event.seq) for nonce, one in mine if nonce > after][:limit]

    def told_of(self, log: str, word: str, after: int, limit: int) -> Told:
        row = self.logs[log]
        upto = min(row.head, max(after, row.floor) + limit)
        kept = [self.entries[log, seq] for seq in range(max(after, row.floor) + 1, upto + 1)]
        quoted = f'"{word}"'.encode()
        found = [(one.stored.event, one.author) for one in kept if quoted in one.stored.json]
        return Told(found, upto, complete=upto >= row.head)

    def erasure(self, name: str) -> Erasure | None:
        return deepcopy(self.waiting.get(name))

    def unfinished(self, member: str) -> list[Erasure]:
        return [deepcopy(row) for name, row in self.waiting.items() if name.split(" ")[0] == member]

    def put_erasure(self, row: Erasure) -> None:
        self._put(self.waiting, row.name, row)

    def drop_erasure(self, name: str) -> None:
        self._drop(self.waiting, name)

    def next_erasure(self) -> Erasure | None:
        graces = [row for row in self.waiting.values() if row.name.startswith(GRACE)]
        due = [row for row in graces if row.due_ms <= self.served()]
        if not due:
            due = [row for row in self.waiting.values() if row not in graces and row.due_ms <= self.now_ms]
        return deepcopy(min(due, key=lambda row: (row.due_ms, row.name), default=None))

    def served(self) -> int:
        if self._served is None:
            self._served = OwnClock(self.now_ms)
        return self._served.now_ms

    def keep_served(self) -> None:
        """Nothing here outlives the process."""
