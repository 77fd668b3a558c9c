"""Finding somebody in a community: by handle, by name, by a former handle, or by an interest they want to be found by."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import FOUND, TAG_CHARS, Command, Id, KeyText, Shape
from .members import Member


class Found(Shape, kw_only=True):
    member: Member
    former: str = ""  # the handle that they once had here, where it is that which was found


class FoundMembers(Shape, kw_only=True):
    found: list[Found]  # those first in whom a word begins with the query
    complete: bool  # these are all; otherwise a longer query finds the others


class SearchMembers(Command, tag="member.search", kw_only=True):
    """Who in a community has these characters in handle, name or former handle, or wants to be found by this interest; or
    both. Case and accents don't count. A query of one character is looked for where a word begins."""

    Reply: ClassVar[type[Shape]] = FoundMembers

    community: Id
    query: KeyText = ""  # empty: anybody with this interest
    interest: Annotated[str, Meta(max_length=TAG_CHARS)] = ""  # a tag
    limit: Annotated[int, Meta(ge=1, le=FOUND)] = 25  # members, at most
