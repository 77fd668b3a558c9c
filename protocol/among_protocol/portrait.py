"""The self-portrait of a community: what it is about, its story, its milestones, in the words of its members.

Any member proposes a change to one section, against the version of it that they read; stewards merge it, or decline it
and say why. Each merge is a version of the whole, kept and readable for ever; going back is a version with an old text.
The community's log tells that there is a new version, the stewards' log what was proposed and what became of it.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import (
    Command,
    Entry,
    Id,
    OptionalReason,
    PageLimit,
    Rev,
    Seq,
    Shape,
    Time,
    TopicText,
    Write,
)
from .members import Persona

MILESTONES = 40
PASSAGE_BYTES = 8_000

Section = str  # about, story, milestones, quotes; unknown: as one that is not shown
PassageText = Annotated[str, Meta(max_length=PASSAGE_BYTES)]  # UTF-8 bytes; code points are only the first check
DateText = Annotated[str, Meta(min_length=4, max_length=10)]  # 2019, 2019-05 or 2019-05-17


class Milestone(Shape, kw_only=True):
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    date: DateText  # as exact as one knows it: 2019, 2019-05 or 2019-05-17
    text: TopicText  # what happened then, in a sentence


class Content(Shape, kw_only=True):
    """What a section says: a text, or milestones by date."""

    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    text: str = ""  # of `about` and `story`; may have several lines
    milestones: list[Milestone] = []  # of `milestones`, by date


class PortraitSection(Shape, kw_only=True):
    section: Section  # which one
    version: Seq  # of the portrait, that gave this section what it says
    content: Content  # what it says


class Quote(Shape, kw_only=True):
    """Something that a member said, and agreed to have quoted."""

    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    quote: str  # its id
    member: str  # who said it
    rev: Rev  # revision of their persona at that moment
    at: Time  # when they said it
    text: str  # their words
    room: str = ""  # with a message
    message: Seq = 0  # its number in the room; 0: they said it for the portrait
    version: Seq = 0  # of the portrait, that took it in; 0: it waits for the stewards


class Portrait(Shape, kw_only=True):
    """A community's portrait, as of one of its versions."""

    community: str  # its id
    slug: str  # of the community
    name: str  # of the community, for people
    version: Seq = 0  # that this is; 0: nothing was ever merged
    newest: Seq = 0  # version that there is
    at: Time = ""  # when this version was made
    sections: list[PortraitSection] = []  # those that say something
    quotes: list[Quote] = []  # of members who agreed, in the order in which they came in
    people: list[Persona] = []  # whom the quotes are by, as they were then
    interests: list[str] = []  # what the community is about, in the words of its tags


class PortraitVersion(Shape, kw_only=True):
    """What one version changed."""

    version: Seq  # its number
    at: Time
    section: Section  # that it changed
    by: str  # the steward who merged it
    rev: Rev  # revision of that steward's persona
    author: str  # who proposed it
    author_rev: Rev  # revision of that member's persona
    note: str = ""  # why, in the words of who proposed it


class Proposal(Shape, kw_only=True):
    """A change that waits for the stewards."""

    proposal: Seq  # its number in this community
    at: Time
    by: str  # who proposes it
    rev: Rev
    section: Section
    base: Seq  # version of the portrait that gave the section what the author read
    stale: bool = False  # the section has changed since
    content: Content  # what the section is to say
    quote: Quote | None = None  # instead: what is to come in among the quotes
    note: str = ""  # why


class PortraitProposed(Entry, tag="portrait.proposed", kw_only=True):
    """In the stewards' log, and without `by` in the own log of the account that proposed it."""

    words: ClassVar[tuple[str, ...]] = ("content", "note")

    community: str
    proposal: Seq  # its number in this community
    section: Section
    base: Seq  # version of the portrait that gave the section what the author read
    content: Content | None = None  # what the section is to say
    quote: str = ""  # instead: id of what is to come in among the quotes
    note: str = ""  # why


class PortraitMerged(Entry, tag="portrait.merged", kw_only=True):
    """In the stewards' log (`by` a steward), and without `by` in the own log of whoever had proposed it."""

    community: str
    proposal: Seq  # that was merged
    version: Seq  # of the portrait, that it made


class PortraitDeclined(Entry, tag="portrait.declined", kw_only=True):
    """In the stewards' log (`by` a steward, or whoever had proposed it and takes it back), and without `by` in the own
    log of whoever had proposed it."""

    words: ClassVar[tuple[str, ...]] = ("reason",)

    community: str
    proposal: Seq  # that is not to be
    reason: str = ""


