"""The commands about people: who is here, who somebody is, who I am, and talking to somebody alone."""

from collections.abc import Iterable

from among_protocol import text
from among_protocol.codes import ACCOUNT_GONE, MEMBER_GONE, Refuse
from among_protocol.personas import FindMember

from .lines import Line, Style, note, told
from .link import Cannot, Link
from .places import Room

NAMED_AT_MOST = 9  # people in a direct beside oneself, by the protocol


async def list_members(link: Link, _: str) -> None:
    """Who is in this community, those who are there first."""
    room = link.model.room
    if room is None or not room.community:
        people = [person.handle for person in room.people] if room else []
        link.screen.show([note(", ".join(people) if people else "Go to a room first; /rooms lists yours.")])
        return
    complete = await link.watch(room)  # who has come since is watched from now on
    members = link.members[room.community]
    states = link.model.presence
    order = {"online": 0, "dnd": 1, "away": 2, "offline": 3}

    def rank(state: str) -> int:
        return order.get(state, 3)

    count = f"{len(members)} member{'s' if len(members) != 1 else ''}"
    lines: list[Line] = [told(("place", room.title.partition("/")[0]), ("dim", f"  {count}" if complete else ""))]
    for one in sorted(members, key=lambda one: (rank(states.get(one.member, "offline")), one.handle)):
        state = "you" if one.member == room.me else states.get(one.member, "offline")
        role = f", {one.role}" if one.role != "member" else ""
        look: Style = "good" if state == "online" else "dim"
        name = "" if one.display_name == one.handle else one.display_name
        who: tuple[Style, str] = ("who", f"{one.handle:<16} ")
        what: tuple[Style, str] = (look, f"{state:<8}")
        said = _status(link, one.member)
        words: tuple[Style, str] = ("dim", f"  {said}" if said else "")
        lines.append(told("  ", who, what, f" {name}", ("dim", role if name else f" {role[2:]}"), words))
    if not complete:
        lines.append(note(f"These are the first {len(members)}; /whois HANDLE finds any."))
    link.screen.show(lines)


async def direct(link: Link, rest: str) -> None:
    """Talk to somebody alone."""
    names, _, words = rest.partition(" ")
    handles = [text.handle(name.strip().removeprefix("@")) for name in names.split(",") if name.strip()]
    if not 0 < len(handles) <= NAMED_AT_MOST:
        raise Cannot(f"Name one to {NAMED_AT_MOST} people: /dm ana,bob")
    room = await opened(link, *handles)
    await link.enter(room)
    if words.strip():
        _ = link.voice.say(room, text.body(words.strip()))  # what becomes of it is seen on the screen


async def opened(link: Link, *handles: str) -> Room:
    """The direct with these people, which is opened where there is none. Raises Cannot.

    A handle is that of an account, as anywhere. Where none is called so, those who go by it in the community of the open
    room are meant, and one speaks there as who one is in it: nobody there may take the handle of another's account."""
    blocks = link.model.blocks
    blocked = [handle for handle in handles if blocks.kind(handle) == "block" and not blocks.shared(handle)]
    if blocked:
        raise Cannot(f"You have blocked {blocked[0]}: /unblock {blocked[0]} first.")
    try:
        found = await link.among.direct(*handles)
    except Refuse as refused:
        members = await _by_persona(link, handles) if refused.code == ACCOUNT_GONE else []
        if not members:
            raise
        found = await link.among.direct(members=members)
    return link.model.direct(found)


async def _by_persona(link: Link, handles: Iterable[str]) -> list[str]:
    """Who goes by these handles in the community of the open room; nobody where one of them is unknown there."""
    room = link.model.room
    if room is None or not room.community:
        return []
    try:
        found = [await link.among.ask(FindMember, community=room.community, handle=handle) for handle in handles]
    except Refuse as refused:
        if refused.code != MEMBER_GONE:
            raise
        return []
    return [one.member.member for one in found]


def _status(link: Link, member: str) -> str:
    status = link.model.appearances.statuses.get(member)
    return " ".join(filter(None, (status.emoji, status.text))) if status else ""
