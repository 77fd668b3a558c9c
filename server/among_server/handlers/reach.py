"""By whom I can be spoken to alone; every other device of the account is told. What it means is in store/rules/reach.py."""

from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.reach import Reach, ReachChanged, SetReach

from ..core.context import Context


async def set_reach(context: Context, command: SetReach) -> Reach:
    if not command.community and command.greetings is not None:
        raise Refuse(FIELD_INVALID, "Name the community that you want no greeting in.", field="greetings")
    account = context.person.account.id
    context.admit()
    done = await context.store.set_reach(
        account, command.community, directs=command.directs, greetings=command.greetings
    )
    context.services.people.reaching(account, done.all)
    context.tell_devices(account, f"reach {done.reach.community}", ReachChanged(reach=done.reach))
    return done.reach
