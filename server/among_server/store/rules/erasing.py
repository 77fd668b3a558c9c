"""An account that is erased everywhere, and the work that is left of it and of members who are forgotten.

What names somebody goes at once. The rest is an `Erasure`, carried on by `step`: each step looks at so much and no more,
and what it did is kept with it in one transaction, so it does not matter where a server dies. Whatever a report is about
is passed over, and looked at again until the report is answered.
"""

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import ACCOUNT_GONE, BAD_CREDENTIALS, LAST_OWNER, Refuse
from among_protocol.edits import MessageEdited
from among_protocol.members import Keep
from among_protocol.moderation import Act, RoleSet
from among_protocol.reports import ReportFiled
from among_protocol.rooms import RoomUnfollowed

from ...limits import HANDLE_REST_MS
from ..api import Tx
from ..erasing import GRACE, LOOKED, STEP, WAIT_MS, Begun, Erasure, Work
from ..fates import Fate, goes, without
from ..rows import AccountRow, CommunityRow, MemberRow
from ..stewards import stewards_of
from . import reactions
from .departure import depart, go, tell
from .forgetting import let_go, unname
from .posts import unwritten
from .reports import hide_filers

# --- an account


def begin(tx: Tx, account: str, keep: Keep, password: str, grace_ms: int) -> Begun:
    """All sessions end at once; the rest now, or when the grace is over."""
    row = tx.account(account)
    if row is None:
        raise Refuse(ACCOUNT_GONE)
    if tx.password(account) != password:
        raise Refuse(BAD_CREDENTIALS, "The password is not right.", field="password")
    left_alone = [place.slug for place, member in _communities(tx, account) if _alone(tx, place, member)]
    if left_alone:
        places = ", ".join(left_alone)
        sentence = f"You are the last owner of {places}: make somebody else an owner there first."
        raise Refuse(LAST_OWNER, sentence)
    sessions = [one.id for one in tx.sessions(account)]
    tx.revoke(account, sessions)
    if grace_ms:
        tx.put_erasure(Erasure(name=f"{GRACE}{account}", account=account, due_ms=tx.served() + grace_ms, keep=keep))
        tx.keep_served()
        return Begun(sessions, account, tx.now_ms + grace_ms)
    return Begun(sessions, account, tx.now_ms, _erase(tx, row, keep))


def spared(tx: Tx, account: str) -> bool:
    """Somebody signs in: whether the account was to be erased, and is not any more."""
    name = f"{GRACE}{account}"
    if tx.erasure(name) is None:
        return False
    tx.drop_erasure(name)
    return True


def by_force(tx: Tx, handle: str, keep: Keep) -> Begun:
    row = tx.account_by_handle(handle)
    if row is None:
        raise Refuse(ACCOUNT_GONE, field="handle")
    sessions = [one.id for one in tx.sessions(row.id)]
    tx.revoke(row.id, sessions)
    return Begun(sessions, row.id, tx.now_ms, _erase(tx, row, keep))


def again(tx: Tx, kind: str, name: str, *, since: bool) -> bool:
    """After a restore: what was erased since the backup (revocations.py) is erased again. Whether there was anything.

    An account that was erased never comes back: one that is in the backup was erased after it. A member may.
    `since`: whether it was after the backup, as far as clocks tell. Who left before it, and in it is a newer member than
    the one who left, has come back: they stay, and what they chose then is in the backup, done or under way. Neither is
    enough by itself: clocks are set back, and data that were restored give revisions a second time."""
    id, keep, *revs = name.split(":")
    if kind == "account":
        row = tx.account(id)
        if row is None:
            return False
        tx.revoke(id, [one.id for one in tx.sessions(id)])
        _erase(tx, row, keep)
        return True
    member = tx.member(id)
    community = None if member is None else tx.community(member.place)
    if member is None or community is None or tx.account(member.account) is None:
        return False
    rev = int(revs[0]) if revs else member.rev
    if member.rev > rev and not since:
        return False
    tx.speak_as(member.account)
    if member.rev < rev:
        member = replace(member, rev=rev)  # so that who comes back from here on is newer than this
        tx.put_member(member)
    if not member.left:
        if _alone(tx, community, member):
            _hand_on(tx, community, member)
        member = go(tx, member, community, "")
        tell(tx, member, "", keep)
    unname(tx, member, keep)
    return True


