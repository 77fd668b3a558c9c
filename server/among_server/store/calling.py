"""The law of a store, the part about mentions of everybody in a room. Each is kept once, whoever is there: what is kept for
single accounts is only that it is none of theirs."""

from collections.abc import Sequence
from typing import Protocol


class CallingTx(Protocol):
    """The part of `api.Tx`."""

    def mention_room(self, room: str, seq: int, uncalled: Sequence[str]) -> None:
        """This entry mentions everybody but these accounts."""
        ...

    def mentions_of_room(self, room: str, newest: int) -> list[int]:
        """When the newest of them were, the last one first: Unix times in milliseconds."""
        ...

    def mentions_room(self, room: str, seqs: Sequence[int]) -> bool:
        """Whether one of these entries does."""
        ...

    def blocked_by(self, account: str, handle: str) -> list[str]:
        """The accounts that block or mute this one under this handle."""
        ...
