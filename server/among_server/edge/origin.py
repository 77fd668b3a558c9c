"""Which web pages may connect: none given (a program), one of the server's own host, or one that is allowed by name.

A token travels in a frame and never in a cookie, so a foreign page could only sign in as somebody who gave it their
password. It is refused all the same: it has no business here.
"""

from collections.abc import Sequence

from websockets.datastructures import Headers

from ..config import ORIGIN

PORTS = {"http": "80", "https": "443"}


def allowed(headers: Headers, origins: Sequence[str]) -> bool:
    """Whether the page that asks, if it is one, may connect."""
    given = headers.get_all("Origin")
    if not given:
        return True
    if len(given) > 1:
        return False
    origin = given[0].strip().lower()
    parsed = ORIGIN.fullmatch(origin)
    if parsed is None:  # `null`, and everything else that is no page of a host
        return False
    scheme, own = parsed.groups()
    if any(word in ("*", origin) or _full(word) == _full(origin) for word in map(str.lower, origins)):
        return True
    hosts = headers.get_all("Host")
    return len(hosts) == 1 and _with_port(hosts[0].strip().lower(), scheme) == _with_port(own, scheme)


def _full(origin: str) -> tuple[str, str] | None:
    parsed = ORIGIN.fullmatch(origin)
    return (parsed[1], _with_port(parsed[2], parsed[1])) if parsed else None


def _with_port(host: str, scheme: str) -> str:
    bare = host.rpartition("]")[2] if host.startswith("[") else host
    return host if ":" in bare else f"{host}:{PORTS[scheme]}"
