"""The law of a store, the part about reactions: who reacts to what, and how many with each emoji.

Both are projections of the entries in the room's log. How many react is kept beside who does, so that a page of messages, and
a message that thousands react to, cost what their emoji cost. And so nobody reacts to what is gone from the commit on that removes it,
though a store may carry away later, a few rows in each transaction, what it keeps of thousands who did.
"""

from typing import Protocol

from among_protocol.reactions import Reaction, Reactors

BYTES = 48  # of one emoji of a message on the wire, about


class ReactionsTx(Protocol):
    """The part of `api.Tx`. A message is one, or a post, of this room."""

    def reactions(self, room: str, message: int) -> dict[str, int]:
        """How many react to it with each emoji; never none."""
        ...

    def reaction(self, room: str, message: int, emoji: str, member: str) -> int:
        """The number of the entry with which this member reacts so; 0: they don't."""
        ...

    def add_reaction(self, room: str, message: int, emoji: str, member: str, rev: int, seq: int) -> None:
        """One that is not there. `seq`: the number of its entry."""
        ...

    def remove_reaction(self, room: str, message: int, emoji: str, member: str) -> None:
        """One that is there."""
        ...

    def drop_reactions(self, room: str, message: int) -> None:
        """All of them, if there are any: nothing of this Tx or of a read tells of one any more, whatever is still kept."""
        ...


class ReactionsStore(Protocol):
    """The part of `api.Store`."""

    async def reactors(
        self, room: str, message: int, emoji: str, after: int, limit: int, *, reader: str
    ) -> Reactors | None:
        """Who reacts to a message or a post, with this emoji or (empty) any, after the number of an entry, the oldest first;
        without those whom the account `reader` blocks or mutes. None when there is no such thing, or it is blank."""
        ...


def shown(counts: dict[str, int], mine: set[str]) -> list[Reaction]:
    """As whoever reads sees them: the most frequent first."""
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return [Reaction(emoji=emoji, count=count, mine=emoji in mine) for emoji, count in rows]
