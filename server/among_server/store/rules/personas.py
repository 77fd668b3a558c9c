"""Who one is in a community: claiming a persona, changing it, giving it back to the profile.

One change is one entry in the community's log and one revision. A handle is nobody else's in the community, nor an
account's on this server, nor looks so; one that somebody had rests for a while. What is judged of how often one changes
is kept with the member, so that neither a restart nor leaving starts it anew.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import (
    ACCOUNT_GONE,
    FIELD_INVALID,
    HANDLE_CHANGED_LATELY,
    HANDLE_LOOKALIKE,
    HANDLE_TAKEN,
    NAME_LOOKALIKE,
    PERSONA_CHANGED_OFTEN,
    Refuse,
)
from among_protocol.lookalikes import skeleton
from among_protocol.members import MemberJoined, MemberUpdated
from among_protocol.personas import PersonaPlace, PersonaRenamed, PersonaWish, Shown, UpdatePersona

from ...limits import HANDLE_CHANGE_MS, HANDLE_REST_MS, MEND_MS, MENDS, PERSONA_CHANGE_SECONDS, PERSONA_CHANGES
from ..api import Tx
from ..moments import moment
from ..own import TakenAlong
from ..personas import Claim, Former, Pace
from ..rows import AccountRow, MemberRow
from .standing import may_act, present, spoken

T = TypeVar("T", MemberJoined, MemberUpdated)

_KEPT = "This handle is somebody else's here, or was until lately: choose another."
_ACCOUNTS = "This handle is that of another account of this server: choose another."


def update(tx: Tx, account: str, command: UpdatePersona) -> Entry:
    _, member = present(tx, account, command.community)
    may_act(tx, member)
    row = tx.account(account)
    if row is None:
        raise Refuse(ACCOUNT_GONE)
    wish = command.persona or PersonaWish()
    if command.as_profile != (wish == PersonaWish()):
        sentence = "With as_profile nothing else can be asked for." if command.as_profile else "Say what is to change."
        raise Refuse(FIELD_INVALID, sentence, field="persona")
    fresh = as_profile(row, member) if command.as_profile else wished(member, wish)
    check(tx, member, fresh)
    fresh = replace(paced(tx, member, fresh), rev=member.rev + 1)
    fresh = rename(tx, member, fresh, command.nonce)
    forget(tx, member, fresh)
    entry = told(tx, MemberUpdated, fresh, command.nonce)
    tx.put_member(fresh, told=entry.seq)
    tx.add(entry)
    take_to_directs(tx, fresh)
    return entry


def take_to_directs(tx: Tx, fresh: MemberRow) -> None:
    """In the directs that were begun as this member they are who they are there, and each of these is told. A member of no
    place: as one's profile."""
    for there in tx.begun_as(fresh.account, fresh.place):
        now = replace(there, handle=fresh.handle, display_name=fresh.display_name, claim=fresh.claim)
        if now != there:
            now = replace(now, rev=there.rev + 1, pace=fresh.pace)
            forget(tx, there, now)
            entry = told(tx, MemberUpdated, now, "")
            tx.put_member(now, told=entry.seq)
            tx.add(entry)


def as_profile(account: AccountRow, member: MemberRow) -> MemberRow:
    """All but what is shown to whom."""
    return replace(
        member,
        handle=account.handle,
        display_name=account.display_name,
        claim=replace(account.claim, shown=member.claim.shown),
        claimed=False,
    )


def wished(member: MemberRow, wish: PersonaWish) -> MemberRow:
    claim = member.claim
    said: dict[str, Any] = {
        name: value for name in ("bio", "pronouns", "why", "intro") if (value := getattr(wish, name)) is not None
    }
    if wish.place is not None:
        said["place"] = PersonaPlace(name=wish.place.name, grain=wish.place.grain) if wish.place.name else None
    if wish.links is not None:
        said["links"] = tuple(wish.links)
    if wish.shown is not None:
        names = [name for name in Shown.__struct_fields__ if getattr(wish.shown, name) is not None]
        said["shown"] = replace(claim.shown, **{name: getattr(wish.shown, name) for name in names})
    return replace(
        member,
        handle=wish.handle or member.handle,
        display_name=wish.display_name or member.display_name,
        claim=replace(claim, **said),
        claimed=member.claimed or wish != PersonaWish(shown=wish.shown),
    )


def profile(claim: Claim, given: Any) -> Claim:
    """What an account says of itself, after `account.update`."""
    told = wished(
        MemberRow("", "", "", 0, "", "", claim=claim),
        PersonaWish(bio=given.bio, pronouns=given.pronouns, place=given.place, links=given.links, intro=given.intro),
    )
    return told.claim


