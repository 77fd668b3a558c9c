"""Whose connection it is: the peer's, or that of whom a trusted proxy speaks for; and which pages may connect."""

import base64
import socket
import struct

import pytest
from websockets.datastructures import Headers

from among_protocol import codes, wire
from among_server.admin.settings import read
from among_server.config import Config, ConfigError
from among_server.edge.forwarded import Client, Peers, Unreadable
from among_server.edge.origin import allowed
from tests.wire.house import House, Peer, framed, serving
from tests.world import PASSWORD

PROXIES = ("192.0.2.0/24", "2001:db8:ffff::/48", "127.0.0.0/8", "::1")
FOR, PROTO = "X-Forwarded-For", "X-Forwarded-Proto"


def client(peer: str, *headers: tuple[str, str], tls: bool = False, private: tuple[str, ...] = ()) -> Client:
    peers = Peers(Config(trusted_proxies=PROXIES, private_networks=private))
    return peers.client(peer, Headers(headers), tls=tls)


@pytest.mark.parametrize(
    ("peer", "headers", "tls", "secure"),
    [
        ("127.0.0.1", [], False, True),
        ("127.8.9.1", [], False, True),
        ("::1", [], False, True),
        ("::ffff:127.0.0.1", [], False, True),
        ("", [], False, True),  # a socket of this machine
        ("203.0.113.5", [], False, False),
        ("203.0.113.5", [], True, True),
        ("203.0.113.5", [(PROTO, "https")], False, False),  # anybody can say that
        ("192.0.2.7", [], False, False),  # a proxy that does not say how it was reached
        ("192.0.2.7", [], True, True),
        ("192.0.2.7", [(PROTO, "https")], False, True),
        ("192.0.2.7", [(PROTO, "HTTPS")], False, True),
        ("192.0.2.7", [(PROTO, "http")], False, False),
        ("192.0.2.7", [(PROTO, "http")], True, False),  # TLS between the proxy and us is not TLS to the client
        ("192.0.2.7", [(PROTO, "https, http")], False, False),
        ("192.0.2.7", [(PROTO, "https"), (PROTO, "http")], False, False),
        ("192.0.2.7", [(PROTO, "wss")], False, False),
        ("192.0.2.7", [(PROTO, "")], False, False),
        ("127.0.0.1", [(PROTO, "http"), (FOR, "203.0.113.5")], False, False),  # a proxy beside us that ends plain HTTP
        ("127.0.0.1", [(FOR, "203.0.113.5")], False, False),
        ("127.0.0.1", [(PROTO, "https"), (FOR, "203.0.113.5")], False, True),
    ],
)
def test_passwords_travel_on_this_machine_over_tls_or_through_a_trusted_proxy_that_says_https(
    peer, headers, tls, secure
):
    assert client(peer, *headers, tls=tls).secure is secure


