"""The law of a store, the part about messages that were edited: where their versions are. The versions are entries."""

from typing import Protocol

from among_protocol.edits import MessageEdited, MessageHistory
from among_protocol.messages import QUOTED, Forwarded, Message, Quoted


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


def as_shown(origin: Forwarded, source: Message | None) -> Forwarded:
    """What is told of a message that another one shows, as it is now; None: whoever asks may not see it."""
    shown = Forwarded(room=origin.room, seq=origin.seq, by=origin.by, rev=origin.rev, gone=source is None)
    if source is not None:
        shown.at, shown.body, shown.edited, shown.blank = source.at, source.body, source.edited, source.blank
    return shown
