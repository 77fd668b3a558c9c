"""Who I am in a community, and who goes or went by a handle there. What a change means is in store/rules/personas.py."""

from collections.abc import Sequence

from msgspec.structs import replace

from among_protocol import text
from among_protocol.codes import COMMUNITY_GONE, HANDLE_RESERVED, MEMBER_GONE, Refuse
from among_protocol.fields import handle, persona
from among_protocol.personas import (
    FindMember,
    FormerHandle,
    FoundMember,
    OwnPersona,
    PersonaWish,
    ReadPersona,
    UpdatePersona,
)

from ..core.context import Context
from ..limits import HANDLE_CHANGE_MS
from ..rights import RIGHTS, Right
from ..store.personas import Former
from ..store.rows import Appended, MemberRow
from .session import now, written

LINEAGE = 20  # former handles that are shown


async def update(context: Context, command: UpdatePersona) -> Appended:
    return await context.append(replace(command, persona=kept(command.persona)))


def kept(wish: PersonaWish | None) -> PersonaWish | None:
    """As it is written down. Raises Refuse."""
    if wish is None:
        return None
    wish = persona(wish)
    if wish.handle is not None and text.is_reserved(wish.handle):
        raise Refuse(HANDLE_RESERVED, field="persona.handle")
    return wish


async def read(context: Context, command: ReadPersona) -> OwnPersona:
    mine = context.member_of(command.community)
    row = await context.store.member_in(mine.account, command.community)
    former = await context.store.lineage(mine.id)
    left = await context.store.unfinished(mine.id)
    context.member_of(command.community)  # still
    if row is None:
        raise Refuse(COMMUNITY_GONE, field="community")
    persona = own(row, former)
    if left:
        persona.going = "held" if all(erasure.held for erasure in left) else "going"
    return persona


def own(row: MemberRow, former: Sequence[Former]) -> OwnPersona:
    """All of it, as its owner sees it."""
    claim = row.claim
    free = written(row.pace.handle_ms + HANDLE_CHANGE_MS) if row.pace.handle_ms else ""
    return OwnPersona(
        member=row.id,
        rev=row.rev,
        handle=row.handle,
        display_name=row.display_name,
        claimed=row.claimed,
        bio=claim.bio,
        pronouns=claim.pronouns,
        place=claim.place,
        links=list(claim.links),
        why=claim.why,
        intro=claim.intro,
        shown=claim.shown,
        former=told(former),
        rename_after=free if free > now() else "",
    )


async def find(context: Context, command: FindMember) -> FoundMember:
    mine = context.member_of(command.community)
    steward = Right.STEWARDS in RIGHTS[mine.role]
    name = handle(command.handle, field="handle")
    found = await context.store.named(command.community, name)
    row = next((one for one in found if _findable(one, name, mine, steward=steward)), None)
    if row is None:
        raise Refuse(MEMBER_GONE, field="handle")
    former = await context.store.lineage(row.id)
    steward = steward and Right.STEWARDS in RIGHTS[context.member_of(command.community).role]  # still
    return FoundMember(
        member=row.card(),
        former=row.handle != name,
        lineage=lineage(row, former, mine, steward=steward),
        changes=row.pace.changes if steward else 0,
    )


def _findable(row: MemberRow, name: str, asker: MemberRow, *, steward: bool) -> bool:
    if row.left and not steward:
        return False
    return row.handle == name or _sees_lineage(row, asker, steward=steward)


def _sees_lineage(row: MemberRow, asker: MemberRow, *, steward: bool) -> bool:
    return steward or row.id == asker.id or row.claim.shown.lineage == "members"


def lineage(row: MemberRow, former: Sequence[Former], asker: MemberRow, *, steward: bool) -> list[FormerHandle]:
    """What this member of the same place may see of a member's former handles, newest first."""
    return told(former) if _sees_lineage(row, asker, steward=steward) else []


def told(former: Sequence[Former]) -> list[FormerHandle]:
    return [FormerHandle(handle=one.handle, since=one.since, until=one.until) for one in former[:LINEAGE]]
