"""GET /feeds/COMMUNITY/HANDLE.atom: the one document that is read from the store, so its answer takes a while.

It costs the address that asks, as connecting does. Whoever has it already is told so (304) by ETag, or by date. What is not
there and what is not public get the same answer, which is that of any other page that there is not. A former handle leads to
the present one (301), for as long as its owner lets members see what they were called.
"""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

import structlog
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from ..handlers import feeds
from ..handlers.feeds import Feed
from ..limits import FEED_UNITS
from . import atom
from .forwarded import Unreadable

if TYPE_CHECKING:
    from .connection import Connection
    from .handshake import Handshake
    from .listener import Listener

log = structlog.get_logger()

NOTHING = "Nothing here. The WebSocket endpoint is /v1.\n"  # to whatever is asked for and not there


def begin(
    library: ServerProtocol, request: Request, connection: "Connection", handshake: "Handshake", listener: "Listener"
) -> Response | None:
    """The answer, or nothing: then it comes later."""
    named = atom.named(request.path)
    if named is None:
        return nothing(library)
    try:
        wait = connection.identify(request.headers)
    except Unreadable as error:
        return library.reject(400, f"{error}: the proxy in front of this server is not set up right.\n")
    if not wait and connection.address is not None:
        wait = connection.address.bucket.take(FEED_UNITS, listener.now())
    if wait:
        response = library.reject(429, "Too many requests from this address.\n")
        response.headers["Retry-After"] = str(wait // 1000 + 1)
        return response
    task = listener.loop.create_task(_answer_later(library, request, named, handshake, listener))
    handshake.later = True
    background = listener.services.background
    background.add(task)
    task.add_done_callback(background.discard)
    return None


async def _answer_later(
    library: ServerProtocol,
    request: Request,
    named: tuple[str, str],
    handshake: "Handshake",
    listener: "Listener",
) -> None:
    try:
        response = await _answer(library, request, named, listener)
    except Exception:
        log.exception("feed.failed")
        response = library.reject(500, "The server made a mistake; it is in its log.\n")
    handshake.answer(library, response)


async def _answer(library: ServerProtocol, request: Request, named: tuple[str, str], listener: "Listener") -> Response:
    services = listener.services
    feed = await feeds.find(services, *named)
    if feed is None:
        feed = await feeds.moved(services, *named)
        return nothing(library) if feed is None else _moved(library, feed)
    headers = Headers(
        [
            ("Connection", "close"),
            ("ETag", f'"{feed.tag}"'),
            ("Last-Modified", format_datetime(_moment(feed), usegmt=True)),
            ("Cache-Control", "no-cache"),  # keep it, and ask again each time: what is deleted is gone at once
        ]
    )
    if _has(request, feed):
        return Response(304, "Not Modified", headers)
    body = atom.document(feed, await feeds.posts(services, feed), services.config.members_url())
    headers["Content-Type"] = atom.CONTENT_TYPE
    headers["Content-Length"] = str(len(body))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return Response(200, "OK", headers, b"" if request.method == "HEAD" else body)


def _moved(library: ServerProtocol, feed: Feed) -> Response:
    """Where it is now. Not to be kept: what was a name may be hidden later, or be another's."""
    path = atom.path(feed.corner.community.slug, feed.corner.corner.handle)
    response = library.reject(301, f"This feed is at {path} now.\n")
    response.headers["Location"] = path
    response.headers["Cache-Control"] = "no-store"
    return response


def nothing(library: ServerProtocol) -> Response:
    return library.reject(404, NOTHING)


def _has(request: Request, feed: Feed) -> bool:
    """Whether whoever asks has this already (RFC 9110, section 13): a tag is looked at first, and then alone."""
    tags = request.headers.get_all("If-None-Match")
    if tags:
        given = [tag.strip().removeprefix("W/") for value in tags for tag in value.split(",")]
        return "*" in given or f'"{feed.tag}"' in given
    try:
        (since,) = request.headers.get_all("If-Modified-Since")
        return _moment(feed) <= parsedate_to_datetime(since)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False


def _moment(feed: Feed) -> datetime:
    """To the second, as the header has it."""
    return datetime.fromisoformat(feed.updated).astimezone(UTC).replace(microsecond=0)
