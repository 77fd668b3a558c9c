"""Signing up, in and out; ping; extensions. A token never costs a password hash; a password never skips one."""

import datetime as dt
import hashlib
import secrets

import structlog

from among_protocol import codes, text
from among_protocol.accounts import Account
from among_protocol.base import NAME_CHARS, Done
from among_protocol.codes import CloseCode, Refuse
from among_protocol.session import Enable, Enabled, Ping, Pong, SignedIn, SignIn, SignOut, SignUp

from ..core.context import Context
from ..limits import PASSWORD_LEAST
from ..store.api import AccountRow
from .texts import handle, line

log = structlog.get_logger()

TOKEN_PREFIX = "among_"  # noqa: S105  # not a secret: so that a leaked one is recognised by those who scan for secrets


async def sign_up(context: Context, command: SignUp) -> SignedIn:
    services = context.services
    _secure(context)
    invite = None
    if services.hello.sign_up == "closed" and await context.store.accounts():
        raise Refuse(codes.SIGN_UP_CLOSED, "This server takes no new accounts.")
    if command.invite is not None:
        invite = hashlib.sha256(command.invite.encode()).digest()
    elif services.hello.sign_up != "open":
        raise Refuse(codes.SIGN_UP_CLOSED)
    folded = handle(command.handle, field="handle")
    if text.is_reserved(folded):
        raise Refuse(codes.HANDLE_RESERVED, field="handle")
    name = (
        line(command.display_name, field="display_name", longest=NAME_CHARS) if command.display_name else command.handle
    )
    _password(command.password)
    if invite is None and await context.store.account_by_handle(folded) is not None:  # saves a hash; the store judges
        raise Refuse(codes.HANDLE_TAKEN, field="handle")
    address, now = context.session.address, context.now()
    if invite is None:
        services.tries.sign_up(address, now)
    else:
        services.tries.secret(address, now)
    try:
        hashed = await services.passwords.hash(command.password)
        account = await context.store.create_account(folded, name, hashed, invite=invite)
    except Refuse as why:
        if invite is not None and why.code is not codes.INVITE_INVALID:
            services.tries.right_secret(address, context.now())
        raise
    if invite is not None:
        services.tries.right_secret(address, context.now())
    services.tries.belongs(folded, address, context.now())
    log.info("account.created", handle=folded, owner=account.owner, connection=context.session.number)
    return await _with_token(context, account, command.device)


async def sign_in(context: Context, command: SignIn) -> SignedIn:
    _secure(context)
    if command.token is not None:
        return await _by_token(context, command.token)
    if command.handle is None or command.password is None:
        raise Refuse(codes.FIELD_INVALID, "Give a handle and a password, or a token.", field="handle")
    tries, address, handle = context.services.tries, context.session.address, command.handle.lower()
    tries.password(handle, address, context.now())
    found = await context.store.password_hash(handle)
    try:
        right = await context.services.passwords.check(found[1] if found else None, command.password)
    except Refuse:  # not judged
        tries.give_back(handle, address, context.now())
        raise
    if not right or found is None:
        log.info("session.refused", connection=context.session.number)
        raise Refuse(codes.BAD_CREDENTIALS)
    tries.right_password(handle, address, context.now())
    account = await context.store.account(found[0])
    if account is None:
        raise Refuse(codes.BAD_CREDENTIALS)
    return await _with_token(context, account, command.device)


async def sign_out(context: Context, command: SignOut) -> None:
    """Every connection of this stored session ends; this one after its reply."""
    session = context.session
    await context.store.close_session(session.id)
    log.info("session.signed_out", connection=session.number)
    session.reply(command.id, Done())
    ended(context, session.id, "signed out")


def ended(context: Context, id: str, reason: str) -> None:
    """A stored session is no more: its connections end, and whoever is just coming in by it finds that out."""
    context.services.signed_out += 1
    for other in list(context.services.sessions.get(id, ())):
        other.close(CloseCode.SIGNED_OUT, reason)


def _connected(context: Context, account: str) -> frozenset[str]:
    """The stored sessions of an account that have a connection."""
    person = context.services.people.get(account)
    return frozenset(session.id for session in person.sessions) if person is not None else frozenset()


async def ping(context: Context, command: Ping) -> Pong:
    return Pong(at=now())


async def enable(context: Context, command: Enable) -> Enabled:
    known = context.services.hello.extensions
    return Enabled(extensions=[name for name in command.extensions if name in known])


def now() -> str:
    """This moment, as it is written on the wire."""
    moment = dt.datetime.now(dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


async def _with_token(context: Context, account: AccountRow, device: str) -> SignedIn:
    if context.session.over:
        raise Refuse(codes.SIGN_IN_REQUIRED)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    opened = await context.store.open_session(
        account.id, hashlib.sha256(token.encode()).digest(), device, keep=_connected(context, account.id)
    )
    for id in opened.fallen:
        ended(context, id, "too many devices are signed in: this one was the oldest")
    return await _enter(context, account.id, opened.session.id, token)


async def _by_token(context: Context, token: str) -> SignedIn:
    """A session that ends while this is under way lets nobody in: it was read before the end, or is found at the end."""
    secret = hashlib.sha256(token.encode()).digest()
    services = context.services
    ended = -1
    row = None
    while ended != services.signed_out:
        ended = services.signed_out
        row = await context.store.session(secret)
    if row is None:
        services.tries.secret(context.session.address, context.now())
        raise Refuse(codes.TOKEN_INVALID, field="token")
    return await _enter(context, row.account, row.id, "")


async def _enter(context: Context, account: str, session_id: str, token: str) -> SignedIn:
    session = context.session
    services = context.services
    if not session.over:
        session.id = session_id  # from here on, signing out elsewhere ends this one too
        services.sessions.setdefault(session_id, set()).add(session)
    person = await services.people.enter(account, session)
    if person is None:
        raise Refuse(codes.TOKEN_INVALID)
    session.admitted()
    services.tries.belongs(person.account.handle, session.address, context.now())
    if len(person.sessions) > services.config.account_connections:
        crowded = services.most_silent(other for other in person.sessions if other is not session)
        crowded.close(CloseCode.CROWDED_OUT, "too many connections of this account")
    services.presence.refresh(person)
    log.debug("session.signed_in", handle=person.account.handle, connection=session.number)
    return SignedIn(account=shown(person.account), session=session_id, cut=services.cut.pop(session_id, 0), token=token)


def shown(row: AccountRow) -> Account:
    """One's own account, as the protocol tells it."""
    return Account(id=row.id, handle=row.handle, display_name=row.display_name, bio=row.bio, owner=row.owner)


def _secure(context: Context) -> None:
    if not context.session.secure:
        raise Refuse(codes.INSECURE)


def _password(password: str) -> None:
    if len(password) < PASSWORD_LEAST:
        raise Refuse(codes.FIELD_INVALID, f"A password has at least {PASSWORD_LEAST} characters.", field="password")
