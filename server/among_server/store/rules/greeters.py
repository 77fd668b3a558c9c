"""Greeters, and what is told to them of newcomers.

A newcomer is who joined for the first time, not long ago, while the community had greeters. Greeters greet where
everybody reads it: nothing here opens a direct to a newcomer, and `directs.reachable` keeps theirs closed meanwhile.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import FIELD_INVALID, GREETER_GONE, LIMIT_REACHED, RIGHT_MISSING, Refuse
from among_protocol.greeters import GreeterChanged, GreeterState, NewcomerSettled, NewcomerSpoke, SetGreeter
from among_protocol.messages import MessageSent
from among_protocol.welcome import WelcomeGiven

from ...limits import GREETERS_PER_COMMUNITY, NEWCOMER_DAYS, VOLUNTEERS_PER_COMMUNITY
from ...rights import RIGHTS, Right
from ..api import Tx
from ..greeting import GreeterRow, NewcomerRow, Turns
from ..rows import MemberRow
from ..stewards import stewards_of
from .blocks import apart
from .standing import may, may_act, present

DAY = 86_400_000  # milliseconds
SETTLED = 6  # mentions in turn: three each way


def set_greeter(tx: Tx, account: str, command: SetGreeter) -> Entry:
    community, actor = present(tx, account, command.community)
    steward = Right.PORTRAIT in RIGHTS[actor.role]
    member = tx.member(command.member) if command.member else actor
    row = None if member is None else tx.greeter(member.id)
    if member is None or member.left or member.place != community.id:
        raise Refuse(GREETER_GONE, field="member")
    state: GreeterState = row.state if row else "none"
    mine = member.id == actor.id
    if not mine or command.state == "greets":
        may(tx, actor, Right.PORTRAIT)
    if command.state == "volunteers":
        _may_volunteer(tx, actor, community.id, state, mine=mine)
    elif state == "none" or (command.state, state) == ("greets", "greets"):
        raise Refuse(GREETER_GONE, field="member")
    elif command.state == "none" and not mine and not command.reason:
        raise Refuse(FIELD_INVALID, "Say why, people deserve to be told.", field="reason")
    elif command.state == "greets" and len(tx.greeters(community.id)) >= GREETERS_PER_COMMUNITY:
        raise Refuse(LIMIT_REACHED, f"A community has at most {GREETERS_PER_COMMUNITY} greeters.")
    if command.state == "none":
        tx.remove_greeter(member.id)
    else:
        tx.put_greeter(GreeterRow(member.id, community.id, member.account, command.state))
    if "greets" in (state, command.state):
        _tell(tx, community.id, community.id, member, command.state)
    log = stewards_of(community.id)
    by, nonce = (actor.id, actor.rev), command.nonce
    told = _tell(
        tx, log, community.id, member, command.state, by=by, reason=command.reason, nonce=nonce if steward else ""
    )
    heard = _tell(
        tx, member.account, community.id, member, command.state, reason=command.reason, nonce=nonce if mine else ""
    )
    return told if steward else heard


def arrived(tx: Tx, account: str, community: str) -> None:
    """Somebody joined for the first time."""
    welcome = tx.welcome(community)
    if welcome.text or welcome.rooms:
        log = account
        tx.add(
            WelcomeGiven(
                log=log,
                seq=tx.next(log),
                at=tx.now,
                community=community,
                text=welcome.text,
                rooms=welcome.rooms,
            )
        )
    member = tx.membership(account, community)
    if member is not None and tx.greeters(community):
        tx.put_newcomer(NewcomerRow(member.id, community, tx.now_ms))


def gone(tx: Tx, member: MemberRow) -> None:
    """Who is no member greets nobody; that they are gone, others are told."""
    if tx.greeter(member.id) is not None:
        tx.remove_greeter(member.id)


def is_new(tx: Tx, member: str) -> NewcomerRow | None:
    row = tx.newcomer(member)
    return row if row is not None and tx.now_ms - row.joined_ms < NEWCOMER_DAYS * DAY else None


def spoke(tx: Tx, member: MemberRow, said: MessageSent, mentioned: Sequence[MemberRow]) -> None:
    """Something was said in an open room of a community that has greeters."""
    greeters = {row.member: row for row in tx.greeters(member.place)}
    new = is_new(tx, member.id)
    if new is not None and not new.spoken:
        tx.put_newcomer(replace(new, spoken=True))
        if tx.reach(member.account, member.place).greetings:
            _tell_greeters(tx, list(greeters.values()), member, said)
    for other in mentioned:
        if other.id in greeters and new is not None:
            _turn(tx, newcomer=member, greeter=other, by=member)
        elif member.id in greeters and is_new(tx, other.id) is not None:
            _turn(tx, newcomer=other, greeter=member, by=member)


def _may_volunteer(tx: Tx, actor: MemberRow, community: str, state: GreeterState, *, mine: bool) -> None:
    if not mine:
        raise Refuse(RIGHT_MISSING, "Nobody volunteers for somebody else.")
    may_act(tx, actor)
    if state != "none":
        raise Refuse(FIELD_INVALID, "You have volunteered already.", field="state")
    if tx.volunteers(community) >= VOLUNTEERS_PER_COMMUNITY:
        raise Refuse(LIMIT_REACHED, f"At most {VOLUNTEERS_PER_COMMUNITY} people volunteer in one community.")


def _tell_greeters(tx: Tx, greeters: Sequence[GreeterRow], newcomer: MemberRow, said: MessageSent) -> None:
    for row in greeters:
        greeter = tx.member(row.member)
        names = (newcomer.account, newcomer.handle)
        if greeter is None or greeter.left or apart(tx, names, (greeter.account, greeter.handle)):
            continue
        tx.add(
            NewcomerSpoke(
                log=row.account,
                seq=tx.next(row.account),
                at=tx.now,
                community=newcomer.place,
                member=newcomer.id,
                room=said.log,
                message=said.seq,
            )
        )


def _turn(tx: Tx, *, newcomer: MemberRow, greeter: MemberRow, by: MemberRow) -> None:
    before = tx.turns(newcomer.id, greeter.id)
    if before.last == by.id or before.turns >= SETTLED:
        return
    tx.put_turns(newcomer.id, greeter.id, Turns(before.turns + 1, by.id))
    if before.turns + 1 == SETTLED:
        log = greeter.account
        tx.add(NewcomerSettled(log=log, seq=tx.next(log), at=tx.now, community=greeter.place, member=newcomer.id))


def _tell(
    tx: Tx,
    log: str,
    community: str,
    member: MemberRow,
    state: GreeterState,
    *,
    by: tuple[str, int] = ("", 0),
    reason: str = "",
    nonce: str = "",
) -> GreeterChanged:
    entry = GreeterChanged(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=by[0],
        rev=by[1],
        nonce=nonce,
        community=community,
        member=member.id,
        state=state,
        reason=reason,
    )
    tx.add(entry)
    return entry
