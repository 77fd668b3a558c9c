"""Searching what was said. What it means is in store/search.py, the language of a query in the protocol's query.py."""

from collections.abc import Iterator
from contextlib import contextmanager

from among_protocol import query
from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.query import QueryError
from among_protocol.search import MessageHits, SearchMessages

from ..core.context import Context
from ..limits import SEARCHES
from ..store.search import Asked, refusal
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
    with _under_way(context), context.logs.headway.made():
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


@contextmanager
def _under_way(context: Context) -> Iterator[None]:
    """Raises Refuse when this account has too many already."""
    searches, account = context.services.searches, context.person.account.id
    if searches[account] >= SEARCHES:
        raise refusal("yours")
    searches[account] += 1
    try:
        yield
    finally:
        searches[account] -= 1
        if not searches[account]:
            del searches[account]
