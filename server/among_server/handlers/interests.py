"""One's own interests, to say and to read. Nobody is told when they change."""

from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.fields import tag
from among_protocol.interests import AllInterests, Interest, InterestList, ListInterests, SetInterests

from ..core.context import Context
from ..store.tags import InterestRow, MyInterest


async def list_interests(context: Context, command: ListInterests) -> AllInterests:
    me = context.person.account.id
    found = await context.store.interests(me)
    places = [InterestList(interests=_told(found.pop(me, [])))]
    places += [InterestList(community=place, interests=_told(mine)) for place, mine in sorted(found.items())]
    return AllInterests(places=places)


async def set_interests(context: Context, command: SetInterests) -> InterestList:
    context.admit()
    rows = []
    for index, wish in enumerate(command.interests):
        if wish.found and wish.shown not in ("", "members"):
            sentence = "Who wants to be found by an interest shows it to members."
            raise Refuse(FIELD_INVALID, sentence, field=f"interests[{index}].shown")
        rows.append(InterestRow(tag(wish.tag, field=f"interests[{index}].tag"), wish.shown, wish.found))
    mine = await context.store.set_interests(context.person.account.id, command.community, rows)
    return InterestList(community=command.community, interests=_told(mine))


def _told(mine: list[MyInterest]) -> list[Interest]:
    return [
        Interest(
            tag=one.tag,
            shown=one.shown,
            chosen=bool(one.row.shown),
            found=one.row.found and one.shown == "members",
            sensitive=one.sensitive,
        )
        for one in mine
    ]
