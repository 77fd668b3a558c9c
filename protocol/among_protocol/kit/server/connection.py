"""A connection: its handshake, hello, and the two encodings."""

from typing import Any

import msgspec
from websockets.frames import Opcode

from ... import wire
from ..checks import demand
from ..link import Link, NoHandshake
from .ground import Scene, checks
from .peer import Frame


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
    plain = await scene.again("ann", binary=False, synced=False)
    packed = await scene.again("ann", binary=True, synced=False)
    passing = {"at"}
    one, other = ({k: v for k, v in peer.hello.items() if k not in passing} for peer in (plain, packed))
    demand(one == other, "the same `hello` in both encodings", _difference(one, other))
    log = scene.ground.community
    pages = [await peer.result("log.entries", log=log, after=0, limit=20) for peer in (plain, packed)]
    demand(pages[0] == pages[1], "the same page of entries in both encodings", _difference(*pages))


def _difference(one: Frame, other: Frame) -> object:
    return {key: [one.get(key), other.get(key)] for key in {**one, **other} if one.get(key) != other.get(key)}
