"""Founding, finding, joining and leaving communities."""

from typing import Any

import msgspec

from among_protocol import codes, text
from among_protocol.base import ABOUT_CHARS, NAME_CHARS, QUESTION_CHARS, RULES_BYTES
from among_protocol.codes import COMMUNITY_GONE, Refuse
from among_protocol.communities import (
    BrowseCommunities,
    CommunityPage,
    CreateCommunity,
    JoinCommunity,
    LeaveCommunity,
    Membership,
    ReadCommunity,
    UpdateCommunity,
)
from among_protocol.fields import handle, line, passage, tag
from among_protocol.members import PersonaRef

from ..core.context import Context
from ..core.people import Person
from ..store.rows import Appended
from ..store.stewards import stewards_of
from .house_rules import accepted
from .personas import kept
from .rooms import visible_rooms
from .session import now
from .tags import words

WRONG = (codes.INVITE_INVALID, codes.COMMUNITY_GONE)  # what a code that was guessed is answered with


async def create(context: Context, command: CreateCommunity) -> Appended:
    slug = handle(command.slug, field="slug")
    if text.is_reserved(slug):
        raise Refuse(codes.HANDLE_RESERVED, field="slug")
    return await context.append(
        msgspec.structs.replace(
            command,
            slug=slug,
            name=line(command.name, field="name", longest=NAME_CHARS),
            about=line(command.about, field="about", longest=ABOUT_CHARS, empty=True),
            tags=words(command.tags),
        )
    )


async def update(context: Context, command: UpdateCommunity) -> Appended:
    said: dict[str, Any] = {}
    if command.name is not None:
        said["name"] = line(command.name, field="name", longest=NAME_CHARS)
    if command.about is not None:
        said["about"] = line(command.about, field="about", longest=ABOUT_CHARS, empty=True)
    if command.tags is not None:
        said["tags"] = words(command.tags)
    if command.rules is not None:
        said["rules"] = passage(command.rules, field="rules", longest=RULES_BYTES)
    if command.questions is not None:
        said["questions"] = [
            line(one, field=f"questions[{index}]", longest=QUESTION_CHARS)
            for index, one in enumerate(command.questions)
        ]
    return await context.append(msgspec.structs.replace(command, community=command.community.lower(), **said))


async def join(context: Context, command: JoinCommunity) -> Appended:
    at = context.now()
    joins = context.services.joins.get(context.person.account.id, at)
    wait = joins.take(1, at)
    if wait:
        raise Refuse(codes.RATE_LIMITED, "You joined communities very often; wait a little.", retry_after_ms=wait)
    tries, address = context.services.tries, context.session.address
    if command.invite:
        tries.secret(address, at)
    try:
        wish, named = kept(command.persona), command.community.lower()
        joined = await context.append(msgspec.structs.replace(command, community=named, persona=wish))
    except Refuse as why:
        joins.give(1)
        if command.invite and why.code not in WRONG:
            tries.right_secret(address, context.now())
        raise
    if command.invite:
        tries.right_secret(address, context.now())
    return joined


async def leave(context: Context, command: LeaveCommunity) -> Appended:
    left = await context.append(command)
    if command.keep != "persona":
        context.services.erasing.wake()
    return left


async def browse(context: Context, command: BrowseCommunities) -> CommunityPage:
    with context.logs.headway.made():
        found = await context.store.communities(
            command.query,
            command.after.lower(),
            command.limit + 1,
            tags=[tag(word, field="tags") for word in command.tags],
            newest=command.order == "newest",
        )
    return CommunityPage(communities=found[: command.limit], complete=len(found) <= command.limit)


async def read(context: Context, command: ReadCommunity) -> Membership:
    row = await context.store.community(command.community.lower())
    if row is None:
        raise Refuse(COMMUNITY_GONE, field="community")
    return await membership(context, context.person, row.id)


async def membership(context: Context, person: Person, community: str) -> Membership:
    """A community as one of its members sees it. Raises Refuse `community.gone` for who is none."""
    mine = context.member_of(community)
    stewards = stewards_of(community)
    log = await context.store.log(community)  # read first: all that is shown is at least as new
    row = await context.store.community(community)
    if row is None:
        raise Refuse(COMMUNITY_GONE, field="community")
    me = await context.store.personas(person.account.id, [PersonaRef(member=mine.id)])
    tags = await context.store.tags_of([row.id])
    rules = await accepted(context, row.id)
    rooms = await visible_rooms(context, person, row.id)
    member = context.member_of(row.id)  # still, and as what
    return Membership(
        community=row.shown(tags.get(row.id, [])),
        member=member.id,
        rev=me[0].rev if me else member.rev,
        handle=me[0].handle if me else member.handle,
        display_name=me[0].display_name if me else member.display_name,
        role=member.role,
        rooms=rooms,
        as_of=log.head if log is not None else 0,
        stewards=stewards if person.stewards(stewards) else "",
        silenced_until=member.silenced if member.silenced > now() else "",
        rules=row.rules,
        accepted=rules,
        members_invite=row.members_invite,
    )
