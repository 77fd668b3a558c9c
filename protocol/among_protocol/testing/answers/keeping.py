"""Keeping a community: roles, kicks, bans, silences, reports.

Each act is one entry in the stewards' log (the one to reply with) and one in the own log of whom it concerns; the
community's log says no more than that somebody has left, or has another role.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from ... import codes
from ...base import REASON_CHARS
from ...codes import Refuse
from ...fields import handle, line
from ...members import Persona
from ...moderation import (
    Act,
    Ban,
    BanMember,
    BanPage,
    KickMember,
    ListBans,
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
from ...reports import (
    FileReport,
    ListReports,
    Report,
    ReportFiled,
    ReportPage,
    ReportResolved,
    ResolveReport,
)
from ..state import BanRow, CommunityRow, MemberRow, ReportRow
from .departure import depart
from .edits import message, versions
from .standing import RANKS, chief, may_act, outranked, present

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person
    from ..town import Town

A = TypeVar("A", bound=Act)


def set_role(town: "Town", person: "Person", command: SetRole) -> RoleSet:
    reason = _reason(command.reason, needed=False)
    community, actor = present(town, person, command.community)
    may_act(town, actor)
    if command.hand_over and command.role != "owner":
        raise Refuse(codes.FIELD_INVALID, "Handing over gives the role of an owner.", field="hand_over")
    subject = actor
    if command.member != actor.id:
        if actor.role != "owner":
            raise Refuse(codes.RIGHT_MISSING)
        subject = _subject(town, community, actor, command.member)
    elif RANKS[command.role] > RANKS[actor.role]:
        raise Refuse(codes.RIGHT_MISSING)
    if subject.role == command.role:
        raise Refuse(codes.FIELD_INVALID, "That is this member's role already.", field="role")
    owners = sum(member.role == "owner" for member in town.inside(community.id))
    if subject is actor and actor.role == "owner" and owners == 1:
        raise Refuse(codes.LAST_OWNER)
    entry = _becomes(town, community, actor, subject, command.role, command.nonce, reason)
    if command.hand_over:
        _becomes(town, community, actor, actor, "steward", command.nonce, reason)
    return entry


def _becomes(
    town: "Town", community: CommunityRow, actor: MemberRow, subject: MemberRow, role: str, nonce: str, reason: str
) -> RoleSet:
    subject.role = role
    log, at, stewards = community.id, town.clock.time(), town.stewards_of(community.id)
    town.write(RoleSet(log=log, seq=town.next(log), at=at, community=log, member=subject.id, role=role))
    if not RANKS[role]:
        town.ends(subject.account, stewards)
    audit = _audit(town, RoleSet, community, actor, subject, nonce=nonce, reason=reason, role=role)
    hears: dict[str, Any] = {}
    if RANKS[role]:
        town.begins(subject.account, stewards)
        hears = {"stewards": stewards, "head": audit.seq}
    own = nonce if subject is actor else ""
    _tell(town, RoleSet, community, actor, subject, nonce=own, reason=reason, role=role, **hears)
    town.hears(subject.account)
    return audit


def kick(town: "Town", person: "Person", command: KickMember) -> MemberKicked:
    reason = _reason(command.reason)
    community, actor = present(town, person, command.community)
    chief(town, actor)
    subject = _subject(town, community, actor, command.member)
    audit = _audit(town, MemberKicked, community, actor, subject, nonce=command.nonce, reason=reason)
    _tell(town, MemberKicked, community, actor, subject, reason=reason)
    depart(town, subject)
    return audit


def ban(town: "Town", person: "Person", command: BanMember) -> MemberBanned:
    reason = _reason(command.reason)
    community, actor = present(town, person, command.community)
    chief(town, actor)
    subject = _anybody(town, community, actor, command)
    here = not subject.left
    until = town.clock.time(command.for_ms / 1000) if command.for_ms else ""
    said: dict[str, Any] = {"reason": reason, "until": until}
    audit = _audit(town, MemberBanned, community, actor, subject, nonce=command.nonce, **said)
    before = town.bans.get((subject.account, community.id))
    if here:
        _tell(town, MemberBanned, community, actor, subject, **said)
        depart(town, subject)
    told = here or (before is not None and before.told)
    town.bans[subject.account, community.id] = BanRow(subject, audit.seq, audit.at, actor.id, reason, until, told)
    return audit


def unban(town: "Town", person: "Person", command: UnbanMember) -> MemberUnbanned:
    reason = _reason(command.reason, needed=False)
    community, actor = present(town, person, command.community)
    chief(town, actor)
    subject = town.members.get(command.member)
    found = None if subject is None else town.banned(subject.account, community.id)
    if subject is None or subject.place != community.id or found is None:
        raise Refuse(codes.BAN_GONE, field="member")
    del town.bans[subject.account, community.id]
    audit = _audit(town, MemberUnbanned, community, actor, subject, nonce=command.nonce, reason=reason)
    if found.told:
        _tell(town, MemberUnbanned, community, actor, subject)
    return audit


def silence(town: "Town", person: "Person", command: SilenceMember) -> MemberSilenced:
    reason = _reason(command.reason)
    community, actor = present(town, person, command.community)
    chief(town, actor)
    subject = _subject(town, community, actor, command.member)
    subject.silenced = town.clock.time(command.for_ms / 1000)
    said = {"reason": reason, "until": subject.silenced}
    audit = _audit(town, MemberSilenced, community, actor, subject, nonce=command.nonce, **said)
    _tell(town, MemberSilenced, community, actor, subject, **said)
    return audit


def unsilence(town: "Town", person: "Person", command: UnsilenceMember) -> MemberUnsilenced:
    reason = _reason(command.reason, needed=False)
    community, actor = present(town, person, command.community)
    chief(town, actor)
    subject = _subject(town, community, actor, command.member)
    if subject.silenced <= town.clock.time():
        raise Refuse(codes.FIELD_INVALID, "This member may speak already.", field="member")
    subject.silenced = ""
    audit = _audit(town, MemberUnsilenced, community, actor, subject, nonce=command.nonce, reason=reason)
    _tell(town, MemberUnsilenced, community, actor, subject, reason=reason)
    return audit


def list_bans(connection: "Connection", command: ListBans) -> BanPage:
    town = connection.town
    community = _stewarded(connection, command.community)
    rows = [row for (_, place), row in town.bans.items() if place == community and row.holds(town.clock.time())]
    rows = [row for row in rows if command.before is None or row.seq < command.before]
    rows.sort(key=lambda row: -row.seq)
    bans = [
        Ban(seq=row.seq, at=row.at, by=row.by, persona=row.member.persona(), reason=row.reason, until=row.until)
        for row in rows[: command.limit]
    ]
    return BanPage(bans=bans, complete=len(rows) <= command.limit)


# --- reports


def file(town: "Town", person: "Person", command: FileReport) -> ReportFiled:
    about: dict[str, Any] = {"reason": _reason(command.reason)}
    if bool(command.room) == bool(command.member):
        raise Refuse(
            codes.FIELD_INVALID, "Name either a room and a message, or a community and a member.", field="room"
        )
    if command.room:
        room, mine = town.visible(person.id, command.room)
        if room.kind == "direct":
            raise Refuse(codes.NO_STEWARDS, field="room")
        said = message(town, room, command.message)
        subject, community = town.members.get(said.by), room.community
        about |= {"room": room.id, "message": said.seq, "body": versions(town, said)[-1].body}
    else:
        row, mine = present(town, person, command.community)
        subject, community = town.members.get(command.member), row.id
    if subject is None or subject.place != community:
        raise Refuse(codes.MEMBER_GONE, field="member")
    if subject is mine:
        raise Refuse(codes.FIELD_INVALID, "This is about yourself.", field="member")
    about |= {"community": community, "member": subject.id}
    one_of_them = RANKS[subject.role] and not subject.left
    who: dict[str, Any] = {} if one_of_them else {"by": mine.id, "rev": mine.rev}
    log, at = town.stewards_of(community), town.clock.time()
    told = town.write(ReportFiled(log=log, seq=town.next(log), at=at, **who, **about))
    about["body"] = ""  # for the stewards alone
    filed = town.write(ReportFiled(log=person.id, seq=town.next(person.id), at=at, nonce=command.nonce, **about))
    town.reports[community, told.seq] = ReportRow(person.id, filed.seq, told)
    return filed


def list_reports(connection: "Connection", command: ListReports) -> ReportPage:
    town = connection.town
    community = _stewarded(connection, command.community)
    mine = town.member(connection.person.id, community)
    rows = [
        row.told for (place, seq), row in sorted(town.reports.items()) if place == community and seq > command.after
    ]
    reports = [
        Report(
            seq=told.seq,
            at=told.at,
            by="" if mine is not None and told.member == mine.id else told.by,
            member=told.member,
            room=told.room,
            message=told.message,
            body=told.body,
            reason=told.reason,
        )
        for told in rows[: command.limit]
    ]
    return ReportPage(reports=reports, complete=len(rows) <= command.limit)


def resolve(town: "Town", person: "Person", command: ResolveReport) -> ReportResolved:
    note = line(command.note, field="note", longest=REASON_CHARS, empty=True)
    community, actor = present(town, person, command.community)
    chief(town, actor)
    found = town.reports.pop((community.id, command.report), None)
    if found is None:
        raise Refuse(codes.REPORT_GONE, field="report")
    log, at = town.stewards_of(community.id), town.clock.time()
    said: dict[str, Any] = {"at": at, "community": community.id, "outcome": command.outcome}
    who: dict[str, Any] = {"by": actor.id, "rev": actor.rev, "nonce": command.nonce, "note": note}
    entry = town.write(ReportResolved(log=log, seq=town.next(log), report=command.report, **who, **said))
    own = found.account
    town.write(ReportResolved(log=own, seq=town.next(own), report=found.filed, **said))
    return entry


# --- helpers


def _stewarded(connection: "Connection", community: str) -> str:
    """The id of a community whose steward asks. Raises Refuse."""
    row, member = present(connection.town, connection.person, community)
    if not RANKS[member.role]:
        raise Refuse(codes.RIGHT_MISSING)
    return row.id


def _reason(given: str, *, needed: bool = True) -> str:
    return line(given, field="reason", longest=REASON_CHARS, empty=not needed)


def _subject(town: "Town", community: CommunityRow, actor: MemberRow, id: str) -> MemberRow:
    """A member who is there, and of a lower rank. Raises Refuse."""
    subject = town.members.get(id)
    if subject is None or subject.left or subject.place != community.id:
        raise Refuse(codes.MEMBER_GONE, field="member")
    return outranked(actor, subject)


def _anybody(town: "Town", community: CommunityRow, actor: MemberRow, command: BanMember) -> MemberRow:
    """A member of a lower rank, or one who has left or was never there. Raises Refuse."""
    if bool(command.member) == bool(command.handle):
        raise Refuse(codes.FIELD_INVALID, "Name either the member or the handle.", field="member")
    if command.member:
        subject = town.members.get(command.member)
        if subject is None or subject.place != community.id:
            raise Refuse(codes.MEMBER_GONE, field="member")
        return outranked(actor, subject)
    person = town.person(handle(command.handle, field="handle"))
    subject = town.member(person.id, community.id)
    if subject is None:
        id = town.new_id("member", f"{person.handle} {community.id}")
        subject = MemberRow(id, person.id, community.id, person.handle, person.display_name, person.claim, left=True)
        town.members[id] = subject
    return outranked(actor, subject)


def _audit(
    town: "Town", kind: type[A], community: CommunityRow, actor: MemberRow, subject: MemberRow, **said: Any
) -> A:
    """In the stewards' log."""
    return _add(town, kind, town.stewards_of(community.id), community, actor, subject, **said)


def _tell(town: "Town", kind: type[A], community: CommunityRow, actor: MemberRow, subject: MemberRow, **said: Any) -> A:
    """In the own log of the one concerned."""
    steward = Persona(member=actor.id, rev=actor.rev, handle=actor.handle, display_name=actor.display_name)
    said |= {"slug": community.slug, "steward": steward}
    return _add(town, kind, subject.account, community, actor, subject, **said)


def _add(
    town: "Town", kind: type[A], log: str, community: CommunityRow, actor: MemberRow, subject: MemberRow, **said: Any
) -> A:
    said |= {"by": actor.id, "rev": actor.rev, "community": community.id, "member": subject.id}
    return town.write(kind(log=log, seq=town.next(log), at=town.clock.time(), **said))
