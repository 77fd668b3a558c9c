"""The law of a store, the part about messages that were edited: where their versions are. The versions are entries."""

from typing import Protocol

from among_protocol.edits import MessageEdited, MessageHistory
from among_protocol.messages import QUOTED, Message, Quoted


class EditTx(Protocol):
    """The part of `api.Tx`."""

    def add_edit(self, room: str, message: int, seq: int) -> None:
        """This entry is its newest version."""
        ...

    def edits(self, room: str, message: int) -> list[int]:
        """The numbers of its edits, oldest first."""
        ...

    def edit(self, room: str, seq: int) -> MessageEdited:
        """The edit of this number, which there must be."""
        ...


class EditStore(Protocol):
    """The part of `api.Store`."""

    async def history(self, room: str, message: int, after: int, limit: int) -> MessageHistory | None:
        """Its versions after a number, oldest first; at most `limit` and about PAGE_BYTES, but one if there is any. None
        when it is no message, or blank, or not there."""
        ...


def quote(message: Message) -> Quoted:
    """Of a message as it is now."""
    return Quoted(seq=message.seq, by=message.by, rev=message.rev, body=message.body[:QUOTED], blank=message.blank)
