"""Asking to be let in. One entry in the stewards' log and one in the own log of who asks; what they asked is kept as they
asked it, and carried out as a join of theirs when a steward says so.

A membership is made for who never was a member: it is not there (`left`), but stewards can name it.
"""

from msgspec import json
from msgspec.structs import replace

from among_protocol.base import Entry, Time
from among_protocol.codes import (
    ASKED_ALREADY,
    DECLINED_LATELY,
    ENTRY_OPEN,
    FIELD_INVALID,
    INVITE_NEEDED,
    LIMIT_REACHED,
    REQUEST_GONE,
    Refuse,
)
from among_protocol.joining import (
    Answer,
    AnswerJoin,
    AskToJoin,
    JoinAnswered,
    JoinAsked,
    JoinDeclined,
    WithdrawJoin,
)

from ...limits import DECLINED_SECONDS, REQUESTS_PER_ACCOUNT, REQUESTS_PER_COMMUNITY
from ...rights import Right
from ..api import Tx
from ..joining import RequestRow
from ..personas import NOTHING
from ..rows import CommunityRow
from ..stewards import stewards_of
from .communities import admit, arriving, found_for, may_join_one_more
from .house_rules import accepts
from .moderation import later, may_join
from .standing import may, present, spoken
from .withdrawal import close

_wish = json.Decoder(AskToJoin).decode


def ask(tx: Tx, account: str, command: AskToJoin) -> Entry:
    community, before, _ = found_for(tx, account, command.community)
    if before is not None and not before.left:
        raise Refuse(ENTRY_OPEN, "You are in it already.", field="community")
    may_join(tx, account, community)
    if community.door == "invite":
        raise Refuse(INVITE_NEEDED, field="community")
    if community.door != "ask":
        raise Refuse(ENTRY_OPEN, field="community")
    _may_ask(tx, account, community)
    joiner = may_join_one_more(tx, account)
    accepted = accepts(community, command.rules)
    if len(command.answers) != len(community.questions) or not all(command.answers):
        raise Refuse(FIELD_INVALID, _how_many(len(community.questions)), field="answers")
    wanted = arriving(tx, joiner, community, command.persona)
    member = before
    if member is None:
        member = replace(wanted, left=True, claim=NOTHING, claimed=False)  # the rest is kept with the request
        tx.put_member(member)
    log = stewards_of(community.id)
    answers = [
        Answer(question=question, answer=said)
        for question, said in zip(community.questions, command.answers, strict=True)
    ]
    told = JoinAsked(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        community=community.id,
        member=member.id,
        handle=wanted.handle,
        display_name=wanted.display_name,
        answers=answers,
        note=command.note,
        rules=accepted,
    )
    tx.add(told)
    wish = json.encode(replace(command, id="-", answers=[], note="", rules=accepted))
    tx.put_request(RequestRow(community.id, account, told.seq, wish))
    entry = JoinAsked(
        log=account,
        seq=tx.next(account),
        at=tx.now,
        nonce=command.nonce,
        community=community.id,
        slug=community.slug,
        rules=accepted,
    )
    tx.add(entry)
    return entry


def withdraw(tx: Tx, account: str, command: WithdrawJoin) -> Entry:
    """Also from a community that has vanished from sight meanwhile: one has asked there, and knows of it."""
    community = tx.community(command.community)
    row = None if community is None else tx.request(account, community.id)
    if community is None or row is None or not row.waits():
        raise Refuse(REQUEST_GONE, field="community")
    return close(tx, row, command.nonce)


def answer(tx: Tx, account: str, command: AnswerJoin) -> Entry:
    community, actor = present(tx, account, command.community)
    may(tx, actor, Right.ADMIT)
    row = tx.request_of(community.id, command.request)
    member = None if row is None else tx.membership(row.account, community.id)
    if row is None or member is None:
        raise Refuse(REQUEST_GONE, field="request")
    if command.verdict == "accepted":
        may_join(tx, row.account, community)
        joiner = may_join_one_more(tx, row.account)
        wish = _wish(row.wish)
        try:
            wanted = arriving(tx, joiner, community, wish.persona)
        except Refuse as why:
            sentence = f"They can't be who they asked to be by now, and have to ask anew: {why.message}"
            raise Refuse(
                why.code, sentence, field="request", retry_after_ms=why.retry_after_ms, until=why.until
            ) from why
        tx.remove_request(row.account, community.id)
        admit(tx, wanted, community, wish.rules)
    else:
        until = later(tx, DECLINED_SECONDS * 1000)
        tx.put_request(replace(row, declined=until, wish=b""))
        _decline(tx, row.account, community, command.reason, until)
    log = stewards_of(community.id)
    entry = JoinAnswered(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=actor.id,
        rev=actor.rev,
        nonce=command.nonce,
        community=community.id,
        request=row.seq,
        member=member.id,
        verdict=command.verdict,
        reason=command.reason,
    )
    tx.add(entry)
    return entry


def _may_ask(tx: Tx, account: str, community: CommunityRow) -> None:
    """Raises Refuse: `join.asked_already`, `join.declined_lately`, `limit.reached`."""
    before = tx.request(account, community.id)
    if before is not None and before.waits():
        raise Refuse(ASKED_ALREADY, field="community")
    if before is not None and before.declined > tx.now:
        sentence = f"The stewards have declined; you may ask again after {spoken(before.declined)}."
        raise Refuse(DECLINED_LATELY, sentence, field="community", until=before.declined)
    if tx.requests_of(account) >= REQUESTS_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"At most {REQUESTS_PER_ACCOUNT} of your requests wait for an answer.")
    if tx.requests_in(community.id) >= REQUESTS_PER_COMMUNITY:
        raise Refuse(LIMIT_REACHED, f"At most {REQUESTS_PER_COMMUNITY} people wait to be let in here; come back later.")


def _decline(tx: Tx, account: str, community: CommunityRow, reason: str, until: Time) -> None:
    tx.add(
        JoinDeclined(
            log=account,
            seq=tx.next(account),
            at=tx.now,
            community=community.id,
            slug=community.slug,
            reason=reason,
            until=until,
        )
    )


def _how_many(questions: int) -> str:
    if not questions:
        return "There is no question to be answered here: leave `answers` out."
    return f"Answer each of its {questions} questions." if questions > 1 else "Answer its question."
