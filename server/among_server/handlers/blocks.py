"""Whom I block and mute; every other device of the account is told. What it means is in store/rules/blocks.py."""

from among_protocol.blocks import Block, BlockChanged, SetBlock
from among_protocol.codes import FIELD_INVALID, Refuse

from ..core.context import Context
from ..store.own import Blocks, block_id


async def set_block(context: Context, command: SetBlock) -> Block:
    if [command.handle, command.member, command.block].count(None) != 2:  # of three, one is named
        raise Refuse(FIELD_INVALID, "Name either a handle, a member, or an entry of your list.", field="handle")
    services, account = context.services, context.person.account.id
    context.admit()
    done = await context.store.set_block(
        account, command.kind, handle=command.handle or "", member=command.member or "", block=command.block or ""
    )
    name = (done.account, done.handle)
    before = services.people.blocking(account, name, command.kind)  # at once: another change may follow
    person = services.people.get(account)
    if person is not None:
        services.presence.reveal(person, done.account, services.people.get(done.account), before)
    members, others = (await context.store.meant(account, {done.handle})).by(name)
    id, person = block_id(account, name), services.people.get(account)
    if person is not None:  # they are told what holds by now
        kind = person.blocks.get(name, "none")
        told = BlockChanged(id=id, handle=done.handle, kind=kind, members=members, others=others)
        context.tell_devices(account, f"block {id}", told)
        if before != done.blocks:
            services.recounts.stale([account])  # and nobody else: whom it blocks is told nothing of it
    return Block(id=id, handle=done.handle, kind=command.kind, members=members, others=others)


async def listed(context: Context, account: str, blocks: Blocks) -> list[Block]:
    """All of them, as they are told, by handle."""
    if not blocks:
        return []
    meant, told = await context.store.meant(account), []
    for name, kind in blocks.items():
        members, others = meant.by(name)
        told.append(Block(id=block_id(account, name), handle=name[1], kind=kind, members=members, others=others))
    return sorted(told, key=lambda block: (block.handle, block.id))
