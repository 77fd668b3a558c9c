"""What the port answers to plain HTTP: health, readiness and metrics, and a sentence for who came with a browser.

GET /healthz: 200 as long as the process serves. GET /readyz: 200 when newcomers are welcome, else 503 and why. Neither
tells a secret. GET /metrics: to whoever has the token; without one configured, to who asks from this machine and is no
proxy. For all others there is no such page. GET /feeds/…: what members made public, see feeds.py. HEAD tells of each of them
what GET would send; nothing here is asked for otherwise.
"""

import hmac
from typing import TYPE_CHECKING

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from ..limits import HANDSHAKE_BYTES
from . import feeds
from .atom import PREFIX
from .forwarded import Unreadable
from .metrics import CONTENT_TYPE as METRICS
from .origin import allowed

if TYPE_CHECKING:
    from .connection import Connection
    from .handshake import Handshake
    from .listener import Listener

ENDPOINT = "/v1"
METHODS = ("GET", "HEAD")
TOO_MANY = (  # to who is not even asked what they want
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)

_UNREADABLE = "This is no request that is served here: a GET without a body, each header in a line of its own.\n"
_TOO_LARGE = f"The request has more than {HANDSHAKE_BYTES} bytes.\n"

RELAYED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


def unanswered(*, too_large: bool) -> bytes:
    """The answer to what the library can't read as a request, or need not try to."""
    status, text = (
        ("431 Request Header Fields Too Large", _TOO_LARGE) if too_large else ("400 Bad Request", _UNREADABLE)
    )
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(text)}\r\n\r\n{text}".encode()


def answer(
    library: ServerProtocol, request: Request, connection: "Connection", handshake: "Handshake", listener: "Listener"
) -> None:
    """Answer a request: the handshake at the endpoint, a small document elsewhere. Of a feed the answer comes later."""
    path, _, query = request.path.partition("?")
    response: Response | None
    if request.method not in METHODS:
        response = _text(library, 405, "Only GET and HEAD are answered here.\n")
        response.headers["Allow"] = ", ".join(METHODS)
    elif path == ENDPOINT:
        response = _enter(library, request, query, connection, listener)
    elif path == "/healthz":
        response = _json(200, listener.health())
    elif path == "/readyz":
        ready = listener.health()
        response = _json(200 if ready["ready"] else 503, ready)
    elif path == "/metrics" and not query and may_measure(request, connection, listener):
        response = _document(200, METRICS, listener.metrics.text())
    elif path.startswith(PREFIX) and not listener.stopping and not listener.short:
        response = feeds.begin(library, request, connection, handshake, listener)
        if response is None:
            return
    else:
        response = feeds.nothing(library)
    if request.method == "HEAD" and response.status_code != 101:
        response.body = b""
    library.send_response(response)


def _enter(
    library: ServerProtocol, request: Request, query: str, connection: "Connection", listener: "Listener"
) -> Response:
    """The endpoint: the handshake, where there may be one."""
    if query:
        return _text(library, 400, "Nothing may stand in the query: tokens belong into the first frame.\n")
    if listener.stopping:
        listener.turn_away("stopping")
        response = _text(library, 503, "The server is stopping.\n")
        response.headers["Retry-After"] = "2"
    elif listener.short:
        listener.turn_away("memory")
        response = _text(library, 503, "The server is full.\n")
        response.headers["Retry-After"] = "10"
    elif "upgrade" in ",".join(request.headers.get_all("Connection")).lower():  # there may be several
        response = _shake(library, request, listener, connection)
    else:
        response = _text(library, 426, "This is the WebSocket endpoint of a chat server.\n")
        response.headers["Upgrade"] = "websocket"
    return response


def _shake(library: ServerProtocol, request: Request, listener: "Listener", connection: "Connection") -> Response:
    """The handshake: whose is it, is it one more than they may have, and does it come from a page that may connect?"""
    try:
        wait = connection.identify(request.headers)
    except Unreadable as error:
        return _text(library, 400, f"{error}: the proxy in front of this server is not set up right.\n")
    if wait:
        response = _text(library, 429, "Too many connections from this address.\n")
        response.headers["Retry-After"] = str(wait // 1000 + 1)
        return response
    if not allowed(request.headers, listener.config.allowed_origins):
        return _text(library, 403, "This page may not connect: allowed_origins of the server does not name it.\n")
    return library.accept(request)


def may_measure(request: Request, connection: "Connection", listener: "Listener") -> bool:
    """Whether the metrics are this peer's business."""
    if listener.metrics_token:
        given = request.headers.get_all("Authorization")
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        token = token.strip()
        return scheme.lower() == "bearer" and hmac.compare_digest(
            token.encode("utf-8", "replace"), listener.metrics_token
        )
    return connection.is_local() and not any(name in request.headers for name in RELAYED)


def _text(library: ServerProtocol, status: int, text: str) -> Response:
    return library.reject(status, text)


def _json(status: int, document: dict[str, object]) -> Response:
    return _document(status, "application/json", msgspec.json.encode(document) + b"\n")


def _document(status: int, kind: str, body: bytes) -> Response:
    headers = Headers(
        [
            ("Connection", "close"),
            ("Content-Length", str(len(body))),
            ("Content-Type", kind),
            ("Cache-Control", "no-store"),
        ]
    )
    return Response(status, "OK" if status == 200 else "Service Unavailable", headers, body)
