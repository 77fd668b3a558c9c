"""Signing up, in and out; the stored sessions; the profile."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ... import codes
from ...accounts import AccountUpdated, Profile, ReadAccount, UpdateAccount
from ...base import KEY_CHARS, NAME_CHARS, Done
from ...codes import Refuse
from ...fields import line
from ...members import MemberUpdated
from ...passwords import ChangePassword, ResetPassword
from ...session import (
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
from ..state import MemberRow
from . import personas

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person, SessionRow
    from ..town import Town


def sign_up(connection: "Connection", command: SignUp) -> SignedIn:
    town = connection.town
    if town.sign_up_policy != "open":
        raise Refuse(codes.SIGN_UP_CLOSED)
    name = line(command.display_name or "", field="display_name", longest=NAME_CHARS, empty=True)
    _long_enough(town, command.password, "password")
    return _enter(connection, town.open_session(town.sign_up(command.handle, command.password, name), command.device))


def sign_in(connection: "Connection", command: SignIn) -> SignedIn:
    town = connection.town
    if command.token is not None:
        row = town.sessions.get(command.token)
        if row is None:
            raise Refuse(codes.TOKEN_INVALID, field="token")
        return _enter(connection, row, fresh=False)
    if command.handle is None or command.password is None:
        raise Refuse(codes.FIELD_INVALID, "Give a handle and a password, or a token.", field="handle")
    person = next((one for one in town.people.values() if one.handle == command.handle.lower()), None)
    if person is None or person.password != command.password:
        raise Refuse(codes.BAD_CREDENTIALS)
    device = line(command.device, field="device", longest=KEY_CHARS, empty=True)
    return _enter(connection, town.open_session(person, device))


def _enter(connection: "Connection", row: "SessionRow", *, fresh: bool = True) -> SignedIn:
    connection.account, connection.session = row.account, row.id
    connection.presence = "online"
    connection.town.refresh(row.account)
    account = connection.town.people[row.account].shown()
    return SignedIn(account=account, session=row.id, token=row.token if fresh else "")


def sign_out(connection: "Connection", command: SignOut) -> Done:
    """The connection closes it after the reply."""
    return Done()


def reset_password(connection: "Connection", command: ResetPassword) -> SignedIn:
    raise Refuse(codes.RESET_INVALID, field="code")  # nobody hands out codes here


def change_password(connection: "Connection", command: ChangePassword) -> SessionsEnded:
    person = connection.person
    if command.old != person.password:
        raise Refuse(codes.BAD_CREDENTIALS, "This is not the password of this account.", field="old")
    _long_enough(connection.town, command.new, "new")
    person.password = command.new
    return _end(connection, _others(connection), "the password was changed")


def list_sessions(connection: "Connection", command: ListSessions) -> Sessions:
    town, account = connection.town, connection.person.id
    live = {one.session for one in town.connections}
    cards = [
        SessionCard(
            id=row.id,
            device=row.device,
            opened=row.opened,
            seen=town.clock.time(),
            live=row.id in live,
            current=row.id == connection.session,
        )
        for row in town.sessions.values()
        if row.account == account
    ]
    return Sessions(sessions=sorted(cards, key=lambda card: (not card.current, not card.live)))


def revoke(connection: "Connection", command: RevokeSession) -> SessionsEnded | None:
    account = connection.person.id
    ended = [row for row in connection.town.sessions.values() if (row.account, row.id) == (account, command.session)]
    if not ended:
        raise Refuse(codes.SESSION_GONE, field="session")
    connection.ok(command, SessionsEnded(ended=1))  # first: it may be the one that asks
    connection.town.end_sessions(ended, "this session was revoked")
    return None


def revoke_others(connection: "Connection", command: RevokeOthers) -> SessionsEnded:
    return _end(connection, _others(connection), "signed out from another session")


def _others(connection: "Connection") -> "list[SessionRow]":
    account, mine = connection.person.id, connection.session
    return [row for row in connection.town.sessions.values() if row.account == account and row.id != mine]


def _end(connection: "Connection", ended: "list[SessionRow]", reason: str) -> SessionsEnded:
    connection.town.end_sessions(ended, reason)
    return SessionsEnded(ended=len(ended))


def _long_enough(town: "Town", password: str, field: str) -> None:
    if len(password) < town.limits.password_least:
        raise Refuse(
            codes.FIELD_INVALID, f"A password has at least {town.limits.password_least} characters.", field=field
        )


def ping(connection: "Connection", command: Ping) -> Pong:
    return Pong(at=connection.town.clock.time())


def enable(connection: "Connection", command: Enable) -> Enabled:
    return Enabled(extensions=[])


def update(town: "Town", person: "Person", command: UpdateAccount) -> AccountUpdated:
    name = None
    if command.display_name is not None:
        name = line(command.display_name, field="display_name", longest=NAME_CHARS)
    claim = personas.profile(person.claim, command)
    following = [
        row
        for row in town.members.values()
        if row.account == person.id and not row.left and not row.claimed and row.place in town.communities
    ]
    for row in following if name else ():
        personas.check_name(town, row, name or "", "display_name")
    person.claim, person.display_name = claim, name or person.display_name
    entry = AccountUpdated(
        log=person.id,
        seq=town.next(person.id),
        at=town.clock.time(),
        nonce=command.nonce,
        handle=person.handle,
        display_name=person.display_name,
        bio=claim.bio,
        pronouns=claim.pronouns,
        place=claim.place,
        links=claim.links,
        intro=claim.intro,
    )
    town.write(entry)
    for row in following:
        row.change(person.display_name, replace(claim, shown=row.claim.shown))
        personas.tell(town, MemberUpdated, row)
        personas.take_to_directs(town, row)
    personas.take_to_directs(town, MemberRow("", person.id, "", person.handle, person.display_name, claim))
    return entry


def read(connection: "Connection", command: ReadAccount) -> Profile:
    person = connection.town.person(command.handle.lower())
    claim = person.claim
    return Profile(
        handle=person.handle,
        display_name=person.display_name,
        bio=claim.bio,
        pronouns=claim.pronouns,
        place=claim.place,
        links=claim.links,
        intro=claim.intro,
    )
