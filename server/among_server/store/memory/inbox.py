"""Inboxes, as the reference remembers them: the part of `api.Tx` that inbox.py says."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from ...limits import INBOX, INBOX_OF_ONE
from ..inbox import Kind
from ..own import Blocks
from ..rows import LogRow, MemberRow, RoomRow
from .tables import Kept, Tables


class Item(NamedTuple):
    number: int
    kind: Kind | Literal[""]  # empty: what it is about was blanked
    log: str
    seq: int
    member: str
    about: str


class MemoryInbox(Tables):
    # Of tx.py and own.py:
    entries: dict[tuple[str, int], Kept]
    logs: dict[str, LogRow]
    members: dict[str, MemberRow]
    room_rows: dict[str, RoomRow]

    def blocks(self, account: str) -> Blocks:
        raise NotImplementedError

    def follows(self, account: str, room: str) -> bool:
        raise NotImplementedError

    def stale(self, accounts: Sequence[str]) -> None:
        raise NotImplementedError

    def membership(self, account: str, place: str) -> MemberRow | None:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[tuple[str, int], Item] = {}  # account, number
        self.inbox_marks: dict[tuple[str, str], int] = {}  # (account, "")

    def put_inbox(self, account: str, kind: Kind, log: str, seq: int, member: str = "", about: str = "") -> None:
        number = self.inbox_newest(account) + 1
        self._put(self.items, (account, number), Item(number, kind, log, seq, member, about))
        mine = [key for key in self.items if key[0] == account]
        theirs = [key for key in mine if member and self.items[key].member == member]
        if len(theirs) > INBOX_OF_ONE:
            self._drop(self.items, theirs[0])
            if self.stored:
                self.stale((account,))  # one more came, and none is more than before
        elif len(mine) > INBOX:
            self._drop(self.items, mine[0])

    def in_inbox(self, account: str, log: str, seq: int) -> bool:
        return any((item.log, item.seq) == (log, seq) for (owner, _), item in self.items.items() if owner == account)

    def blank_items(self, log: str, seq: int) -> None:
        """What they are about was blanked."""
        for key, item in list(self.items.items()):
            if (item.log, item.seq) == (log, seq):
                self._put(self.items, key, Item(item.number, "", log, seq, "", ""))

    def inbox_newest(self, account: str) -> int:
        return max((number for owner, number in self.items if owner == account), default=0)

    def inbox_read(self, account: str) -> int:
        return self.inbox_marks.get((account, ""), 0)

    def put_inbox_read(self, account: str, number: int) -> None:
        self._put(self.inbox_marks, (account, ""), number)

    def inbox_unread(self, account: str) -> int:
        return sum(item.number > self.inbox_read(account) for item in self.seen_items(account))

    def seen_items(self, account: str) -> list[Item]:
        """Newest first."""
        mine = [item for (owner, _), item in self.items.items() if owner == account]
        return [item for item in mine[::-1] if self._sees(account, item)]

    def _sees(self, account: str, item: Item) -> bool:
        kept = self.entries.get((item.log, item.seq))
        if kept is None or not item.kind:
            return False
        if item.log == account:
            told = self.room_rows.get(item.about)
            return told is None or told.kind != "private" or self.follows(account, told.id)
        if item.seq <= self.logs[item.log].floor:
            return False
        room, author = self.room_rows[item.log], self.members[item.member]
        mine = self.membership(account, room.community or room.id)
        if mine is None or mine.left or not (room.for_all or self.follows(account, room.id)):
            return False
        if (author.account, author.handle) in self.blocks(account):
            return False
        return self.blocks(author.account).get((account, mine.handle)) != "block"
