"""Signing up, in and out; ping; extensions. A token never costs a password hash; a password never skips one."""

import datetime as dt
import functools
import hashlib
import secrets
import time

import structlog

from among_protocol import codes, text
from among_protocol.accounts import Account
from among_protocol.base import KEY_CHARS, NAME_CHARS, Done
from among_protocol.codes import CloseCode, Refuse
from among_protocol.fields import handle, line
from among_protocol.session import (
    Enable,
    Enabled,
    ListSessions,
    Ping,
    Pong,
    RevokeOthers,
    RevokeSession,
    SessionCard,
    Sessions,
    SessionsEnded,
    SignedIn,
    SignIn,
    SignOut,
    SignUp,
)

from ..core.context import Context
from ..limits import PASSWORD_LEAST
from ..store.rows import AccountRow

log = structlog.get_logger()

TOKEN_PREFIX = "among_"  # noqa: S105  # not a secret: so that a leaked one is recognised by those who scan for secrets


async def sign_up(context: Context, command: SignUp) -> SignedIn:
    services = context.services
    secure(context)
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
    new_password(command.password, field="password")
    if invite is None and await context.store.account_by_handle(folded) is not None:  # saves a hash; the store judges
        raise Refuse(codes.HANDLE_TAKEN, field="handle")
    address, now = context.session.address, context.now()
    door_invites = services.hello.sign_up == "open" or services.config.community_invites == "sign_up"
    if invite is None or door_invites:  # of those, members make as many as they like
        services.tries.sign_up(address, now)
    if invite is not None:
        services.tries.secret(address, now)
    try:
        hashed = await services.passwords.hash(command.password)
        account = await context.store.create_account(folded, name, hashed, invite=invite, door_invites=door_invites)
    except Refuse as why:
        if invite is not None and why.code is not codes.INVITE_INVALID:
            services.tries.right_secret(address, context.now())
        raise
    if invite is not None:
        services.tries.right_secret(address, context.now())
    services.tries.belongs(folded, address, context.now())
    log.info("account.created", handle=folded, owner=account.owner, connection=context.session.number)
    if account.owner:
        await services.owner_came()
    return await _with_token(context, account.id, hashed, command.device)


async def sign_in(context: Context, command: SignIn) -> SignedIn:
    secure(context)
    if command.token is not None:
        return await _by_token(context, command.token)
    if command.handle is None or command.password is None:
        raise Refuse(codes.FIELD_INVALID, "Give a handle and a password, or a token.", field="handle")
    found = await judged(context, command.handle.lower(), command.password)
    if found is None:
        log.info("session.refused", connection=context.session.number)
        raise Refuse(codes.BAD_CREDENTIALS)
    return await _with_token(context, *found, command.device)


async def judged(context: Context, handle: str, password: str) -> tuple[str, str] | None:
    """The account whose password this is, and its hash; None where it is not. Raises Refuse. It costs a try where it was
    looked at, and was wrong."""
    tries, address = context.services.tries, context.session.address
    tries.password(handle, address, context.now())
    try:
        found = await context.store.password_hash(handle)
        right = await context.services.passwords.check(found[1] if found else None, password)
    except Refuse:
        tries.give_back(handle, address, context.now())
        raise
    if not right or found is None:
        return None
    tries.right_password(handle, address, context.now())
    return found


async def sign_out(context: Context, command: SignOut) -> None:
    """Every connection of this stored session ends; this one after its reply."""
    session = context.session
    ended = await context.store.end_sessions(context.person.account.id, only=session.id)
    log.info("session.signed_out", connection=session.number)
    session.reply(command.id, Done())
    context.services.sessions.end(ended, CloseCode.SIGNED_OUT, "signed out")


async def list_sessions(context: Context, command: ListSessions) -> Sessions:
    services, mine = context.services, context.session
    rows = await context.store.sessions(context.person.account.id)
    cards = [
        SessionCard(
            id=row.id,
            device=row.device,
            opened=row.opened,
            seen=now() if row.id in services.sessions else written(row.seen_ms),
            live=row.id in services.sessions,
            current=row.id == mine.id,
        )
        for row in rows
    ]
    return Sessions(sessions=sorted(cards, key=lambda card: (card.current, card.seen, card.opened), reverse=True))


async def revoke(context: Context, command: RevokeSession) -> None:
    ended = await context.store.end_sessions(context.person.account.id, only=command.session)
    if not ended.sessions:
        raise Refuse(codes.SESSION_GONE, field="session")
    log.info("session.revoked", connection=context.session.number, sessions=ended.sessions)
    context.session.reply(command.id, SessionsEnded(ended=1))  # first: it may be the one that asks
    context.services.sessions.end(ended, CloseCode.SIGNED_OUT, "this session was revoked")


