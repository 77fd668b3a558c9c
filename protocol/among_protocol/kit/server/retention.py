"""How long rooms keep what is said: who says so, and who is told. What is removed takes days, and is not waited for."""

import datetime as dt

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer

SLACK = 5.0  # seconds by which two times of one server may differ


async def _card(peer: Peer, community: str, room: str) -> Frame:
    listed = await peer.result("room.list", community=community)
    found: list[Frame] = [one for one in listed["rooms"] if one["id"] == room]
    demand(len(found) == 1, f"the room {room} in `room.list`", listed)
    return found[0]


@checks("retention.told")
async def everybody_there_is_told_how_long(scene: Scene) -> None:
    """Say how long a room keeps what is said in it; hear of it, and read the room; say that it keeps all."""
    ann, bob = await scene.people("ann", "bob")
    room, community = await scene.fresh_room("bob"), scene.ground.community
    wish = {"days": 30, "messages": 5_000}
    entry = (await ann.result("room.set_retention", room=room, retention=wish))["entry"]
    heard = await bob.hears("room.retention_set", log=room)
    demand(heard == entry and entry.get("retention") == wish, f"{wish} in the entry that all hear", heard)
    demand(entry.get("by") == ann.member, "who said it", entry)
    card = await _card(bob, community, room)
    demand(card.get("retention") == wish, f"{wish} in the room's card", card)
    demand(card.get("retention_since") == entry.get("since"), "from when on that removes something", card)
    again = (await ann.result("room.set_retention", room=room))["entry"]
    demand(again.get("retention") is None, "null: as the community says", again)
    card = await _card(bob, community, room)
    demand(card.get("retention") is None, "nothing of its own in the room's card", card)


@checks("retention.rights")
async def it_is_the_stewards_to_say(scene: Scene) -> None:
    """Try it as a member, in a direct, and beyond what `hello` tells."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("bob")
    await bob.refused("right.missing", "room.set_retention", room=room, retention={"days": 30})
    direct = (await ann.result("direct.open", handles=[bob.handle]))["entry"]["room"]
    await ann.refused("right.missing", "room.set_retention", room=direct, retention={"days": 30})
    too_long = {"days": scene.limits["retention_days"] + 1}
    await ann.refused("field.invalid", "room.set_retention", room=room, retention=too_long)


@checks("retention.grace")
async def what_takes_more_waits(scene: Scene) -> None:
    """Say how long, then shorter, then longer; look from when on each removes something."""
    ann = await scene.person("ann")
    room = await scene.fresh_room()
    grace = scene.limits["retention_grace_ms"] / 1000
    since = ""
    for days, stricter in ((30, True), (7, True), (60, False)):
        entry = (await ann.result("room.set_retention", room=room, retention={"days": days}))["entry"]
        if stricter:
            since = entry.get("since", "")
            waits = (dt.datetime.fromisoformat(since) - dt.datetime.fromisoformat(entry["at"])).total_seconds()
            demand(abs(waits - grace) < SLACK, f"`since` {grace} seconds after `at` for {days} days", entry)
        else:
            demand(entry.get("since", "") == since, f"`since` as it was, {since}, for {days} days", entry)


@checks("retention.community")
async def a_community_says_it_for_its_rooms(scene: Scene) -> None:
    """Say it for a community; hear of it, and read the community; take it back."""
    ann, bob = await scene.people("ann", "bob")
    community = scene.ground.community
    try:
        entry = (await ann.result("community.update", community=community, retention={"days": 365}))["entry"]
        heard = await bob.hears("community.updated", log=community, seq=entry["seq"])
        demand(heard.get("retention") == {"days": 365}, "365 days in `community.updated`", heard)
        card = (await bob.result("community.read", community=community))["community"]
        demand(card.get("retention") == {"days": 365}, "365 days in the card", card)
        demand(card.get("retention_since") == entry.get("retention_since"), "from when on", card)
    finally:
        await ann.result("community.update", community=community, retention={})
    card = (await bob.result("community.read", community=community))["community"]
    demand(card.get("retention") is None, "no retention in the card any more", card)
