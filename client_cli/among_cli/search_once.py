"""Searching for scripts: a hit a line. See one_shot.py for the rules."""

import msgspec

from among_protocol.aio import Among
from among_protocol.base import HITS
from among_protocol.search import Hit, SearchMessages

from .one_shot import NotThere, answer, json_line
from .places import NOBODY, direct_title
from .safe_text import safe_text


async def search(among: Among, query: str, *, newest: bool, limit: int, as_json: bool) -> None:
    """Print what was said, wherever one may read; what somebody says whom one blocks, in JSON alone. Raises Refuse, NotThere."""
    if not among.hello.search:
        raise NotThere("this server does not search what was said")
    left, after = limit, ""
    while left:
        order, most = "newest" if newest else "rank", min(left, HITS)
        page = await answer(among.ask(SearchMessages, query=query, order=order, limit=most, after=after))
        for one in page.hits:
            title, handle = _title(among, one), await _author(among, one)
            if as_json:
                print(json_line({"place": title, "handle": handle, **msgspec.to_builtins(one)}), flush=True)
            elif not one.folded:
                said = " ".join(filter(None, (one.title, one.snippet)))
                print(
                    safe_text(f"{title}#{one.seq}  {one.at[:16].replace('T', ' ')}  {handle or NOBODY}: {said}"),
                    flush=True,
                )
        left -= len(page.hits)
        told, after = after, page.after
        if page.complete or after in ("", told):
            return


def _title(among: Among, one: Hit) -> str:
    membership = among.communities.get(one.community)
    slug = membership.community.slug if membership else "?"
    if one.community:
        return f"{slug}/{one.slug}" if one.slug else f"{slug} (a corner)"
    room = among.rooms.get(one.room)
    return direct_title(room.people, room.member) if room is not None else "a direct"


async def _author(among: Among, one: Hit) -> str:
    """Their handle as it was then; empty where nothing is kept of them."""
    persona = await answer(among.persona(one.by, one.rev))
    return persona.handle if persona else ""
