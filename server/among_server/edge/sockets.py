"""The sockets that the server listens on: all of one name, one port, and buffers that its connections inherit."""

import errno
import socket

from ..config import Config

RECEIVE_BUFFER = 65_536  # bytes of the kernel, per connection: a frame of the largest size


class CannotListen(OSError):
    """The address or the port can't be had; says why, and how to mend it."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(what)
        self.key = key  # of the configuration


def bound(config: Config) -> list[socket.socket]:
    """The sockets of the address. Raises CannotListen when it is taken or not ours."""
    return _sockets(config.host, config.port, config.send_buffer_kib * 1024)


def _sockets(host: str, port: int, send_buffer: int) -> list[socket.socket]:
    """Listening sockets whose connections inherit small buffers: the kernel hides no slow reader, and what a peer that is
    held back has sent does not pile up to megabytes."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise CannotListen("host", f'"{host}" is no address of this machine: 127.0.0.1, or 0.0.0.0 for all') from None
    sockets: list[socket.socket] = []
    for family, kind, proto, _, address in dict.fromkeys(found):
        sock = socket.socket(family, kind, proto)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound = (address[0], sockets[0].getsockname()[1]) if sockets and port == 0 else address[:2]
        try:
            sock.bind(bound)
            sock.listen()  # create_server sets the backlog; another who listens already is found here
        except OSError as error:
            for made in (sock, *sockets):
                made.close()
            raise _why(error, host, port) from error
        sock.setblocking(False)
        sockets.append(sock)
    return sockets


def _why(error: OSError, host: str, port: int) -> CannotListen:
    match error.errno:
        case errno.EADDRINUSE:
            return CannotListen("port", f"{port} is in use on {host}: stop what listens there, or choose another port")
        case errno.EACCES | errno.EPERM:
            return CannotListen(
                "port", f"{port} is not for this user: choose one above 1023, and put a proxy before it"
            )
        case errno.EADDRNOTAVAIL:
            return CannotListen("host", f"{host} is no address of this machine: 127.0.0.1, or 0.0.0.0 for all")
        case _:
            return CannotListen("host", f"can't listen on {host}, port {port}: {error.strerror or error}")