# --- what may be claimed


def check(tx: Tx, before: MemberRow | None, fresh: MemberRow) -> None:
    """Raises Refuse where the handle or name is somebody else's here, or looks so. What stays is not looked at again, but
    for who comes back."""
    here = before is not None and not before.left
    if not here or before is None or before.handle != fresh.handle:
        check_handle(tx, fresh)
    if not here or before is None or before.display_name != fresh.display_name:
        check_name(tx, fresh)


def check_handle(tx: Tx, fresh: MemberRow) -> None:
    place, handle, looks = fresh.place, fresh.handle, skeleton(fresh.handle)
    kept = tx.kept_handles(place, looks, fresh.id, moment(max(0, tx.now_ms - HANDLE_REST_MS)))
    if handle in kept or tx.rests(place, handle, fresh.id):
        raise Refuse(HANDLE_TAKEN, _KEPT, field="persona.handle")
    other = tx.account_by_handle(handle)
    if other is not None and other.id != fresh.account:
        raise Refuse(HANDLE_TAKEN, _ACCOUNTS, field="persona.handle")
    # A direct begun here may be with somebody who has left, and is still called so there.
    for there in tx.begun_as(fresh.account, fresh.place):
        namesake = tx.member_by_handle(there.place, handle)
        if namesake is not None and namesake.account != fresh.account:
            raise Refuse(HANDLE_TAKEN, _KEPT, field="persona.handle")
    if kept or tx.name_looks(place, looks, fresh.id) or (other is None and tx.looks_taken(handle, fresh.account)):
        raise Refuse(HANDLE_LOOKALIKE, field="persona.handle")


def check_name(tx: Tx, fresh: MemberRow, *, field: str = "persona.display_name", where: str = "") -> None:
    if name_taken(tx, fresh):
        sentence = f"In {where} somebody else has this name or handle, or one that looks like it." if where else ""
        raise Refuse(NAME_LOOKALIKE, sentence, field=field)


def name_taken(tx: Tx, fresh: MemberRow) -> bool:
    """Whether somebody else who is here has this name or handle, or one that looks so."""
    looks = skeleton(fresh.display_name)
    return tx.name_looks(fresh.place, looks, fresh.id) or bool(tx.kept_handles(fresh.place, looks, fresh.id, tx.now))


def paced(tx: Tx, before: MemberRow, fresh: MemberRow) -> MemberRow:
    """With one change more. Raises Refuse where there were too many lately."""
    pace, now = before.pace, tx.now_ms
    mends = _mends(pace, now)
    handle_ms = pace.handle_ms
    if fresh.handle != before.handle and not (mends and now - handle_ms < MEND_MS):
        wait = min(handle_ms + HANDLE_CHANGE_MS - now, HANDLE_CHANGE_MS) if handle_ms else 0
        if wait > 0:
            raise _wait(tx, HANDLE_CHANGED_LATELY, "You may take another handle here after", wait, "persona.handle")
        handle_ms, mends = now, False
    wait = 0 if mends else _until_counted(pace, now)
    if wait > 0:
        raise _wait(tx, PERSONA_CHANGED_OFTEN, "You may change who you are here again after", wait, "")
    return replace(fresh, pace=_changed(pace, now, handle_ms, mends=mends))


def paced_profile(tx: Tx, followers: Sequence[MemberRow]) -> list[MemberRow]:
    """With one change more in each community where the account goes by its profile, or Refuse in all of them: until
    the last of these may hear of one more."""
    now = tx.now_ms
    wait = max((0 if _mends(one.pace, now) else _until_counted(one.pace, now) for one in followers), default=0)
    if wait > 0:
        raise _wait(tx, PERSONA_CHANGED_OFTEN, "You may change your profile again after", wait, "")
    return [
        replace(one, pace=_changed(one.pace, now, one.pace.handle_ms, mends=_mends(one.pace, now))) for one in followers
    ]


def _changed(pace: Pace, now: int, handle_ms: int, *, mends: bool) -> Pace:
    """With one change more."""
    if mends:
        return replace(pace, changes=pace.changes + 1, mended=pace.mended + 1)
    full = _full(pace, now) + PERSONA_CHANGE_SECONDS * 1_000
    return Pace(pace.changes + 1, now, full, 0, handle_ms)


def _mends(pace: Pace, now: int) -> bool:
    """Whether a change now corrects the one before, and is free."""
    return now - pace.edit_ms < MEND_MS and pace.mended < MENDS


def _full(pace: Pace, now: int) -> int:
    return min(max(pace.full_ms, now), now + PERSONA_CHANGES * PERSONA_CHANGE_SECONDS * 1_000)


