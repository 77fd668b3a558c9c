"""The commands about newcomers: the welcome, who greets, and who may speak to oneself alone."""

from typing import Any, Literal, get_args

from among_protocol.greeters import ListGreeters, SetGreeter
from among_protocol.reach import SetReach
from among_protocol.welcome import ReadWelcome, SetWelcome

from . import newcomer_lines
from .keeping import this_community
from .lines import Line, Style, note, told
from .link import Cannot, Link
from .places import Community
from .rooms import all_named, member_of

Directs = Literal["anyone", "known", "nobody"]
DIRECTS = get_args(Directs)
GREET = ("volunteer", "stop", "yes", "no")


async def welcome(link: Link, rest: str) -> None:
    """What newcomers are told; stewards write it."""
    word, _, more = rest.partition(" ")
    place, more = this_community(link), more.strip()
    now = await link.among.ask(ReadWelcome, community=place.id)
    match word.lower():
        case "":
            link.screen.show(
                newcomer_lines.welcome(link.model, place.slug, now)
                or [note("There is no welcome yet. Stewards write it: /welcome write TEXT, /welcome rooms NAMES")]
            )
        case "write" if more:
            await link.among.ask(SetWelcome, community=place.id, text=more, rooms=now.rooms)
            link.screen.show([note("Whoever joins from now on reads this. /welcome shows it.")])
        case "rooms":
            rooms = [_room(link, place, name) for name in more.split()]
            await link.among.ask(SetWelcome, community=place.id, text=now.text, rooms=rooms)
            link.screen.show([note("Newcomers are led there." if rooms else "Newcomers are led nowhere.")])
        case _:
            raise Cannot("Say /welcome, /welcome write TEXT, or /welcome rooms NAMES.")


def _room(link: Link, place: Community, name: str) -> str:
    meant = [room for room in all_named(link, name) if room.community == place.id]
    if len(meant) != 1:
        raise Cannot(f"There is no room {name} in {place.slug}.")
    return meant[0].id


async def greet(link: Link, rest: str) -> None:
    """Who greets newcomers here; volunteer for it, or decide on who does."""
    word, _, more = rest.partition(" ")
    place = this_community(link)
    match word.lower():
        case "":
            await _greeters(link, place)
        case "volunteer":
            await link.among.ask(SetGreeter, community=place.id, state="volunteers")
            link.screen.show([note("Thank you. You greet once a steward agrees.")])
        case "stop":
            await link.among.ask(SetGreeter, community=place.id, state="none")
            link.screen.show([note(f"You no longer greet in {place.slug}.")])
        case "yes" | "no" if more:
            handle, _, reason = more.strip().partition(" ")
            handle = handle.removeprefix("@").lower()
            found = await member_of(link, place.id, handle)
            if found is None:
                raise Cannot(f"There is no {handle} in {place.slug}.")
            state = "greets" if word.lower() == "yes" else "none"
            await link.among.ask(
                SetGreeter, community=place.id, member=found.member, state=state, reason=reason.strip()
            )
            link.screen.show(
                [told(("who", handle), " greets newcomers now." if state == "greets" else " no longer greets.")]
            )
        case _:
            raise Cannot(
                "Say /greet, /greet volunteer, /greet stop; stewards: /greet yes HANDLE, /greet no HANDLE REASON."
            )


async def _greeters(link: Link, place: Community) -> None:
    found = (await link.among.ask(ListGreeters, community=place.id)).greeters
    lines: list[Line] = []
    for one in found:
        waits = one.state == "volunteers"
        look: Style = "dim" if waits else "good"
        lines.append(told("  ", ("who", f"{one.persona.handle:<16} "), (look, "would like to" if waits else "greets")))
    if not found:
        lines = [note(f"Nobody greets newcomers in {place.slug} yet. /greet volunteer")]
    elif place.stewards and any(one.state == "volunteers" for one in found):
        lines.append(note("/greet yes HANDLE agrees, /greet no HANDLE REASON does not."))
    link.screen.show(lines)


async def directs(link: Link, rest: str) -> None:
    """Who may open a direct with me: everywhere, or whom I know from this community alone."""
    words = rest.lower().split()
    who, where = [*words, "", ""][:2]
    if who and (who not in (*DIRECTS, "usual") or where not in ("", "here")):
        raise Cannot(
            "Say /directs anyone, known or nobody; with `here` for this community alone; or /directs usual here."
        )
    community = this_community(link).id if where == "here" else ""
    asked: dict[str, Any] = {"directs": "" if who == "usual" else who} if who else {}
    now = await link.among.ask(SetReach, community=community, **asked)
    place = link.model.communities[community].slug if community else ""
    link.screen.show([newcomer_lines.directs(now, place)])


async def greetings(link: Link, rest: str) -> None:
    """Whether greeters are told when I speak here for the first time."""
    word = rest.lower()
    if word not in ("on", "off"):
        raise Cannot("Say /greetings off, or on.")
    place = this_community(link)
    await link.among.ask(SetReach, community=place.id, greetings=word == "on")
    link.screen.show(
        [note("Greeters hear of you." if word == "on" else "No greeter is told of you, and nobody of this.")]
    )
