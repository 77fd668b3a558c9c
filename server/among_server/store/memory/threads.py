"""Threads as the reference remembers them: the part of `api.Tx` that threads.py says."""

from operator import itemgetter

from among_protocol.messages import MessageSent

from ..rows import LogRow
from ..threads import Named, ThreadMark, ThreadRow
from .tables import Kept, Tables


class MemoryThreads(Tables):
    # Of tx.py:
    logs: dict[str, LogRow]
    entries: dict[tuple[str, int], Kept]
    pinned: dict[Named, int]  # of keepsakes.py

    def __init__(self) -> None:
        super().__init__()
        self.thread_rows: dict[Named, ThreadRow] = {}
        self.mark_rows: dict[tuple[str, str, int], ThreadMark] = {}  # account, thread; the last part comes last
        self.threads_mentioning: dict[tuple[str, str, int, int], bool] = {}  # account, thread, number

    def thread(self, room: str, root: int) -> ThreadRow | None:
        return self.thread_rows.get((room, root))

    def put_thread(self, row: ThreadRow) -> None:
        self._put(self.thread_rows, (row.room, row.root), row)

    def said_in(self, room: str, root: int, upto: int) -> int:
        row, upto = self.thread(room, root), max(upto, self.logs[room].floor)
        later = sum(
            isinstance(kept.stored.event, MessageSent) and kept.stored.event.thread == root
            for (log, seq), kept in self.entries.items()
            if log == room and seq > upto
        )
        return row.messages - later if row is not None else 0

    def thread_mark(self, account: str, room: str, root: int) -> ThreadMark | None:
        return self.mark_rows.get((account, room, root))

    def thread_marks(self, account: str) -> list[Named]:
        mine = [(mark.own, room, root) for (who, room, root), mark in self.mark_rows.items() if who == account]
        return [(room, root) for _, room, root in sorted(mine, key=itemgetter(0))]

    def put_thread_mark(self, account: str, room: str, root: int, mark: ThreadMark, *, part: bool) -> None:
        if part:
            self._drop(self.mark_rows, (account, room, root))
        self._put(self.mark_rows, (account, room, root), mark)

    def drop_thread_mark(self, account: str, room: str, root: int) -> None:
        self._drop(self.mark_rows, (account, room, root))

    def drop_thread_marks(self, account: str, room: str) -> None:
        """Of all threads of a room."""
        for where, root in self.thread_marks(account):
            if where == room:
                self.drop_thread_mark(account, room, root)

    def drop_threads(self, room: str, floor: int) -> None:
        """Those of a room of which nothing is kept up to this number, its root neither."""
        there = {one for one in self.thread_rows if one[0] == room}
        there |= {one[1:] for one in self.mark_rows if one[1] == room}
        for thread in there:
            row = self.thread_rows.get(thread)
            if max(thread[1], row.head if row is not None else 0) <= floor and thread not in self.pinned:
                self._drop(self.thread_rows, thread)
                for key in [key for key in self.mark_rows if key[1:] == thread]:
                    self._drop(self.mark_rows, key)
                for called in [key for key in self.threads_mentioning if key[1:3] == thread]:
                    self._drop(self.threads_mentioning, called)

    def mention_in(self, account: str, room: str, root: int, seq: int) -> None:
        self._put(self.threads_mentioning, (account, room, root, seq), True)

    def mentions_in(self, account: str, room: str, root: int, after: int) -> int:
        return sum(key[:3] == (account, room, root) and key[3] > after for key in self.threads_mentioning)
