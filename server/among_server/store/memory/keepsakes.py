"""Pins, bookmarks and mentions of everybody as the reference remembers them: the parts of `api.Tx` that pins.py, bookmarks.py
and calling.py say."""

from collections.abc import Sequence

from among_protocol.bookmarks import Bookmarked

from ..bookmarks import BookmarkRow
from ..own import Blocks
from ..rows import LogRow
from .tables import Tables


class MemoryKeepsakes(Tables):
    blocking: dict[str, Blocks]  # of own.py
    logs: dict[str, LogRow]  # of tx.py
    below: dict[str, bool]  # of retention.py

    def look_beneath(self, room: str, seq: int) -> None:
        """What this entry kept below the floor, if it lies there, may go."""
        if seq <= self.logs[room].floor:
            self._put(self.below, room, True)

    def __init__(self) -> None:
        super().__init__()
        self.pinned: dict[tuple[str, int], int] = {}  # room, message: number of its pin.added
        self.bookmark_rows: dict[tuple[str, str, int], BookmarkRow] = {}  # account, room, message
        self.room_mentions: dict[tuple[str, int], tuple[int, frozenset[str]]] = {}  # when, and whom it does not call

    # --- pins
    def pins(self, room: str) -> list[int]:
        return sorted((seq for where, seq in self.pinned if where == room), key=lambda seq: self.pinned[room, seq])

    def add_pin(self, room: str, message: int, seq: int) -> None:
        self._put(self.pinned, (room, message), seq)

    def remove_pin(self, room: str, message: int) -> None:
        self._drop(self.pinned, (room, message))
        self.look_beneath(room, message)

    # --- bookmarks
    def bookmark(self, account: str, room: str, seq: int) -> BookmarkRow | None:
        return self.bookmark_rows.get((account, room, seq))

    def bookmarks_of(self, account: str) -> list[BookmarkRow]:
        """The newest first."""
        mine = [row for (owner, *_), row in self.bookmark_rows.items() if owner == account]
        return sorted(mine, key=lambda row: -row.number)

    def bookmarked(self, account: str) -> Bookmarked:
        mine = self.bookmarks_of(account)
        return Bookmarked(count=len(mine), changed=max((row.at for row in mine), default=""))

    def next_bookmark(self, account: str) -> int:
        return max((row.number for row in self.bookmarks_of(account)), default=0) + 1

    def put_bookmark(self, account: str, row: BookmarkRow) -> None:
        self._put(self.bookmark_rows, (account, row.room, row.seq), row)

    def remove_bookmark(self, account: str, room: str, seq: int) -> None:
        self._drop(self.bookmark_rows, (account, room, seq))

    # --- mentions of everybody
    def mention_room(self, room: str, seq: int, uncalled: Sequence[str]) -> None:
        self._put(self.room_mentions, (room, seq), (self.now_ms, frozenset(uncalled)))

    def mentions_of_room(self, room: str, newest: int) -> list[int]:
        there = sorted(
            ((seq, at) for (where, seq), (at, _) in self.room_mentions.items() if where == room), reverse=True
        )
        return [at for _, at in there[:newest]]

    def mentions_room(self, room: str, seqs: Sequence[int]) -> bool:
        return any((room, seq) in self.room_mentions for seq in seqs)

    def blocked_by(self, account: str, handle: str) -> list[str]:
        return [who for who, blocks in self.blocking.items() if (account, handle) in blocks]

    def calls(self, account: str, room: str, after: int) -> int:
        """How many mentions of everybody, after a number, call this account."""
        return sum(
            where == room and seq > after and account not in uncalled
            for (where, seq), (_, uncalled) in self.room_mentions.items()
        )
