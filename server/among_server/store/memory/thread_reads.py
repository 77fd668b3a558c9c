"""What is read of threads from the reference: the part of the store that its threads.py says."""

from among_protocol.messages import MessageSent
from among_protocol.threads import ThreadCard, ThreadState

from ..edits import quote
from ..rules.threads import state
from ..threads import Place, ThreadRow, card
from .messages import as_it_is, told_below
from .tx import MemoryTx


class ThreadReads:
    _tx: MemoryTx

    async def followed_threads(self, account: str) -> list[ThreadState]:
        mine = [(room, root) for who, room, root in self._tx.mark_rows if who == account]
        return [state(self._tx, account, room, root) for room, root in mine]

    async def thread_of(self, room: str, seq: int) -> int:
        said = self._tx.entries[room, seq].stored.event if self._tx.given(room, seq) else None
        return said.thread if isinstance(said, MessageSent) else 0

    async def threads(self, account: str, room: str | None, after: Place | None, limit: int) -> list[ThreadCard]:
        tx = self._tx
        order = {log: number for number, log in enumerate(tx.logs)}
        wanted = tx.thread_marks(account) if room is None else [one for one in tx.thread_rows if one[0] == room]
        rows = [tx.thread_rows[one] for one in wanted if one in tx.thread_rows]
        rows.sort(key=lambda row: (row.at, order[row.room], row.root), reverse=True)
        if after is not None:
            begin = (after.at, order.get(after.room, -1), after.root)
            rows = [row for row in rows if (row.at, order[row.room], row.root) < begin]
        return [self._card(account, row) for row in rows[:limit]]

    def _card(self, account: str, row: ThreadRow) -> ThreadCard:
        tx = self._tx
        root = quote(as_it_is(tx, row.room, row.root)) if tx.given(row.room, row.root) else None
        return card(row.room, row.root, told_below(tx, account, row), root)
