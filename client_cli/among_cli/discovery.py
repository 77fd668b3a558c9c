"""The commands about finding: communities that one may like, what one cares for, and people in a community.

What is listed is numbered, and its number joins it: /join 2.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from among_protocol import text
from among_protocol.communities import BrowseCommunities, Community
from among_protocol.discovery import Discover, DismissCommunity, Reason, Suggestion
from among_protocol.finding import Found, SearchMembers
from among_protocol.interests import Interest, InterestList, InterestWish, ListInterests, SetInterests
from among_protocol.tags import SearchTags, UpdateTag

from .lines import Line, Part, joined, note, told
from .link import Cannot, Link
from .lists import is_one
from .places import Community as Here

SHOWN = 20  # communities or people on one page
LETTERS = 2  # typed of a tag, for which those that begin so are learnt
LEARNT = 200
NUMBERS = 2  # digits of a number in a list; the shortest name of a community has three characters
_COUNTS = ("nobody", "one person", "two people", "three people", "four people", "five people")
_SEEN = {"members": "members see it", "stewards": "stewards see it", "nobody": "only you see it"}


async def communities(link: Link, rest: str) -> None:
    """What communities there are: with these words in them, and these #tags."""
    words, tags = _split(rest)
    newest = "new" in words
    words = [word for word in words if word != "new"]
    page = await link.among.ask(
        BrowseCommunities,
        query=" ".join(words),
        tags=tags,
        order="newest" if newest else "slug",
        limit=SHOWN,
    )
    link.lists.communities = [one.slug for one in page.communities]
    lines: list[Line] = []
    for number, community in enumerate(page.communities, 1):
        lines += _card(link, number, community)
    if not lines:
        lines = [note(f"None has {rest!r} in it." if rest else "There is none yet. Found one: /create NAME")]
    elif not page.complete:
        lines.append(note("There are more: /communities WORD or #tag narrows it down."))
    elif not rest:
        lines.append(note("Join one: /join NAME or its number. Found one: /create NAME"))
    link.screen.show(lines)


async def _nothing(link: Link) -> list[Line]:
    mine = await link.among.ask(ListInterests)
    if any(place.interests for place in mine.places):
        return [note("Nothing to suggest: you are in all that cares for the same. /communities lists all there are.")]
    return [
        note("Nothing to suggest yet. Say what you care for:"),
        told(("strong", "  /interests +tea +film-photography")),
        note("Only you see that. Tab completes tags; /communities lists all."),
    ]


async def discover(link: Link, rest: str) -> None:
    """Communities that one may like, and why; `not NUMBER` has one suggested no more."""
    what, _, name = rest.partition(" ")
    if what in ("not", "again") and name:
        slug = chosen(link, name)
        await link.among.ask(DismissCommunity, community=slug, again=what == "again")
        said = (
            f"No more of {slug}. /discover again {slug} undoes that."
            if what == "not"
            else f"{slug} may be suggested again."
        )
        link.screen.show([note(said)])
        return
    if rest:
        raise Cannot("Say /discover, /discover not NUMBER, or /discover again NAME.")
    found = await link.among.ask(Discover)
    link.lists.communities = [one.community.slug for one in found.suggestions]
    lines: list[Line] = []
    for number, one in enumerate(found.suggestions, 1):
        lines += _suggestion(link, number, one)
    if lines:
        lines.append(note("/join 1 joins the first; /discover not 1: no more of that."))
    else:
        lines = await _nothing(link)
    if found.budget is not None:
        lines.append(note(f"You may look {_times(found.budget.left)} more for now."))
    link.screen.show(lines)


async def interests(link: Link, rest: str) -> None:
    """What one cares for: for oneself, and in this community."""
    first, *more = rest.split() or [""]
    match first.lower():
        case "":
            await _show(link)
        case "here":
            await _change(link, _here(link).id, more)
        case "show" if len(more) == 2 and more[1] in _SEEN:
            await _mark(link, more[0], shown=more[1])
        case "found" if more and more[1:] in ([], ["no"]):
            await _mark(link, more[0], found=more[1:] == [])
        case _:
            await _change(link, "", [first, *more])


