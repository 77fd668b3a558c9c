"""The commands about corners: reading and following somebody's, writing in one's own. Each is about the community of the
open room, or about the only one there is; a number is that of a post in the corner that was looked at last."""

import asyncio
import re
from dataclasses import replace

from among_protocol import text
from among_protocol.codes import Refuse
from among_protocol.corners import ListCorners, UpdateCorner
from among_protocol.markup import screens
from among_protocol.messages import ReadMessages, SendMessage
from among_protocol.permalinks import Permalink
from among_protocol.posts import DeletePost, Post, PostCard, ReadPost, ReadPosts
from among_protocol.rooms import FollowRoom, UnfollowRoom

from . import corner_writing, reactions, rooms
from .changes import under
from .corner_places import community_of, corner_of, feed, is_mine, last, my_corner, permalink, room_of, title_of
from .lines import Line, Rule, Written, note, told
from .link import WITHIN, Cannot, Link
from .moment import when
from .places import OpenCorner
from .words import FOLDED, glimpse, hides

PAGE = 10  # posts of a corner, or comments on a post, on the screen
SCREEN = 2_400  # characters of a post that are shown at once, or as many as its next block has
MOST = 200  # of a page, by the protocol
BEGINS = 157  # characters of a post in a list
SETTINGS = ("title", "comments", "public")
_BY_ID = re.compile(r"(?:among://[^/]+/)?(r_[a-z2-7]{16})/([1-9][0-9]*)(?:\?epoch=([\w-]+))?")
_PERMALINK = re.compile(r"(?:among://[^/]+/)?([a-z0-9._-]+)/@([a-z0-9._-]+)(?:/([1-9][0-9]*))?/?", re.IGNORECASE)


async def corner(link: Link, rest: str) -> None:
    """Look at a corner, read in it, write in one's own, or change it."""
    what, _, more = rest.partition(" ")
    more = more.strip()
    match what.lower():
        case "post":
            await corner_writing.write(link, more)
        case "edit" if more.isdecimal():
            await corner_writing.edit(link, int(more))
        case _:
            async with asyncio.timeout(WITHIN):
                await _look(link, rest, what.lower(), more)


async def _look(link: Link, rest: str, what: str, more: str) -> None:
    if what in SETTINGS:
        await _settle(link, what, more)
    elif what == "delete" and more.split(" ", maxsplit=1)[0].isdecimal():
        await _delete(link, more)
    elif what == "react":
        opened = await last(link)
        await reactions.to_post(link, opened.corner.room, more)
    elif what == "more":
        await _more(link)
    elif what == "older":
        await _older(link)
    elif what.isdecimal():
        await _read(link, await last(link), int(what))
    elif found := _BY_ID.fullmatch(rest):
        await by_id(link, found[1], int(found[2]), found[3] or "")
    elif found := _PERMALINK.fullmatch(rest):
        await visit(link, found[1].lower(), found[2], int(found[3] or 0))
    elif not what or (what.startswith("@") and (not more or more.isdecimal())):
        here = community_of(link)
        opened = await (corner_of(link, here, what[1:]) if what else my_corner(link, here))
        await (_read(link, opened, int(more)) if more else _show(link, opened))
    else:
        raise Cannot(
            "Say /corner, /corner @HANDLE, a number, post, edit N, delete N, react N, older, title, comments or public."
        )


async def follow_link(link: Link, found: Permalink) -> None:
    """What a permalink of a corner leads to."""
    if found.community:
        await visit(link, found.community, found.room.removeprefix("@"), found.seq)
    else:
        await by_id(link, found.room, found.seq, found.epoch)


async def start(link: Link, place: str) -> bool:
    """Go to what a link leads to; whether it leads to a corner at all. Nobody joins anything by following a link."""
    by_name, by_id_ = _PERMALINK.fullmatch(place), _BY_ID.fullmatch(place)
    if by_id_ is not None:
        await rooms.start(link, "")
        await by_id(link, by_id_[1], int(by_id_[2]), by_id_[3] or "")
    elif by_name is not None:
        slug = by_name[1].lower()
        inside = slug in {one.slug for one in link.model.communities.values()}
        await rooms.start(link, slug if inside else "")
        await visit(link, slug, by_name[2], int(by_name[3] or 0))
    return bool(by_name or by_id_)


async def by_id(link: Link, room: str, number: int, epoch: str = "") -> None:
    """A post, by the id of its corner."""
    if epoch and epoch != link.among.epoch:
        raise Cannot("This link is older than the data of the server, which were replaced: it may lead elsewhere now.")
    post = await link.among.ask(ReadPost, room=room, post=number)
    for here in link.model.communities.values():
        for found in (await link.among.ask(ListCorners, community=here.id, members=[post.by])).corners:
            await _read(link, OpenCorner(found, here.slug), number)
            return
    raise Cannot("Whoever wrote this is no longer there.")


