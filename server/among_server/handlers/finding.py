"""Finding somebody in a community."""

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.fields import tag
from among_protocol.finding import FoundMembers, SearchMembers

from ..core.context import Context
from ..store.finding import folded
from .discovery import spend


async def search(context: Context, command: SearchMembers) -> FoundMembers:
    context.member_of(command.community)
    if not folded(command.query) and not command.interest:
        raise Refuse(codes.FIELD_INVALID, "Say what to look for: some characters, an interest, or both.", field="query")
    interest = tag(command.interest, field="interest") if command.interest else ""
    if interest:
        spend(context)
    found = await context.store.find(
        command.community, context.person.account.id, command.query, interest, command.limit + 1
    )
    context.member_of(command.community)  # still
    return FoundMembers(found=list(found[: command.limit]), complete=len(found) <= command.limit)
