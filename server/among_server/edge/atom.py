"""A public corner as an Atom feed (RFC 4287). Pure: from what the handlers tell to bytes.

Ids are `tag:` URIs (RFC 4151) of the server, the day on which the corner was opened, and the room: they stay the same when
somebody takes another handle. Bodies go out as paragraphs of HTML that hold nothing but the text, escaped.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from ..handlers.feeds import Feed, FeedPost

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
PREFIX = "/feeds/"

_PATH = re.compile(r"/feeds/([A-Za-z0-9._-]{3,32})/([A-Za-z0-9._-]{3,32})\.atom")
_UNFIT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 can't hold


def named(path: str) -> tuple[str, str] | None:
    """The community and the handle that a path names."""
    found = _PATH.fullmatch(path)
    return (found[1], found[2]) if found else None


def path(community: str, handle: str) -> str:
    """Of the feed of this corner."""
    return f"{PREFIX}{quote(community)}/{quote(handle)}.atom"


def document(feed: Feed, posts: Sequence[FeedPost], url: str) -> bytes:
    """`url`: the server as its members reach it."""
    corner, community = feed.corner.corner, feed.corner.community
    parts = urlsplit(url)
    place = f"{community.slug}/@{corner.handle}"
    id = f"tag:{parts.hostname},{corner.opened[:10]}:{corner.room}"
    here = f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}{path(community.slug, corner.handle)}"
    link = f"among://{parts.netloc}/{place}"
    title = corner.title or f"{corner.display_name} in {community.name}"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_text(id)}</id>",
        f"<title>{_text(title)}</title>",
        f"<updated>{_text(feed.updated)}</updated>",
        f"<author><name>{_text(_author(feed))}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(here)}/>',
        f'<link rel="alternate" href={_attribute(link)}/>',
        "<generator>Among</generator>",
    ]
    for post in posts:
        lines += _entry(post, f"{id}/{post.seq}", f"{link}/{post.seq}")
    return "\n".join([*lines, "</feed>", ""]).encode()


def _entry(post: FeedPost, id: str, link: str) -> list[str]:
    kind = "content" if post.whole else "summary"
    return [
        "<entry>",
        f"<id>{_text(id)}</id>",
        f"<title>{_text(post.title)}</title>",
        f"<published>{_text(post.published)}</published>",
        f"<updated>{_text(post.updated)}</updated>",
        f'<link rel="alternate" href={_attribute(link)}/>',
        f'<{kind} type="html">{_text(_html(post.body))}</{kind}>',
        "</entry>",
    ]


def _author(feed: Feed) -> str:
    corner = feed.corner.corner
    named = corner.display_name != corner.handle
    return f"{corner.display_name} (@{corner.handle})" if named else f"@{corner.handle}"


def _html(body: str) -> str:
    """The text in paragraphs. Nothing of it is markup: what looks like some is shown."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", body.strip())
    return "".join(f"<p>{escape(one).replace(chr(10), '<br>')}</p>" for one in paragraphs)


def _text(text: str) -> str:
    return escape(_UNFIT.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_UNFIT.sub("\ufffd", text))
