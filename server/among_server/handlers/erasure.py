"""Going for good: the account that asks is erased, now or when the grace is over."""

import structlog

from among_protocol import codes
from among_protocol.codes import CloseCode, Refuse
from among_protocol.erasure import EraseAccount, ErasureBegun

from ..core.context import Context
from .session import judged, secure, written

log = structlog.get_logger()


async def erase(context: Context, command: EraseAccount) -> None:
    """Every connection of the account ends; this one after its reply."""
    secure(context)
    services, mine, account = context.services, context.session, context.person.account
    if command.handle.lower() != account.handle:
        raise Refuse(codes.FIELD_INVALID, "This is not the handle of the account that asks.", field="handle")
    found = await judged(context, account.handle, command.password)  # a stolen session is no way to guess
    if found is None:
        raise Refuse(codes.BAD_CREDENTIALS, "The password is not right.", field="password")
    grace_ms = services.config.erase_grace_ms
    begun = await context.store.begin_erasure(account.id, command.keep, password=found[1], grace_ms=grace_ms)
    log.info("account.erasing", connection=mine.number, keep=command.keep, at=written(begun.due_ms))
    mine.reply(command.id, ErasureBegun(at=written(begun.due_ms), frozen=begun.frozen))
    services.sessions.end(begun, CloseCode.SIGNED_OUT, "the account is being erased")
    if not grace_ms:
        services.erasing.begun(account.id)