async def tag(link: Link, rest: str) -> None:
    """Stewards: what a tag means in this community, or that it is sensitive; `everywhere` for the owner of the server."""
    words = rest.split()
    everywhere = words[:1] == ["everywhere"]
    community = "" if everywhere else _here(link).id
    where = "everywhere" if everywhere else f"in {_here(link).slug}"
    match words[1:] if everywhere else words:
        case [name, "means", other]:
            into = "" if other == "itself" else _tag(other)
            done = await link.among.ask(UpdateTag, community=community, tag=_tag(name), into=into)
            means = f"#{done.entry.into}" if done.entry.into else "itself"
            link.screen.show([note(f"#{done.entry.tag} means {means} {where}.")])
        case [name, "sensitive", *no] if no in ([], ["no"]):
            done = await link.among.ask(UpdateTag, community=community, tag=_tag(name), sensitive=not no)
            what = "sensitive" if done.entry.sensitive else "not sensitive"
            link.screen.show([note(f"#{done.entry.tag} is {what} {where}.")])
        case _:
            raise Cannot("Say /tag NAME means OTHER (or itself), /tag NAME sensitive (or sensitive no).")


def typed(link: Link, line: str) -> None:
    """A tag is being typed: learn which there are that begin so, for completion."""
    piece = line.rpartition(" ")[2] if " " in line else ""
    begin = text.tag_begin(piece.lstrip("+-#"))[:LETTERS]
    if begin and begin not in link.tags and link.among.live:
        link.tags[begin] = []
        link.spawn(partial(_learn, link, begin), quiet=True)


async def _learn(link: Link, begin: str) -> None:
    page = await link.among.ask(SearchTags, query=begin, limit=LEARNT)
    link.tags[begin] = [tag.tag for tag in page.tags]
    link.screen.refresh()


async def find(link: Link, rest: str) -> None:
    """People in this community: by handle, name, former handle, or by an #interest they want to be found by."""
    here = _here(link)
    words, tags = _split(rest)
    if len(tags) > 1:
        raise Cannot("One #interest at a time.")
    page = await link.among.ask(
        SearchMembers, community=here.id, query=" ".join(words), interest=tags[0] if tags else "", limit=SHOWN
    )
    lines: list[Line] = [_found(one) for one in page.found]
    if page.found and not page.complete:
        lines.append(note("There are more: say more of the name."))
    if words:
        lines += await _places(link, " ".join(words))
    if not lines:
        lines = [note(f"Nobody in {here.slug} is found by {rest}.")]
    link.screen.show(lines)


