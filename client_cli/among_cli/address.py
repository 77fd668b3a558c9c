"""Which server is meant? Every form that people type or paste becomes one WebSocket address. Pure.

Rules: an address without a scheme is encrypted, but for this machine itself; an unencrypted one to another machine
must be asked for by writing `ws://` or `http://`. The path defaults to the protocol's. A community, the code of an invite, or
one to set a password, is the fragment, which no server ever sees in a log.
"""

import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, urlsplit

DEFAULT = "ws://127.0.0.1:8080/v1"
LINK = "among"  # the scheme of links to what is on a server
_PATH = "/v1"
_SCHEMES = {"ws": "ws", "http": "ws", "wss": "wss", "https": "wss"}


class Address(NamedTuple):
    server: str  # the one form under which a server is known: ws://host:port/path
    invite: str = ""  # the code out of an invite's link
    reset: str = ""  # the code out of a link to set a password
    community: str = ""  # where a link leads; with an invite, that of this community
    place: str = ""  # what an among:// link leads to: garden/@bob/7


class AddressError(ValueError):
    """This is no address of a server; the sentence says why."""


def is_link(text: str) -> bool:
    """Whether the text can only be meant as an address, not as a room."""
    return "://" in text or any(f"#{word}=" in text for word in ("invite", "reset", "community"))


def parse(text: str) -> Address:
    """The server that is meant. Raises AddressError."""
    text = text.strip()
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        raise AddressError("an address has no spaces")
    scheme_given = "://" in text
    try:
        parts = urlsplit(text if scheme_given else f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressError(str(error)) from None
    if not host:
        raise AddressError("the name of a machine is missing")
    try:
        host.encode("idna")
    except UnicodeError:
        raise AddressError("this can't be the name of a machine") from None
    if parts.username is not None:
        raise AddressError("sign in with --handle; an address carries no name and no password")
    leads = parts.scheme == LINK
    if scheme_given and not leads and parts.scheme not in _SCHEMES:
        raise AddressError(f"it begins with ws://, wss://, http:// or https://, not {parts.scheme}://")
    here = is_loopback(host)
    scheme = _SCHEMES[parts.scheme] if scheme_given and not leads else ("ws" if here else "wss")
    if port is None and here and not scheme_given:
        port = 8080
    codes = parse_qs(parts.fragment)
    path = parts.path.rstrip("/") if not leads else ""
    if not path.endswith(_PATH):
        path += _PATH
    name = f"[{host}]" if ":" in host else host
    if port is not None and port != {"ws": 80, "wss": 443}[scheme]:
        name += f":{port}"
    invite, reset, community = (codes.get(word, [""])[0] for word in ("invite", "reset", "community"))
    place = _place(parts) if leads else ""
    return Address(f"{scheme}://{name}{path}", invite, reset, community.lower(), place)


def with_invite(server: str, community: str, code: str) -> str:
    """A link that leads into a community."""
    return f"{server}#community={community}&invite={code}"


def _place(parts: SplitResult) -> str:
    return parts.path.strip("/") + (f"?{parts.query}" if parts.query else "")


def is_loopback(host: str) -> bool:
    """Whether the name stands for this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def shown(server: str) -> str:
    """The server as told to people: without what is the same everywhere."""
    parts = urlsplit(server)
    return parts.netloc + (parts.path.removesuffix(_PATH) if parts.path != _PATH else "")
