"""Registers: read markers, mentions, blocks: what has only a last value. And presence and typing, which have not even that."""

import secrets
from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, nonce
from .sync import state_of


@checks("registers.forward")
async def a_read_marker_only_moves_forward(scene: Scene) -> None:
    """Move a read marker forward, back, back again with `unread`, and ask where it is each time."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    seqs = [(await ann.say(room, f"number {number} @{cid.handle}"))["seq"] for number in range(4)]
    for fields, read, left in (
        ({"seq": seqs[2]}, seqs[2], 1),
        ({"seq": seqs[0]}, seqs[2], 1),
        ({"seq": seqs[0], "unread": True}, seqs[0], 3),
        ({"seq": seqs[3]}, seqs[3], 0),
    ):
        marker = await cid.result("marker.set", room=room, **fields)
        expected = {"room": room, "read": read, "unread": left, "mentions": left}
        demand({key: marker.get(key) for key in expected} == expected, f"{expected} after {fields}", marker)


@checks("registers.devices")
async def a_marker_is_told_to_the_other_devices(scene: Scene) -> None:
    """Move a read marker on one device, and listen on another."""
    ann, cid = await scene.people("ann", "cid")
    phone = await scene.again("cid", binary=True)
    room = await scene.fresh_room("cid")
    seq = (await ann.say(room, "read this"))["seq"]
    marker = await cid.result("marker.set", room=room, seq=seq)
    moved = await phone.hears("marker.moved", room=room)
    expected = {key: marker[key] for key in ("room", "read", "unread", "mentions", "as_of")}
    demand({key: moved.get(key) for key in expected} == expected, f"the same as in the reply, {expected}", moved)
    again = await scene.again("cid", synced=False)
    result, _ = await again.sync()
    demand(state_of(result, room)["read"] == seq, f"the marker at {seq} in the next sync", state_of(result, room))


@checks("registers.as_of")
async def a_count_says_up_to_which_number_it_holds(scene: Scene) -> None:
    """Move a read marker back and forth while somebody speaks, and look which messages each count holds."""
    ann, cid = await scene.people("ann", "cid")
    phone = await scene.again("cid")
    room = await scene.fresh_room("cid")
    asked, said = [], []
    for number in range(4):
        said.append(await ann.begin("message.send", room=room, body="busy"))
        asked.append(await cid.begin("marker.set", room=room, seq=number // 2, unread=number % 2 == 0))
    for id in said:
        demand((await ann.reply(id))["type"] == "ok", "each message kept")
    await ann.result("room.set_topic", room=room, topic="busy")
    asked.append(await cid.begin("marker.set", room=room, seq=0, unread=True))
    markers = [(await cid.reply(id)).get("result", {}) for id in asked]
    numbers = [entry["seq"] for entry in await ann.entries(room) if entry["type"] == "message.sent"]
    for marker in markers:
        _holds(marker, numbers)
    head = numbers[-1] + 1
    demand(
        markers[-1]["as_of"] == head, f"`as_of` {head}, the head of the room's log: the topic is an entry, too", markers
    )
    _holds(await phone.hears("marker.moved", room=room, as_of=head), numbers)


def _holds(count: dict[str, Any], numbers: list[int]) -> None:
    """It holds the messages after its marker, up to its `as_of`, and no others."""
    demand(isinstance(count.get("as_of"), int), "`as_of`, the number up to which it holds", count)
    held = [seq for seq in numbers if count["read"] < seq <= count["as_of"]]
    demand(count["unread"] == len(held), f"{len(held)} unread as of {count['as_of']}", count)


@checks("registers.own_message")
async def what_one_says_is_not_unread(scene: Scene) -> None:
    """Two people talk; one of them syncs."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    await ann.say(room, "a question")
    own = (await cid.say(room, "an answer"))["seq"]
    peer = await scene.again("cid", synced=False)
    result, _ = await peer.sync()
    state = state_of(result, room)
    demand(state["unread"] == 0 and state["read"] == own, f"nothing unread, the marker at {own}", state)


