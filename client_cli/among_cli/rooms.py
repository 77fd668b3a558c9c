"""The commands about communities and rooms. Each takes what follows its name, asks the server, and shows the result."""

import asyncio
from collections.abc import Iterable

from among_protocol import text
from among_protocol.codes import MEMBER_GONE, ROOM_GONE, Refuse
from among_protocol.communities import CreateCommunity, ReadCommunity
from among_protocol.members import Member
from among_protocol.personas import FindMember, FoundMember
from among_protocol.retention import SetRetention
from among_protocol.rooms import AddPerson, CreateRoom, FollowRoom, RemovePerson, SetTopic, UnfollowRoom

from . import address, door, kept
from .discovery import chosen, communities
from .lines import Line, Part, joined, note, told
from .link import WITHIN, Cannot, Link
from .lists import is_one
from .moment import now
from .places import Room, new_in


async def join(link: Link, rest: str) -> None:
    """Join a community, or ask to, and go to its first room."""
    card = await door.join(link, rest if address.is_link(rest) else chosen(link, rest))
    if card is None:
        return
    first = _of(link, card.community.id)
    if first:
        async with asyncio.timeout(WITHIN):
            await link.enter(first[0])


async def create(link: Link, rest: str) -> None:
    """Found a community with a first room, and go there."""
    slug, _, name = rest.partition(" ")
    slug = text.handle(slug)
    name = text.line(name or slug.capitalize(), longest=link.among.hello.limits.name_chars)
    made = await link.among.ask(CreateCommunity, slug=slug, name=name)
    link.screen.show([told("You founded ", ("place", slug), ("dim", ". Others join with "), f"/join {slug}")])
    await _create_room(link, made.entry.log, "hall", "", private=False)


async def list_rooms(link: Link, _: str) -> None:
    """All rooms, numbered."""
    lines: list[Line] = []
    place: str | None = None
    for number, room in _numbered(link):
        if room.community != place:
            place = room.community
            community = link.model.communities.get(place)
            lines.append(
                told(("place", community.slug), ("dim", f"  {community.name}"))
                if community
                else told(("place", "directs"))
            )
        lines.append(_room(link, number, room))
    if not lines:
        lines = [note("You are in no community yet. /communities shows what there is, /join NAME joins one.")]
    link.screen.show(lines)


def with_news(link: Link) -> list[Line]:
    """Where something is new."""
    if not any(room.has_news for room in link.model.rooms.values()):
        return []
    return [_room(link, number, room, full=True) for number, room in _numbered(link) if room.has_news]


def next_(link: Link) -> Room | None:
    """The room, other than the open one, where somebody wants something of me, or where something is new."""
    rooms = link.model.numbered()
    return max(
        (one for one in rooms if one.has_news and not one.owner and one is not link.model.room), key=_pull, default=None
    )


async def go(link: Link, rest: str) -> None:
    """Go to a room."""
    await link.enter(named(link, rest))


async def start(link: Link, name: str, invite: str = "") -> None:
    """Go to the room that the program was started for, joining its community where need be; or to where one is wanted."""
    if name:
        community = name.lower().strip("/").partition("/")[0]
        inside = {one.slug for one in link.model.communities.values()}
        if not name.startswith("@") and community not in inside and not await door.come_in(link, community, invite):
            return
    async with asyncio.timeout(WITHIN):
        if name:
            await _go_to(link, name.strip("/"))
        else:
            await _greet(link)


async def _go_to(link: Link, name: str) -> None:
    empty = [one for one in link.model.communities.values() if one.slug == name.lower() and not _of(link, one.id)]
    if not empty:  # a community without a room was told of when it was joined
        await link.enter(named(link, name))


async def _greet(link: Link) -> None:
    await list_rooms(link, "")
    followed = [room for room in link.model.numbered() if room.following and not room.owner]
    if followed:
        await link.enter(max(followed, key=_pull))
    else:
        await communities(link, "")


