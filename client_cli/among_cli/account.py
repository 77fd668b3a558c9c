"""The commands about one's own account: where one is signed in, the password, whom one blocks or mutes."""

import asyncio
from typing import Literal

from among_protocol import text
from among_protocol.blocks import SetBlock
from among_protocol.codes import MEMBER_GONE, Refuse
from among_protocol.passwords import ChangePassword
from among_protocol.personas import FindMember
from among_protocol.session import ListSessions, RevokeOthers, RevokeSession

from .lines import Line, note, told
from .link import WITHIN, Cannot, Link
from .lists import is_one
from .places import session_parts


async def sessions(link: Link, _: str) -> None:
    """Where I am signed in, numbered for /revoke."""
    cards = (await link.among.ask(ListSessions)).sessions
    link.lists.sessions = [card.id for card in cards]
    lines: list[Line] = []
    for number, card in enumerate(cards, 1):
        device, opened, seen, which = session_parts(card)
        lines.append(
            told(
                f"{number:>3} ",
                ("strong", f"{device:<20} "),
                ("dim", f"{opened}, {seen}"),
                ("good", f"  {which}".rstrip()),
            )
        )
    if len(cards) > 1:
        lines.append(note("/revoke NUMBER ends one of them, /revoke others all but this one."))
    link.screen.show(lines)


async def revoke(link: Link, rest: str) -> None:
    """End a session, by its number in /sessions, or all others."""
    if rest.lower() == "others":
        ended = (await link.among.ask(RevokeOthers)).ended
        link.screen.show([note(f"{_sessions(ended)} ended. You are signed in here alone.")])
        return
    if not link.lists.sessions:
        raise Cannot("Look at them first: /sessions numbers them.")
    if not is_one(rest, link.lists.sessions):
        raise Cannot("Say /revoke NUMBER, with a number out of /sessions, or /revoke others.")
    await link.among.ask(RevokeSession, session=link.lists.sessions[int(rest) - 1])
    link.screen.show([note(f"Session {rest} has ended: whoever used it is signed out.")])


async def password(link: Link, _: str) -> None:
    """Change my password."""
    try:
        old = await link.screen.secret("Old password (Enter alone gives up): ")
        new = await link.screen.secret("New password: ")
        again = await link.screen.secret("Once more: ")
    except EOFError:
        raise Cannot("Your password is as it was.") from None
    if new != again:
        raise Cannot("The two were not the same: your password is as it was.")
    async with asyncio.timeout(WITHIN):
        ended = (await link.among.ask(ChangePassword, old=old, new=new)).ended
    others = f" {_sessions(ended)} elsewhere ended." if ended else ""
    link.screen.show([note(f"Your password is changed.{others}")])


async def block(link: Link, rest: str) -> None:
    """No directs with somebody, no mention, no presence; what they say in rooms is folded."""
    handle = await _set(link, rest, "block")
    link.screen.show(
        [
            note(
                f"You have blocked {handle}: no directs between you, and in rooms their words are folded. /unblock {handle}"
            )
        ]
    )


async def mute(link: Link, rest: str) -> None:
    """Fold what somebody says; they notice nothing."""
    handle = await _set(link, rest, "mute")
    link.screen.show(
        [note(f"You have muted {handle}: their words are folded, and they notice nothing. /unmute {handle}")]
    )


async def unblock(link: Link, rest: str) -> None:
    """Neither block nor mute somebody any longer, by handle, or by the number in /blocked."""
    handle = rest.lower().removeprefix("@")
    found = link.model.blocks.named(handle)
    if not found and is_one(rest, link.lists.blocked):
        found = [one for one in link.model.blocks if one.id == link.lists.blocked[int(rest) - 1]]
        if not found:
            raise Cannot(f"What stood at {rest} is undone already; /blocked numbers whom you block and mute.")
    if not found:
        raise Cannot(f"You neither block nor mute {handle}. /blocked lists whom you do.")
    if len(found) > 1:
        raise Cannot(
            f"{len(found)} people in your list go by {handle}: /blocked numbers them, /unblock NUMBER undoes one."
        )
    (one,) = found
    await _changed(link, SetBlock(id="", kind="none", block=one.id))
    link.screen.show([note(f"You see {one.handle} again as you see others.")])


async def blocked(link: Link, _: str) -> None:
    """Whom I block and mute."""
    lines: list[Line] = []
    link.lists.blocked = [one.id for one in link.model.blocks]
    for number, one in enumerate(link.model.blocks, 1):
        kind = "muted" if one.kind == "mute" else "blocked"
        others = len(link.model.blocks.others(one.handle))
        more = f"  but not the other{'s' if others > 1 else ''} by this name where you are" if others else ""
        lines.append(told(f"{number:>3} ", ("who", f"{one.handle:<16} "), ("dim", f"{kind}{more}")))
    link.screen.show(lines or [note("You block and mute nobody.")])


async def show(link: Link, _: str) -> None:
    """What was folded in this room."""
    visit = link.model.visit
    link.screen.show(visit.unfold() if visit else [note("Go to a room first; /rooms lists yours.")])


async def _set(link: Link, rest: str, kind: Literal["block", "mute"]) -> str:
    """Whoever goes by this handle in the community that one looks at, or did; or else on this server."""
    handle = text.handle(rest.removeprefix("@"))
    member = await _member(link, handle)
    wish = SetBlock(id="", kind=kind, member=member) if member else SetBlock(id="", kind=kind, handle=handle)
    return await _changed(link, wish)


async def _member(link: Link, handle: str) -> str:
    """Their membership, where the open room has one of this handle; else nothing."""
    room = link.model.room
    if room is None or not room.community:
        return next((one.member for one in room.people if one.handle == handle), "") if room else ""
    try:
        return (await link.among.ask(FindMember, community=room.community, handle=handle)).member.member
    except Refuse as refused:
        if refused.code != MEMBER_GONE:
            raise
        return ""


async def _changed(link: Link, wish: SetBlock) -> str:
    """Ask for it; gives the handle."""
    return (await link.among.ask(wish)).handle  # by the answer the view knows it


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"
