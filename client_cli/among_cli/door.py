"""Coming in: looking at a community from outside, its rules, its questions, invites to it; and taking back what one asked.

Rules: nothing that has to be accepted or answered is left for somebody to find out: it is shown and asked for. Who gives
up on the way has done nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from among_protocol import text
from among_protocol.codes import Refuse
from among_protocol.communities import Community, Membership
from among_protocol.house_rules import AcceptRules, ReadRules
from among_protocol.joining import AskToJoin, WithdrawJoin
from among_protocol.personas import PersonaWish, ReadPersona
from among_protocol.preview import Preview, PreviewCommunity
from among_protocol.welcome import ReadWelcome

from . import address, newcomer_lines, portrait_page
from .card import going
from .discovery import chosen
from .lines import Line, Part, joined, note, problem, told
from .link import WITHIN, Cannot, Link
from .moment import when
from .personas import wanted
from .words import glimpse

T = TypeVar("T")

DOORS = {"open": "open to all", "ask": "one asks to be let in", "invite": "by invite"}
SHOWN = 160  # characters of a message in a preview


async def join(link: Link, rest: str) -> Membership | None:
    """Join a community, by its name or with a link to it; None when its stewards were asked to let one in."""
    name, invite = chosen(link, rest), ""
    if address.is_link(rest):
        meant = address.parse(rest)
        if meant.server != link.server:
            raise Cannot(f"That is on another server: `among {address.shown(meant.server)}` goes there.")
        if not meant.community:
            raise Cannot("That link leads to no community.")
        name, invite = meant.community, meant.invite
    return await come_in(link, name, invite)


async def come_in(link: Link, name: str, invite: str = "") -> Membership | None:
    """All that it takes; None when one is not in yet."""
    seen = await _soon(link.among.ask(PreviewCommunity, community=name, invite=invite))
    slug, door = seen.community.slug, seen.community.door
    if not seen.member:
        if seen.waiting:
            link.screen.show([note(f"You have asked {slug} already, and are not answered yet. /withdraw {slug}")])
            return None
        if seen.again and door == "ask" and not seen.invited:
            later = when(seen.again, link.model.zone)
            raise Cannot(f"The stewards of {slug} have declined; you may ask again after {later}.")
        if door not in ("open", "ask") and not seen.invited:
            what = "This invite is no longer valid, and one" if invite else "One"
            raise Cannot(f"{what} comes into {slug} with an invite alone.")
        asks = door == "ask" and not seen.invited
        if asks or (seen.rules and seen.rules_required):  # else there is nothing to decide
            link.screen.show(_about(seen))
        rules = await _accepted(link, seen)
        if asks:
            await _ask(link, seen, rules)
            return None
        invite = invite if seen.invited else ""
        card = await _as_somebody(
            link, slug, lambda wish: link.among.join(slug, rules=rules, invite=invite, persona=wish)
        )
    else:
        card = await _soon(link.among.join(slug))
    link.model.joined(card)
    names = sorted(room.slug for room in card.rooms)
    where = f"Rooms: {joined(names)}." if names else f"It has no rooms yet: /room create {slug}/NAME"
    link.screen.show([told("You are in ", ("place", slug), ("dim", f". {where}"))])
    welcome = await _soon(link.among.ask(ReadWelcome, community=card.community.id))
    mine = await _soon(link.among.ask(ReadPersona, community=card.community.id))
    link.screen.show([*newcomer_lines.welcome(link.model, slug, welcome), *going(mine)])
    return card


async def _as_somebody(link: Link, slug: str, come: Callable[[PersonaWish | None], Awaitable[T]]) -> T:
    """As who one wants to be there: asked again where that is somebody else's."""
    again = False
    while True:
        wish = await _wish(link, slug, again=again)
        try:
            return await _soon(come(wish))
        except Refuse as refused:
            if not refused.field.startswith("persona.") or not link.screen.asks:
                raise
            link.screen.show([problem(refused.message)])
            again = True


async def _wish(link: Link, slug: str, *, again: bool) -> PersonaWish | None:
    """Whoever is nowhere yet has just said who they are: they are asked only if that can't be, and told how to be somebody
    else."""
    if not link.screen.asks:
        return None
    if not link.model.communities and not again:
        link.screen.show([note(f"You are {link.among.account.handle} there; /me changes who you are in {slug}.")])
        return None
    return await wanted(link, slug, lambda question: _asked(link, question), again=again)