async def room(link: Link, rest: str) -> None:
    """Make a room, or change one."""
    what, _, more = rest.partition(" ")
    more = more.strip()
    here = link.model.room
    match what.lower():
        case "create" | "private" if more:
            name, _, topic = more.partition(" ")
            community, _, slug = name.rpartition("/")
            await _create_room(
                link, _community(link, community), slug, topic.strip(), private=what.lower() == "private"
            )
        case "topic" if here:
            longest = link.among.hello.limits.topic_chars
            await link.among.ask(SetTopic, room=here.id, topic=text.line(more, longest=longest, empty=True))
        case "info" if here or more:
            link.screen.show(_about(link, here if here and not more else named(link, more)))
        case "keep" if here:
            await _keep(link, here, more)
        case "add" if here and more:
            await _add(link, here, more.removeprefix("@").lower())
        case "remove" if here and more:
            await _remove(link, here, more.removeprefix("@").lower())
        case "follow" if more:
            found = named(link, more)
            await link.among.ask(FollowRoom, room=found.id)
            found.following = True
            link.screen.show([note(f"You follow {found.title}.")])
        case "unfollow" if here or more:
            found = named(link, more or (here.title if here else ""))
            await link.among.ask(UnfollowRoom, room=found.id)
            link.screen.show([note(f"You no longer follow {found.title}. {_way_back(found)}")])
        case _:
            raise Cannot(
                "Say /room create NAME, private NAME, topic TEXT, info, keep 30d, add HANDLE, remove HANDLE, follow, unfollow."
            )


async def retry(link: Link, _: str) -> None:
    """Send again what was refused."""
    if not link.voice.retry():
        link.screen.show([note("Nothing waits to be sent again.")])


async def drop(link: Link, _: str) -> None:
    """Give up what was refused."""
    failed = link.model.failed()
    for one in failed:
        del link.model.outgoing[one.nonce]
    link.screen.show([note("Given up: " + "; ".join(one.body for one in failed) if failed else "Nothing was refused.")])
    link.screen.refresh()


def _community(link: Link, slug: str) -> str:
    """The id of a community one is in, by its short name; without one the community one looks at, or the only one."""
    if slug:
        named = [one.id for one in link.model.communities.values() if one.slug == slug.lower()]
    elif link.model.room and link.model.room.community:
        named = [link.model.room.community]
    else:
        named = list(link.model.communities)
    if len(named) != 1:
        raise Cannot("A room is in a community: /room create COMMUNITY/NAME, with one that you are in.")
    return named[0]


def _numbered(link: Link) -> Iterable[tuple[int, Room]]:
    """From now on these are their numbers."""
    rooms = link.model.numbered()
    link.lists.rooms = [room.id for room in rooms]
    return enumerate(rooms, 1)


def all_named(link: Link, name: str) -> list[Room]:
    """The rooms that may be meant: as the model finds them, or by a number. Raises Cannot for one that leads nowhere."""
    return [by_number(link, name)] if name.isdecimal() else link.model.find(name)


def by_number(link: Link, number: str) -> Room:
    """The room that had this number when they were listed last; before that, the one that has it."""
    listed = link.lists.rooms or [room.id for room in link.model.numbered()]
    if not is_one(number, listed):
        raise Cannot(f"There is no room {number}; /rooms numbers them.")
    room = link.model.rooms.get(listed[int(number) - 1])
    if room is None:
        raise Cannot(f"What stood at {number} is no longer there for you; /rooms numbers your rooms anew.")
    return room


def no_room(link: Link, number: str) -> str:
    """Why this number leads to none; nothing where it leads to one."""
    try:
        by_number(link, number)
    except Cannot as error:
        return str(error)
    return ""


def named(link: Link, name: str) -> Room:
    """The room that is meant. Raises Cannot where none or more than one is."""
    meant = all_named(link, name)
    if not meant:  # a community's name is its first room's
        places = [one.id for one in link.model.communities.values() if one.slug == name.lower()]
        meant = [room for place in places for room in _of(link, place)][:1]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise Cannot(f"There are several: {joined(room.title for room in meant)}.")
    raise Cannot(f"There is no room {name} for you. /rooms lists yours.")


async def _create_room(link: Link, community: str, slug: str, topic: str, *, private: bool) -> None:
    kind = "private" if private else "open"
    made = await link.among.ask(CreateRoom, community=community, slug=text.handle(slug), topic=topic, kind=kind)
    card = await link.among.ask(ReadCommunity, community=community)
    link.model.joined(card)
    room = link.model.rooms.get(made.entry.room)
    if room is None:
        raise Refuse(ROOM_GONE)
    await link.enter(room)