async def visit(link: Link, slug: str, handle: str, post: int) -> None:
    """A corner of a community that one is in; or one post of it."""
    here = next((one for one in link.model.communities.values() if one.slug == slug), None)
    if here is None:
        raise Cannot(f"You are in no community {slug}. /join {slug} first.")
    opened = await corner_of(link, here, handle)
    await (_read(link, opened, post) if post else _show(link, opened))


async def corners(link: Link, rest: str) -> None:
    """Who has a corner here."""
    here = community_of(link)
    page = await link.among.ask(ListCorners, community=here.id, limit=MOST if rest else PAGE * 2)
    lines: list[Line] = [
        told(
            ("who", f"  @{one.handle:<15} "),
            one.title,
            ("dim", f"  {when(one.latest, link.model.zone) if one.latest else 'no posts yet'}"),
            ("good", "  followed" if one.following else ""),
        )
        for one in page.corners
    ]
    if not lines:
        lines = [note(f"Nobody in {here.slug} has a corner yet. /corner post begins yours.")]
    elif not page.complete:
        lines.append(note("There are more: /corner @HANDLE finds any, /corners all shows two hundred."))
    else:
        lines.append(note("Look at one: /corner @HANDLE"))
    link.screen.show(lines)


async def comment(link: Link, rest: str) -> None:
    """Say something about a post."""
    number, _, words = rest.partition(" ")
    if not number.isdecimal() or not words.strip():
        raise Cannot("Say /comment N TEXT, with the number of a post of the corner that you looked at.")
    opened = await last(link)
    said = text.body(words.strip())
    await link.among.ask(SendMessage, room=opened.corner.room, post=int(number), body=said)
    link.screen.show([told(("dim", f"Said about #{number} in "), ("place", title_of(opened)), ("dim", "."))])


async def follow(link: Link, rest: str) -> None:
    """Hear of somebody's posts and of what is said about them."""
    opened = await corner_of(link, community_of(link), rest.removeprefix("@"))
    await link.among.ask(FollowRoom, room=opened.corner.room)
    opened.corner.following = True
    link.screen.show(
        [
            told(
                ("dim", "You follow "),
                ("place", title_of(opened)),
                ("dim", f": /unfollow @{opened.corner.handle} undoes that."),
            )
        ]
    )


async def unfollow(link: Link, rest: str) -> None:
    """Hear of them no longer."""
    opened = await corner_of(link, community_of(link), rest.removeprefix("@"))
    if not opened.corner.following:
        raise Cannot(f"You do not follow {title_of(opened)}.")
    await link.among.ask(UnfollowRoom, room=opened.corner.room)
    opened.corner.following = False
    link.screen.show([told(("dim", "You no longer follow "), ("place", title_of(opened)), ("dim", "."))])


# ---- reading


async def _show(link: Link, opened: OpenCorner) -> None:
    """How a corner is, and its newest posts."""
    one = opened.corner
    lines: list[Line] = [told(""), told(("place", title_of(opened)), f"  {one.title}" if one.title else "")]
    facts = ["comments open" if one.comments == "members" else "no comments"]
    facts += ["followed"] if one.following and not is_mine(link, opened) else []
    lines.append(note(f"  {', '.join(facts)}"))
    if one.public:
        lines.append(note(f"  public: {feed(link.server, opened.slug, one.handle)}"))
    opened.oldest = 0
    lines += await _posts(link, opened, None)
    link.screen.show(lines)
    link.corner = opened


async def _older(link: Link) -> None:
    opened = await last(link)
    if not opened.oldest:
        raise Cannot("These were the oldest posts. /corner shows the newest again.")
    link.screen.show(await _posts(link, opened, opened.oldest))


async def _posts(link: Link, opened: OpenCorner, before: int | None) -> list[Line]:
    mine = is_mine(link, opened)
    page = await link.among.ask(ReadPosts, room=opened.corner.room, before=before, limit=PAGE)
    lines: list[Line] = [row for card in page.posts for row in _card(link, card)]
    if not page.posts and before is None:
        lines.append(note("Nothing is published here yet." + (" /corner post begins." if mine else "")))
    else:
        lines.append(note(f"Read one: /corner {page.posts[0].seq}" if page.posts else "That is all."))
    opened.oldest = 0 if page.complete or not page.posts else page.posts[-1].seq
    if opened.oldest:
        lines.append(note("Older posts: /corner older"))
    if before is None and opened.corner.following:
        await link.set_marker(opened.corner.room, page.as_of)
    return lines


