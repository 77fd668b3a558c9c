"""A connection: its handshake, hello, and the two encodings."""

import asyncio
from typing import Any

import msgspec
from websockets.frames import Opcode

from ... import wire
from ..checks import Fault, Skip, demand
from ..link import CUT, Ended, Link, NoHandshake
from .ground import Scene, checks
from .peer import Frame

LONGEST = 100.0  # seconds that a check waits for a deadline of the server
GRACE = 10.0  # seconds later than it said, on a busy machine


async def first_frame(scene: Scene, link: Link) -> Any:
    """What the server says first, as an object of either encoding."""
    received = await scene.message(link)
    decode = msgspec.msgpack.decode if received.opcode is Opcode.BINARY else msgspec.json.decode
    try:
        return decode(received.data)
    except msgspec.DecodeError:
        return received.data


@checks("connection.default")
async def no_subprotocol_means_json(scene: Scene) -> None:
    """Connect without naming a subprotocol, and ping."""
    link = await scene.link()
    received = await scene.message(link)
    demand(received.opcode is Opcode.TEXT, "`hello` in a text frame, as JSON", received.data)
    hello = msgspec.json.decode(received.data)
    demand(hello.get("type") == "hello", "`hello` as JSON", hello)
    await link.send(b'{"type":"session.ping","id":"1"}')
    reply = msgspec.json.decode((await scene.message(link)).data)
    demand(reply.get("type") == "ok" and reply.get("id") == "1", "`ok` to a ping as JSON", reply)


@checks("connection.subprotocol")
async def the_first_known_subprotocol_is_served(scene: Scene) -> None:
    """Ask for each subprotocol alone, for both in either order, and for one that nobody knows before ours."""
    json, msgpack = wire.JSON.subprotocol, wire.MSGPACK.subprotocol
    for offered in ([json], [msgpack], [msgpack, json], [json, msgpack], ["x.unknown.v9", msgpack]):
        link = await scene.link(*offered)
        first = next(name for name in offered if name in (json, msgpack))
        demand(
            link.subprotocol == first, f"subprotocol {first} where {', '.join(offered)} were named", link.subprotocol
        )
        received = await scene.message(link)
        binary = first == msgpack
        demand((received.opcode is Opcode.BINARY) == binary, f"the encoding of {first}", received.data)


@checks("connection.unknown_subprotocol")
async def unknown_subprotocols_are_answered_with_400(scene: Scene) -> None:
    """Ask for subprotocols that nobody knows."""
    try:
        await scene.link("among.v999.json", "x.unknown")
    except NoHandshake as answer:
        demand(answer.status == 400, "HTTP status 400", answer)
        for name in wire.ENCODINGS:
            demand(name in answer.body, f"a body that names {name}", answer.body)
        return
    demand(False, "HTTP status 400", "a WebSocket")


@checks("connection.hello")
async def the_server_speaks_first(scene: Scene) -> None:
    """Connect, say nothing, and read the first frame in both encodings."""
    for name in wire.ENCODINGS:
        hello = await first_frame(scene, await scene.link(name))
        demand(isinstance(hello, dict) and hello.get("type") == "hello", "`hello` before anything is said", hello)
        demand(wire.VERSION in hello["versions"], f"{wire.VERSION} among `versions`", hello)
        demand(hello["epoch"], "an `epoch`", hello)
        demand(hello["durability"] in ("full", "relaxed", "memory"), "`durability` full, relaxed or memory", hello)
        demand(hello["sign_up"] in ("open", "invite", "closed"), "`sign_up` open, invite or closed", hello)


@checks("connection.same_names")
async def both_encodings_carry_the_same_objects(scene: Scene) -> None:
    """Read hello, and the same entries, in both encodings."""
    plain = await scene.again("cid", binary=False, synced=False)
    packed = await scene.again("cid", binary=True, synced=False)
    passing = {"at"}
    one, other = ({k: v for k, v in peer.hello.items() if k not in passing} for peer in (plain, packed))
    demand(one == other, "the same `hello` in both encodings", _difference(one, other))
    log = scene.ground.community
    pages = [await peer.result("log.entries", log=log, after=0, limit=20) for peer in (plain, packed)]
    demand(pages[0] == pages[1], "the same page of entries in both encodings", _difference(*pages))


