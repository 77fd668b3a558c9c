"""Who is in a community, and who wrote this."""

from msgspec.structs import replace

from among_protocol.members import ListMembers, MemberPage, Personas, ResolveMembers

from ..core.context import Context
from ..store.rows import LogRow
from ..store.stewards import stewards_of


async def list_members(context: Context, command: ListMembers) -> MemberPage:
    context.member_of(command.community)
    log = await context.store.log(command.community) or LogRow(command.community, "community")
    found = await context.store.members(command.community, command.after.lower(), command.limit + 1)
    page = MemberPage(members=found[: command.limit], as_of=log.head, complete=len(found) <= command.limit)
    if context.person.stewards(stewards_of(command.community)):
        accepted = await context.store.accepted([one.member for one in page.members])
        if context.person.stewards(stewards_of(command.community)):  # still
            page.members = [replace(one, rules=accepted.get(one.member, 0)) for one in page.members]
    context.member_of(command.community)  # still
    return page


async def resolve(context: Context, command: ResolveMembers) -> Personas:
    return Personas(personas=await context.store.personas(context.person.account.id, command.members))