async def preview(link: Link, rest: str) -> None:
    """Look at a community from outside."""
    seen = await _soon(link.among.ask(PreviewCommunity, community=chosen(link, rest)))
    lines = [*_about(seen), *portrait_page.from_outside(seen.portrait), *_rules(seen)]
    people = {(one.member, one.rev): one.handle for one in seen.people}
    for room in seen.rooms:
        topic = Part("dim", f"  {room.topic}" if room.topic else "")
        lines.append(told(("place", f"  {room.slug}"), topic))
        for message in room.messages:
            words = glimpse(message.body, most=SHOWN, whole=True)
            lines.append(told(("who", f"    {people.get((message.by, message.rev), '?')}"), f": {words}"))
    slug = seen.community.slug
    if not seen.member:
        lines.append(note(f"/join {slug}" if seen.community.door != "ask" else f"/join {slug} asks to be let in."))
    link.screen.show(lines)


async def rules(link: Link, rest: str) -> None:
    """The rules of this community: the newest, those of a version; or accept them."""
    here = link.model.here()
    if here is None:
        raise Cannot("Go to a room of the community first; /rooms lists yours.")
    what = rest.strip().lower()
    if what not in ("", "accept") and not what.isdecimal():
        raise Cannot("Say /rules, /rules VERSION or /rules accept.")
    version = int(what) if what.isdecimal() else 0
    found = await _soon(link.among.ask(ReadRules, community=here.id, version=version))
    if what == "accept":
        await _soon(link.among.ask(AcceptRules, community=here.id, version=found.newest))
        link.screen.show([note(f"You accept the rules of {here.slug}, version {found.newest}.")])
        return
    old = "" if found.version == found.newest else f"; version {found.newest} holds now"
    lines = _text(f"The rules of {here.slug}, version {found.version}{old}:", found.text)
    if found.version == found.newest:
        mine = found.accepted == found.newest
        lines.append(note("You have accepted them." if mine else "/rules accept says that you do."))
    link.screen.show(lines)


async def withdraw(link: Link, rest: str) -> None:
    """Take back what one asked."""
    await _soon(link.among.ask(WithdrawJoin, community=rest.lower()))
    link.screen.show([note(f"You no longer ask to be let into {rest.lower()}.")])


def members(community: Community) -> str:
    """How many there are."""
    return f"{community.members} member{'s' if community.members != 1 else ''}"


def _about(seen: Preview) -> list[Line]:
    community = seen.community
    door = "you are invited" if seen.invited else DOORS.get(community.door, community.door)
    count = f"  {members(community)}, {door}"
    lines: list[Line] = [told(("place", community.slug), f"  {community.name}", ("dim", count))]
    return [*lines, told(("dim", f"  {community.about}"))] if community.about else lines


def _rules(seen: Preview) -> list[Line]:
    return _text(f"Its rules, version {seen.rules_version}:", seen.rules) if seen.rules else []


def _text(title: str, words: str) -> list[Line]:
    return [told(("strong", title)), *(told(f"  {line}") for line in words.split("\n"))]


async def _accepted(link: Link, seen: Preview) -> int:
    """The version of the rules that the user accepts; 0 where there is nothing to accept. Raises Cannot."""
    if not (seen.rules and seen.rules_required):
        return 0
    link.screen.show(_rules(seen))
    if not (await _asked(link, "Do you accept these rules? [y/n] ")).lower().startswith("y"):
        raise Cannot(f"You did not join {seen.community.slug}.")
    return seen.rules_version


async def _ask(link: Link, seen: Preview, version: int) -> None:
    """Ask the stewards to be let in."""
    slug, limits = seen.community.slug, link.among.hello.limits
    questions = f" It has {len(seen.questions)} questions:" if len(seen.questions) > 1 else ""
    link.screen.show([note(f"The stewards of {slug} let people in; they read what you say here.{questions}")])
    answers = []
    for question in seen.questions:
        answer = await _asked(link, f"{question} ")
        if not answer:
            raise Cannot(f"You did not ask to be let into {slug}.")
        answers.append(text.line(answer, longest=limits.answer_chars))
    words = await _asked(link, "A word to the stewards, or just Enter: ")
    words = text.line(words, longest=limits.reason_chars, empty=True)
    said = {"rules": version, "answers": answers, "note": words}
    await _as_somebody(link, slug, lambda wish: link.among.ask(AskToJoin, community=slug, persona=wish, **said))
    link.screen.show(
        [
            told("You have asked to be let into ", ("place", slug), ", and will hear what they say."),
            note(f"/withdraw {slug} takes it back."),
        ]
    )


async def _asked(link: Link, question: str) -> str:
    """What the user says. Raises Cannot where they give up."""
    try:
        return (await link.screen.ask(question)).strip()
    except EOFError:
        raise Cannot("Nothing was done.") from None


async def _soon(work: Awaitable[T]) -> T:
    """An answer of the server, within the time that it has: the user has all the time in the world."""
    async with asyncio.timeout(WITHIN):
        return await work
