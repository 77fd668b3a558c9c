"""Searching what was said: messages, comments and posts, wherever one may read.

The query is one line, as people type it; its grammar is in query.py. What is found is joined with the text and the rights
of that moment: what was edited is found by what it says now, and what one may not read is never there.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import HITS, QUERY_CHARS, Command, Cursor, OptionalId, Seq, Shape, Time
from .finding import SearchMembers

HitKind = str  # message, comment, post; unknown: as message
QueryText = Annotated[str, Meta(min_length=1, max_length=QUERY_CHARS)]  # code points


class Mark(Shape, omit_defaults=False, kw_only=True):
    """A part of a text that was looked for, in code points: it begins at `start` and ends before `end`."""

    start: int  # of the first code point
    end: int  # of the one behind it


class Hit(Shape, kw_only=True):
    """Something that was said, as it is now. `message.page` with `around` shows what stands about it."""

    hidden: ClassVar[frozenset[str]] = frozenset({"title", "snippet"})

    room: str
    community: str = ""  # empty for a direct
    slug: str = ""  # of the room; empty for a direct, and for a corner
    seq: Seq  # its number in the room's log: its name
    kind: HitKind
    at: Time
    by: str  # the author's membership
    rev: int  # revision of the author's persona at that moment
    post: Seq = 0  # of a comment: the number of the post
    edited: Seq = 0  # number of its newest edit; 0: never
    title: str = ""  # of a post
    title_marks: list[Mark] = []  # what was looked for in the title, in its order
    snippet: str  # a part of the text, in one line, with what was looked for in it where there is such a thing
    marks: list[Mark] = []  # what was looked for in the snippet, in its order
    folded: bool = False  # by somebody whom one blocks: it is shown when one asks for it


class MessageHits(Shape, kw_only=True):
    hits: list[Hit]  # in the order that was asked for
    complete: bool  # nothing more is found; otherwise `after` goes on, also where this page is not full
    after: Cursor = ""  # the way to the next page
    as_of: Time  # what was said until then is found; what is newer may not be, yet


class SearchMessages(Command, tag="message.search", kw_only=True):
    """What was said with these words in it, in all that one may read: words, "words in a row", begin*, -without, and
    from: in: mentions: has: before: after:. See the grammar above.

    By `rank` the best of the newest that match come first, then those before them. So much work is done for one page and no
    more: a page may be short, and says in `complete` whether there is more."""

    Reply: ClassVar[type[Shape]] = MessageHits
    hidden: ClassVar[frozenset[str]] = frozenset({"query"})

    query: QueryText
    community: OptionalId = ""  # only here
    room: OptionalId = ""  # only here
    order: Literal["rank", "newest"] = "rank"  # the best first, or the newest
    limit: Annotated[int, Meta(ge=1, le=HITS)] = 20  # hits, at most
    after: Cursor = ""  # of the page before, for the same query and order


SearchCommand = SearchMembers | SearchMessages
