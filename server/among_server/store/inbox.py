"""The law of a store, the part about the inbox: what was meant for an account, numbered as it came.

1. An item names an entry and holds no words. One whose entry was blanked is gone for good, with whose it was; its number is
   not used again.
2. An item is seen while its owner may read the room, which still keeps what it is about, and neither of the two, its owner and who said it, would make the
   other deaf now (rules/blocks.py). So it is with what is unread: the count is that of the list.
3. It keeps the newest limits.INBOX, and of what one member said the newest limits.INBOX_OF_ONE: whoever mentions somebody
   without end pushes out what they said themselves. What is more goes, and is named as in rule 5 where that was of one member.
4. An entry of an account's own log that tells what somebody else did (protocol inbox.py) is in its inbox by itself. One that
   tells of a private room is seen while its owner is there.
5. Whoever has an item about what a batch blanks is named with it (`Stored.stale`), and so is whoever does not follow the
   room of which they have a new one, and whoever has one about what a floor takes.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from among_protocol.inbox import InboxState
from among_protocol.messages import Glimpse

Kind = Literal["mention", "reply", "notice"]


class InboxRow(NamedTuple):
    """An item as it is seen."""

    number: int
    kind: Kind
    log: str
    seq: int  # of the message or post that it is about; of a notice, of the entry
    community: str = ""  # of the room; empty: of a direct, or a notice
    said: Glimpse | None = None  # of mentions and replies
    json: bytes = b""  # of a notice: the entry as it is kept
    private: str = ""  # the private room that it is in, or tells of; empty: none


class InboxTx(Protocol):
    """The part of `api.Tx`."""

    def put_inbox(self, account: str, kind: Kind, log: str, seq: int, member: str = "", about: str = "") -> None:
        """One more item. `seq`: of an entry that was added. `member`: who said it. `about`: of a notice, the room that it
        tells of."""
        ...

    def in_inbox(self, account: str, log: str, seq: int) -> bool:
        """Whether there is an item about this entry."""
        ...

    def stale(self, accounts: Sequence[str]) -> None:
        """Name these with the newest entry of the batch, as `Stored.stale`."""
        ...

    def inbox_newest(self, account: str) -> int:
        """The number of the newest item that ever was; 0: none."""
        ...

    def inbox_read(self, account: str) -> int:
        """Up to which number it is read."""
        ...

    def put_inbox_read(self, account: str, number: int) -> None: ...
    def inbox_unread(self, account: str) -> int:
        """How many items that are seen are not read."""
        ...


class InboxStore(Protocol):
    """The part of `api.Store`."""

    async def inbox(self, account: str, before: int | None, limit: int) -> list[InboxRow]:
        """What is seen, newest first, before a number."""
        ...

    async def inbox_state(self, account: str) -> InboxState: ...
    async def recount_inbox(self, account: str) -> InboxState | None:
        """Likewise, by the writer in its turn: `committed` has been given all that is counted. None: nothing ever was in it."""
        ...

    async def mark_inbox(self, account: str, number: int, *, back: bool) -> InboxState:
        """Forward only, unless `back`. More than the newest number means the newest."""
        ...
