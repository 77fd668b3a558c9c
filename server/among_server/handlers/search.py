"""Searching what was said. What it means is in store/search.py, the language of a query in the protocol's query.py."""

from among_protocol import query
from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.query import QueryError
from among_protocol.search import MessageHits, SearchMessages

from ..core.context import Context
from ..store.search import Asked
from ..store.words import sought


async def search(context: Context, command: SearchMessages) -> MessageHits:
    try:
        asked = query.parse(command.query)
        wanted = sought(asked)
    except QueryError as error:
        raise Refuse(FIELD_INVALID, str(error), field="query") from None
    if command.community:
        context.member_of(command.community)
    if command.room:
        await context.room(command.room)
    found = await context.store.search(
        context.person.account.id,
        Asked(
            asked,
            wanted,
            community=command.community,
            room=command.room,
            newest=command.order == "newest",
            limit=command.limit,
            after=command.after,
        ),
    )
    if command.community:
        context.member_of(command.community)  # still
    if command.room:
        await context.room(command.room)  # likewise
    hits = [row.hit for row in found.hits if context.may_read(row.room)]
    return MessageHits(hits=hits, complete=not found.after, after=found.after, as_of=found.as_of)
