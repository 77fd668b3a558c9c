"""Who somebody is, on one card, as the one who asks may see it.

1. Each field of a persona has its audience. Oneself sees all of one's own.
2. Whoever a member blocks reads no more of their card than every member hears in the community's log; a steward reads it as
   a steward, since somebody has to look at what people write there.
3. Presence, status, last day and common ground are for nobody of two of whom one blocks the other.
4. `as` gives what somebody gets who stands in no other relation: a test holds it to what others get.
"""

from datetime import datetime
from typing import NamedTuple

from msgspec import json

from among_protocol.cards import Cards, MemberCard, ReadCards
from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.presence import MemberPresence

from ..core.context import Context
from ..core.people import Person
from ..limits import CARDS_BYTES
from ..rights import RIGHTS, Right
from ..store.cards import CardRow
from ..store.status import DAY_MS
from .personas import told

NEW_DAYS = 14
FOUNDING_DAYS = 28
YEAR_DAYS = 365.25


class Viewer(NamedTuple):
    own: bool = False  # looks at themselves
    steward: bool = False
    near: bool = True  # neither blocks the other
    shut_out: bool = False  # the member blocks them
    met: bool = True  # is somebody, who may have something in common with the member

    def sees(self, audience: str) -> bool:
        return self.own or audience == "members" or (audience == "stewards" and self.steward)

    @property
    def reads(self) -> bool:
        """More than what is in the log."""
        return self.steward or not self.shut_out


async def read(context: Context, command: ReadCards) -> Cards:
    person = context.person
    rows = await context.store.cards(person.account.id, command.members)
    reply = Cards(cards=[])
    size = 0
    for row in rows:
        member = row.seen.member
        own = member.account == person.account.id
        if command.as_ and not own:
            raise Refuse(FIELD_INVALID, "Only a card of your own can be seen as others see it.", field="members")
        if member.place not in person.members:
            continue  # left meanwhile
        viewer = _preview(command.as_) if command.as_ else _viewer(person, row, own=own)
        card = _card(row, viewer, context.services.presence.look(row.seen, person), context.services.wall())
        size += len(json.encode(card))
        if size > CARDS_BYTES and reply.cards:
            reply.later.append(member.id)
        else:
            reply.cards.append(card)
    return reply


def _viewer(person: Person, row: CardRow, *, own: bool) -> Viewer:
    mine = person.members[row.seen.member.place]
    steward = Right.STEWARDS in RIGHTS[mine.role]
    return Viewer(own, steward, not row.seen.apart, row.seen.shuts_out)


def _preview(as_: str) -> Viewer:
    return Viewer(steward=as_ == "stewards", met=False)


def _card(row: CardRow, viewer: Viewer, seen: MemberPresence, now_ms: int) -> MemberCard:
    member = row.seen.member
    claim, shown = member.claim, member.claim.shown
    reads = viewer.reads
    near = viewer.near and not member.left
    joined, years, marks = tenure(row.joined, row.opened, now_ms)
    return MemberCard(
        member=member.id,
        rev=member.rev,
        place=member.place,
        handle=member.handle,
        display_name=member.display_name,
        role=member.role,
        left=member.left,
        pronouns=claim.pronouns if viewer.sees(shown.pronouns) else "",
        bio=claim.bio if viewer.sees(shown.bio) else "",
        at=claim.place if reads and viewer.sees(shown.place) else None,
        links=list(claim.links) if reads and viewer.sees(shown.links) else [],
        why=claim.why if reads and viewer.sees(shown.why) else "",
        intro=claim.intro if reads and viewer.sees(shown.intro) else "",
        interests=[one.tag for one in row.interests if reads and viewer.sees(one.shown)],
        joined=joined,
        marks=[] if member.left else marks,
        years=years,
        former=told(row.former) if viewer.own or viewer.steward or shown.lineage == "members" else [],
        state=seen.state if near else "offline",
        status=seen.status if near else None,
        last_seen=row.seen.last_seen(now_ms) if near else "",
        common=row.common if near and viewer.met else [],
        shared=row.shared if near and reads and viewer.met else [],
        changes=member.pace.changes if viewer.steward else 0,
    )


def tenure(joined: str, opened: str, now_ms: int) -> tuple[str, int, list[str]]:
    """The month somebody joined, whole years since, and marks."""
    if not joined:
        return "", 0, []
    since = datetime.fromisoformat(joined)
    days = now_ms / DAY_MS - since.timestamp() * 1000 / DAY_MS
    marks = ["new"] if days < NEW_DAYS else []
    if opened and (since - datetime.fromisoformat(opened)).total_seconds() < FOUNDING_DAYS * DAY_MS / 1000:
        marks.append("founding")
    return joined[:7], max(0, int(days / YEAR_DAYS)), marks
