"""Tags: finding them while one types, and saying what they mean."""

from collections.abc import Sequence

from msgspec.structs import replace

from among_protocol.base import TAG_CHARS
from among_protocol.fields import line, tag
from among_protocol.tags import SearchTags, Tags, UpdateTag
from among_protocol.text import tag_begin

from ..core.context import Context
from ..store.rows import Appended


async def search(context: Context, command: SearchTags) -> Tags:
    found = await context.store.tags(tag_begin(command.query), context.person.account.id, command.limit + 1)
    return Tags(tags=found[: command.limit], complete=len(found) <= command.limit)


async def update(context: Context, command: UpdateTag) -> Appended:
    into = tag(command.into, field="into") if command.into else command.into
    return await context.append(replace(command, tag=tag(command.tag, field="tag"), into=into))


def words(given: Sequence[str]) -> list[str]:
    """The words that a community wants to carry, as people read them. Raises Refuse for what can't be a tag."""
    for word in given:
        tag(word, field="tags")
    return [line(word, field="tags", longest=TAG_CHARS) for word in given]