async def _places(link: Link, words: str) -> list[Line]:
    """One's rooms with these words in their name or topic, and communities that have them in what they say of themselves."""
    wanted = words.casefold()
    rooms = [room for room in link.model.numbered() if wanted in f"{room.title} {room.topic}".casefold()]
    rooms += [room for room in link.model.rooms.values() if room not in rooms and wanted in room.title.casefold()]
    found = await link.among.ask(BrowseCommunities, query=words, limit=SHOWN // 4)
    lines: list[Line] = [
        told("  ", ("place", f"{room.title:<16} "), ("dim", room.topic))
        for room in rooms[:SHOWN]
        if room.kind != "direct"
    ]
    return [
        *lines,
        *(told("  ", ("place", f"{one.slug:<16} "), one.name, ("dim", f"  {one.about}")) for one in found.communities),
    ]


def chosen(link: Link, name: str) -> str:
    """The community that is meant by a name, or by a number in what was listed last."""
    if not name.isdecimal() or len(name) > NUMBERS:
        return name.lower()
    if not is_one(name, link.lists.communities):
        raise Cannot(f"There is no number {name}: /discover and /communities number what they list.")
    return link.lists.communities[int(name) - 1]


def _split(rest: str) -> tuple[list[str], list[str]]:
    """Words, and what begins with # as tags."""
    words = rest.split()
    return [word for word in words if not word.startswith("#")], [_tag(word) for word in words if word.startswith("#")]


def _tag(word: str) -> str:
    try:
        return text.tag(word)
    except text.TextError as error:
        raise Cannot(f"A tag has {error}.") from None


def _here(link: Link) -> Here:
    room = link.model.room
    here = link.model.communities.get(room.community) if room else None
    if here is None:
        raise Cannot("Go to a room of a community first; /rooms lists yours.")
    return here


async def _show(link: Link) -> None:
    places = (await link.among.ask(ListInterests)).places
    lines: list[Line] = [told(("place", "for yourself"), ("dim", "  what suggestions go by; nobody sees it"))]
    lines.append(
        told("  ", _tags(one.tag for one in places[0].interests)) if places[0].interests else note("  nothing yet")
    )
    for place in places[1:]:
        community = link.model.communities.get(place.community)
        lines.append(told(("place", community.slug if community else place.community), ("dim", "  what you say there")))
        lines += [_interest(one) for one in place.interests]
    lines.append(note("Change it: /interests +TAG -TAG, or /interests here +TAG;"))
    lines.append(note("/interests show TAG members|stewards|nobody"))
    lines.append(note("/interests found TAG, or found TAG no"))
    link.screen.show(lines)


async def _change(link: Link, community: str, words: Sequence[str]) -> None:
    """Add and drop: +tea -jazz; a bare word is added."""
    if not words:
        raise Cannot("Say which: /interests +tea -jazz")
    kept = {one.tag: one for one in await _mine(link, community)}
    wanted = [_wish(one) for one in kept.values() if one.tag not in {_tag(w[1:]) for w in words if w.startswith("-")}]
    wanted += [InterestWish(tag=_tag(word.removeprefix("+"))) for word in words if not word.startswith("-")]
    most = link.among.hello.limits.interests
    if most and len(wanted) > most:
        raise Cannot(f"At most {most} in one place: drop one with -TAG.")
    await _say(link, community, wanted)


async def _mark(link: Link, word: str, *, shown: str = "", found: bool | None = None) -> None:
    """Change who sees one of the interests that one has in this community, or whether one is found by it."""
    here, tag = _here(link), _tag(word)
    mine = await _mine(link, here.id)
    if tag not in {one.tag for one in mine}:
        raise Cannot(f"You have not said #{tag} in {here.slug}: /interests here +{tag}")
    wanted = []
    for one in mine:
        wish = _wish(one)
        if one.tag == tag:
            wish.shown = shown or ("members" if found else wish.shown)  # type: ignore[assignment]  # one of _SEEN
            wish.found = found if found is not None else wish.found and shown == "members"
        wanted.append(wish)
    await _say(link, here.id, wanted)


async def _mine(link: Link, community: str) -> list[Interest]:
    places: list[InterestList] = (await link.among.ask(ListInterests)).places
    return next((place.interests for place in places if place.community == community), [])


async def _say(link: Link, community: str, wanted: list[InterestWish]) -> None:
    done = await link.among.ask(SetInterests, community=community, interests=wanted)
    if not community:
        said = joined(f"#{one.tag}" for one in done.interests) if done.interests else "nothing"
        link.screen.show([note(f"For yourself: {said}. /discover goes by it.")])
        return
    here = link.model.communities.get(community)
    lines: list[Line] = [told(("place", here.slug if here else community), ("dim", "  what you say there"))]
    link.screen.show([*lines, *(_interest(one) for one in done.interests)] if done.interests else [note("Nothing.")])


def _wish(one: Interest) -> InterestWish:
    """As it is, to be said again."""
    wish = InterestWish(tag=one.tag, found=one.found)
    if one.chosen:
        wish.shown = one.shown  # type: ignore[assignment]  # one of the words that a server of this version says
    return wish


def _interest(one: Interest) -> Line:
    seen = _SEEN.get(one.shown, _SEEN["nobody"])
    found = " and find you" if one.found else ""
    return told(("strong", f"  #{one.tag:<16} "), ("dim", f"{seen}{found}{', sensitive' if one.sensitive else ''}"))


def _tags(tags: Iterable[str]) -> str:
    return " ".join(f"#{tag}" for tag in tags)


def _suggestion(link: Link, number: int, one: Suggestion) -> list[Line]:
    head, *more = _card(link, number, one.community)
    said = [f"#{reason.tag}" for reason in one.reasons if reason.kind == "interest"]
    why = [f"because you said {joined(said)}"] if said else []
    why += [_people(reason) for reason in one.reasons if reason.kind == "people"]
    return [head, *(told(("good", f"  {reason}")) for reason in why), *more]


def _people(reason: Reason) -> str:
    count = _COUNTS[reason.people] if reason.people < len(_COUNTS) else f"{reason.people} people"
    more = " or more" if reason.more else ""
    return f"{count}{more} you talk with {'is' if count == _COUNTS[1] else 'are'} there"


def _card(link: Link, number: int, community: Community) -> list[Line]:
    inside = ", you too" if community.id in link.model.communities else ""
    people = f"{community.members} member{'s' if community.members != 1 else ''}{inside}"
    head = told(f"{number:>2} ", ("place", f"{community.slug:<16} "), community.name, ("dim", f", {people}"))
    lines: list[Line] = [head]
    if community.about:
        lines.append(told(("dim", f"  {community.about}")))
    if community.tags:
        lines.append(told(("dim", f"  {_tags(community.tags)}")))
    return lines


def _found(one: Found) -> Line:
    member = one.member
    name = "" if member.display_name == member.handle else member.display_name
    parts = [Part("", "  "), Part("who", f"{member.handle:<16} "), Part("", name)]
    notes = [f"was @{one.former}"] if one.former else []
    notes += [member.role] if member.role != "member" else []
    if notes:
        parts.append(Part("dim", f"{', ' if name else ''}{', '.join(notes)}"))
    return told(*parts)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
