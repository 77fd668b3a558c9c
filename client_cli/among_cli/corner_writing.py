"""Writing in one's own corner. What is being written is kept as a draft on the server: before it is published, and whatever
goes wrong. Where the server can't be reached or refuses that, it is left in a file that nobody else can read.
"""

import asyncio
import os
import tempfile

from among_protocol.codes import Refuse
from among_protocol.drafts import SetDraft
from among_protocol.happenings import ClientError
from among_protocol.posts import EditPost, PublishPost, ReadPost

from .corner_places import by_id, community_of, my_corner, permalink
from .lines import note, problem, to_copy, told
from .link import WITHIN, Cannot, Link

EMPTY = "# "  # what a post begins with: the title is written behind it


async def write(link: Link, title: str) -> None:
    """A new post: begun where the draft ends, published when it is said so."""
    here = community_of(link)
    draft = await _draft(link, here.id)
    begin = draft or (f"# {title}\n\n" if title else EMPTY)
    if draft:
        link.screen.show([note("Here is the draft that you left.")])
    written = await _composed(link, here.id, begin)
    if written is None:
        return
    name, body = parted(written)
    async with asyncio.timeout(WITHIN):
        entry = (await link.among.ask(PublishPost, community=here.id, title=name, body=body)).entry
        opened = await my_corner(link, here)
    link.corner = opened
    link.screen.show(
        [
            told(("good", "Published: "), ("strong", f"#{entry.seq} {name}")),
            to_copy(permalink(link, opened, entry.seq)),
            note("or by id, for good:"),
            to_copy(by_id(link.server, opened.corner.room, entry.seq, link.among.epoch)),
        ]
    )


async def edit(link: Link, number: int) -> None:
    """A new version of a post of one's own."""
    opened = await my_corner(link, community_of(link))
    async with asyncio.timeout(WITHIN):
        post = await link.among.ask(ReadPost, room=opened.corner.room, post=number)
    before = f"# {post.title}\n\n{post.body}"
    written = await _composed(link, opened.corner.room, await _or_draft(link, opened.corner.room, before))
    if written is None or written == before:
        link.screen.show([note("Nothing was changed.")])
        return
    name, body = parted(written, f"/corner edit {number}")
    async with asyncio.timeout(WITHIN):
        await link.among.ask(EditPost, room=opened.corner.room, post=number, title=name, body=body)
        await link.among.ask(SetDraft, place=opened.corner.room, text="")
    link.screen.show([told(("good", "Changed: "), ("strong", f"#{number} {name}"))])


async def _composed(link: Link, place: str, begin: str) -> str | None:
    """What the user has written; kept as a draft first of all. None: given up, or nothing."""
    try:
        written = (await link.screen.compose(begin)).strip()
    except EOFError as error:
        written = ""
        if str(error):
            link.screen.show([problem(str(error))])
    if written in ("", EMPTY.strip(), begin.strip() if begin.endswith("\n\n") else ""):
        link.screen.show([note("Nothing was written, and nothing is published.")])
        return None
    try:
        async with asyncio.timeout(WITHIN):
            await link.among.ask(SetDraft, place=place, text=written)
    except (Refuse, ClientError, TimeoutError):
        link.screen.show([problem(f"What you wrote is in {_left(written)}, and nowhere else.")])
        raise
    return written


def _left(written: str) -> str:
    """Leave it in a file of its own: where that is."""
    number, path = tempfile.mkstemp(prefix="among-", suffix=".md")  # 0600
    with os.fdopen(number, "w", encoding="utf-8", errors="replace") as file:
        file.write(written)
    return path


async def _or_draft(link: Link, place: str, before: str) -> str:
    """What an edit begins with: the post, or the draft that was left. Of which post that is the user knows."""
    draft = await _draft(link, place)
    if draft in ("", before):
        return before
    title = draft.partition("\n")[0].removeprefix("#").strip()
    try:
        answer = await link.screen.ask(f"Go on with the draft that you left, “{title}”? yes/no: ")
    except EOFError:
        return before
    return draft if answer.strip().lower() in ("y", "yes") else before


async def _draft(link: Link, place: str) -> str:
    async with asyncio.timeout(WITHIN):
        return await link.drafting.text((place, 0))


def parted(written: str, again: str = "/corner post") -> tuple[str, str]:
    """The title, which is the first line, and the body. Raises Cannot where one is missing; `again` goes on with it."""
    first, _, rest = written.strip().partition("\n")
    title, body = first.removeprefix("#").strip(), rest.strip("\n")
    title = title.removeprefix("# ").strip()  # whoever wrote a mark of their own behind ours
    if not title or not body.strip():
        raise Cannot(
            f"A post has a title, which is its first line, and a text below it. What you wrote is kept: {again}"
        )
    return title, body