async def revoke_others(context: Context, command: RevokeOthers) -> SessionsEnded:
    ended = await context.store.end_sessions(context.person.account.id, but=context.session.id)
    log.info("session.revoked", connection=context.session.number, sessions=ended.sessions)
    context.services.sessions.end(ended, CloseCode.SIGNED_OUT, "signed out from another session")
    return SessionsEnded(ended=len(ended.sessions))


async def ping(context: Context, command: Ping) -> Pong:
    return Pong(at=now())


async def enable(context: Context, command: Enable) -> Enabled:
    known = context.services.hello.extensions
    return Enabled(extensions=[name for name in command.extensions if name in known])


def now() -> str:
    """This moment, as it is written on the wire."""
    return written(time.time_ns() // 1_000_000)


def written(ms: int) -> str:
    """A moment in Unix time, as it is written on the wire."""
    seconds, ms = divmod(ms, 1000)
    return f"{_second(seconds)}.{ms:03d}Z"


@functools.lru_cache(maxsize=4)  # strftime is most of what a ping costs
def _second(seconds: int) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%S}"


def new_token() -> tuple[str, bytes]:
    """A token, and what is kept of it: enough to know it again, and of no use to whoever steals the store."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    return token, hashlib.sha256(token.encode()).digest()


async def _with_token(context: Context, account: str, password_hash: str, device: str) -> SignedIn:
    """The store judges once more whether this is the password: it may have been changed while it was checked."""
    if context.session.over:
        raise Refuse(codes.SIGN_IN_REQUIRED)
    token, secret = new_token()
    opened = await context.store.open_session(
        account, secret, device_name(device), password=password_hash, keep=_connected(context, account)
    )
    reason = "too many devices are signed in: this one was the oldest"
    context.services.sessions.end(opened, CloseCode.SIGNED_OUT, reason)
    return await enter(context, account, opened.opened.id, token, spared=opened.spared)


def device_name(given: str) -> str:
    """One line, since it is shown in a list from which sessions are picked. Raises Refuse."""
    return line(given, field="device", longest=KEY_CHARS, empty=True)


def _connected(context: Context, account: str) -> frozenset[str]:
    """The stored sessions of an account that have a connection."""
    person = context.services.people.get(account)
    return frozenset(session.id for session in person.sessions) if person is not None else frozenset()


async def _by_token(context: Context, token: str) -> SignedIn:
    """A session that ends while this is under way lets nobody in: it was read before the end, or is found at the end."""
    secret = hashlib.sha256(token.encode()).digest()
    live = context.services.sessions
    ended = -1
    row = None
    while ended != live.ended:
        ended = live.ended
        row = await context.store.session(secret)
    if row is None:
        context.services.tries.secret(context.session.address, context.now())
        raise Refuse(codes.TOKEN_INVALID, field="token")
    if row.disabled:
        raise Refuse(codes.ACCOUNT_DISABLED)
    live.seen(row)
    return await enter(context, row.account, row.id, "")


async def enter(context: Context, account: str, session_id: str, token: str, *, spared: bool = False) -> SignedIn:
    """The connection speaks for this stored session from now on. Raises Refuse when that has ended meanwhile."""
    session = context.session
    services = context.services
    services.sessions.enter(session_id, session)  # from here on, signing out elsewhere ends this one too
    person = await services.people.enter(account, session)
    if person is None:
        raise Refuse(codes.TOKEN_INVALID)
    session.admitted()
    services.tries.belongs(person.account.handle, session.address, context.now())
    if len(person.sessions) > services.config.account_connections:
        crowded = services.most_silent(other for other in person.sessions if other is not session)
        crowded.close(CloseCode.CROWDED_OUT, "too many connections of this account")
    services.presence.changes(person)
    log.debug("session.signed_in", handle=person.account.handle, connection=session.number)
    return SignedIn(
        account=shown(person.account),
        session=session_id,
        cut=services.cut.pop(session_id, 0),
        spared=spared,
        token=token,
    )


def shown(row: AccountRow) -> Account:
    """One's own account, as the protocol tells it."""
    claim = row.claim
    return Account(
        id=row.id,
        handle=row.handle,
        display_name=row.display_name,
        bio=claim.bio,
        owner=row.owner,
        pronouns=claim.pronouns,
        place=claim.place,
        links=list(claim.links),
        intro=claim.intro,
    )


def secure(context: Context) -> None:
    """Raises Refuse where others may listen."""
    if not context.session.secure:
        raise Refuse(codes.INSECURE)


def new_password(password: str, *, field: str) -> None:
    """Raises Refuse for what is no password to begin with."""
    if len(password) < PASSWORD_LEAST:
        raise Refuse(codes.FIELD_INVALID, f"A password has at least {PASSWORD_LEAST} characters.", field=field)
