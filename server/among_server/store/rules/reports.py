"""Reports: filed by a member about a message or a member, answered by a steward. Judged by who one is where it happened.

One entry in the stewards' log and one in the own log of whoever filed it; each names the report by its number there.
About one who hears that log, or comes to hear it, it does not say who filed it.
"""

from typing import Any

from among_protocol.base import Entry
from among_protocol.codes import (
    FIELD_INVALID,
    LIMIT_REACHED,
    MEMBER_GONE,
    MESSAGE_GONE,
    NO_STEWARDS,
    REPORT_GONE,
    Refuse,
)
from among_protocol.messages import MessageSent
from among_protocol.reports import FileReport, ReportFiled, ReportResolved, ResolveReport

from ...limits import REPORTS_PER_ACCOUNT
from ...rights import RIGHTS, Right
from ..api import Tx
from ..erasing import LOOKED
from ..rows import MemberRow
from ..stewards import ReportRow, stewards_of, unsigned
from .forgetting import thaw
from .rooms import visible
from .standing import may, present

REPORTED = 2_000  # characters of a post that a report holds: as much as of a message


def file(tx: Tx, account: str, command: FileReport) -> Entry:
    if bool(command.room) == bool(command.member):
        raise Refuse(FIELD_INVALID, "Name either a room and a message, or a community and a member.", field="room")
    about: dict[str, Any] = {"reason": command.reason}
    subject: MemberRow | None
    if command.room:
        room, mine = visible(tx, account, command.room)
        if room.kind == "direct":
            raise Refuse(NO_STEWARDS, field="room")
        message = tx.message(room.id, command.message)
        said = message or tx.post_version(room.id, command.message)
        if said is None or said.blank:
            raise Refuse(MESSAGE_GONE, field="message")
        subject, community = tx.member(said.by), room.community
        about |= {
            "room": room.id,
            "message": said.seq,
            "body": said.body[:REPORTED] if message is None else _body(tx, message),
        }
    else:
        row, mine = present(tx, account, command.community)
        subject, community = tx.member(command.member), row.id
    if subject is None or subject.place != community:
        raise Refuse(MEMBER_GONE, field="member")
    if subject.id == mine.id:
        raise Refuse(FIELD_INVALID, "This is about yourself.", field="member")
    if tx.reports(account, community) >= REPORTS_PER_ACCOUNT:
        raise Refuse(
            LIMIT_REACHED, f"At most {REPORTS_PER_ACCOUNT} of your reports wait for an answer in one community."
        )
    log = stewards_of(community)
    one_of_them = Right.STEWARDS in RIGHTS[subject.role] and not subject.left
    who: dict[str, Any] = {} if one_of_them else {"by": mine.id, "rev": mine.rev}
    about |= {"community": community, "member": subject.id}
    told = ReportFiled(log=log, seq=tx.next(log), at=tx.now, **who, **about)
    tx.add(told)
    about["body"] = ""  # for the stewards alone: elsewhere it is gone when it is deleted
    filed = ReportFiled(log=account, seq=tx.next(account), at=tx.now, nonce=command.nonce, **about)
    tx.add(filed)
    tx.add_report(
        ReportRow(
            community=community,
            seq=told.seq,
            account=account,
            filed=filed.seq,
            member=subject.id,
            room=filed.room,
            message=filed.message,
        )
    )
    return filed


def hide_filers(tx: Tx, member: MemberRow) -> None:
    """This member is a steward from now on, and may read all that the others have heard: who reported them goes out of it."""
    log, after, complete = stewards_of(member.place), 0, False
    while not complete:
        entries, after, complete = tx.told_of(log, member.id, after, LOOKED)
        for entry, _ in entries:
            less = unsigned(entry, member.id)
            if less is not entry:
                tx.rewrite(less)


def _body(tx: Tx, said: MessageSent) -> str:
    """What it says now: stewards may not be able to read it, and it may be edited or deleted before they do."""
    edits = tx.edits(said.log, said.seq)
    return tx.edit(said.log, edits[-1]).body if edits else said.body


def resolve(tx: Tx, account: str, command: ResolveReport) -> Entry:
    community, actor = present(tx, account, command.community)
    may(tx, actor, Right.STEWARDS)
    found = tx.report(community.id, command.report)
    if found is None:
        raise Refuse(REPORT_GONE, field="report")
    tx.remove_report(community.id, found.seq)
    thaw(tx, found.member)
    log = stewards_of(community.id)
    entry = ReportResolved(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=actor.id,
        rev=actor.rev,
        nonce=command.nonce,
        community=community.id,
        report=found.seq,
        outcome=command.outcome,
        note=command.note,
    )
    tx.add(entry)
    tx.add(
        ReportResolved(
            log=found.account,
            seq=tx.next(found.account),
            at=tx.now,
            community=community.id,
            report=found.filed,
            outcome=command.outcome,
        )
    )
    return entry