async def _keep(link: Link, room: Room, words: str) -> None:
    """How long it keeps what is said there; what is told to everybody in it is told here, too."""
    retention = None if words.lower() in ("community", "default") else kept.asked(words)
    if retention is None and words.lower() not in ("community", "default"):
        raise Cannot(f"Say /room keep {kept.USAGE}; or /room keep community: as the community says.")
    await link.among.ask(SetRetention, room=room.id, retention=retention)


def _about(link: Link, room: Room) -> list[Line]:
    community = link.model.communities.get(room.community)
    lines: list[Line] = [
        told(("place", room.title), ("dim", f"  {room.kind}")),
        told(("dim", "  topic  "), room.topic or "–"),
    ]
    if community is not None and not room.owner:
        since = room.retention_since
        if room.retention is None:
            since = max(since, community.retention_since)
        holds = kept.parts(room.retention, community.retention, community.slug)
        lines.append(
            told(
                ("dim", "  keeps  "),
                *holds,
                ("dim", kept.since(room.retention or community.retention, since, now(), link.model.zone)),
            )
        )
    if room.floor:
        lines.append(told(("dim", "  begins "), "what was said before is no longer kept"))
    return lines


async def _add(link: Link, room: Room, handle: str) -> None:
    await link.among.ask(AddPerson, room=room.id, member=await _of_community(link, room, handle))


async def _remove(link: Link, room: Room, handle: str) -> None:
    member = await _of_community(link, room, handle)
    if member == room.me:
        raise Cannot("You leave a room yourself by /room unfollow.")
    try:
        await link.among.ask(RemovePerson, room=room.id, member=member)
    except Refuse as refused:
        if refused.code != MEMBER_GONE:
            raise
        raise Cannot(f"{handle} is not in this room.") from None


async def _of_community(link: Link, room: Room, handle: str) -> str:
    """The membership of who goes by this handle where the room is. Raises Cannot."""
    member = await member_of(link, room.community, handle) if room.community else None
    if member is None:
        raise Cannot(f"There is no {handle} in this community.")
    return member.member


async def member_of(link: Link, community: str, handle: str) -> Member | None:
    """The member who goes by this handle, or did."""
    found = await find(link, community, handle)
    return None if found is None else found.member


async def find(link: Link, community: str, handle: str) -> FoundMember | None:
    """Likewise, with what else there is to know."""
    try:
        found = await link.among.ask(FindMember, community=community, handle=text.handle(handle))
    except Refuse as refused:
        if refused.code != MEMBER_GONE:
            raise
        return None
    return found


def _pull(room: Room) -> tuple[bool, bool, bool]:
    """How much a room wants one: somebody means me, somebody writes to me alone, something is new."""
    return room.mentions > 0, room.unread > 0 and room.kind == "direct", room.unread > 0


def _of(link: Link, community: str) -> list[Room]:
    """The rooms of a community, those one follows first."""
    rooms = [room for room in link.model.numbered() if room.community == community and not room.owner]
    return sorted(rooms, key=lambda room: not room.following)


def _room(link: Link, number: int, room: Room, *, full: bool = False) -> Line:
    here = "›" if room is link.model.room else " "
    news: list[Part] = []
    if room.unread:
        news.append(Part("strong", f"  {room.unread} new"))
    if room.mentions:
        news.append(Part("mention", f"{',' if news else ' '} {room.mentions} for you"))
    if inside := sum(new_in(one) for one in link.model.thread_news() if one.room == room.id):
        news.append(Part("strong", f"{',' if news else ' '} {inside} in threads"))
    if not room.following:
        news.append(Part("dim", "  not followed"))
    kind = f"  {room.kind}" if room.kind in ("private", "corner") else ""
    title = room.title if full else room.short
    return told(f"{here}{number:>2} ", ("place", f"{title:<14}"), *news, ("dim", f"{kind}  {room.topic}".rstrip()))


def _way_back(left: Room) -> str:
    match left.kind:
        case "open":
            return f"/room follow {left.short} undoes that."
        case "direct":
            return f"/dm {','.join(person.handle for person in left.people if person.member != left.me)} undoes that."
        case _:
            return "Whoever is in it may bring you back, but not after you have left it again."
