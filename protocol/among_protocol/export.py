"""Everything of mine, to take along: a page at a time, each record a JSON object on a line of its own in the archive.

What is one's own is in it, whole: account, every place one is or was in with every revision of one's persona there, all
that one wrote, one's own log (which tells what was done about one), registers. What is somebody else's is in it only as it
was shown: a mention, the people of a direct. No secret is: no password, no token, nor what is kept of them.

A client asks on with `next` until it is empty, in its own time; what is written meanwhile may be in it or not. Asked again
with the same `after`, the page is the same.
"""

from typing import ClassVar

import msgspec

from .accounts import Account
from .base import Command, Cursor, Seq, Shape, Time
from .communities import Community
from .dnd import Dnd
from .interests import InterestList
from .members import Persona, Role
from .messages import Message
from .notify import NotifyChoice, NotifyLevel
from .personas import OwnPersona
from .reach import Reach
from .rooms import Room
from .status import Appearance


class Exported(Shape, tag_field="record", kw_only=True):
    """A record of the archive. One of an unknown kind is kept, and not understood."""


class ExportedArchive(Exported, tag="archive", kw_only=True):
    """The first record: what this is an archive of."""

    form: int = 1  # version of this form
    server: str  # name and version of the software, for people
    epoch: str  # that the numbers are of
    at: Time  # when it was begun
    account: Account


class ExportedMembership(Exported, tag="membership", kw_only=True):
    """A place one is in, or was: a community, or a direct."""

    place: str  # id, also of its log
    slug: str = ""  # of the community; empty for a direct
    name: str = ""  # of the community, for people; empty where one has left
    member: str  # who one is there
    role: Role = "member"
    left: bool = False
    silenced_until: Time = ""
    persona: OwnPersona  # as it is now, with what others don't see, and one's former handles
    personas: list[Persona]  # every revision that is kept, the oldest first; of very many the next record goes on


class ExportedEntry(Exported, tag="entry", kw_only=True):
    """An entry of one's own log, or one that one caused elsewhere: what one said, above all."""

    entry: msgspec.Raw  # as it is kept; blank where it was deleted


class ExportedMarker(Exported, tag="marker", kw_only=True):
    room: str
    read: Seq


class ExportedThread(Exported, tag="thread", kw_only=True):
    """A thread that one follows."""

    room: str
    thread: Seq  # number of its root
    read: Seq
    level: NotifyLevel = "inherit"  # what one chose as worth a bell there; inherit: nothing
    until: Time = ""  # that choice ends by itself then; empty: it does not


class ExportedBlock(Exported, tag="block", kw_only=True):
    handle: str
    kind: str  # block, mute


class ExportedSession(Exported, tag="session", kw_only=True):
    """A device that is signed in, without what signs it in."""

    device: str = ""
    opened: Time
    seen: Time


class ExportedAppearance(Exported, tag="appearance", kw_only=True):
    """How one appears somewhere, and what one says one is up to."""

    appearance: Appearance
    day: str = ""  # the last one on which others could see one there, where that is kept: 2026-01-31


class ExportedInterests(Exported, tag="interests", kw_only=True):
    """What one cares for, in one place or for oneself alone."""

    interests: InterestList


class ExportedDismissal(Exported, tag="dismissal", kw_only=True):
    """A community that is not to be suggested again."""

    community: str


class ExportedDraft(Exported, tag="draft", kw_only=True):
    """What one has begun to write."""

    place: str  # id of the room; or of the community, for a post in one's corner there
    thread: Seq = 0  # number of the root of the thread in that room, in which it is written; 0: in none
    text: str
    at: Time


class ExportedBookmark(Exported, tag="bookmark", kw_only=True):
    """A message that one wanted to find again, and the note to oneself. Not what it says: that is another's."""

    room: str
    seq: Seq  # the message's number in the room
    at: Time  # when it was set
    note: str = ""


class ExportedReach(Exported, tag="reach", kw_only=True):
    """By whom one lets oneself be spoken to alone."""

    reach: Reach


class ExportedAttention(Exported, tag="attention", kw_only=True):
    """What one wants to be called for, when one is not to be disturbed, and how far one has read one's inbox."""

    notify: list[NotifyChoice]
    dnd: Dnd | None = None
    inbox: Seq = 0  # everything up to this number is read


class ExportedQuote(Exported, tag="quote", kw_only=True):
    """Words of one's own that somebody wants in a portrait, or has there."""

    community: str
    quote: str
    text: str
    state: str  # asked, refused, agreed, merged


AnyExported = (
    ExportedArchive
    | ExportedMembership
    | ExportedEntry
    | ExportedMarker
    | ExportedThread
    | ExportedBlock
    | ExportedSession
    | ExportedAppearance
    | ExportedInterests
    | ExportedDismissal
    | ExportedDraft
    | ExportedBookmark
    | ExportedReach
    | ExportedAttention
    | ExportedQuote
)


class ExportPage(Shape, kw_only=True):
    records: list[msgspec.Raw]  # each an `Exported`
    next: Cursor = ""  # to ask on with; empty: that is all
    about: Seq = 0  # how many records there will be, more or less; told with the first page


class ExportAccount(Command, tag="account.export", kw_only=True):
    """Everything of mine, a page at a time."""

    Reply: ClassVar[type[Shape]] = ExportPage

    after: Cursor = ""  # `next` of the page before; empty: from the start


class Transcript(Shape, kw_only=True):
    """A room as a file: what whoever wrote it could read there at that moment. A client makes it, out of `message.page`
    and `pin.list`."""

    form: int = 1  # version of this form
    epoch: str  # that the numbers are of
    at: Time  # when it was begun
    community: Community | None = None  # null for a direct
    room: Room
    as_of: Seq  # the room's head: nothing later is in it
    floor: Seq = 0  # what was said up to this number was no longer kept, but for what is pinned
    messages: list[Message] = []  # oldest first, those of a thread behind its root; without those that were deleted
    personas: list[Persona] = []  # who wrote them or is quoted or shown in them, as of then
    removed: list[Seq] = []  # roots of threads in it that are not: they were deleted, or are no longer kept
