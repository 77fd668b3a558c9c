"""Who is in a community, and who wrote this."""

from among_protocol.members import ListMembers, MemberPage, Personas, ResolveMembers

from ..core.context import Context
from ..store.rows import LogRow


async def list_members(context: Context, command: ListMembers) -> MemberPage:
    context.member_of(command.community)
    log = await context.store.log(command.community) or LogRow(command.community, "community")
    found = await context.store.members(command.community, command.after.lower(), command.limit + 1)
    context.member_of(command.community)  # still
    return MemberPage(members=found[: command.limit], as_of=log.head, complete=len(found) <= command.limit)


async def resolve(context: Context, command: ResolveMembers) -> Personas:
    return Personas(personas=await context.store.personas(context.person.account.id, command.members))
