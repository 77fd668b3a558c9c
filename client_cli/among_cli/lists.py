"""What the lists on the screen showed, by number, so that a number leads to what stood there, whatever has changed since; and
where each goes on.

Rules: a list keeps no text of anybody's, but the questions of a community, and one's own links. What somebody deletes later is thus not in it. A
number that no longer leads anywhere says so, and never leads to what took the place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from among_protocol.bookmarks import Bookmark
from among_protocol.inbox import InboxItem
from among_protocol.personas import PersonaLink

from .places import Searched

REPORTS = "/reports"


@dataclass(slots=True)
class Lists:
    """Each as it was numbered last."""

    rooms: list[str] = field(default_factory=list)  # ids
    communities: list[str] = field(default_factory=list)  # short names
    sessions: list[str] = field(default_factory=list)  # ids
    blocked: list[str] = field(default_factory=list)  # ids of the entries
    invites: list[str] = field(default_factory=list)  # ids
    quotes: list[str] = field(default_factory=list)  # ids, of those that one is asked for and agreed to
    portrait: list[str] = field(default_factory=list)  # ids of the quotes in it
    links: dict[str, list[PersonaLink]] = field(default_factory=dict)  # of mine, by community; empty: of my profile
    questions: list[tuple[str, str]] = field(default_factory=list)  # of which community, and what it asks
    inbox: list[InboxItem] = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)
    drafts: list[tuple[str, int]] = field(default_factory=list)  # places, and the roots of threads there
    searched: Searched | None = None  # last
    threads: tuple[str | None, str] = (None, "")  # of what /threads listed, and where it goes on
    pages: dict[str, str] = field(default_factory=dict)  # by list: where its next page begins; empty: there is none
    places: dict[tuple[str, int], str] = field(default_factory=dict)  # of what each community numbers itself: by list
    # and number, the community of which that was shown last

    def of(self, community: str, name: str, numbers: Iterable[int]) -> None:
        """These numbers of a list are on the screen, and are of this community."""
        self.places.update(((name, number), community) for number in numbers)


def is_one(number: str, shown: Sequence[object]) -> bool:
    """Whether a list has this number."""
    return number.isdecimal() and len(number) < 6 and 0 < int(number) <= len(shown)
