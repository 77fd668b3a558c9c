"""Reactions as the reference remembers them: the part of `api.Tx` that reactions.py says, and what is read of them."""

from collections import Counter
from typing import NamedTuple

from among_protocol.messages import MessageSent
from among_protocol.reactions import Reaction, Reactor, Reactors

from ..corners import PostRow
from ..own import Blocks
from ..reactions import shown
from ..rows import LogRow, MemberRow
from .tables import Kept, Tables

Reacted = tuple[str, int, str, str]  # room, message, emoji, member


class Row(NamedTuple):
    seq: int
    rev: int


class MemoryReactions(Tables):
    logs: dict[str, LogRow]
    entries: dict[tuple[str, int], Kept]
    members: dict[str, MemberRow]
    post_rows: dict[tuple[str, int], PostRow]

    def __init__(self) -> None:
        super().__init__()
        self.reacted: dict[Reacted, Row] = {}

    def blocks(self, account: str) -> Blocks:
        raise NotImplementedError

    def given(self, room: str, seq: int) -> bool:
        raise NotImplementedError

    def look_beneath(self, room: str, seq: int) -> None:
        raise NotImplementedError

    def _to(self, room: str, message: int) -> dict[Reacted, Row]:
        return {key: row for key, row in self.reacted.items() if key[:2] == (room, message)}

    def reactions(self, room: str, message: int) -> dict[str, int]:
        return dict(Counter(emoji for _, _, emoji, _ in self._to(room, message)))

    def reaction(self, room: str, message: int, emoji: str, member: str) -> int:
        row = self.reacted.get((room, message, emoji, member))
        return row.seq if row is not None else 0

    def add_reaction(self, room: str, message: int, emoji: str, member: str, rev: int, seq: int) -> None:
        self._put(self.reacted, (room, message, emoji, member), Row(seq, rev))

    def remove_reaction(self, room: str, message: int, emoji: str, member: str) -> None:
        self._drop(self.reacted, (room, message, emoji, member))
        self.look_beneath(room, message)

    def drop_reactions(self, room: str, message: int) -> None:
        for key in self._to(room, message):
            self._drop(self.reacted, key)

    # --- reading

    def reactions_for(self, reader: str, room: str, message: int) -> list[Reaction]:
        mine = {emoji for _, _, emoji, member in self._to(room, message) if member == reader}
        return shown(self.reactions(room, message), mine)

    def read_reactors(
        self, room: str, message: int, emoji: str, after: int, limit: int, reader: str
    ) -> Reactors | None:
        kept = self.entries.get((room, message))
        said = (
            kept is not None
            and self.given(room, message)
            and isinstance(kept.stored.event, MessageSent)
            and not kept.stored.event.blank
        )
        if not said and (room, message) not in self.post_rows:
            return None
        unheard = self.blocks(reader)
        found = []
        for (_, _, what, by), row in self._to(room, message).items():
            who = self.members[by]
            if emoji in ("", what) and row.seq > after and (who.account, who.handle) not in unheard:
                found.append(Reactor(seq=row.seq, by=by, rev=row.rev, emoji=what))
        found.sort(key=lambda one: one.seq)
        return Reactors(reactors=found[:limit], as_of=self.logs[room].head, complete=len(found) <= limit)
