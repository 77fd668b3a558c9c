"""Who somebody is in a community. Handles and names are judged as on a real server; cool-downs are not kept, since a test
would only wait for them, and former handles rest for ever."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ... import codes, fields, text
from ...accounts import UpdateAccount
from ...base import ABOUT_CHARS
from ...codes import Refuse
from ...lookalikes import skeleton
from ...members import MemberJoined, MemberUpdated
from ...personas import (
    FindMember,
    FormerHandle,
    FoundMember,
    OwnPersona,
    PersonaPlace,
    PersonaRenamed,
    PersonaWish,
    ReadPersona,
    Shown,
    UpdatePersona,
)
from ..state import Claim, MemberRow
from . import blocks
from .standing import RANKS, may_act, present

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person
    from ..town import Town

T = TypeVar("T", MemberJoined, MemberUpdated)


def update(town: "Town", person: "Person", command: UpdatePersona) -> MemberUpdated:
    _, member = present(town, person, command.community)
    may_act(town, member)
    wish = command.persona or PersonaWish()
    if command.as_profile != (wish == PersonaWish()):
        sentence = "With as_profile nothing else can be asked for." if command.as_profile else "Say what is to change."
        raise Refuse(codes.FIELD_INVALID, sentence, field="persona")
    fresh = as_profile(person, member) if command.as_profile else wished(town, member, wish)
    was = member.handle
    become(member, fresh)
    if member.handle != was:
        member.former.insert(0, FormerHandle(handle=was, until=town.clock.time()))
        town.write(
            PersonaRenamed(
                log=person.id,
                seq=town.next(person.id),
                at=town.clock.time(),
                nonce=command.nonce,
                community=member.place,
                member=member.id,
                handle=member.handle,
                was=was,
            )
        )
    take_to_directs(town, member)
    if member.handle != was:
        blocks.renamed(town, member, was)
    return tell(town, MemberUpdated, member, command.nonce)


def take_to_directs(town: "Town", fresh: MemberRow) -> None:
    """In the directs that were begun as this member they are who they are there, and each of these is told. A member of no
    place: as one's profile."""
    begun = {room.id for room in town.rooms.values() if room.kind == "direct" and room.within == fresh.place}
    for row in town.members.values():
        now = replace(row, handle=fresh.handle, display_name=fresh.display_name, claim=fresh.claim)
        if row.account == fresh.account and row.place in begun and now != row:
            become(row, now)
            tell(town, MemberUpdated, row)


def become(row: MemberRow, fresh: MemberRow) -> None:
    row.change(fresh.display_name, fresh.claim)
    row.handle, row.claimed = fresh.handle, fresh.claimed


def tell(town: "Town", kind: type[T], row: MemberRow, nonce: str = "", **more: Any) -> T:
    told = row.persona()
    return town.write(
        kind(
            log=row.place,
            seq=town.next(row.place),
            at=town.clock.time(),
            by=row.id,
            rev=row.rev,
            nonce=nonce,
            handle=row.handle,
            display_name=row.display_name,
            bio=told.bio,
            pronouns=told.pronouns,
            **more,
        )
    )


def as_profile(person: "Person", row: MemberRow) -> MemberRow:
    claim = replace(person.claim, shown=row.claim.shown)
    return replace(row, handle=person.handle, display_name=person.display_name, claim=claim, claimed=False)


