"""What can stand on the screen: something said, something told, a rule between. Data only.

Rules: the texts here are as they came from the network; they become `Safe` where they are laid out (render.py).
A style says what a part is, not how it looks. `alert` is set on what deserves a bell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

Style = Literal["", "dim", "who", "place", "strong", "good", "problem", "mention"]


class Part(NamedTuple):
    style: Style
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message."""

    room: str
    seq: int
    at: datetime | None  # in the reader's zone; None when the server's time made no sense
    who: str  # handle of the author, as it is now as far as that is known
    body: str
    mine: bool = False
    mention: bool = False  # of me
    alert: bool = False
    folded: str = ""  # why it is not shown unless asked for: its author is "block" or "mute"
    number: str = ""  # how it is named by who reads it: #12
    edited: bool = False
    blank: bool = False  # it was deleted
    then: str = ""  # their handle when they wrote this, where it was another
    quote: str = ""  # what it answers: by whom, and how that began
    was: str | None = None  # it was edited and is shown again: what it said before, as far as that is known
    unveiled: bool = False  # what spoilers hide of it is shown
    credit: str = ""  # of a message that it shows, of another room: whose that is, and where
    shown: str = ""  # what that says
    reactions: str = ""  # how it is reacted to, in a row
    thread: str = ""  # what is said in its thread, in short
    inside: str = ""  # of one that is shown beside those of the room: in which thread it is said
    root: int = 0  # number of the message in whose thread it is said; 0: to the room
    answers: int = 0  # number of the message that `quote` is of; 0: none
    shows: tuple[str, int] = ("", 0)  # the message that `shown` is of: its room, and its number there


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across: where a day, a room or the unread part begins."""

    text: str
    style: Style = "dim"


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the client tells: a notice, a reply to a command, a problem."""

    parts: tuple[Part, ...]
    alert: bool = False
    whole: bool = False  # one row, however wide: it is there to be copied


@dataclass(frozen=True, slots=True)
class Labelled:
    """One of several rows below each other, each of a label and what stands beside it. No label: more of the one before."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """What can be typed, and beside it what that does: in two columns, where the first is so wide at most."""

    typed: str
    about: str
    wide: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text of somebody, which may have several lines, set off from what the client tells."""

    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A part of something long that somebody wrote, with marks in it."""

    text: str
    unveiled: bool = False  # what spoilers hide of it is shown


Line = Said | Rule | Told | Labelled | Usage | Quoted | Written


def told(*parts: str | tuple[Style, str], alert: bool = False) -> Told:
    """A notice out of parts; a plain string has no style."""
    return Told(tuple(Part("", part) if isinstance(part, str) else Part(*part) for part in parts), alert)


def to_copy(link: str) -> Told:
    """A link that this client made. The terminal breaks it where it must, and gives it whole to who copies it. What has a
    blank in it is none, and could pose as something said where it is broken."""
    return Told((Part("strong", link),), whole=link.isprintable() and " " not in link)


def note(text: str) -> Told:
    """A notice of no great weight."""
    return Told((Part("dim", text),))


def problem(text: str) -> Told:
    """What went wrong, and what to do."""
    return Told((Part("problem", text),))


def sentence(what: str) -> str:
    """What went wrong, told by itself and not behind the name of the program."""
    return f"{what[:1].upper()}{what[1:]}."


def joined(parts: Iterable[str]) -> str:
    """Names as one says them: ana, bob and cleo."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
