"""Whom I block and mute; every other device of the account is told. What it means is in store/rules/blocks.py."""

from among_protocol.blocks import Block, BlockChanged, SetBlock
from among_protocol.codes import FIELD_INVALID, Refuse

from ..core.context import Context


async def set_block(context: Context, command: SetBlock) -> Block:
    if (command.handle is None) == (command.member is None):
        raise Refuse(FIELD_INVALID, "Name either a handle or a member.", field="handle")
    account = context.person.account.id
    services = context.services
    done = await context.store.set_block(
        account, command.kind, handle=command.handle or "", member=command.member or ""
    )
    before = services.people.blocking(account, done.blocks)
    person = services.people.get(account)
    if person is not None:
        services.presence.reveal(person, done.account, services.people.get(done.account), before)
        told = BlockChanged(handle=done.handle, kind=command.kind)
        for session in person.sessions:
            if session is not context.session and session.synced:
                session.register(f"block {done.handle}", told)
    return Block(handle=done.handle, kind=command.kind)
