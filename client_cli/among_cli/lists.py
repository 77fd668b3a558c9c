"""What the lists on the screen showed, by number, so that a number leads to what stands there; and where each goes on.

Rule: a list keeps no text. What somebody deletes later is thus not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from among_protocol.bookmarks import Bookmark
from among_protocol.inbox import InboxItem

from .places import Searched


@dataclass(slots=True)
class Lists:
    inbox: list[InboxItem] = field(default_factory=list)  # as /inbox numbered them last
    bookmarks: list[Bookmark] = field(default_factory=list)  # as /bookmarks numbered them last
    searched: Searched | None = None  # last
    threads: tuple[str | None, str] = (None, "")  # of what /threads listed, and where it goes on
    pages: dict[str, str] = field(default_factory=dict)  # by list: where its next page begins; empty: there is none


def is_one(number: str, shown: Sequence[object]) -> bool:
    """Whether a list has this number."""
    return number.isdecimal() and len(number) < 6 and 0 < int(number) <= len(shown)
