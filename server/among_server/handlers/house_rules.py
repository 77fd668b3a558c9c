"""The rules of a community, to be read and accepted."""

from among_protocol.codes import RULES_GONE, Refuse
from among_protocol.house_rules import AcceptRules, ReadRules, Rules

from ..core.context import Context
from ..store.rows import Appended
from .preview import visible


async def accept(context: Context, command: AcceptRules) -> Appended:
    return await context.append(command)


async def read(context: Context, command: ReadRules) -> Rules:
    row = await visible(context, command.community)
    found = await context.store.rules(row.id, command.version or row.rules)
    if found is None:
        raise Refuse(RULES_GONE, field="version")
    return Rules(
        version=found.version,
        text=found.text,
        at=found.at,
        newest=row.rules,
        accepted=await accepted(context, row.id),
    )


async def accepted(context: Context, community: str) -> int:
    """The version that whoever asks accepted last; 0 for who is no member."""
    member = context.person.members.get(community)
    if member is None:
        return 0
    return (await context.store.accepted([member.id])).get(member.id, 0)
