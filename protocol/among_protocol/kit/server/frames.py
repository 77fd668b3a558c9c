"""Frames, commands and replies."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer, nonce

GARBAGE = (b"", b"nonsense", b"{", b"[]", b'"ping"', b"7", b"null", b"{}", b'{"id":"x"}', b'{"type":7,"id":"x"}')
NO_COMMAND = ("frame.malformed", "frame.unknown_command", "field.invalid")  # an object without a type may be either


@checks("frames.one_reply")
async def each_command_gets_one_reply(scene: Scene) -> None:
    """Send ten commands at once, some of them wrong, and count the replies up to that of a last one."""
    ann = await scene.person("ann")
    room = await scene.room()
    ids = [
        await ann.begin("session.ping"),
        await ann.begin("message.page", room=room, limit=1),
        await ann.begin("message.send", room=room, body="one of many"),
        await ann.begin("message.send", room=room, body=""),
        await ann.begin("log.entries", log="nowhere", after=0),
        await ann.begin("log.entries", log=room, after=0, limit=1),
        await ann.begin("marker.set", room=room, seq=1),
        await ann.begin("x.unknown"),
        await ann.begin("session.enable"),
    ]
    for id in ids:
        await ann.reply(id)
    await ann.fence()


@checks("frames.shape")
async def frames_have_the_shape_of_the_schema(scene: Scene) -> None:
    """Ask for one thing of each kind, and hold every frame against the structs that the schema is made of."""
    cid = await scene.again("cid")
    room = await scene.room()
    await cid.say(room, "in shape")
    await cid.sync(cards=True)
    community = scene.ground.community
    for type, fields in (
        ("log.changed", {}),
        ("log.entries", {"log": cid.account, "after": 0}),
        ("message.page", {"room": room}),
        ("community.read", {"community": community}),
        ("community.browse", {"query": scene.ground.slug}),
        ("room.list", {"community": community}),
        ("member.list", {"community": community}),
        ("member.resolve", {"members": [{"member": cid.member}]}),
        ("account.read", {"handle": cid.handle}),
        ("session.list", {}),
        ("marker.set", {"room": room, "seq": 1}),
        ("presence.watch", {"members": [cid.member]}),
    ):
        await cid.result(type, **fields)
    await cid.refused("log.gone", "log.entries", log="nowhere", after=0)


@checks("frames.id")
async def an_id_is_what_the_client_chose(scene: Scene) -> None:
    """Use ids of one and of 64 characters, of any script, and one twice after it was answered."""
    guest = await scene.guest()
    for id in ("1", "x" * 64, "Ünïcode 中", "1", "1"):
        reply = await guest.ask("session.ping", id=id)
        demand(reply["type"] == "ok" and reply["id"] == id, f"`ok` with the id {id!r}", reply)


@checks("frames.id")
async def what_is_no_id_is_refused(scene: Scene) -> None:
    """Send commands with no id, an empty one, a number, and one of 65 characters."""
    guest = await scene.guest()
    for frame in (
        {"type": "session.ping"},
        {"type": "session.ping", "id": ""},
        {"type": "session.ping", "id": 7},
        {"type": "session.ping", "id": "x" * 65},
    ):
        await _refused_namelessly(guest, frame)
    await guest.result("session.ping")


async def _refused_namelessly(guest: Peer, frame: Frame) -> Frame:
    """The refusal of what has no id that could be given back."""
    known = len(guest.nameless)
    await guest.send(frame)
    while len(guest.nameless) == known:
        await guest.next_frame("a refusal with `id` null")
    return guest.nameless[-1]


@checks("frames.unknown_fields")
async def unknown_fields_are_ignored(scene: Scene) -> None:
    """Send commands with fields that no version knows, before signing in and after."""
    guest = await scene.guest()
    await guest.result("session.ping", x_future=1, nested={"a": [1, None, {"b": True}]})
    ann = await scene.person("ann")
    room = await scene.room()
    entry = await ann.say(room, "with more", x_future=["y"], priority=3)
    demand("x_future" not in entry and "priority" not in entry, "an entry without the unknown fields", entry)


@checks("frames.unknown_command")
async def an_unknown_command_is_refused(scene: Scene) -> None:
    """Send a command that no version knows; then one that this version knows."""
    guest = await scene.guest()
    reply = await guest.ask("x.no_such_command", some="thing")
    demand(reply["type"] == "refused", "a refusal", reply)
    demand(reply["code"] == "frame.unknown_command", "the code `frame.unknown_command`", reply)
    for _ in range(min(scene.limits["malformed_frames"], 20)):
        await guest.ask("x.no_such_command")
    await guest.result("session.ping")


@checks("frames.malformed")
async def what_is_no_command_is_refused(scene: Scene) -> None:
    """Send what is no JSON, no object, or has no type; after a few, ping."""
    for start in range(0, len(GARBAGE), 4):
        guest = await scene.guest()
        for data in GARBAGE[start : start + 4]:
            known = len(guest.nameless)
            guest.expects("x")  # where the id can be read, it may be given back
            await guest.send_raw(data)
            refusal = None
            while refusal is None:
                frame = await guest.next_frame("a refusal")
                refusal = frame if frame.get("id") == "x" or len(guest.nameless) > known else None
            demand(refusal["type"] == "refused", "a refusal", refusal)
            demand(refusal["code"] in NO_COMMAND, f"a code out of {', '.join(NO_COMMAND)}", refusal)
            demand(b"{" in data or refusal["code"] == "frame.malformed", "the code `frame.malformed`", refusal)
        await guest.result("session.ping")


@checks("frames.malformed")
async def an_unreadable_msgpack_frame_is_refused(scene: Scene) -> None:
    """Send bytes that are no MessagePack, then ping."""
    guest = await scene.guest(binary=True)
    await guest.send_raw(b"\xc1\xff\x00")
    while not guest.nameless:
        await guest.next_frame("a refusal with `id` null")
    demand(guest.nameless[0]["code"] == "frame.malformed", "the code `frame.malformed`", guest.nameless[0])
    await guest.result("session.ping")


@checks("frames.too_many_malformed")
async def too_many_malformed_frames_close_the_connection(scene: Scene) -> None:
    """Send as many malformed frames as the limit, one at a time."""
    most = scene.limit("malformed_frames", 1_000)
    guest = await scene.guest()
    for number in range(1, most):
        await guest.send_raw(b"not a frame")
        while len(guest.nameless) < number:
            await guest.next_frame(f"a refusal of malformed frame {number} of {most}")
    await guest.send_raw(b"not a frame")
    end = await guest.ends()
    demand(end.code == 4500, f"closed with 4500 after {most} malformed frames", str(end))


@checks("frames.wrong_type")
async def a_wrong_field_is_refused_with_its_path(scene: Scene) -> None:
    """Send fields of a wrong type, out of range, missing, and too long; each refusal must name the field."""
    ann = await scene.person("ann")
    room = await scene.room()
    long = "x" * (scene.limits["body_bytes"] + 1)
    for type, fields, path in (
        ("message.send", {"room": room, "body": 7}, "body"),
        ("message.send", {"room": [room], "body": "x"}, "room"),
        ("message.send", {"room": room, "body": long}, "body"),
        ("log.entries", {"log": room, "after": -1}, "after"),
        ("log.entries", {"log": room, "after": "0"}, "after"),
        ("log.entries", {"log": room, "after": 0, "limit": 0}, "limit"),
        ("session.sync", {"positions": {room: -1}}, "positions"),
        ("presence.set", {"state": "dancing"}, "state"),
        ("member.resolve", {"members": [{"member": 7}]}, "members"),
    ):
        reply = await ann.ask(type, **fields)
        demand(reply["type"] == "refused", f"`{type}` refused for its field `{path}`", reply)
        demand(
            reply["code"] in ("field.invalid", "field.too_long") and reply["class"] == "fix",
            "the code `field.invalid` or `field.too_long`, of class `fix`",
            reply,
        )
        named = reply.get("field", "")
        demand(named == path or named.startswith((f"{path}.", f"{path}[")), f"`field` {path}", reply)


@checks("frames.in_flight")
async def more_than_may_be_in_flight_is_answered_in_its_turn(scene: Scene) -> None:
    """Send more commands in one go than may be in flight."""
    most = scene.limit("in_flight", 150)
    eve = await scene.again("eve", synced=False)
    await eve.rest()
    ids = [await eve.begin("session.ping") for _ in range(most + 20)]
    for id in ids:
        reply = await eve.reply(id)
        demand(reply["type"] == "ok" or reply["class"] == "wait", "`ok`, or a refusal for the rate", reply)


@checks("frames.order")
async def writes_take_effect_in_the_order_in_which_they_were_sent(scene: Scene) -> None:
    """Say twelve things without waiting for replies, and read their numbers."""
    ann = await scene.person("ann")
    room = await scene.room()
    await ann.rest()
    bodies = [f"number {number} {nonce()}" for number in range(12)]
    ids = [await ann.begin("message.send", room=room, body=body) for body in bodies]
    replies = [await ann.reply(id) for id in ids]
    for reply in replies:
        demand(reply["type"] == "ok", "`ok` to each", reply)
    entries = [reply["result"]["entry"] for reply in replies]
    page = await ann.entries(room, entries[0]["seq"] - 1)
    said = [entry["body"] for entry in page if entry.get("body") in bodies]
    demand(said == bodies, f"the entries in the order of sending, {bodies[0]!r} first", said)
