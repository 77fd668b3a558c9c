"""Tags: the words by which communities and people with the same interest find each other.

They are curated, so that one interest has one tag: a word in any script, folded, which looks like no other tag. The
server brings some; a community that calls itself something new brings that word in, and takes it along when it goes.
Synonyms are merged: whoever names the one is understood to mean the other, everywhere and at once.

A sensitive tag is about what may hurt a person when it is known of them. Who carries it is shown to nobody unless they
say so, and it is counted for nobody.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import TAG_CHARS, Command, Entry, KeyText, OptionalId, PageLimit, Shape, Write

TagText = Annotated[str, Meta(min_length=1, max_length=TAG_CHARS)]  # grammar in text.py


class Tag(Shape, kw_only=True):
    tag: str  # as it is named: folded, its words joined by -
    label: str  # for people
    sensitive: bool = False  # it may hurt a person when it is known of them


class Tags(Shape, kw_only=True):
    tags: list[Tag]  # those that begin with the query first
    complete: bool  # these are all


class SearchTags(Command, tag="tag.search", kw_only=True):
    """Tags by the beginning of one of their words. A word that was merged into another finds that one."""

    Reply: ClassVar[type[Shape]] = Tags

    query: KeyText = ""  # empty: all of them
    limit: PageLimit = 50


class TagUpdated(Entry, tag="tag.updated", omit_defaults=False, kw_only=True):
    """A tag is a synonym or sensitive from now on, or no longer. In a community's stewards' log, where it holds there; in
    the own log of the server's owner, where it holds everywhere."""

    tag: str  # which
    into: str  # the tag that is meant by it; empty: itself
    sensitive: bool  # who carries it is shown to nobody, unless they have chosen who may see it
    community: str = ""  # where it holds; empty: everywhere


class TagWritten(Shape, kw_only=True):
    entry: TagUpdated
    repeat: bool = False


class UpdateTag(Write, tag="tag.update", kw_only=True):
    """Say that a tag means another, or is sensitive: in a community, for its stewards to say of the interests of its
    members; everywhere, for the owner of the server. Nothing is lost: a tag that means itself again is as it was."""

    Reply: ClassVar[type[Shape]] = TagWritten

    tag: TagText  # which
    community: OptionalId = ""  # empty: everywhere
    into: Annotated[str, Meta(max_length=TAG_CHARS)] | None = None  # left out: as it is; empty: itself again
    sensitive: bool | None = None  # left out: as it is
