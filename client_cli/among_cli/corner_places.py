"""Which corner is meant, and how it is named: by its owner's handle for people, by its id for good."""

from urllib.parse import urlsplit

from among_protocol import text
from among_protocol.corners import ListCorners
from among_protocol.permalinks import Permalink, write

from .link import Cannot, Link
from .places import Community, OpenCorner, Room
from .rooms import member_of


def community_of(link: Link) -> Community:
    found = list(link.model.communities.values())
    room = link.model.room
    if room is not None and room.community:
        found = [link.model.communities[room.community]]
    if len(found) != 1:
        raise Cannot("A corner is in a community: go to one of its rooms first, or say /corner COMMUNITY/@HANDLE.")
    return found[0]


async def corner_of(link: Link, here: Community, handle: str) -> OpenCorner:
    member = await member_of(link, here.id, text.handle(handle.lower()))
    if member is None:
        raise Cannot(f"There is no {handle} in {here.slug}. /members lists who is there.")
    if member.member == here.me:
        return await my_corner(link, here)
    found = await _corner(link, here, member.member)
    if found is None:
        raise Cannot(f"@{member.handle} has no corner in {here.slug}.")
    return found


async def my_corner(link: Link, here: Community) -> OpenCorner:
    """By membership: one may go by another handle here than everywhere."""
    found = await _corner(link, here, here.me)
    if found is None:
        raise Cannot(f"You have no corner in {here.slug} yet: /corner post begins one.")
    return found


async def _corner(link: Link, here: Community, member: str) -> OpenCorner | None:
    found = (await link.among.ask(ListCorners, community=here.id, members=[member])).corners
    return OpenCorner(found[0], here.slug) if found else None


def is_mine(link: Link, opened: OpenCorner) -> bool:
    return any(place.me == opened.corner.member for place in link.model.communities.values())


async def last(link: Link) -> OpenCorner:
    """The corner that was looked at last, or else one's own."""
    return link.corner or await my_corner(link, community_of(link))


def title_of(opened: OpenCorner) -> str:
    return f"{opened.slug}/@{opened.corner.handle}"


def room_of(link: Link, opened: OpenCorner) -> Room:
    """The corner as a room, followed or not."""
    one = opened.corner
    here = next((here for here in link.model.communities.values() if here.slug == opened.slug), None)
    place, me = (here.id, here.me) if here is not None else ("", "")
    return link.model.rooms.get(one.room) or Room(one.room, title_of(opened), "corner", place, me, one.title)


def permalink(link: Link, opened: OpenCorner, number: int) -> str:
    """For people: it goes on leading there when they take another handle, and says nothing of the data that it is of."""
    return write(Permalink(urlsplit(link.server).netloc, number, opened.slug, f"@{opened.corner.handle}"))


def by_id(server: str, room: str, number: int, epoch: str) -> str:
    """The form that no rename touches, and that says which data it is of."""
    return write(Permalink(urlsplit(server).netloc, number, room=room, epoch=epoch))


def feed(server: str, slug: str, handle: str) -> str:
    parts = urlsplit(server)
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}/feeds/{slug}/{handle}.atom"
