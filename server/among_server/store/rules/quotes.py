"""Quotes: asked for by anybody, agreed to by their author alone, merged by stewards, and taken back at any time."""

import unicodedata

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import (
    FIELD_INVALID,
    LIMIT_REACHED,
    MESSAGE_GONE,
    QUOTE_GONE,
    QUOTE_REFUSED,
    ROOM_GONE,
    Refuse,
)
from among_protocol.portrait import Content, PortraitDeclined, PortraitProposed, PortraitUpdated
from among_protocol.quotes import (
    AskQuote,
    ConsentToQuote,
    QuoteAnswered,
    QuoteAsked,
    QuoteWithdrawn,
    WithdrawQuote,
)

from ...limits import QUOTES_ASKED_BY_MEMBER, QUOTES_ASKED_OF_MEMBER, QUOTES_PER_MEMBER
from ...rights import RIGHTS, Right
from ..api import Tx
from ..portrait import ProposalRow, VersionRow
from ..quotes import QuoteRow
from ..rows import MemberRow
from ..stewards import stewards_of
from .blocks import apart
from .portrait import tell_proposed
from .rooms import visible
from .standing import may_act, present

SECTION = "quotes"  # what a version of the portrait changes by it


def ask(tx: Tx, account: str, command: AskQuote) -> Entry:
    community, member = present(tx, account, command.community)
    may_act(tx, member)
    row = QuoteRow(
        id=tx.new_id("q"),
        community=community.id,
        account=account,
        member=member.id,
        rev=member.rev,
        asker=account,
        asker_member=member.id,
        asked=tx.now,
        said=tx.now,
        text=command.text,
        room=command.room,
        message=command.message,
    )
    if command.room:
        author = _out_of(tx, account, row)
        row = replace(row, account=author.account, member=author.id)
        if author.account != account:
            return _ask(tx, member, author, row, command.nonce)
    _may_be_quoted(tx, account, community.id)
    return _agreed(tx, row, member, command.nonce)


def consent(tx: Tx, account: str, command: ConsentToQuote) -> Entry:
    community, member = present(tx, account, command.community)
    row = tx.quote(command.quote)
    if row is None or (row.account, row.community, row.state) != (account, community.id, "asked"):
        raise Refuse(QUOTE_GONE, field="quote")
    if command.agree:
        may_act(tx, member)
        _may_be_quoted(tx, account, community.id)
        text = command.text or row.text
        _agreed(tx, replace(row, text=text), member, "")
    else:
        tx.put_quote(replace(row, state="refused", text=""))
    entry = _answered(tx, account, row, agreed=command.agree, nonce=command.nonce)
    _answered(tx, row.asker, row, agreed=command.agree)
    return entry


def withdraw(tx: Tx, account: str, command: WithdrawQuote) -> Entry:
    row = tx.quote(command.quote)
    member = None if row is None else tx.membership(account, row.community)
    if row is None or member is None or row.state not in ("agreed", "merged"):
        raise Refuse(QUOTE_GONE, field="quote")
    mine = row.account == account
    if not mine:
        if member.left or Right.PORTRAIT not in RIGHTS[member.role]:
            raise Refuse(QUOTE_GONE, field="quote")
        may_act(tx, member)
        if not command.reason:
            raise Refuse(FIELD_INVALID, "Say why: these are the words of somebody.", field="reason")
    forget(tx, row, member, command.reason, command.nonce)
    if mine and row.room:  # who took it back is not asked for it again
        tx.put_quote(replace(row, state="refused", text="", proposal=0, version=0))
    entry = _withdrawn(tx, account, row, reason=command.reason, nonce=command.nonce)
    if not mine:
        _withdrawn(tx, row.account, row, reason=command.reason)
    return entry


def forget_author(tx: Tx, member: MemberRow) -> None:
    """Somebody is forgotten in a place: what is quoted of them goes, what they asked for or propose is no more."""
    for row in tx.quotes_of(member.account, member.place):
        forget(tx, row, member, "", "")
    for number in tx.proposals_by(member.account, member.place):
        tx.remove_proposal(member.place, number)
        _no_more(tx, member.place, number, member, "")


def forget_message(tx: Tx, room: str, message: int) -> None:
    """A message was deleted: what was quoted out of it goes with it."""
    for row in tx.quotes_from(room, message):
        author = tx.member(row.member)
        assert author is not None
        forget(tx, row, author, "", "")
        if row.state != "refused":
            _withdrawn(tx, row.account, row)


def forget(tx: Tx, row: QuoteRow, by: MemberRow, reason: str, nonce: str) -> None:
    """The words are gone, from wherever they were; who may know is told that."""
    tx.remove_quote(row.id)
    if row.state == "agreed":
        tx.remove_proposal(row.community, row.proposal)
        _no_more(tx, row.community, row.proposal, by, reason)
    if row.state == "merged":
        _out_of_portrait(tx, row, by, reason, nonce)


