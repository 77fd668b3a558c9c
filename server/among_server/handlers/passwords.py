"""Changing a password, and setting one with the operator's code. Hashed off the loop; the store judges what counts."""

import hashlib
import time

import structlog

from among_protocol import codes
from among_protocol.codes import CloseCode, Refuse
from among_protocol.passwords import ChangePassword, ResetPassword
from among_protocol.session import SessionsEnded, SignedIn

from ..core.context import Context
from .session import device_name, enter, judged, new_password, new_token, secure

log = structlog.get_logger()


async def change(context: Context, command: ChangePassword) -> SessionsEnded:
    """All other sessions end, those that somebody else may hold among them; this one stays."""
    secure(context)
    new_password(command.new, field="new")
    mine, account = context.session, context.person.account
    found = await judged(context, account.handle, command.old)  # a stolen session is no way to guess
    if found is None:
        log.info("password.refused", connection=mine.number)
        raise Refuse(codes.BAD_CREDENTIALS, "The old password is not right.", field="old")
    hashed = await context.services.passwords.hash(command.new)
    ended = await context.store.change_password(account.id, mine.id, old=found[1], new=hashed)
    log.info("password.changed", connection=mine.number, handle=account.handle, sessions_ended=len(ended.sessions))
    context.services.sessions.end(ended, CloseCode.SIGNED_OUT, "the password was changed")
    return SessionsEnded(ended=len(ended.sessions))


async def reset(context: Context, command: ResetPassword) -> SignedIn:
    """Looked at first, so that a guess costs no hash; used up by the store, by one of all who come with it."""
    secure(context)
    new_password(command.password, field="password")
    secret = hashlib.sha256(command.code.encode()).digest()
    context.services.tries.secret(context.session.address, context.now())
    row = await context.store.reset(secret)
    if row is None or row.expires_ms <= time.time() * 1000:
        log.info("password.reset_refused", connection=context.session.number)
        raise Refuse(codes.RESET_INVALID, field="code")
    context.services.tries.right_secret(context.session.address, context.now())
    device = device_name(command.device)
    hashed = await context.services.passwords.hash(command.password)
    if context.session.over:
        raise Refuse(codes.SIGN_IN_REQUIRED)  # whoever is gone has not used the code
    token, kept = new_token()
    ended = await context.store.use_reset(secret, hashed, kept, device)
    log.info("password.reset", connection=context.session.number, sessions_ended=len(ended.sessions))
    context.services.sessions.end(ended, CloseCode.SIGNED_OUT, "the password was set anew")
    return await enter(context, ended.opened.account, ended.opened.id, token, spared=ended.spared)
