"""A member of whom nothing is kept: the persona goes at once, what is left to do is an `Erasure` (erasing.py here)."""

from msgspec.structs import replace

from among_protocol.members import Keep, MemberForgotten

from ...limits import HANDLE_REST_MS, SEALED_MS
from ..api import Tx
from ..erasing import Erasure, Work
from ..rows import MemberRow
from ..stewards import stewards_of
from .quotes import forget_author
from .withdrawal import drop

ABOUT_THEMSELVES = ("", 0)  # a report of the member, not of a message


def unname(tx: Tx, member: MemberRow, keep: Keep, *, everywhere: bool = False) -> bool:
    """Of somebody who has left, nothing is kept of who they were there, and with `erase` not of what they said either.
    `everywhere`: the account goes as a whole, and its words with it. Gives whether a report holds something back."""
    seal = tx.erasure(f"seal {member.id}")
    reported = tx.reported(member.id)
    held = bool(reported) if keep == "erase" else ABOUT_THEMSELVES in reported
    if seal is not None and not member.handle and seal.keep in (keep, "erase"):
        return held  # it was chosen before
    before = tx.erasure(member.id)
    if before is not None and before.keep == "erase" != keep:
        if before.persona and member.rev <= before.rev:
            return held  # likewise, and waits for an answer
        tx.put_erasure(replace(before, name=f"{member.id} {before.rev}"))  # they came back: it goes on beside this one
    drop(tx, member.account, member.place)
    forget_author(tx, member)
    tx.forget_greetings(member.id)
    row = Erasure(
        name=member.id,
        account=member.account,
        due_ms=tx.now_ms,
        keep=keep,
        place=member.place,
        member=member.id,
        rev=member.rev,
        persona=True,
    )
    if keep == "erase":
        tx.drop_waiting(member.account, member.place)
    if keep == "erase" and not everywhere:
        row.todo.append(Work("words", member.account))
    row.todo.append(Work("told", member.place))
    if tx.community(member.place) is not None:
        row.todo.append(Work("told", stewards_of(member.place)))
    else:
        row.todo += [Work("told", one.account) for one in tx.people(member.place) if one.id != member.id]
    let_go(tx, row, member)
    tx.put_erasure(row)
    return held


def let_go(tx: Tx, row: Erasure, member: MemberRow) -> None:
    """The persona goes, unless a report is about it: then `row.persona` stays."""
    if ABOUT_THEMSELVES in tx.reported(member.id):
        return
    row.persona = False
    if member.left and member.rev <= row.rev:
        if member.handle:
            tx.rest(member.place, member.handle, tx.now_ms + HANDLE_REST_MS, member.id)
        tx.put_erasure(
            Erasure(
                name=f"seal {member.id}",
                account=member.account,
                due_ms=tx.now_ms + SEALED_MS,
                keep=row.keep,
                place=member.place,
                member=member.id,
            )
        )
    tx.forget_member(member.id, row.rev)
    log = member.place
    tx.add(MemberForgotten(log=log, seq=tx.next(log), at=tx.now, by=member.id, rev=row.rev, erased=row.keep == "erase"))


def reclaimed(tx: Tx, member: MemberRow) -> None:
    """Who comes back before the membership was sealed is the same member."""
    tx.drop_erasure(f"seal {member.id}")


def thaw(tx: Tx, member: str) -> None:
    """A report about this member was answered: what waited for it may go on."""
    row = tx.member(member)
    of_account = tx.erasure(row.account) if row is not None else None
    for waiting in [*tx.unfinished(member), *([of_account] if of_account is not None else [])]:
        waiting.due_ms = tx.now_ms
        tx.put_erasure(waiting)