def _until_counted(pace: Pace, now: int) -> int:
    """Milliseconds until one more change may be counted; 0 or less: now."""
    return _full(pace, now) - now - (PERSONA_CHANGES - 1) * PERSONA_CHANGE_SECONDS * 1_000


def _wait(tx: Tx, code: Any, sentence: str, wait: int, field: str) -> Refuse:
    until = moment(tx.now_ms + wait)
    return Refuse(code, f"{sentence} {spoken(until)}.", field=field, retry_after_ms=wait, until=until)


# --- what becomes of a change


def forget(tx: Tx, before: MemberRow, fresh: MemberRow) -> None:
    """Who hides their lineage is not to be found under what they were called in the log either."""
    if fresh.claim.shown.lineage == "members":
        return
    hides = before.claim.shown.lineage == "members"
    for seq in tx.told(fresh.id, 0 if hides else before.rev, fresh.rev):
        tx.blank(fresh.place, seq)


def was_there(row: MemberRow) -> bool:
    """Whether this is more than a row for somebody whom stewards banned, or who asks to be let in."""
    return not row.left or row.left_at != ""


def rename(tx: Tx, before: MemberRow, fresh: MemberRow, nonce: str) -> MemberRow:
    """The old handle goes into the lineage, blocks go along, and the account's own log tells. Nothing where it stays.

    One that was mended before anybody knew it is forgotten, and the one before it goes on as if nothing had been."""
    if before.handle == fresh.handle or not was_there(before):
        return fresh
    mended = bool(before.pace.handle_ms) and fresh.pace.handle_ms == before.pace.handle_ms
    last = next(iter(tx.lineage(before.id)), None)
    fresh = replace(fresh, since=tx.now)
    if not mended:
        tx.add_former(before, Former(before.handle, before.since, before.left_at or tx.now))
    elif last is not None and last.handle == fresh.handle:
        tx.drop_former(before, last)
        fresh = replace(fresh, since=last.since)
    blocks = _take_blocks_along(tx, before.handle, fresh)
    own = fresh.account
    tx.add(
        PersonaRenamed(
            log=own,
            seq=tx.next(own),
            at=tx.now,
            nonce=nonce,
            community=fresh.place,
            member=fresh.id,
            handle=fresh.handle,
            was=before.handle,
        )
    )
    if blocks:
        tx.taken_along(blocks)
    return fresh


def return_nameless(tx: Tx, fresh: MemberRow) -> list[TakenAlong]:
    """Who was forgotten and comes back before the membership was sealed is the same member, and is blocked by whoever had
    blocked them here: their handle of then is told by nobody, but it rests for them alone. Nobody is told of that; gives
    the blocks, for those who blocked them and are here."""
    found = []
    for handle in tx.blocked_as(fresh.account):
        if tx.rests(fresh.place, handle) and not tx.rests(fresh.place, handle, fresh.id):
            found += _take_blocks_along(tx, handle, fresh)
    return found


def _take_blocks_along(tx: Tx, was: str, fresh: MemberRow) -> list[TakenAlong]:
    found = []
    for blocker, kind in tx.blockers(fresh.account, was):
        if _sees(tx, blocker, fresh) and (fresh.account, fresh.handle) not in tx.blocks(blocker):
            tx.put_block(blocker, fresh.account, fresh.handle, kind)
            if kind != "none":
                found.append(TakenAlong(blocker, fresh.account, fresh.handle, kind))
    return found


def _sees(tx: Tx, account: str, row: MemberRow) -> bool:
    """Whether this account sees the member renamed: in the community, or in a direct that was begun with the persona there,
    which outlives the community."""
    there = tx.membership(account, row.place)
    if there is not None and not there.left:
        return True
    return any(one.account == account for mine in tx.begun_as(row.account, row.place) for one in tx.people(mine.place))


def told(tx: Tx, kind: type[T], row: MemberRow, nonce: str, **more: Any) -> T:
    """The entry of the community's log, or of a direct's: what all who are there may hear."""
    return kind(
        log=row.place,
        seq=tx.next(row.place),
        at=tx.now,
        by=row.id,
        rev=row.rev,
        nonce=nonce,
        handle=row.handle,
        display_name=row.display_name,
        bio=row.bio,
        pronouns=row.pronouns,
        **more,
    )


def called(tx: Tx, place: str, handle: str) -> MemberRow | None:
    """Who is here and once went by this handle, where all members may know."""
    for row in tx.had_handle(place, handle):
        if not row.left and row.claim.shown.lineage == "members":
            return row
    return None
