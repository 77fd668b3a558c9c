"""Invites of a community. What they are worth is in store/rules/invites.py; a code is told once, and kept by nobody."""

import hashlib
import secrets

from msgspec.structs import replace

from among_protocol.base import REASON_CHARS, Done
from among_protocol.fields import line
from among_protocol.invites import CreateInvite, InviteList, InviteMade, ListInvites, RevokeInvite

from ..core.context import Context


async def create(context: Context, command: CreateInvite) -> InviteMade:
    command = replace(command, note=line(command.note, field="note", longest=REASON_CHARS, empty=True))
    context.admit()
    code = secrets.token_urlsafe(24)
    invite = await context.store.create_invite(context.person.account.id, command, kept(code))
    return InviteMade(invite=invite, code=code)


async def list_invites(context: Context, command: ListInvites) -> InviteList:
    context.admit()
    return InviteList(invites=await context.store.invites(context.person.account.id, command.community))


async def revoke(context: Context, command: RevokeInvite) -> Done:
    context.admit()
    await context.store.revoke_invite(context.person.account.id, command.community, command.invite)
    return Done()


def kept(code: str) -> bytes:
    """What is kept of a code: enough to know it again."""
    return hashlib.sha256(code.encode()).digest()