class PortraitUpdated(Entry, tag="portrait.updated", kw_only=True):
    """In the community's log: `by` merged a change. What it says now, `portrait.read` tells."""

    version: Seq  # of the portrait, that there is now
    section: Section  # that says something else
    author: str  # membership of whoever proposed it
    author_rev: Rev  # revision of that member's persona


class ReadPortrait(Command, tag="portrait.read", kw_only=True):
    """The portrait of a community, as it is now or as it was in one of its versions."""

    Reply: ClassVar[type[Shape]] = Portrait

    community: Id  # its id or slug
    version: Seq | None = None  # left out: the newest


class PortraitHistory(Shape, kw_only=True):
    versions: list[PortraitVersion]  # newest first
    complete: bool  # none is older than the last one


class ListVersions(Command, tag="portrait.history", kw_only=True):
    """Who changed what of the portrait, and when, a page at a time. Two versions are compared by reading both."""

    Reply: ClassVar[type[Shape]] = PortraitHistory

    community: Id
    before: Seq | None = None  # the `version` of the last one of the page before
    limit: PageLimit = 50


class ExportedPortrait(Shape, kw_only=True):
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    name: str  # for the file
    media_type: str  # text/markdown or text/html
    text: str  # the whole document


class ExportPortrait(Command, tag="portrait.export", kw_only=True):
    """The portrait as one document, to be kept or shown elsewhere. What people wrote is escaped: it can't be markup. The
    HTML has its style inside, runs nothing and fetches nothing."""

    Reply: ClassVar[type[Shape]] = ExportedPortrait

    community: Id  # its id or slug
    version: Seq | None = None  # left out: the newest
    format: Literal["markdown", "html"] = "markdown"  # of the document


class ProposalPage(Shape, kw_only=True):
    proposals: list[Proposal]  # oldest first
    people: list[Persona]  # who proposed them, as they were then
    complete: bool  # none is newer than the last one


class ListProposals(Command, tag="portrait.proposals", kw_only=True):
    """The changes that wait, a page at a time: for stewards all of them, for others their own."""

    Reply: ClassVar[type[Shape]] = ProposalPage

    community: Id
    after: Seq = 0  # the `proposal` of the last one of the page before
    limit: PageLimit = 10


class ProposalWritten(Shape, kw_only=True):
    entry: PortraitProposed | PortraitUpdated  # in one's own log; or, merged at once, in the community's
    repeat: bool = False


class ProposePortrait(Write, tag="portrait.propose", kw_only=True):
    """Propose what a section is to say, in place of what it says now. `portrait.changed` where that is no longer what
    `base` says: read it again, and propose your text against it. With `merge` stewards put it in at once; so does who
    goes back to an old version, with the text of it."""

    Reply: ClassVar[type[Shape]] = ProposalWritten
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    community: Id
    section: Literal["about", "story", "milestones"]  # which one
    base: Seq  # `version` of the section as one read it; 0: it said nothing
    text: PassageText = ""  # of `about` and `story`; empty: nothing any more
    milestones: Annotated[list[Milestone], Meta(max_length=MILESTONES)] = []  # of `milestones`, all of them
    note: OptionalReason = ""  # why
    merge: bool = False  # stewards: put it in at once


class MergeWritten(Shape, kw_only=True):
    entry: PortraitUpdated
    repeat: bool = False


class MergeProposal(Write, tag="portrait.merge", kw_only=True):
    """Put a proposal in. `portrait.changed` where its section changed since it was written: whoever has read both, and
    wants it all the same, names the version of the section that it replaces."""

    Reply: ClassVar[type[Shape]] = MergeWritten

    community: Id
    proposal: Seq  # its number
    base: Seq | None = None  # version of the section that it replaces; left out: the one that it was written against


class DeclineWritten(Shape, kw_only=True):
    entry: PortraitDeclined
    repeat: bool = False


class DeclineProposal(Write, tag="portrait.decline", kw_only=True):
    """Decline a proposal, and say why; or take back one's own."""

    Reply: ClassVar[type[Shape]] = DeclineWritten

    community: Id
    proposal: Seq  # its number
    reason: OptionalReason = ""  # needed, but for one's own


PortraitCommand = (
    ReadPortrait | ListVersions | ExportPortrait | ListProposals | ProposePortrait | MergeProposal | DeclineProposal
)
PortraitWrite = ProposePortrait | MergeProposal | DeclineProposal
PortraitEntry = PortraitProposed | PortraitMerged | PortraitDeclined | PortraitUpdated
