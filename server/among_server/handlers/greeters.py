"""Greeters. What volunteering, agreeing and taking it away mean is in store/rules/greeters.py."""

from msgspec.structs import replace

from among_protocol.fields import line
from among_protocol.greeters import Greeter, Greeters, ListGreeters, SetGreeter
from among_protocol.members import PersonaRef

from ..core.context import Context
from ..rights import RIGHTS, Right
from ..store.rows import Appended


async def set_greeter(context: Context, command: SetGreeter) -> Appended:
    return await context.append(replace(command, reason=line(command.reason, field="reason", longest=500, empty=True)))


async def list_greeters(context: Context, command: ListGreeters) -> Greeters:
    context.member_of(command.community)
    rows = {row.member: row for row in await context.store.greeters(command.community)}
    account = context.person.account.id
    people = await context.store.personas(account, [PersonaRef(member=member) for member in rows])
    me = context.member_of(command.community)  # still, and as what
    if Right.PORTRAIT not in RIGHTS[me.role]:
        people = [one for one in people if one.member == me.id or rows[one.member].state == "greets"]
    people.sort(key=lambda one: one.handle)
    return Greeters(greeters=[Greeter(persona=one, state=rows[one.member].state) for one in people])
