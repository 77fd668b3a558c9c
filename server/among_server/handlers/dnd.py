"""When I am not to be disturbed; every other device of the account is told, and whoever watches sees it."""

from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.dnd import CLOCK, Dnd, DndChanged, SetDnd

from ..core.context import Context


async def set_dnd(context: Context, command: SetDnd) -> Dnd:
    for index, time in enumerate(command.times):
        for name in ("begins", "ends"):
            if not CLOCK.fullmatch(getattr(time, name)):
                field = f"times[{index}].{name}"
                raise Refuse(
                    FIELD_INVALID, f"The field {field} is a time of the day, from 00:00 to 23:59.", field=field
                )
    context.admit()
    services, account = context.services, context.person.account.id
    now = await context.store.set_dnd(
        account, Dnd(times=command.times, zone=command.zone, shown=command.shown is not False)
    )
    person = services.people.resting(account, now)
    if person is not None:
        services.presence.changes(person)
    context.tell_devices(account, "dnd", DndChanged(times=now.times, zone=now.zone, shown=now.shown))
    return now
