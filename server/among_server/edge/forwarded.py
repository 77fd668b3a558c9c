"""Whose connection this is: the peer's own, or somebody's whom a trusted proxy speaks for; and whether it is private.

Only a trusted peer's headers are looked at. Of X-Forwarded-For the rightmost address that is not a trusted proxy is
the client: what stands left of it was written by the client. A proxy that says nonsense is refused, since to guess
would let anybody choose their address. A peer without an address is believed on a socket of this machine alone.
"""

import asyncio
import ipaddress
import socket
from typing import NamedTuple

from websockets.datastructures import Headers

from ..config import Config, Network, networks

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
LOOPBACK: list[Network] = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1")]


class Client(NamedTuple):
    address: str  # what is counted as one; empty: nobody's, not counted
    secure: bool  # passwords may travel here


class Unreadable(ValueError):
    """The headers of a trusted proxy make no sense."""


class Peers:
    """Which peers are believed, and which are as private as the machine itself."""

    def __init__(self, config: Config) -> None:
        self._trusted = networks(config.trusted_proxies)
        self._private = LOOPBACK + networks(config.private_networks)

    def trusts(self, peer: str) -> bool:
        """Whether this peer may speak for others; a socket of this machine may."""
        return not peer or _within(_ip(peer), self._trusted)

    def client(self, peer: str, headers: Headers, *, tls: bool) -> Client:
        """`peer`: its address, empty for a socket of this machine. Raises Unreadable."""
        private = not peer or _within(_ip(peer), self._private)
        if not self.trusts(peer):
            return Client(name_of(_ip(peer)), tls or private)
        chain = [word.strip() for value in headers.get_all("X-Forwarded-For") for word in value.split(",")]
        schemes = [word.strip() for value in headers.get_all("X-Forwarded-Proto") for word in value.lower().split(",")]
        secure = all(scheme == "https" for scheme in schemes) if schemes else tls or (private and not chain)
        found = None
        for word in reversed(chain):
            found = _hop(word)
            if not _within(found, self._trusted):
                break
        return Client(name_of(found) if found is not None else "", secure)


def peer_of(transport: asyncio.BaseTransport) -> str | None:
    """The address that connected; empty for a socket of this machine. None: it came over the network and is gone again,
    and with it its address. What is written to a socket of the network is sent at once."""
    raw = transport.get_extra_info("socket")
    remote = raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6)
    address = transport.get_extra_info("peername")
    if not isinstance(address, tuple):
        return None if remote else ""
    if remote:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return str(address[0])


def name_of_peer(peer: str) -> str:
    return name_of(_ip(peer))


def name_of(ip: Ip) -> str:
    """What is counted as one address."""
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))


def _ip(text: str) -> Ip:
    """Raises ValueError. An IPv4 address in IPv6's clothes is one of IPv4; a zone is left out."""
    ip = ipaddress.ip_address(text.partition("%")[0])
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def _hop(word: str) -> Ip:
    """An entry of X-Forwarded-For, with or without a port. Raises Unreadable."""
    text = word
    if word.startswith("["):
        text, bracket, port = word[1:].partition("]")
        if not bracket or (port and not _is_port(port)):
            raise Unreadable("X-Forwarded-For holds no address")
    elif word.count(":") == 1:
        text, _, port = word.partition(":")
        if not _is_port(f":{port}"):
            raise Unreadable("X-Forwarded-For holds no address")
    try:
        return _ip(text)
    except ValueError:
        raise Unreadable("X-Forwarded-For holds no address") from None


def _is_port(text: str) -> bool:
    return text[:1] == ":" and text[1:].isascii() and text[1:].isdigit() and len(text) <= 6


def _within(ip: Ip, given: list[Network]) -> bool:
    return any(ip in network for network in given)