@checks("connection.text_and_binary")
async def json_is_text_and_msgpack_is_binary(scene: Scene) -> None:
    """Exchange hello, replies and events in both encodings, and look at the kind of frame."""
    for name, kind in ((wire.JSON.subprotocol, Opcode.TEXT), (wire.MSGPACK.subprotocol, Opcode.BINARY)):
        link = await scene.link(name)
        hello = await scene.message(link)
        demand(hello.opcode is kind, f"`hello` in a {kind.name.lower()} frame for {name}", hello.opcode.name.lower())
    plain, packed = await scene.again("cid", binary=False), await scene.again("bob", binary=True)
    room = await scene.room()
    for one, other in ((plain, packed), (packed, plain)):
        entry = await one.say(room, f"in {one.encoding.subprotocol}")
        heard = await other.hears("message.sent", log=room, seq=entry["seq"])
        demand(heard == entry, "the same entry in the other encoding", heard)


@checks("connection.ping")
async def a_ping_is_answered_with_a_pong(scene: Scene) -> None:
    """Send WebSocket pings, before signing in, and read the pongs."""
    link = await scene.link(wire.JSON.subprotocol)
    await scene.message(link)
    for payload in (b"", b"are you there", bytes(range(125))):
        await link.ping(payload)
        pong = await scene.message(link)
        demand(pong.opcode is Opcode.PONG, "a pong", pong.data)
        demand(pong.data == payload, "a pong with the payload of the ping", pong.data)


@checks("connection.ping", aside=True)
async def who_is_silent_is_pinged_and_then_dropped(scene: Scene) -> None:
    """Sign in, say nothing, answer no ping, and wait."""
    eve = await scene.again("eve", synced=False)
    eve.link.answers_pings = False
    silent, deadline = eve.hello["ping_ms"] / 1000, eve.hello["deadline_ms"] / 1000
    if silent + deadline > LONGEST:
        raise Skip(f"a server that waits {silent + deadline:.0f} seconds cannot be waited for")
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(silent + GRACE):
            while (await eve.link.receive()).opcode is not Opcode.PING:
                pass
    except TimeoutError:
        raise Fault(f"a ping after {silent:g} seconds of silence", "nothing") from None
    pinged = loop.time()
    try:
        async with asyncio.timeout(deadline + GRACE):
            while True:
                await eve.link.receive()
    except TimeoutError:
        raise Fault(f"the end after {deadline:g} seconds more", "a connection that lives") from None
    except Ended as end:
        demand(end.code == CUT or 4000 <= end.code <= 4499, "closed with 4000 to 4499, or cut", str(end))
    lasted = loop.time() - min(pinged, began + silent)
    demand(lasted > deadline * 0.8, f"{deadline:g} seconds to answer, as `hello` says", f"{lasted:.1f} seconds")


@checks("connection.ping", aside=True)
async def who_answers_pings_is_not_dropped(scene: Scene) -> None:
    """Sign in, say nothing, answer pings, and wait for longer than the deadline."""
    eve = await scene.again("eve", synced=False)
    within = (eve.hello["ping_ms"] + eve.hello["deadline_ms"]) / 1000
    if within > LONGEST:
        raise Skip(f"a server that waits {within:.0f} seconds cannot be waited for")
    try:
        async with asyncio.timeout(within * 1.05):
            while True:
                await eve.link.receive()
    except TimeoutError:
        await eve.result("session.ping")
    except Ended as end:
        raise Fault("a connection that lives: its pings were answered", str(end)) from None


@checks("connection.no_token_in_url")
async def a_token_in_the_address_is_not_looked_at(scene: Scene) -> None:
    """Connect with a good token in the address, in several ways, and ask for what needs an account."""
    token = scene.ground.accounts["eve"].token
    try:
        link = await scene.link(wire.JSON.subprotocol, query=f"?token={token}&access_token={token}&auth={token}")
    except NoHandshake as answer:
        demand(answer.status == 400, "HTTP status 400, where such an address is refused", answer)
        return
    await scene.message(link)
    await link.send(b'{"type":"session.list","id":"1"}')
    reply = msgspec.json.decode((await scene.message(link)).data)
    demand(reply.get("code") == "session.sign_in_required", "`session.sign_in_required`, as without the token", reply)


def _difference(one: Frame, other: Frame) -> object:
    return {key: [one.get(key), other.get(key)] for key in {**one, **other} if one.get(key) != other.get(key)}