def _erase(tx: Tx, row: AccountRow, keep: Keep) -> bool:
    """Everywhere, in one transaction: from here on nobody is named. Gives whether a report holds something back."""
    account = row.id
    tx.speak_as(account)
    tx.note_revoked("account", f"{account}:{keep}")
    tx.drop_erasure(f"{GRACE}{account}")
    frozen = False
    for community, member in _communities(tx, account):
        if _alone(tx, community, member):
            _hand_on(tx, community, member)
        depart(tx, member, community, "")
    for member in tx.all_memberships(account):
        if tx.follows(account, member.place):
            tx.unfollow(account, member.place)
            tx.add(RoomUnfollowed(log=account, seq=tx.next(account), at=tx.now, room=member.place))
        frozen |= unname(tx, replace(member, left=True), keep, everywhere=True)
    tx.rest("", row.handle, tx.now_ms + HANDLE_REST_MS)
    tx.close_account(account)
    todo = [Work("words", account)] if keep == "erase" else []
    todo.append(Work("own", account))
    tx.put_erasure(Erasure(name=account, account=account, due_ms=tx.now_ms, keep=keep, todo=todo))
    return frozen


def _communities(tx: Tx, account: str) -> list[tuple[CommunityRow, MemberRow]]:
    found = [(tx.community(member.place), member) for member in tx.memberships(account)]
    return [(community, member) for community, member in found if community is not None]


def _alone(tx: Tx, community: CommunityRow, member: MemberRow) -> bool:
    """Whether others would be left there without an owner."""
    return member.role == "owner" and tx.owners(community.id) == 1 and community.members > 1


def _hand_on(tx: Tx, community: CommunityRow, member: MemberRow) -> None:
    """Somebody must own it. Nobody did this: it has no `by`."""
    heir = tx.heir(community.id, member.id)
    if heir is None:
        return
    hide_filers(tx, heir)
    tx.put_member(replace(heir, role="owner"))
    log, stewards, own = community.id, stewards_of(community.id), heir.account
    why = "The account of the last owner was erased."
    tx.add(RoleSet(log=log, seq=tx.next(log), at=tx.now, community=log, member=heir.id, role="owner"))
    seq = tx.next(stewards)
    tx.add(RoleSet(log=stewards, seq=seq, at=tx.now, community=log, member=heir.id, role="owner", reason=why))
    told = RoleSet(
        log=own,
        seq=tx.next(own),
        at=tx.now,
        community=log,
        member=heir.id,
        role="owner",
        reason=why,
        slug=community.slug,
        stewards=stewards,
        head=seq,
    )
    tx.add(told)


# --- what is left to do


def step(tx: Tx) -> Erasure | None:
    """One step of what is due; which it was, as it is then."""
    due = tx.next_erasure()
    if due is None:
        tx.keep_served()
        return None
    row = _words_first(tx, due)
    tx.speak_as(row.account)
    if row.name.startswith(GRACE):
        account = tx.account(row.account)
        tx.drop_erasure(row.name)
        if account is not None:
            _erase(tx, account, row.keep)
    elif row.name.startswith("seal "):
        tx.drop_erasure(row.name)
        tx.seal_member(row.member)
    else:
        _carry_on(tx, row)
    return row


