"""A draft: what one has begun to write in a room, in a thread, or for one's corner of a community, and not sent yet. A
register of the account: the last value wins, it has no number, every device of the account is told, and nobody else ever is.

Every sync lists one's drafts by their fingerprint, `limits.drafts` at most and some hundred bytes each, however long they
are; the texts are asked for where they are wanted, as many at once as fit a page.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import DRAFTS, POST_BYTES, Command, Event, Id, KeyText, Seq, Shape, Time

DraftText = Annotated[str, Meta(max_length=POST_BYTES)]  # UTF-8 bytes; code points are only the first check


class DraftState(Shape, omit_defaults=False, kw_only=True):
    place: str  # id of the room; or of the community, for a post in one's corner there
    thread: Seq = 0  # number of the root of the thread in that room, in which it is written; 0: in none
    fingerprint: str  # changes with the text; empty: there is no draft any more
    at: Time  # when it was set


class DraftChanged(Event, tag="draft.changed", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced. Publishing a post sets it empty for that community."""

    place: str  # id of the room; or of the community, for a post in one's corner there
    thread: Seq = 0  # number of the root of the thread in that room, in which it is written; 0: in none
    fingerprint: str  # changes with the text; empty: there is no draft any more
    at: Time  # when it was set


class SetDraft(Command, tag="draft.set", kw_only=True):
    """This is what one has written there so far. An empty text: nothing any more."""

    Reply: ClassVar[type[Shape]] = DraftState
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    place: Id  # a room that one may see; or a community that one is in, for a post in one's corner there
    thread: Seq = 0  # only in a thread of that room: the number of its root; 0: no thread
    text: DraftText  # what was written so far


class Draft(Shape, kw_only=True):
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    place: str  # id of the room; or of the community, for a post in one's corner there
    thread: Seq = 0  # number of the root of the thread in that room, in which it is written; 0: in none
    text: str  # what was written so far
    fingerprint: str  # changes with the text
    at: Time  # when it was set


class Drafts(Shape, kw_only=True):
    drafts: list[Draft]  # by place, and in a room by thread
    complete: bool  # none comes after the last one


class ListDrafts(Command, tag="draft.list", kw_only=True):
    """My drafts with their texts, by place and thread, as many as fit a page; or those of certain places, and the threads in them."""

    Reply: ClassVar[type[Shape]] = Drafts

    places: Annotated[list[Id], Meta(max_length=DRAFTS)] = []  # only of these; empty: all
    after: KeyText = ""  # the last place of the page before
    after_thread: Seq = 0  # and the thread there