def test_a_private_network_is_as_good_as_this_machine():
    assert not client("172.17.0.1").secure
    assert client("172.17.0.1", private=("172.16.0.0/12",)).secure
    assert not client("172.15.0.1", private=("172.16.0.0/12",)).secure


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),  # it is not trusted: whatever it says
        ("192.0.2.7", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.7", ["10.0.0.1, 198.51.100.1"], "198.51.100.1"),  # what the client wrote itself stands left
        ("192.0.2.7", ["10.0.0.1", "198.51.100.1"], "198.51.100.1"),
        ("192.0.2.7", ["198.51.100.1, 192.0.2.8"], "198.51.100.1"),  # through two of ours
        ("192.0.2.7", ["not an address, 198.51.100.1"], "198.51.100.1"),  # never looked at
        ("192.0.2.7", ["198.51.100.1:4711"], "198.51.100.1"),
        ("192.0.2.7", ["[2001:db8:1:2:3:4:5:6]:4711"], "2001:db8:1:2::/64"),
        ("192.0.2.7", ["2001:db8:1:2:ffff::1"], "2001:db8:1:2::/64"),
        ("192.0.2.7", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("192.0.2.7", ["192.0.2.9"], "192.0.2.9"),  # one of ours is itself the client
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", [], "2001:db8:1:3::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("2001:db8:ffff::1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:192.0.2.7", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.7", [], ""),  # a proxy that names nobody: not counted
        ("127.0.0.1", [], ""),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("", [], ""),
    ],
)
def test_the_client_is_the_rightmost_that_is_no_proxy_of_ours(peer, forwarded, address):
    assert client(peer, *((FOR, value) for value in forwarded)).address == address


@pytest.mark.parametrize(
    "value",
    ["", " ", ",", "unknown", "_hidden", "198.51.100.1,", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4:x", "1.2.3.4:", "[::1", "[::1]x",
     "[::1]:99999999", "::1::", "0x7f.1", "127.1", "a" * 5_000, "198.51.100.1/24"],
)  # fmt: skip
def test_a_proxy_that_says_nonsense_is_refused_and_not_guessed_at(value):
    with pytest.raises(Unreadable):
        client("192.0.2.7", (FOR, value))


async def ask(house: House, *headers: str, path: str = "/v1") -> Peer:
    peer = await house.connect()
    lines = "".join(f"{header}\n" for header in headers)
    await peer.request(
        f"GET {path} HTTP/1.1\nUpgrade: websocket\nConnection: Upgrade\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\nSec-WebSocket-Version: 13\n{lines}\n"
    )
    return peer


async def test_behind_a_proxy_each_client_has_an_address_of_its_own(tmp_path):
    async with serving(tmp_path, address_connections=2, address_budget=1_000_000) as house:
        for number in (1, 2):
            for _ in range(2):
                peer = await ask(house, "Host: x", f"{FOR}: 198.51.100.{number}")
                assert peer.status == 101
            refused = await ask(house, "Host: x", f"{FOR}: 198.51.100.{number}")
            assert refused.status == 429
            assert int(refused.headers["retry-after"]) > 0
        for _ in range(5):
            assert (await ask(house, "Host: x")).status == 101, "the machine itself is not counted"
        assert (await ask(house, "Host: x", f"{FOR}: nonsense")).status == 400
        assert (await ask(house, "Host: x", f"{FOR}: 10.9.8.7, 198.51.100.1")).status == 429, "made up by the client"


async def test_a_password_is_refused_where_the_proxy_says_http(tmp_path):
    async with serving(tmp_path) as house:
        for scheme, secure in (("http", False), ("https", True)):
            peer = await ask(house, "Host: x", f"{FOR}: 198.51.100.1", f"{PROTO}: {scheme}")
            peer.encoding = wire.JSON
            await peer.message()
            reply = await peer.ask("session.sign_up", handle="ann", password="correct horse")
            assert (reply["type"] == "ok") is secure, reply
            if not secure:
                assert reply["code"] == codes.INSECURE.code


OWN = "chat.example"
GRID = [
    (None, OWN, True),  # a program
    ("https://chat.example", OWN, True),
    ("HTTPS://Chat.Example", OWN, True),
    ("http://chat.example", OWN, True),
    ("https://chat.example:443", OWN, True),
    ("http://chat.example:8080", f"{OWN}:8080", True),
    ("https://chat.example", f"{OWN}:443", True),
    ("http://[::1]:8080", "[::1]:8080", True),
    ("https://web.example", OWN, True),  # named
    ("https://web.example:443", OWN, True),
    ("https://web.example:8443", OWN, False),
    ("http://web.example", OWN, False),
    ("https://other.example", OWN, False),
    ("https://chat.example.evil.example", OWN, False),
    ("https://evil-chat.example", OWN, False),
    ("https://chat.example:8080", OWN, False),
    ("https://chat.example", f"{OWN}:8080", False),
    ("https://chat.example@evil.example", OWN, False),
    ("https://chat.example/", OWN, False),
    ("https://chat.example/path", OWN, False),
    ("https://chat.example, https://evil.example", OWN, False),
    ("null", OWN, False),
    ("", OWN, False),
    ("chat.example", OWN, False),
    ("file://", OWN, False),
    ("chrome-extension://abcdef", OWN, False),
    ("https://", OWN, False),
]


@pytest.mark.parametrize(("origin", "host", "may"), GRID)
async def test_ath_04_pages_of_other_hosts_are_refused(tmp_path, origin, host, may):
    headers = Headers([("Host", host), *([("Origin", origin)] if origin is not None else [])])
    assert allowed(headers, ("https://web.example",)) is may


async def test_ath_04_a_refused_page_gets_a_403_and_no_socket(tmp_path):
    async with serving(tmp_path, allowed_origins=("https://web.example",)) as house:
        for origin, host, may in GRID:
            peer = await ask(house, f"Host: {host}", *([f"Origin: {origin}"] if origin is not None else []))
            assert peer.status == (101 if may else 403), origin
        two = await ask(house, f"Host: {OWN}", "Origin: https://chat.example", "Origin: https://evil.example")
        assert two.status in (400, 403)
        two = await ask(house, f"Host: {OWN}", "Host: evil.example", "Origin: https://evil.example")
        assert two.status in (400, 403)


async def test_ath_04_any_page_may_connect_where_the_operator_says_so(tmp_path):
    async with serving(tmp_path, allowed_origins=("*",)) as house:
        assert (await ask(house, f"Host: {OWN}", "Origin: https://anywhere.example")).status == 101
        assert (await ask(house, f"Host: {OWN}", "Origin: null")).status == 403


async def test_headers_that_come_twice_upset_nothing(tmp_path):
    async with serving(tmp_path) as house:
        for twice in (
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"{PROTO}: https",
            "Host: y",
        ):
            peer = await ask(house, "Host: x", twice)
            assert peer.status in (101, 400, 426), twice


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("trusted_proxies", "10.0.0.5/8", "has host bits set"),
        ("trusted_proxies", "127.0.0.1, proxy.example", "proxy.example"),
        ("private_networks", "172.16.0.0/33", "172.16.0.0/33"),
        ("allowed_origins", "chat.example", "https://chat.example, without a path"),
        ("allowed_origins", "https://chat.example/", "without a path"),
    ],
)
def test_a_network_or_origin_that_is_none_is_told_with_its_key(key, value, sentence):
    with pytest.raises(ConfigError) as told:
        read(None, {f"AMONG_{key.upper()}": value}, {})
    assert key in str(told.value)
    assert sentence in str(told.value)


