"""What the port answers to plain HTTP: health and readiness, and a sentence for who came with a browser.

GET /healthz: 200 as long as the process serves. GET /readyz: 200 when new members are welcome. Neither tells a secret.
"""

from typing import TYPE_CHECKING

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

if TYPE_CHECKING:
    from .listener import Listener

ENDPOINT = "/v1"


def answer(library: ServerProtocol, request: Request, listener: "Listener") -> None:
    """Answer a request: the handshake at the endpoint, a small document elsewhere."""
    path, _, query = request.path.partition("?")
    if path == ENDPOINT:
        if query:
            response = _text(library, 400, "Nothing may stand in the query: tokens belong into the first frame.\n")
        elif listener.stopping:
            response = _text(library, 503, "The server is stopping.\n")
            response.headers["Retry-After"] = "2"
        elif "upgrade" in ",".join(request.headers.get_all("Connection")).lower():  # there may be several
            response = library.accept(request)
        else:
            response = _text(library, 426, "This is the WebSocket endpoint of a chat server.\n")
            response.headers["Upgrade"] = "websocket"
    elif path == "/healthz":
        response = _json(200, listener.health())
    elif path == "/readyz":
        ready = listener.health()
        response = _json(200 if ready["ready"] else 503, ready)
    else:
        response = _text(library, 404, f"Nothing here. The WebSocket endpoint is {ENDPOINT}.\n")
    if request.method == "HEAD" and response.status_code != 101:
        response.body = b""
    library.send_response(response)


def _text(library: ServerProtocol, status: int, text: str) -> Response:
    return library.reject(status, text)


def _json(status: int, document: dict[str, object]) -> Response:
    body = msgspec.json.encode(document) + b"\n"
    headers = Headers(
        [
            ("Connection", "close"),
            ("Content-Length", str(len(body))),
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
        ]
    )
    return Response(status, "OK" if status == 200 else "Service Unavailable", headers, body)