def wished(town: "Town", row: MemberRow, wish: PersonaWish | None) -> MemberRow:
    """As somebody wants to be. Raises Refuse where it is somebody else's."""
    given = fields.persona(wish or PersonaWish())
    if given.handle is not None and text.is_reserved(given.handle):
        raise Refuse(codes.HANDLE_RESERVED, field="persona.handle")
    fresh = replace(
        row,
        handle=given.handle or row.handle,
        display_name=given.display_name or row.display_name,
        claim=_claim(row.claim, given),
        claimed=row.claimed or given != PersonaWish(shown=given.shown),
    )
    others = [one for one in town.inside(row.place) if one.account != row.account]
    accounts = [one for one in town.people.values() if one.id != row.account]
    if given.handle is not None or row.left or not row.id:
        taken = [one.handle for one in others]
        taken += [former.handle for one in others for former in one.former]
        if given.handle is not None:
            taken += [one.handle for one in accounts]
        if fresh.handle in taken:
            raise Refuse(codes.HANDLE_TAKEN, field="persona.handle")
        if skeleton(fresh.handle) in map(skeleton, taken):
            raise Refuse(codes.HANDLE_LOOKALIKE, field="persona.handle")
        if skeleton(fresh.handle) in (skeleton(one.display_name) for one in others):
            raise Refuse(codes.HANDLE_LOOKALIKE, field="persona.handle")
        check_name(town, fresh, fresh.display_name, "persona.display_name")
    elif given.display_name is not None:
        check_name(town, fresh, fresh.display_name, "persona.display_name")
    return fresh


def check_name(town: "Town", row: MemberRow, name: str, field: str) -> None:
    looks = skeleton(name)
    others = [one for one in town.inside(row.place) if one.account != row.account]
    if any(looks in (skeleton(one.display_name), skeleton(one.handle)) for one in others):
        raise Refuse(codes.NAME_LOOKALIKE, field=field)


def profile(claim: Claim, given: UpdateAccount) -> Claim:
    """What an account says of itself, after `account.update`. Raises Refuse."""
    bio = given.bio
    wish = PersonaWish(
        bio=None if bio is None else fields.line(bio, field="bio", longest=ABOUT_CHARS, empty=True),
        pronouns=None if given.pronouns is None else fields.pronouns(given.pronouns, field="pronouns"),
        place=None if given.place is None else fields.place(given.place, field="place"),
        links=None if given.links is None else fields.links(given.links, field="links"),
        intro=None if given.intro is None else fields.intro(given.intro, field="intro"),
    )
    return _claim(claim, wish)


def _claim(claim: Claim, given: PersonaWish) -> Claim:
    said: dict[str, Any] = {
        name: value
        for name in ("bio", "pronouns", "why", "intro", "links")
        if (value := getattr(given, name)) is not None
    }
    if given.place is not None:
        said["place"] = PersonaPlace(name=given.place.name, grain=given.place.grain) if given.place.name else None
    if given.shown is not None:
        now = {name: getattr(given.shown, name) or getattr(claim.shown, name) for name in Shown.__struct_fields__}
        said["shown"] = Shown(**now)
    return replace(claim, **said)


def read(connection: "Connection", command: ReadPersona) -> OwnPersona:
    _, row = present(connection.town, connection.person, command.community)
    claim = row.claim
    return OwnPersona(
        member=row.id,
        rev=row.rev,
        handle=row.handle,
        display_name=row.display_name,
        claimed=row.claimed,
        bio=claim.bio,
        pronouns=claim.pronouns,
        place=claim.place,
        links=claim.links,
        why=claim.why,
        intro=claim.intro,
        shown=claim.shown,
        former=row.former,
    )


def find(connection: "Connection", command: FindMember) -> FoundMember:
    town = connection.town
    community, mine = present(town, connection.person, command.community)
    name, steward = fields.handle(command.handle, field="handle"), RANKS[mine.role] > 0
    for row in _named(town, community.id, name):
        known = steward or row is mine or row.claim.shown.lineage == "members"
        if (row.handle == name or known) and (steward or not row.left):
            former = row.former if known else []
            changes = row.rev - 1 if steward else 0
            return FoundMember(member=row.shown(), former=row.handle != name, lineage=former, changes=changes)
    raise Refuse(codes.MEMBER_GONE, field="handle")


def _named(town: "Town", place: str, name: str) -> list[MemberRow]:
    """Who goes by this handle there; then who did, or has left."""
    rows = [row for row in town.members.values() if row.place == place]
    here = [row for row in rows if row.handle == name and not row.left]
    return here + [row for row in rows if row not in here and name in (row.handle, *(one.handle for one in row.former))]