def _card(link: Link, card: PostCard) -> list[Line]:
    begins = glimpse(card.lead, cut=card.bytes > len(card.lead.encode()), most=BEGINS, whole=True)
    facts = [when(card.at, link.model.zone), *(["edited"] if card.edited else [])]
    facts += [f"{card.comments} comment{'s' if card.comments != 1 else ''}"] if card.comments else []
    return [
        told(("strong", f"#{card.seq} "), ("strong", card.title), ("dim", f"  {', '.join(facts)}")),
        told(("dim", f"   {begins}")),
    ]


async def _read(link: Link, opened: OpenCorner, number: int) -> None:
    """A post, as much of it as a screen holds; the rest with /corner more."""
    post = await link.among.ask(ReadPost, room=opened.corner.room, post=number)
    await link.learn([(post.by, post.rev)])
    edited = f", edited {when(post.versions[-1].at, link.model.zone)}" if len(post.versions) > 1 else ""
    link.screen.show(
        [
            told(""),
            Rule(f"#{post.seq} {post.title}", "strong"),
            told(
                ("who", f"@{link.model.who(post.by, post.rev)}"),
                ("dim", f"  {when(post.at, link.model.zone)}{edited}"),
            ),
            note(permalink(link, opened, post.seq)),
            *([note(f"  {under(post.reactions)}")] if post.reactions else []),
            told(""),
        ]
    )
    opened.post, opened.rest = post, screens(post.body, SCREEN)
    link.corner = opened
    _screen(link, opened, post)
    if not opened.rest:
        await _comments(link, opened, post)


async def _more(link: Link) -> None:
    """The next screen of the post being read."""
    opened = link.corner
    if opened is None or opened.post is None or not opened.rest:
        raise Cannot("There is nothing more of it. /corner N reads a post.")
    _screen(link, opened, await still_there(link, opened))


async def still_there(link: Link, opened: OpenCorner) -> Post:
    """The post being read, which nobody has changed meanwhile. Raises Cannot, Refuse; then nothing of it is kept."""
    before = opened.post
    assert before is not None
    try:
        now = await link.among.ask(ReadPost, room=opened.corner.room, post=before.seq)
    except Refuse:
        opened.forget(before.seq)
        raise
    if now.version != before.version:
        opened.forget(before.seq)
        raise Cannot(f"It was changed while you read it: /corner {before.seq} begins anew.")
    return now


def _screen(link: Link, opened: OpenCorner, post: Post) -> None:
    shown = Written(opened.rest.pop(0))
    opened.hiding = shown if hides(shown.text) else None
    lines: list[Line] = [shown]
    if opened.rest:
        left = sum(map(len, opened.rest))
        lines.append(note(f"-- {left:,} characters more: /corner more"))
    else:
        lines.append(Rule(_comment_hint(post)))
    link.screen.show(lines)


def _comment_hint(post: Post) -> str:
    count = f"{post.comments} comment{'s' if post.comments != 1 else ''}" if post.comments else "no comments yet"
    return f"{count}: /comment {post.seq} TEXT"


async def _comments(link: Link, opened: OpenCorner, post: Post) -> None:
    page = await link.among.ask(ReadMessages, room=opened.corner.room, post=post.seq, limit=PAGE)
    await link.learn((message.by, message.rev) for message in page.messages)
    room = room_of(link, opened)
    lines: list[Line] = [] if page.complete else [note(f"The newest {len(page.messages)}:")]
    said = [replace(link.model.said(room, message), number="") for message in page.messages]
    opened.hiding = next((one for one in reversed(said) if not one.folded and hides(one.body)), opened.hiding)
    link.screen.show([*lines, *(note(FOLDED) if one.folded else one for one in said)])


# ---- one's own


async def _delete(link: Link, more: str) -> None:
    """A post of the corner that was looked at last: one's own, or for stewards anybody's, with a reason."""
    number, _, reason = more.partition(" ")
    opened = await last(link)
    await link.among.ask(DeletePost, room=opened.corner.room, post=int(number), reason=reason.strip())
    opened.forget(int(number))
    link.screen.show([told(("good", "Deleted: "), f"#{number} in ", ("place", title_of(opened)), ".")])


async def _settle(link: Link, what: str, value: str) -> None:
    """Change how one's own corner is."""
    here = community_of(link)
    match what, value.lower():
        case "title", _:
            longest = link.among.hello.limits.topic_chars
            wish: dict[str, object] = {"title": text.line(value, longest=longest, empty=True)}
        case "comments", "on" | "off":
            wish = {"comments": "members" if value.lower() == "on" else "nobody"}
        case "public", "on" | "off":
            wish = {"public": value.lower() == "on"}
        case _:
            raise Cannot(f"Say /corner {what} on, or /corner {what} off.")
    await link.among.ask(UpdateCorner, community=here.id, **wish)
    await _show(link, await my_corner(link, here))
