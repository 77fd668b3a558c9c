"""Roles, kicks, bans, silences. What they mean is in store/rules/moderation.py."""

from typing import TypeVar

from msgspec.structs import replace

from among_protocol.fields import handle, line
from among_protocol.moderation import (
    BanMember,
    BanPage,
    KickMember,
    ListBans,
    SetRole,
    SilenceMember,
    UnbanMember,
    UnsilenceMember,
)

from ..core.context import Context
from ..rights import Right
from ..store.rows import Appended

C = TypeVar("C", SetRole, KickMember, BanMember, UnbanMember, SilenceMember, UnsilenceMember)


def _told(command: C, *, needed: bool) -> C:
    """With its reason as it is kept."""
    return replace(command, reason=line(command.reason, field="reason", longest=500, empty=not needed))


async def set_role(context: Context, command: SetRole) -> Appended:
    return await context.append(_told(command, needed=False))


async def kick(context: Context, command: KickMember) -> Appended:
    return await context.append(_told(command, needed=True))


async def ban(context: Context, command: BanMember) -> Appended:
    named = handle(command.handle, field="handle") if command.handle else ""
    return await context.append(replace(_told(command, needed=True), handle=named))


async def unban(context: Context, command: UnbanMember) -> Appended:
    return await context.append(_told(command, needed=False))


async def silence(context: Context, command: SilenceMember) -> Appended:
    return await context.append(_told(command, needed=True))


async def unsilence(context: Context, command: UnsilenceMember) -> Appended:
    return await context.append(_told(command, needed=False))


async def list_bans(context: Context, command: ListBans) -> BanPage:
    context.member_of(command.community, Right.STEWARDS)
    found = await context.store.bans(command.community, command.before, command.limit + 1)
    context.member_of(command.community, Right.STEWARDS)  # still
    return BanPage(bans=found[: command.limit], complete=len(found) <= command.limit)