def test_networks_and_origins_come_from_the_environment_with_commas():
    environ = {"AMONG_TRUSTED_PROXIES": "10.0.0.0/8, 2001:db8::1", "AMONG_ALLOWED_ORIGINS": "*"}
    config = read(None, environ, {}).config
    assert config.trusted_proxies == ("10.0.0.0/8", "2001:db8::1")
    assert config.allowed_origins == ("*",)
    assert read(None, {"AMONG_TRUSTED_PROXIES": ""}, {}).config.trusted_proxies == ()


async def test_who_is_gone_before_it_was_let_in_is_believed_nothing(tmp_path):
    """A connection that was reset has no address any more, and what it sent before can still be read."""
    async with serving(tmp_path) as house:
        listener = house.app.listener
        peer = Peer(socket.create_connection(("127.0.0.1", house.port)))
        key = base64.b64encode(bytes(16)).decode()
        request = (
            f"GET /v1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {wire.JSON.subprotocol}\r\n"
            f"{FOR}: 198.51.100.1\r\n{PROTO}: https\r\n\r\n"
        )
        _, sign_up = peer.encoded("session.sign_up", handle="nobody", password=PASSWORD)
        peer.sock.sendall(request.encode() + framed(sign_up))
        peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()  # all that before the loop comes round, and with it the server
        await house.guest()  # who came behind it
        assert sum(house.app.dispatch.commands.values()) == 0
        assert listener.turned_away == {"gone": 1}
