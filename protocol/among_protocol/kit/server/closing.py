"""Closing, and what becomes of a reader who is too slow."""

import asyncio

from ..checks import Fault, demand
from ..link import Ended
from .ground import Scene, checks
from .peer import Frame, Peer

SMALL = 4_096  # bytes that the system keeps for a slow reader
LARGE = 96  # long messages that are said meanwhile, three quarters of a megabyte


@checks("closing.codes")
async def the_code_says_whether_to_come_back(scene: Scene) -> None:
    """Be closed for malformed frames, for signing out, and look at the codes."""
    guest = await scene.guest()
    for number in range(scene.limit("malformed_frames", 1_000)):
        await guest.send_raw(f"nonsense {number}".encode())
    _stay_away(await guest.ends(), "malformed frames")
    account = scene.ground.accounts["eve"]
    eve = await scene.guest("eve")
    await eve.result("session.sign_in", handle=account.handle, password=account.password, device="kit")
    await eve.result("session.sign_out")
    _stay_away(await eve.ends(), "signing out")


def _stay_away(end: Ended, why: str) -> None:
    demand(4500 <= end.code <= 4999, f"a close code 4500 to 4999 for {why}", str(end))
    demand(end.reason, f"a reason for people, for {why}", str(end))


@checks("lagging.told")
async def a_slow_reader_is_told_what_was_left_out(scene: Scene) -> None:
    """Read nothing while three quarters of a megabyte are said, then read on, and look for holes."""
    ann, bob, _ = await scene.people("ann", "bob", "cid")
    room = await scene.fresh_room("bob", "cid")
    await scene.goes("cid")  # who would read along otherwise
    slow = await scene.again("cid", binary=False, receive=SMALL)
    body = "x" * min(scene.limit("body_bytes", 1_000_000), 8_000)
    start = (await ann.say(room, "from here"))["seq"]
    for peer in (ann, bob):
        await peer.rest()
    said = [
        (peer, await peer.begin("message.send", room=room, body=body)) for _ in range(LARGE // 2) for peer in (ann, bob)
    ]
    for peer, id in said:
        await peer.reply(id)
    last = (await ann.say(room, "to here"))["seq"]
    await _reads_on(slow, room, start, last)
    after = (await ann.say(room, "and on"))["seq"]
    await _reads_on(slow, room, last, after)


async def _reads_on(slow: Peer, room: str, at: int, last: int) -> None:
    """Follow a room from one number to another, as one must. Raises Fault at a hole."""
    deadline = asyncio.get_running_loop().time() + 30
    position = at
    while position < last:
        demand(asyncio.get_running_loop().time() < deadline, f"the entries up to {last}", f"those up to {position}")
        position = _position(
            await slow.next_frame(f"the entries after {position}, or `session.lagging`"), room, position
        )


def _position(frame: Frame, room: str, position: int) -> int:
    """Where one is after this frame, having fetched what a `session.lagging` names."""
    if frame["type"] == "session.lagging":
        told: int = frame["logs"].get(room, position)
        demand(told >= position, f"a number from {position} on in `session.lagging`", frame)
        return told
    if frame.get("log") != room or not frame.get("seq") or frame["seq"] <= position:
        return position
    if (frame.get("from") or frame["seq"]) != position + 1:
        raise Fault(f"the entry {position + 1}, or `session.lagging` before what comes later", frame)
    return int(frame["seq"])
