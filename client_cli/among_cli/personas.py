"""Who I am, here and everywhere: choosing it on joining, looking at it, changing it a field at a time.

Rules: what is sent is shown before. In a community /me is who I am there; the profile, which I am wherever I chose nothing
else, is /me profile.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from among_protocol import text
from among_protocol.accounts import Profile, ReadAccount, UpdateAccount
from among_protocol.personas import PersonaLink, PersonaWish, PlaceWish, ReadPersona, UpdatePersona

from . import cards, going
from .lines import Line, Part, note, told
from .link import Cannot, Link
from .lists import is_one
from .places import Community

GRAINS = ("country", "region", "city", "phrase")
USAGE = (
    "Say /me handle, name, pronouns, bio, place, why or intro and then the text; /me link LABEL https://…, /me unlink NUMBER; "
    "/me show FIELD members; /me as-others; or /me back to go by your profile here again."
)


class Field(NamedTuple):
    longest: str  # which limit
    wish: Callable[[str], dict[str, Any]]
    profile: bool = True  # there is one in the profile, too


def _place(value: str) -> dict[str, Any]:
    grain, _, name = value.partition(" ")
    if grain.lower() in GRAINS and name.strip():
        return {"place": PlaceWish(name=name.strip(), grain=grain.lower())}  # type: ignore[arg-type]  # it is one of them
    return {"place": PlaceWish(name=value)}


FIELDS = {
    "handle": Field("handle_chars", lambda value: {"handle": text.handle(value.removeprefix("@"))}, profile=False),
    "name": Field("name_chars", lambda value: {"display_name": value}),
    "pronouns": Field("pronouns_chars", lambda value: {"pronouns": value}),
    "bio": Field("about_chars", lambda value: {"bio": value}),
    "place": Field("place_chars", _place),
    "why": Field("why_chars", lambda value: {"why": value}, profile=False),
    "intro": Field("intro_chars", lambda value: {"intro": value}),
}
WORDS = (*FIELDS, "link", "unlink", "show", "as-others", "as-stewards", "back", "profile", "export", "erase")


async def me(link: Link, rest: str) -> None:
    """Who I am in this community, as I or as others see it; or change it. Elsewhere: my profile."""
    what, _, value = rest.partition(" ")
    what, value, room = what.lower(), value.strip(), link.model.room
    here = link.model.here() if room is None or room.community else None
    match what:
        case "as-others":
            await cards.seen_as(link, "members")
        case "as-stewards":
            await cards.seen_as(link, "stewards")
        case "show":
            await cards.show(link, value)
        case "profile":
            await _profile(link, value)
        case "export":
            await going.export(link, value)
        case "erase":
            await going.erase(link, value)
        case _ if here is None:
            await _profile(link, rest)
        case "":
            await cards.mine(link)
        case _:
            await _change(link, here, what, value)
            await cards.mine(link)


async def _change(link: Link, here: Community, what: str, value: str) -> None:
    if what == "back":
        await link.among.ask(UpdatePersona, community=here.id, as_profile=True)
        return
    mine = await link.among.ask(ReadPersona, community=here.id)
    wish = PersonaWish(**_said(link, here.id, mine.links, what, value))
    await link.among.ask(UpdatePersona, community=here.id, persona=wish)
    if not mine.claimed:
        words = (
            f"From now on you are somebody in particular in {here.slug}: your profile changes nothing here. /me back"
        )
        link.screen.show([note(words)])


def _said(link: Link, place: str, links: list[PersonaLink], what: str, value: str) -> dict[str, Any]:
    """What is to be another. `links`: those that are there by now."""
    match what:
        case "link":
            label, _, url = value.rpartition(" ")
            if not label.strip() or "://" in label:
                raise Cannot("Say what it leads to, and the address: /me link My garden https://example.org")
            try:
                url = text.address(url, longest=link.among.hello.limits.link_chars)
            except text.TextError as error:
                raise Cannot(f"The address {error}.") from None
            return {"links": [*links, PersonaLink(label=label.strip(), url=url)]}
        case "unlink":
            name, shown = "/me" if place else "/me profile", link.lists.links.get(place, [])
            if not shown:
                raise Cannot(f"Look at your links first: {name} shows them, and they count from 1.")
            if not is_one(value, shown):
                raise Cannot(f"Say {name} unlink NUMBER: you were shown {len(shown)}, and they count from 1.")
            gone = shown[int(value) - 1]
            if gone not in links:
                raise Cannot(f"That link is gone. {name} shows those that are there.")
            return {"links": [one for one in links if one != gone]}
        case _ if what in FIELDS:
            field = FIELDS[what]
            longest = getattr(link.among.hello.limits, field.longest)
            if len(value) > longest:
                raise Cannot(f"Too long: at most {longest} characters.")
            return field.wish(value)
        case _:
            raise Cannot(USAGE)


async def _profile(link: Link, rest: str) -> None:
    what, _, value = rest.partition(" ")
    what, account = what.lower(), link.among.account
    if what:
        if what in FIELDS and not FIELDS[what].profile:
            raise Cannot(f"The {what} is of a community: go to one of its rooms, and say /me {what} there.")
        if what == "back":
            raise Cannot("Go to a room of the community first; /rooms lists yours.")
        links = (await link.among.ask(ReadAccount, handle=account.handle)).links
        said = _said(link, "", links, what, value.strip())
        await link.among.ask(UpdateAccount, **said)
    mine = await link.among.ask(ReadAccount, handle=account.handle)
    link.lists.links[""] = mine.links
    lines = [
        told(
            ("who", f"@{mine.handle}"),
            ("strong", f"  {mine.display_name}"),
            ("dim", "  your profile, wherever you chose nothing else"),
        )
    ]
    link.screen.show([*lines, *_facts(mine)])


def _facts(who: Profile) -> list[Line]:
    facts = [
        ("pronouns", who.pronouns),
        ("bio", who.bio),
        ("place", who.place.name if who.place is not None else ""),
        *((f"link {number}", f"{one.label}  {one.url}") for number, one in enumerate(who.links, 1)),
        *(("intro" if not number else "", line) for number, line in enumerate(who.intro.split("\n"))),
    ]
    return [told(("dim", f"  {name:<9} "), words) for name, words in facts if words]


async def wanted(link: Link, slug: str, asked: Callable[[str], Any], *, again: bool) -> PersonaWish | None:
    """Who the user wants to be in a community that they are about to join; None: as in their profile. `again`: who they
    wanted to be can't be."""
    account = link.among.account
    name = "" if account.display_name == account.handle else f" ({account.display_name})"
    usual = "" if again else f"Enter: {account.handle}{name}, as everywhere. Or a "
    handle = await asked(f"Who do you want to be in {slug}? {usual or 'A '}handle: ")
    if not handle and again:
        raise Cannot(f"You did not join {slug}.")
    if not handle:
        return None
    limits = link.among.hello.limits
    wish = PersonaWish(handle=text.handle(handle.removeprefix("@")))
    said = await asked("The name that people see, or Enter for the handle: ")
    wish.display_name = text.line(said or handle.removeprefix("@"), longest=limits.name_chars)
    for question, name in (("Pronouns, or Enter: ", "pronouns"), ("Why are you here? Or Enter: ", "why")):
        said = await asked(question)
        if said:
            setattr(wish, name, text.line(said, longest=getattr(limits, f"{name}_chars")))
    more = [Part("dim", f"  {words}") for words in (wish.pronouns, wish.why) if words]
    link.screen.show([told(f"In {slug} you will be ", ("who", wish.handle or ""), f"  {wish.display_name}", *more)])
    if not (await asked("Like this? [y/n] ")).lower().startswith("y"):
        raise Cannot(f"You did not join {slug}.")
    return wish
