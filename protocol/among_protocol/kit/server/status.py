"""How one appears, and one's status: a register, which others see with presence."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Peer


@checks("presence.status")
async def a_status_comes_with_presence_and_ends(scene: Scene) -> None:
    """Watch somebody who sets a status for a moment; look at their other device, and at a sync of theirs."""
    ann, cid = await scene.people("ann", "cid")
    phone = await scene.again("cid")
    await ann.result("presence.watch", members=[cid.member])
    try:
        status = {"emoji": "🌱", "text": "conformance"}
        chosen = await cid.result("status.set", status=status)
        demand(chosen.get("status") == status, f"the status as it is now, {status}", chosen)
        event = await ann.hears("presence.changed", member=cid.member)
        demand(event.get("status") == status, f"`status` {status}", event)
        told = await phone.hears("status.changed", community="")
        demand(told.get("status") == status, f"`status` {status}", told)
        again = await scene.again("cid", synced=False)
        result, _ = await again.sync()
        demand(chosen in result.get("appearances", []), "what was chosen in `appearances`", result.get("appearances"))
        seen = (await ann.result("presence.watch", members=[cid.member]))["members"]
        demand([one.get("status") for one in seen] == [status], "the status of who is watched", seen)
        short = (await cid.result("status.set", status={**status, "for_ms": 100}))["status"]
        demand(bool(short.get("until")), "`until` of a status that ends by itself", short)
        await ann.hears("presence.changed", member=cid.member)
        over = await ann.hears("presence.changed", member=cid.member)
        demand(over.get("status") is None, "no status any more", over)
    finally:
        await _as_at_first(ann, cid)


@checks("presence.invisible")
async def who_is_invisible_is_not_there(scene: Scene) -> None:
    """Be invisible; come with another device, type, and set a status, while somebody watches."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    await ann.result("presence.watch", members=[cid.member])
    try:
        await cid.result("status.set", appear="invisible")
        await ann.hears("presence.changed", member=cid.member, state="offline")
        known = len(ann.events)
        phone = await scene.again("cid")
        await phone.result("presence.set", state="away")
        await phone.result("typing.start", room=room)
        await phone.refused("status.invisible", "status.set", status={"text": "still here"})
        await ann.fence()
        told = [event for event in ann.events[known:] if event["type"] in ("presence.changed", "typing.started")]
        demand(not told, "no word of who is invisible", told)
        seen = (await ann.result("presence.watch", members=[cid.member]))["members"]
        demand([one["state"] for one in seen] == ["offline"], "the state `offline`", seen)
    finally:
        await _as_at_first(ann, cid)


async def _as_at_first(watcher: Peer, peer: Peer) -> None:
    await watcher.result("presence.watch", members=[])
    await peer.result("status.set", appear="auto", status={})
