"""The limits that `hello` tells: what is as large as one is taken, and what is larger is not."""

from typing import Any

from ..checks import Skip, demand
from ..link import Ended
from .ground import Scene, checks
from .peer import Frame, Peer

MOST = 200_000  # bytes that a check sends in one frame
LISTED = 3_000  # things that a check names at once


async def _bounded(peer: Peer, type: str, fields: Frame, field: str, value: Any, more: Any, limit: str) -> None:
    """Raises Fault unless the one value is taken (or refused for another reason), and the other is refused for its
    size."""
    reply = await peer.ask(type, **fields, **{field: value})
    wrong = reply["type"] == "refused" and reply["code"] in ("field.invalid", "field.too_long")
    demand(not wrong, f"`{field}` of `{type}` taken at `limits.{limit}`", reply)
    reply = await peer.ask(type, **fields, **{field: more})
    demand(reply["type"] == "refused" and reply["class"] == "fix", f"`{field}` of `{type}` refused beyond it", reply)


@checks("connection.limits")
async def texts_are_as_long_as_told(scene: Scene) -> None:
    """Send texts that are as long as `limits` say, and a character longer."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.room()
    for peer, type, fields, field, limit in (
        (cid, "account.update", {}, "display_name", "name_chars"),
        (cid, "account.update", {}, "bio", "about_chars"),
        (ann, "room.set_topic", {"room": room}, "topic", "topic_chars"),
        (bob, "community.browse", {}, "query", "key_chars"),
        (bob, "account.read", {}, "handle", "handle_chars"),
        (bob, "report.file", {"room": "r_nowhere", "message": 1}, "reason", "reason_chars"),
    ):
        most = scene.limit(limit, 10_000)
        await _bounded(peer, type, fields, field, "x" * most, "x" * (most + 1), limit)
    await cid.result("account.update", display_name=cid.handle, bio="")


@checks("connection.limits")
async def secrets_are_as_long_as_told(scene: Scene) -> None:
    """Sign in with a token and a password that are a character too long."""
    guest = await scene.guest()
    for field, limit in (("token", "secret_chars"), ("password", "password_chars")):
        most = scene.limit(limit, 10_000)
        fields = {"handle": scene.ground.accounts["eve"].handle} if field == "password" else {}
        reply = await guest.ask("session.sign_in", **fields, **{field: "x" * (most + 1)})
        demand(reply["type"] == "refused" and reply["class"] == "fix", f"`{field}` refused beyond `{limit}`", reply)


@checks("connection.limits")
async def lists_are_as_long_as_told(scene: Scene) -> None:
    """Name as many things at once as `limits` say, and one more."""
    cid = await scene.person("cid")
    room = await scene.room()
    for type, fields, field, limit, make in (
        ("log.entries", {"log": room, "after": 0}, "limit", "page_entries", lambda number: number),
        ("message.page", {"room": room}, "limit", "page_entries", lambda number: number),
        ("member.resolve", {}, "members", "personas", lambda number: [{"member": cid.member}] * number),
        ("presence.watch", {}, "members", "watched", lambda number: ["m_nobody"] * number),
        ("session.enable", {}, "extensions", "extensions", lambda number: ["x.kit/none"] * number),
        ("log.changed", {"epoch": cid.hello["epoch"]}, "positions", "positions", _positions),
        ("session.sync", {"epoch": cid.hello["epoch"]}, "positions", "positions", _positions),
    ):
        most = scene.limit(limit, LISTED)
        await _bounded(cid, type, fields, field, make(most), make(most + 1), limit)
    people = [f"nobody-{number}" for number in range(scene.limit("direct_people", LISTED))]
    await _bounded(cid, "direct.open", {}, "handles", people[1:], people, "direct_people")
    await cid.sync()


def _positions(number: int) -> dict[str, int]:
    return {f"r_{count}": 1 for count in range(number)}


@checks("connection.limits")
async def a_frame_is_as_large_as_told(scene: Scene) -> None:
    """Send a ping that is as large as `limits.frame_bytes`, and one that is a byte larger."""
    eve = await scene.again("eve", binary=False, synced=False)
    most = scene.limit("frame_bytes", MOST)
    for size in (most, most + 1):
        frame = {"type": "session.ping", "id": "large", "pad": ""}
        frame["pad"] = "x" * (size - len(eve.encoded(frame)))
        eve.expects("large")
        await eve.send_raw(eve.encoded(frame), f"a ping of {size:,} bytes")
        if size == most:
            reply = await eve.reply("large")
            demand(reply["type"] == "ok", f"`ok` to a ping of {size:,} bytes", reply)
            continue
        try:
            reply = await eve.next_frame_or_end("a refusal, or the end, after a frame that is too large")
        except Ended as end:
            demand(end.code == 1009 or 4500 <= end.code <= 4999, "closed with 1009, or 4500 to 4999", str(end))
        else:
            demand(reply["type"] == "refused", "a refusal, or the end, after a frame that is too large", reply)


@checks("connection.limits")
async def a_message_has_as_many_frames_as_told(scene: Scene) -> None:
    """Send a ping in as many frames as `limits.fragments`, and one in one more."""
    eve = await scene.again("eve", binary=False, synced=False)
    most = scene.limit("fragments", 2_000)
    if most < 2:
        raise Skip("a message is one frame here")
    for number in (most, most + 1):
        data = eve.encoded({"type": "session.ping", "id": "pieces", "pad": "x" * number})
        eve.expects("pieces")
        await eve.send_pieces(
            [data[: 1 - number], *(data[len(data) + 1 - number :][at : at + 1] for at in range(number - 1))]
        )
        if number == most:
            reply = await eve.reply("pieces")
            demand(reply["type"] == "ok", f"`ok` to a ping in {number} frames", reply)
            continue
        try:
            reply = await eve.next_frame_or_end("a refusal, or the end, after too many frames of one message")
        except Ended as end:
            demand(end.code == 1009 or 4500 <= end.code <= 4999, "closed with 1009, or 4500 to 4999", str(end))
        else:
            demand(reply["type"] == "refused", "a refusal, or the end, after too many frames of one message", reply)
