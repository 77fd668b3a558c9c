"""Cards, as the one who asks may see them. Blocks, tenure and interests are as on a real server; last days and common
ground are left out, since nobody is seen on two days of a test."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ... import codes
from ...cards import Cards, MemberCard, ReadCards
from ...codes import Refuse
from ..names import apart
from .standing import RANKS

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import MemberRow, Person
    from ..town import Town

NEW, FOUNDING = timedelta(days=14), timedelta(days=28)


def read(connection: "Connection", command: ReadCards) -> Cards:
    town, person = connection.town, connection.person
    found = []
    for id in dict.fromkeys(command.members):
        row = town.members.get(id)
        mine = None if row is None else town.member(person.id, row.place)
        if row is None or mine is None or mine.left:
            continue
        if command.as_ and row.account != person.id:
            raise Refuse(codes.FIELD_INVALID, "Only a card of your own can be seen as others see it.", field="members")
        found.append(_card(town, person, mine, row, command.as_))
    return Cards(cards=found)


def _card(town: "Town", person: "Person", mine: "MemberRow", row: "MemberRow", as_: str) -> MemberCard:
    claim, shown = row.claim, row.claim.shown
    own = row.account == person.id and not as_
    steward = as_ == "stewards" if as_ else RANKS[mine.role] > 0
    near = not apart(town, mine, row)
    reads = steward or town.people[row.account].blocks.get((person.id, mine.handle)) != "block"

    def sees(audience: str) -> bool:
        return own or audience == "members" or (audience == "stewards" and steward)

    state, status = town.seen(row) if not row.left and near else ("offline", None)
    joined = row.joined
    return MemberCard(
        member=row.id,
        rev=row.rev,
        place=row.place,
        handle=row.handle,
        display_name=row.display_name,
        role=row.role,
        left=row.left,
        pronouns=claim.pronouns if sees(shown.pronouns) else "",
        bio=claim.bio if sees(shown.bio) else "",
        at=claim.place if reads and sees(shown.place) else None,
        links=list(claim.links) if reads and sees(shown.links) else [],
        why=claim.why if reads and sees(shown.why) else "",
        intro=claim.intro if reads and sees(shown.intro) else "",
        interests=[
            one.tag for one in town.people[row.account].interests.get(row.place, []) if reads and sees(one.shown)
        ],
        joined=joined[:7],
        marks=[] if row.left else _marks(town, row),
        years=(_moment(town.clock.time()) - _moment(joined)).days // 365 if joined else 0,
        former=row.former if own or steward or shown.lineage == "members" else [],
        state=state,
        status=status,
        changes=row.rev - 1 if steward else 0,
    )


def _marks(town: "Town", row: "MemberRow") -> list[str]:
    if not row.joined:
        return []
    since = _moment(row.joined)
    opened = town.logs[row.place].entries[:1]
    founding = bool(opened) and since - _moment(opened[0].at) < FOUNDING
    return ["new"] * (_moment(town.clock.time()) - since < NEW) + ["founding"] * founding


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)