def _out_of(tx: Tx, account: str, row: QuoteRow) -> MemberRow:
    """Who said this; `row` gets when. Raises Refuse: it was not said there, or not to everybody."""
    room, _ = visible(tx, account, row.room)
    if room.kind != "open" or room.community != row.community:
        raise Refuse(ROOM_GONE, field="room")
    said = tx.message(room.id, row.message)
    author = None if said is None else tx.member(said.by)
    if said is None or said.blank or author is None:
        raise Refuse(MESSAGE_GONE, field="message")
    edits = tx.edits(room.id, row.message)
    body = tx.edit(room.id, edits[-1]).body if edits else said.body
    if row.text not in unicodedata.normalize("NFC", body):
        raise Refuse(FIELD_INVALID, "These are not words of that message, to the letter.", field="text")
    row.said, row.rev = said.at, said.rev
    return author


def _ask(tx: Tx, member: MemberRow, author: MemberRow, row: QuoteRow, nonce: str) -> QuoteAsked:
    if tx.quotes_asked_by(member.account, row.community) >= QUOTES_ASKED_BY_MEMBER:
        raise Refuse(
            LIMIT_REACHED, f"At most {QUOTES_ASKED_BY_MEMBER} of the quotes that you asked for wait for an answer."
        )
    before = tx.quotes_of(author.account, row.community)
    same = any((one.room, one.message) == (row.room, row.message) and one.state != "merged" for one in before)
    many = sum(one.state == "asked" for one in before) >= QUOTES_ASKED_OF_MEMBER
    blocked = apart(tx, (member.account, member.handle), (author.account, author.handle))
    if author.left or same or many or blocked:
        raise Refuse(QUOTE_REFUSED, field="message")  # which of these it is, is not for others to know
    tx.put_quote(row)
    told = _asked(tx, member.account, row, nonce)
    _asked(tx, author.account, row, "")
    return told


def _asked(tx: Tx, log: str, row: QuoteRow, nonce: str) -> QuoteAsked:
    entry = QuoteAsked(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        nonce=nonce,
        community=row.community,
        quote=row.id,
        member=row.member,
        asker=row.asker_member,
        room=row.room,
        message=row.message,
    )
    tx.add(entry)
    return entry


def _may_be_quoted(tx: Tx, account: str, community: str) -> None:
    mine = [row for row in tx.quotes_of(account, community) if row.state in ("agreed", "merged")]
    if len(mine) >= QUOTES_PER_MEMBER:
        raise Refuse(LIMIT_REACHED, f"At most {QUOTES_PER_MEMBER} quotes of yours are in a portrait, or wait for it.")


def _agreed(tx: Tx, row: QuoteRow, author: MemberRow, nonce: str) -> PortraitProposed:
    """It waits for the stewards, like any change."""
    number = tx.portrait(row.community).proposal + 1
    tx.put_quote(replace(row, state="agreed", proposal=number))
    proposal = ProposalRow(
        community=row.community,
        number=number,
        at=tx.now,
        account=row.account,
        by=author.id,
        rev=author.rev,
        section=SECTION,
        base=0,
        content=Content(),
        quote=row.id,
    )
    tx.add_proposal(proposal)
    steward = Right.STEWARDS in RIGHTS[author.role]
    tell_proposed(
        tx, proposal, stewards_of(row.community), by=author.id, rev=author.rev, nonce=nonce if steward else ""
    )
    return tell_proposed(tx, proposal, row.account, nonce=nonce)


def _answered(tx: Tx, log: str, row: QuoteRow, *, agreed: bool, nonce: str = "") -> QuoteAnswered:
    entry = QuoteAnswered(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        nonce=nonce,
        community=row.community,
        quote=row.id,
        agreed=agreed,
    )
    tx.add(entry)
    return entry


def _withdrawn(tx: Tx, log: str, row: QuoteRow, *, reason: str = "", nonce: str = "") -> QuoteWithdrawn:
    entry = QuoteWithdrawn(
        log=log, seq=tx.next(log), at=tx.now, nonce=nonce, community=row.community, quote=row.id, reason=reason
    )
    tx.add(entry)
    return entry


def _no_more(tx: Tx, community: str, proposal: int, by: MemberRow, reason: str) -> None:
    log = stewards_of(community)
    tx.add(
        PortraitDeclined(
            log=log,
            seq=tx.next(log),
            at=tx.now,
            by=by.id,
            rev=by.rev,
            community=community,
            proposal=proposal,
            reason=reason,
        )
    )


def _out_of_portrait(tx: Tx, row: QuoteRow, by: MemberRow, reason: str, nonce: str) -> None:
    community = row.community
    version = tx.portrait(community).version + 1
    tx.add_version(
        VersionRow(
            community=community,
            version=version,
            at=tx.now,
            section=SECTION,
            by=by.id,
            rev=by.rev,
            author=by.id,
            author_rev=by.rev,
            content=Content(),
        )
    )
    log = stewards_of(community)
    tx.add(
        QuoteWithdrawn(
            log=log,
            seq=tx.next(log),
            at=tx.now,
            by=by.id,
            rev=by.rev,
            community=community,
            quote=row.id,
            reason=reason,
        )
    )
    tx.add(
        PortraitUpdated(
            log=community,
            seq=tx.next(community),
            at=tx.now,
            by=by.id,
            rev=by.rev,
            nonce=nonce,
            version=version,
            section=SECTION,
            author=by.id,
            author_rev=by.rev,
        )
    )