@checks("registers.mentions")
async def mentions_are_of_memberships_and_are_counted(scene: Scene) -> None:
    """Mention somebody, in capitals, twice, beside somebody who is not there."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.fresh_room("bob", "cid")
    said = await ann.say(room, f"@{bob.handle.upper()}, @{bob.handle} and @nobody-{scene.ground.tag}: look")
    demand(said.get("mentions") == [bob.member], f"`mentions` {[bob.member]}", said)
    await ann.say(room, "nobody")
    for name, peer, count in (("bob", bob, 1), ("cid", cid, 0)):
        back = await scene.again(name, synced=False)
        result, _ = await back.sync()
        state = state_of(result, room)
        demand(state["mentions"] == count, f"{count} mentions for {peer.name}", state)
        demand(state["unread"] == 2, f"2 unread for {peer.name}", state)


@checks("registers.blocks")
async def a_block_is_told_to_the_own_devices_alone(scene: Scene) -> None:
    """Block somebody, look who hears of it, have them open a direct, and end it."""
    bob, eve = await scene.people("bob", "eve")
    phone = await scene.again("eve")
    known = len(bob.events)
    try:
        block = await eve.result("block.set", handle=bob.handle, kind="block")
        demand(block["handle"] == bob.handle and block["kind"] == "block", "the block as it is now", block)
        await phone.hears("block.changed", handle=bob.handle, kind="block")
        back = await scene.again("eve", synced=False)
        result, _ = await back.sync()
        demand(block in result.get("blocks", []), "the block in every sync", result.get("blocks"))
        for peer, other in ((bob, eve), (eve, bob)):
            await peer.refused("direct.refused", "direct.open", handles=[other.handle])
        await bob.fence()
        demand("block.changed" not in [event["type"] for event in bob.events[known:]], "no word of it to bob")
    finally:
        await eve.result("block.set", handle=bob.handle, kind="none")
    await phone.hears("block.changed", handle=bob.handle, kind="none")


@checks("registers.meant")
async def a_block_names_who_is_meant_and_who_only_goes_by_that_handle(scene: Scene) -> None:
    """Mute somebody, have them take another handle, have somebody else come elsewhere under it, and end it."""
    bob, cid, eve = await scene.people("bob", "cid", "eve")
    phone = await scene.again("cid")
    now = f"{bob.handle[:26]}-{secrets.token_hex(2)}"
    mine = (bob.handle, now)

    async def rename(handle: str) -> None:
        persona = {"handle": handle}
        await bob.result("persona.update", nonce=nonce(), community=scene.ground.community, persona=persona)

    async def listed() -> dict[str, Frame]:
        result, _ = await (await scene.again("cid", synced=False)).sync()
        return {block["handle"]: block for block in result.get("blocks", []) if block["handle"] in mine}

    elsewhere, slug, _ = await scene.elsewhere()
    block = await cid.result("block.set", member=bob.member, kind="mute")
    try:
        _means(block, bob.member)
        _means(await phone.hears("block.changed", handle=bob.handle), bob.member)
        _means((await listed()).get(bob.handle, {}), bob.member)
        await rename(now)
        for device in (cid, phone):
            _means(await device.hears("block.changed", handle=now, kind="mute"), bob.member)
        await cid.result("community.join", community=slug)
        joined = await eve.result("community.join", community=slug, persona={"handle": now})
        namesake = joined["entry"]["member"]
        for device in (cid, phone):
            _means(await device.hears("block.changed", handle=now, others=[namesake]), bob.member, namesake)
        _means((await listed()).get(now, {}), bob.member, namesake)
    finally:
        for one in (await listed()).values():
            await cid.result("block.set", block=one["id"], kind="none")
        for peer, keep in ((cid, "persona"), (eve, "words")):
            await peer.ask("community.leave", community=elsewhere, keep=keep)
        await rename(bob.handle)


def _means(block: Frame, member: str, other: str = "") -> None:
    """Of whom it is about there may be directs as well."""
    members, others = block.get("members", []), block.get("others", [])
    demand(member in members and other not in members, f"`members` with {member} alone of the two", block)
    demand(others == ([other] if other else []), f"`others` {[other] if other else []}", block)


@checks("presence.watched")
async def presence_is_of_the_members_that_one_watches(scene: Scene) -> None:
    """Watch one of two people and somebody unknown, while both go away and come back."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    await bob.result("presence.set", state="online")
    watched = (await ann.result("presence.watch", members=[bob.member, "m_nobody"]))["members"]
    demand(
        watched == [{"member": bob.member, "state": "online"}],
        "the state of the one who is there, and nothing of who is not",
        watched,
    )
    known = len(ann.events)
    await cid.result("presence.set", state="away")
    await bob.result("presence.set", state="away")
    await ann.hears("presence.changed", member=bob.member, state="away")
    await bob.result("presence.set", state="invisible")
    await ann.hears("presence.changed", member=bob.member, state="offline")
    for peer in (bob, cid):
        await peer.result("presence.set", state="online")
    await ann.hears("presence.changed", member=bob.member, state="online")
    told = {event["member"] for event in ann.events[known:] if event["type"] == "presence.changed"}
    demand(told == {bob.member}, "presence of bob alone", sorted(told))
    await ann.result("presence.watch", members=[])


@checks("presence.blocked")
async def who_is_blocked_is_offline_from_that_moment_on(scene: Scene) -> None:
    """Have two watch each other, one of them block the other and go away, and end the block."""
    bob, cid = await scene.people("bob", "cid")
    for peer in (bob, cid):
        await peer.result("presence.set", state="online")
    for peer, other in ((bob, cid), (cid, bob)):
        (seen,) = (await peer.result("presence.watch", members=[other.member]))["members"]
        demand(seen["state"] == "online", "one who is there, and blocks nobody", seen)
    try:
        await cid.result("block.set", handle=bob.handle, kind="block")
        for peer, other in ((bob, cid), (cid, bob)):
            await peer.hears("presence.changed", member=other.member, state="offline")
        known = {peer: len(peer.events) for peer in (bob, cid)}
        for peer in (bob, cid):
            await peer.result("presence.set", state="away")
        for peer, other in ((bob, cid), (cid, bob)):
            await peer.fence()
            told = [event for event in peer.events[known[peer] :] if event["type"] == "presence.changed"]
            demand(not told, "no word of it", told)
            (seen,) = (await peer.result("presence.watch", members=[other.member]))["members"]
            demand(seen["state"] == "offline", "offline, whatever they are", seen)
    finally:
        await cid.result("block.set", handle=bob.handle, kind="none")
    for peer, other in ((bob, cid), (cid, bob)):
        await peer.hears("presence.changed", member=other.member, state="away")
    for peer in (bob, cid):
        await peer.result("presence.set", state="online")
        await peer.result("presence.watch", members=[])


@checks("presence.typing")
async def typing_is_told_to_the_others(scene: Scene) -> None:
    """Start typing in a room that two others follow."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.fresh_room("bob", "cid")
    known = len(bob.events)
    await bob.result("typing.start", room=room)
    for peer in (ann, cid):
        event = await peer.hears("typing.started", room=room)
        demand(event["by"] == bob.member, f"`by` {bob.member}", event)
        demand("seq" not in event, "no number", event)
    await bob.fence()
    own = [event for event in bob.events[known:] if event["type"] == "typing.started"]
    demand(not own, "no word of it to who types", own)