def _words_first(tx: Tx, due: Erasure) -> Erasure:
    """The way to what somebody wrote leads from the membership to the account, and over what only the account ever read:
    while a membership's words are still to go, they are what is carried on instead of either."""
    if due.name.startswith("seal "):
        members = [due.member]
    elif due.todo and due.todo[0].what == "own":
        members = [one.id for one in tx.all_memberships(due.account)]
    else:
        return due
    waiting = (row for member in members for row in tx.unfinished(member))
    return next((row for row in waiting if any(work.what == "words" for work in row.todo)), due)


def _carry_on(tx: Tx, row: Erasure) -> None:
    member = tx.member(row.member) if row.member else None
    if row.persona and member is not None:
        let_go(tx, row, member)
    work = next((one for one in row.todo if one.what != "told" or not row.persona), None)
    if work is not None:
        if {"words": _words, "told": _told, "own": _own}[work.what](tx, row, work):
            row.todo.remove(work)
    elif row.frozen:
        row.frozen = [(log, seq) for log, seq in row.frozen if not _empty(tx, row, log, seq)]
    if row.todo or row.persona or row.frozen:
        row.due_ms = tx.now_ms if work is not None else tx.now_ms + WAIT_MS
        tx.put_erasure(row)
    else:
        tx.drop_erasure(row.name)


def _words(tx: Tx, row: Erasure, work: Work) -> bool:
    """What the account wrote, in that place or everywhere."""
    page = tx.written(work.where, work.after, STEP)
    for one in page:
        if not _empty(tx, row, one.log, one.seq):
            row.frozen.append((one.log, one.seq))
        work.after = one.nonce
    return len(page) < STEP


def _told(tx: Tx, row: Erasure, work: Work) -> bool:
    """What a log says of the member: the persona, where they joined or changed it, and what others' entries quote. What a
    stewards' log tells, an account was told in its own log, which is then looked through, too."""
    page = tx.told_of(work.where, row.member, int(work.after or 0), LOOKED)
    for entry, author in page.entries:
        if not _empty(tx, row, entry.log, entry.seq):
            row.frozen.append((entry.log, entry.seq))
        elsewhere = _copied(tx, row, entry, author) if work.where == stewards_of(row.place) else ""
        if elsewhere and all(one.where != elsewhere for one in row.todo):
            row.todo.append(Work("told", elsewhere))
    work.after = str(page.upto)
    return page.complete


def _copied(tx: Tx, row: Erasure, entry: Entry, author: str) -> str:
    """The account whose own log has a copy of an entry of a stewards' log; or nobody's."""
    if isinstance(entry, ReportFiled) and entry.member == row.member:
        return author
    if isinstance(entry, Act) and entry.by == row.member:
        subject = tx.member(entry.member)
        return subject.account if subject is not None else ""
    return ""


def _empty(tx: Tx, row: Erasure, log: str, seq: int) -> bool:
    """Of an entry goes what has to go. False where a report keeps it for now."""
    entry = tx.entry_at(log, seq)
    if entry is None or entry.blank:
        return True
    theirs = (entry.by == row.member and entry.rev <= row.rev) if row.member else bool(entry.by)
    if theirs and row.keep == "erase" and goes(entry, Fate.WORDS):
        said = entry.message if isinstance(entry, MessageEdited) else seq  # a message is reported with its edits
        if (log, said) in tx.reported(entry.by):
            return False
        tx.blank(log, seq)
        unwritten(tx, entry)
        tx.remove_pin(log, seq)
        reactions.unwritten(tx, entry)
    elif theirs and row.member and goes(entry, Fate.PERSONA):
        tx.blank(log, seq)
    elif row.member:
        less = without(entry, row.member, words=row.keep == "erase")
        if less != entry:
            if isinstance(entry, ReportFiled) and (entry.room, entry.message) in tx.reported(row.member):
                return False
            tx.rewrite(less)
    return True


def _own(tx: Tx, row: Erasure, work: Work) -> bool:
    """Last, since the way to the words leads over what goes here."""
    return not tx.drop_own(work.where, LOOKED)
