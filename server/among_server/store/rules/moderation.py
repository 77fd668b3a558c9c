"""What stewards do about members: roles, kicks, bans, silences.

Each is one entry in the stewards' log (the one to reply with), one in the own log of the account concerned, and what
the community's log must say. Nobody acts on somebody of their own rank or above. When something ends is judged by the
transaction's own time, wherever it matters; nothing has to happen at that moment.

A ban binds the account. Who is not there when it is pronounced is not written to, or a ban would be a way to send words
to anybody on the server; they are told when they try to join.
"""

from typing import Any, TypeVar

from msgspec.structs import replace

from among_protocol.base import Entry, Time
from among_protocol.codes import (
    ACCOUNT_GONE,
    BAN_GONE,
    BANNED,
    FIELD_INVALID,
    LAST_OWNER,
    MEMBER_GONE,
    RIGHT_MISSING,
    Refuse,
)
from among_protocol.members import Persona, Role
from among_protocol.moderation import (
    Act,
    BanMember,
    KickMember,
    MemberBanned,
    MemberKicked,
    MemberSilenced,
    MemberUnbanned,
    MemberUnsilenced,
    RoleSet,
    SetRole,
    SilenceMember,
    UnbanMember,
    UnsilenceMember,
)

from ...rights import RANKS, RIGHTS, Right
from ..api import Tx
from ..moments import moment
from ..rows import CommunityRow, MemberRow
from ..stewards import BanRow, stewards_of
from .accounts import speaks_again
from .departure import depart
from .reports import hide_filers
from .standing import may, may_act, outrank, present, spoken
from .withdrawal import drop

A = TypeVar("A", bound=Act)


def set_role(tx: Tx, account: str, command: SetRole) -> Entry:
    community, actor = present(tx, account, command.community)
    may_act(tx, actor)
    if command.hand_over and command.role != "owner":
        raise Refuse(FIELD_INVALID, "Handing over gives the role of an owner.", field="hand_over")
    if command.member == actor.id:
        return _lay_down(tx, community, actor, command)
    may(tx, actor, Right.SET_ROLE)
    subject = _subject(tx, community, actor, command.member)
    if RANKS[command.role] > RANKS[actor.role]:
        raise Refuse(RIGHT_MISSING)
    if subject.role == command.role:
        raise Refuse(FIELD_INVALID, "That is this member's role already.", field="role")
    entry = _set_role(tx, community, actor, subject, command.role, command)
    if command.hand_over:
        _set_role(tx, community, actor, actor, "steward", command)
    return entry


def _lay_down(tx: Tx, community: CommunityRow, actor: MemberRow, command: SetRole) -> Entry:
    """One's own role: only downwards, and an owner stays."""
    if RANKS[command.role] > RANKS[actor.role]:
        raise Refuse(RIGHT_MISSING)
    if command.role == actor.role:
        raise Refuse(FIELD_INVALID, "That is your role already.", field="role")
    if actor.role == "owner" and tx.owners(community.id) == 1:
        raise Refuse(LAST_OWNER)
    return _set_role(tx, community, actor, actor, command.role, command)


def _set_role(
    tx: Tx, community: CommunityRow, actor: MemberRow, subject: MemberRow, role: Role, command: SetRole
) -> Entry:
    hears = Right.STEWARDS in RIGHTS[role]
    if hears and Right.STEWARDS not in RIGHTS[subject.role]:
        hide_filers(tx, subject)
    subject = replace(subject, role=role)
    tx.put_member(subject)
    log = community.id
    tx.add(RoleSet(log=log, seq=tx.next(log), at=tx.now, community=log, member=subject.id, role=role))
    said: dict[str, Any] = {"nonce": command.nonce, "reason": command.reason, "role": role}
    audit = _audit(tx, RoleSet, community, actor, subject, **said)
    said["nonce"] = command.nonce if subject.account == actor.account else ""
    if hears:
        said |= {"stewards": audit.log, "head": audit.seq}
    _tell(tx, RoleSet, community, actor, subject, **said)
    return audit


def kick(tx: Tx, account: str, command: KickMember) -> Entry:
    community, actor = present(tx, account, command.community)
    may(tx, actor, Right.KICK)
    subject = _subject(tx, community, actor, command.member)
    audit = _both(tx, MemberKicked, community, actor, subject, command.nonce, reason=command.reason)
    depart(tx, subject, community, "")
    return audit


def ban(tx: Tx, account: str, command: BanMember) -> Entry:
    community, actor = present(tx, account, command.community)
    may(tx, actor, Right.BAN)
    subject = _anybody(tx, community, actor, command)
    here = not subject.left
    until = later(tx, command.for_ms) if command.for_ms else ""
    said = {"reason": command.reason, "until": until}
    if tx.membership(subject.account, community.id) is None:
        tx.put_member(subject)
    if here:
        audit = _both(tx, MemberBanned, community, actor, subject, command.nonce, **said)
        depart(tx, subject, community, "")
    else:
        audit = _audit(tx, MemberBanned, community, actor, subject, nonce=command.nonce, **said)
    drop(tx, subject.account, community.id)
    before = tx.ban(subject.account, community.id)
    told = here or (before is not None and before.told)
    tx.put_ban(
        BanRow(
            community=community.id,
            account=subject.account,
            member=subject.id,
            seq=audit.seq,
            at=tx.now,
            by=actor.id,
            reason=command.reason,
            until=until,
            told=told,
        )
    )
    return audit


