"""What one run wrote down, for the oracle: what was asked and answered, what was heard, and what was read at the end.

Moments are numbers of one counter that the driver counts up; only their order matters.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from .shown import Change, Page, Step

Outcome = Literal["ok", "fail", "info"]


class Entry(NamedTuple):
    """An entry of a log, as somebody saw it."""

    seq: int
    first: int  # the first number that it covers
    author: str  # the client behind it
    nonce: str
    content: str  # what the author asked for
    whole: str  # all of it, for comparing
    blank: bool = False  # it has lost its words: `content` says nothing
    of: int = 0  # a version of what has this number; 0: of itself
    step: Step | None = None  # what it does to what is shown of another one
    changes: tuple[Change, ...] = ()  # it is no entry: it stands for the reactions that it covers


@dataclass(slots=True)
class Attempt:
    """One sending of one write. A retry is another attempt with the same nonce."""

    client: str
    nonce: str
    log: str
    content: str
    asked: int  # moment of sending
    outcome: Outcome = "info"  # info: no answer came, so nobody knows
    answered: int = 0  # moment of the answer
    seq: int = 0  # as acknowledged
    told: str = ""  # log and content of the acknowledged entry, when they are not those that were asked for
    repeat: bool = False  # the answer says that it is the first result again
    empty: bool = False  # the answer says that it has lost its words
    also: tuple[tuple[str, str], ...] = ()  # further entries of the same nonce: log and content
    empties: int = 0  # the number, in the same log, of what it takes back
    refused: bool = False  # the answer, whatever became of a copy of it


class Heard(NamedTuple):
    """An entry came on a connection."""

    log: str
    entry: Entry


class Notice(NamedTuple):
    """What a connection was told about a log beside its entries.

    `resumed`: the client named the position `after` and was promised everything after it. `opened`, `gap`, `reset`,
    `lagging`: entries go on after `after`; what was before is not promised. `whole`: everything up to `after` has been
    sent, or the reader has left the log and will be told so before anything else about it. `closed`: nothing more comes.
    """

    kind: Literal["resumed", "opened", "gap", "reset", "lagging", "whole", "closed"]
    log: str
    after: int = 0


Connection = list[Heard | Notice]


@dataclass(slots=True)
class History:
    """Everything that one run wrote down."""

    attempts: list[Attempt] = field(default_factory=list)
    readers: dict[str, list[Connection]] = field(default_factory=dict)  # each reader's connections, oldest first
    finals: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)  # who read them -> log -> entries
    explained: set[str] = field(default_factory=set)  # logs in which nothing may be that no attempt asked for
    in_order: bool = True  # each sender used one connection at a time, and retried in the order of asking
    copied: bool = False  # the network said some things twice, on another connection, and kept those answers to itself
    settled: bool = True  # readers were given the time to hear everything
    pages: dict[tuple[str, str], dict[str, Page]] = field(default_factory=dict)  # who read them, membership -> room
