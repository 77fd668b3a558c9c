"""Out of a community, by one's own wish or not: out of its rooms too. The community's log tells the two alike."""

from typing import TYPE_CHECKING

from ...blank import blanked
from ...communities import CommunityLeft
from ...corners import CornerUpdated
from ...edits import MessageEdited
from ...members import Keep, MemberForgotten, MemberLeft
from ...messages import MessageSent
from ...posts import PostEdited, PostPublished
from ...rooms import PersonLeft

if TYPE_CHECKING:
    from ..state import MemberRow
    from ..town import Town


SAID = (MessageSent, MessageEdited, PostPublished, PostEdited, CornerUpdated)


def depart(town: "Town", member: "MemberRow", nonce: str = "", keep: Keep = "persona") -> CommunityLeft:
    """`nonce`: of who leaves; empty when it is somebody else's doing. Gives the entry in the account's own log."""
    account, log, at = member.account, member.place, town.clock.time()
    member.left, member.role = True, "member"
    town.leaves(member)
    by, rev = member.id, member.rev
    for room in [room for room in town.rooms.values() if room.community == log]:
        if room.id in town.people[account].logs:
            town.ends(account, room.id)
            if room.kind == "private":
                town.write(PersonLeft(log=room.id, seq=town.next(room.id), at=at, by=by, rev=rev, nonce=nonce))
    town.ends(account, town.stewards_of(log))
    town.ends(account, log)
    town.write(MemberLeft(log=log, seq=town.next(log), at=at, by=by, rev=rev, nonce=nonce))
    if keep != "persona":
        forget(town, member, words=keep == "erase")
    return left(town, member, nonce, keep)


def left(town: "Town", member: "MemberRow", nonce: str, keep: Keep) -> CommunityLeft:
    log, at = member.account, town.clock.time()
    return town.write(CommunityLeft(log=log, seq=town.next(log), at=at, nonce=nonce, community=member.place, keep=keep))


def forget(town: "Town", member: "MemberRow", *, words: bool) -> None:
    """At once and whole: a real server does what is long a little later."""
    member.forget()
    town.people[member.account].interests.pop(member.place, None)
    logs = [
        town.logs[member.place],
        *(town.logs[room.id] for room in town.rooms.values() if room.place == member.place),
    ]
    for entries in [part for log in logs for part in (log.beneath, log.entries)]:
        for at, entry in enumerate(entries):
            theirs = entry.by == member.id and not entry.blank
            if theirs and (words if isinstance(entry, SAID) else hasattr(entry, "handle")):
                entries[at] = blanked(entry)
    town.write(
        MemberForgotten(
            log=member.place,
            seq=town.next(member.place),
            at=town.clock.time(),
            by=member.id,
            rev=member.rev,
            erased=words,
        )
    )
