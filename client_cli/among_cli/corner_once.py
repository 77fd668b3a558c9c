"""Corners for scripts: publish what stands on standard input, list posts, print one. See one_shot.py for the rules."""

from typing import Any

import msgspec

from among_protocol import text
from among_protocol.aio import Among
from among_protocol.corners import Corner, ListCorners
from among_protocol.personas import FindMember
from among_protocol.posts import PublishPost, ReadPost, ReadPosts

from .one_shot import NotThere, answer, json_line
from .safe_text import safe_lines, safe_text
from .typed import handle_in

PAGE = 200  # rows at once, by the protocol


async def corner(among: Among, place: str, what: str, number: int | None, options: dict[str, Any]) -> None:
    """`options`: title, nonce, json, and the words to publish. Raises Refuse, NotThere, TextError."""
    community = next(
        (card.community.id for card in among.communities.values() if card.community.slug == place.lower()), ""
    )
    if not community:
        raise NotThere(f"you are in no community {place}; `among join {place}`")
    if what == "post":
        await _publish(among, community, options)
    elif not what:
        await _corners(among, community, as_json=options["json"])
    elif number is None:
        await _posts(among, await _of(among, community, what), as_json=options["json"])
    else:
        await _post(among, await _of(among, community, what), number, as_json=options["json"])


async def _publish(among: Among, community: str, options: dict[str, Any]) -> None:
    words = options["words"].strip("\n")
    title, body = options["title"], words
    if not title:
        first, _, rest = words.partition("\n")
        title, body = first.removeprefix("#").strip(), rest.strip("\n")
    limits = among.hello.limits
    asked: dict[str, Any] = {
        "community": community,
        "title": text.line(title, longest=limits.title_chars),
        "body": text.body(body, limits.post_bytes),
    }
    if options["nonce"]:
        asked["nonce"] = options["nonce"]
    entry = (await answer(among.ask(PublishPost, **asked))).entry
    print(json_line(msgspec.to_builtins(entry)) if options["json"] else f"{entry.log}/{entry.seq}", flush=True)


async def _corners(among: Among, community: str, *, as_json: bool) -> None:
    after, complete = "", False
    while not complete:
        page = await answer(among.ask(ListCorners, community=community, after=after, limit=PAGE))
        for one in page.corners:
            row = f"@{one.handle}  {one.title}".rstrip()
            print(json_line(msgspec.to_builtins(one)) if as_json else safe_text(row))
            after = one.handle
        complete = page.complete or not page.corners  # an empty page is the last, whatever it says


async def _of(among: Among, community: str, name: str) -> Corner:
    who = await answer(among.ask(FindMember, community=community, handle=handle_in(name)))
    found = (await answer(among.ask(ListCorners, community=community, members=[who.member.member]))).corners
    if not found:
        raise NotThere(f"{name} has no corner there")
    return found[0]


async def _posts(among: Among, corner: Corner, *, as_json: bool) -> None:
    before, complete = None, False
    while not complete:
        page = await answer(among.ask(ReadPosts, room=corner.room, before=before, limit=PAGE))
        for card in page.posts:
            row = f"{card.seq}  {card.at[:10]}  {card.title}"
            print(json_line(msgspec.to_builtins(card)) if as_json else safe_text(row))
            before = card.seq
        complete = page.complete or not page.posts


async def _post(among: Among, corner: Corner, number: int, *, as_json: bool) -> None:
    post = await answer(among.ask(ReadPost, room=corner.room, post=number))
    if as_json:
        print(json_line(msgspec.to_builtins(post)))
        return
    for line in (f"# {safe_text(post.title)}", "", *safe_lines(post.body)):
        print(line)
