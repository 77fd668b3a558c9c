"""The law of a store, the part about blanking: an entry loses its body once, and keeps its envelope (protocol blank.py).

1. In one transaction the kept bytes become those of the envelope, wherever they are, and what was kept to recognise a
   repeat of its command is emptied: under that nonce anything gives the first result again, which is the envelope.
2. `committed` is given the envelope where the entry was blanked, with the number that its log has had for long. An entry
   of the same batch is given blank in its own place, and nothing else of it was ever told.
3. A read whose answer comes after that gives the envelope, also one that had begun before.
4. The old bytes are overwritten where they were. What a store keeps beside, its write-ahead log, is emptied by a purge:
   PURGE_SECONDS after something was blanked at the latest, at start, at the end, and whenever `purge` is asked for.
"""

from collections.abc import Iterable
from typing import Protocol

from among_protocol.base import Entry

PURGE_SECONDS = 600  # a purge costs a flush, and nobody can write meanwhile: not for every deletion
KEPT = 1_024  # logs of which it is known when they were last blanked in


class BlankTx(Protocol):
    """The part of `api.Tx`."""

    def blank(self, log: str, seq: int) -> None:
        """Empty the body of an entry of this log; nothing happens to one that is blank. A rule does this before it adds
        the entry that tells of it. Raises LookupError when there is no such entry."""
        ...

    def rewrite(self, event: Entry) -> None:
        """Likewise, but only a part of it goes: from now on the entry with this number says what this one says. For what
        somebody else's entry says of one who is forgotten (fates.py)."""
        ...


class BlankStore(Protocol):
    """The part of `api.Store`."""

    async def purge(self) -> bool:
        """What was blanked before this was asked for is in no file of this store any more. False when somebody reads for
        so long that it has to be tried again; that is done."""
        ...


class Blankings:
    """When each log was last blanked in, for those who began to read before."""

    def __init__(self) -> None:
        self.count = 0
        self._logs: dict[str, int] = {}  # log -> `count` at that moment
        self._unknown = 0  # up to here nothing is known of a log that is not there

    def note(self, logs: Iterable[str]) -> None:
        self.count += 1
        for log in logs:
            self._logs.pop(log, None)
            self._logs[log] = self.count
        while len(self._logs) > KEPT:
            self._unknown = self._logs.pop(next(iter(self._logs)))

    def since(self, count: int, log: str) -> bool:
        """Whether this log may have been blanked in after that."""
        return self.count != count and max(self._unknown, self._logs.get(log, 0)) > count
