"""What is read of rooms, inboxes and choices from the reference: the parts of the store that recent.py, inbox.py and
notify.py say."""

from datetime import UTC, datetime, timedelta

from among_protocol.inbox import InboxState
from among_protocol.messages import GLIMPSED, Glimpse, MessageSent
from among_protocol.notify import NotifyChoice
from among_protocol.posts import PostPublished

from ..inbox import InboxRow
from ..recent import Place, RecentRow, first_between, glimpse
from ..rules.notify import told
from .inbox import Item
from .messages import as_it_is
from .tx import MemoryTx

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MemoryAttending:
    _tx: MemoryTx

    async def notify_choices(self, account: str) -> list[NotifyChoice]:
        return [told(row) for row in self._tx.notify_rows(account)]

    async def inbox_state(self, account: str) -> InboxState:
        return InboxState(read=self._tx.inbox_read(account), unread=self._tx.inbox_unread(account))

    async def inbox(self, account: str, before: int | None, limit: int) -> list[InboxRow]:
        items = [item for item in self._tx.seen_items(account) if before is None or item.number < before]
        return [self._row(item) for item in items[:limit]]

    def _row(self, item: Item) -> InboxRow:
        assert item.kind, "it is seen"
        room = self._tx.room_rows.get(item.about or item.log)
        private = room.id if room is not None and room.kind == "private" else ""
        if item.kind == "notice":
            json = self._tx.entries[item.log, item.seq].stored.json
            return InboxRow(item.number, item.kind, item.log, item.seq, json=json, private=private)
        community, said = self._tx.room_rows[item.log].community, self._glimpse(item.log, item.seq)
        return InboxRow(item.number, item.kind, item.log, item.seq, community, said, private=private)

    def _glimpse(self, room: str, seq: int) -> Glimpse:
        event = self._tx.entries[room, seq].stored.event
        if isinstance(event, MessageSent):
            return glimpse(as_it_is(self._tx, room, seq))
        post = self._tx.post(room, seq)
        title = post.title[:GLIMPSED] if post is not None and not event.blank else ""
        return Glimpse(seq=seq, at=event.at, by=event.by, rev=event.rev, body=title, blank=event.blank)

    async def recent(self, account: str, after: Place | None, limit: int) -> list[RecentRow]:
        tx = self._tx
        order = {room: number for number, room in enumerate(tx.logs, 1)}
        found: list[tuple[int, int, str, int]] = []
        for room in tx.followed(account):
            seqs = (seq for seq in range(tx.logs[room].head, tx.logs[room].floor, -1) if self._is_said(room, seq))
            if seq := next(seqs, 0):
                at = datetime.fromisoformat(tx.entries[room, seq].stored.event.at)
                found.append(((at - EPOCH) // timedelta(milliseconds=1), order[room], room, seq))
        begin = None if after is None else (after.said_ms, order.get(after.room, 0))
        page = [one for one in sorted(found, reverse=True) if begin is None or one[:2] < begin][:limit]
        return [
            RecentRow(
                tx.room_rows[room],
                [row.persona() for row in tx.people(room)] if tx.room_rows[room].kind == "direct" else [],
                self._glimpse(room, seq),
                ms,
                tx.unread(account, room),
            )
            for ms, _, room, seq in page
        ]

    def _is_said(self, room: str, seq: int) -> bool:
        event = self._tx.entries[room, seq].stored.event
        return isinstance(event, PostPublished) or (isinstance(event, MessageSent) and not event.thread)

    async def first_at(self, room: str, at: str) -> int:
        row = self._tx.logs.get(room)
        if row is None:
            return 1
        return first_between(row.floor, row.head, at, lambda seq: self._tx.entries[room, seq].stored.event.at)