def unban(tx: Tx, account: str, command: UnbanMember) -> Entry:
    community, actor = present(tx, account, command.community)
    may(tx, actor, Right.BAN)
    subject = tx.member(command.member)
    found = None if subject is None or subject.place != community.id else tx.ban(subject.account, community.id)
    if subject is None or found is None or not found.holds(tx.now):
        raise Refuse(BAN_GONE, field="member")
    tx.remove_ban(subject.account, community.id)
    audit = _audit(tx, MemberUnbanned, community, actor, subject, nonce=command.nonce, reason=command.reason)
    if found.told:  # without words: they are not there
        _tell(tx, MemberUnbanned, community, actor, subject)
    return audit


def silence(tx: Tx, account: str, command: SilenceMember) -> Entry:
    community, actor = present(tx, account, command.community)
    may(tx, actor, Right.SILENCE)
    subject = _subject(tx, community, actor, command.member)
    until = later(tx, command.for_ms)
    tx.put_member(replace(subject, silenced=until))
    return _both(tx, MemberSilenced, community, actor, subject, command.nonce, reason=command.reason, until=until)


def unsilence(tx: Tx, account: str, command: UnsilenceMember) -> Entry:
    community, actor = present(tx, account, command.community)
    may(tx, actor, Right.SILENCE)
    subject = _subject(tx, community, actor, command.member)
    if subject.silenced <= tx.now:
        raise Refuse(FIELD_INVALID, "This member may speak already.", field="member")
    subject = replace(subject, silenced="")
    tx.put_member(subject)
    speaks_again(tx, subject)
    return _both(tx, MemberUnsilenced, community, actor, subject, command.nonce, reason=command.reason)


def may_join(tx: Tx, account: str, community: CommunityRow) -> None:
    """Raises Refuse `community.banned`, with why and until when."""
    found = tx.ban(account, community.id)
    if found is not None and found.holds(tx.now):
        until = f"You may join {community.slug} again after {spoken(found.until)}."
        sentence = until if found.until else f"You may not join {community.slug}."
        raise Refuse(BANNED, f"{sentence} The reason given: {found.reason}", field="community", until=found.until)


def _subject(tx: Tx, community: CommunityRow, actor: MemberRow, id: str) -> MemberRow:
    """A member who is there, and of a lower rank. Raises Refuse."""
    subject = tx.member(id)
    if subject is None or subject.left or subject.place != community.id:
        raise Refuse(MEMBER_GONE, field="member")
    outrank(actor, subject)
    return subject


def _anybody(tx: Tx, community: CommunityRow, actor: MemberRow, command: BanMember) -> MemberRow:
    """A member of a lower rank, or one who has left, or was never there: then a membership that is not kept yet.

    A handle is first of all one in this community. An account that is or was here under other ones is not found by its
    own: a ban must not tell whose persona is whose."""
    if bool(command.member) == bool(command.handle):
        raise Refuse(FIELD_INVALID, "Name either the member or the handle.", field="member")
    subject = tx.member(command.member) if command.member else tx.member_by_handle(community.id, command.handle)
    if command.member and (subject is None or subject.place != community.id):
        raise Refuse(MEMBER_GONE, field="member")
    if subject is None:
        subject = next(iter(tx.had_handle(community.id, command.handle)), None)
    if subject is None:
        row = tx.account_by_handle(command.handle)
        if row is None or tx.membership(row.id, community.id) is not None:  # under another handle: whose is not told
            raise Refuse(ACCOUNT_GONE, field="handle")
        subject = MemberRow(
            id=tx.new_id("m"),
            account=row.id,
            place=community.id,
            rev=1,
            handle=row.handle,
            display_name=row.display_name,
            claim=row.claim,
            left=True,
        )
    outrank(actor, subject)
    return subject


def later(tx: Tx, for_ms: int) -> Time:
    """So long after now."""
    return moment(tx.now_ms + for_ms)


def _both(
    tx: Tx, kind: type[A], community: CommunityRow, actor: MemberRow, subject: MemberRow, nonce: str, **said: Any
) -> A:
    audit = _audit(tx, kind, community, actor, subject, nonce=nonce, **said)
    _tell(tx, kind, community, actor, subject, **said)
    return audit


def _audit(tx: Tx, kind: type[A], community: CommunityRow, actor: MemberRow, subject: MemberRow, **said: Any) -> A:
    """In the stewards' log."""
    return _add(tx, kind, stewards_of(community.id), community, actor, subject, **said)


def _tell(tx: Tx, kind: type[A], community: CommunityRow, actor: MemberRow, subject: MemberRow, **said: Any) -> A:
    """In the own log of the one concerned."""
    steward = Persona(member=actor.id, rev=actor.rev, handle=actor.handle, display_name=actor.display_name)
    return _add(tx, kind, subject.account, community, actor, subject, slug=community.slug, steward=steward, **said)


def _add(
    tx: Tx, kind: type[A], log: str, community: CommunityRow, actor: MemberRow, subject: MemberRow, **said: Any
) -> A:
    entry = kind(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=actor.id,
        rev=actor.rev,
        community=community.id,
        member=subject.id,
        **said,
    )
    tx.add(entry)
    return entry
