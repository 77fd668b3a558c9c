"""Interest: a session that wants less gets less, and is told how far each log has come all the same."""

from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer
from .rooms import hears_no_more
from .sync import of, state_of

PROFILES = ("everything", "talk", "calls")
NOTICES = ("typing", "presence", "markers")


async def _wanting(scene: Scene, **want: Any) -> tuple[Peer, Frame]:
    """One more connection of cid's that wants this, and the answer to its sync."""
    peer = await scene.again("cid", synced=False)
    result, _ = await peer.sync(want=want)
    return peer, result


async def _heard(ann: Peer, peer: Peer, room: str) -> list[Frame]:
    """What has come of a room, up to a last message that every profile wants."""
    last = await ann.say(room, f"@{peer.handle} that is all")
    await peer.hears("message.sent", log=room, seq=last["seq"])
    return [event for event in of(peer.events, room) if event["type"] != "log.passed"][:-1]


def _ranged(peer: Peer, room: str, at: int) -> None:
    """Raises Fault where a number was left out without a word."""
    for event in of(peer.events, room):
        first = event.get("from") or event["seq"]
        if event["seq"] > at:
            demand(first <= at + 1, f"`from` {at + 1} at most, after {at}", event)
            at = event["seq"]


@checks("interest.taken")
async def the_reply_holds_what_was_taken(scene: Scene) -> None:
    """Sync with each profile, and without one, on one connection."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    peer = await scene.again("cid", synced=False)
    for profile in PROFILES[1:]:
        result, _ = await peer.sync(want={"profile": profile, "notices": ["typing"]})
        taken = result.get("want") or {}
        demand(taken.get("profile") == profile, f"`want` with the profile `{profile}`", result.get("want"))
        demand(taken.get("notices") == ["typing"], "`want` with the notices `typing`", result.get("want"))
    await ann.say(room, "not for who wants calls")
    heard = await _heard(ann, peer, room)
    demand(not heard, "nothing but calls", heard)
    result, _ = await peer.sync()
    demand(not result.get("want"), "no `want` where everything comes", result.get("want"))
    said = await ann.say(room, "for who wants everything")
    await peer.hears("message.sent", log=room, seq=said["seq"])


@checks("interest.unknown")
async def unknown_profiles_and_notices_are_refused(scene: Scene) -> None:
    """Want a profile, and a family of notices, that there is not."""
    peer = await scene.again("cid", synced=False)
    for want, known in (({"profile": "x.none"}, PROFILES), ({"notices": ["x.none"]}, NOTICES)):
        reply = await peer.refused("field.invalid", "session.sync", want=want)
        missing = [word for word in known if word not in reply["message"]]
        demand(not missing, f"a message that names {', '.join(known)}", reply)


@checks("interest.own")
async def the_own_account_and_directs_come_whole(scene: Scene) -> None:
    """Want calls alone; follow a room elsewhere, and be written to in a direct, without a mention."""
    ann, cid = await scene.people("ann", "cid")
    direct = (await ann.result("direct.open", handles=[cid.handle]))["entry"]["room"]
    await cid.hears("direct.opened", room=direct)
    peer, result = await _wanting(scene, profile="calls", communities=[])
    for log in (cid.account, direct):
        demand(state_of(result, log)["status"] != "unwanted", "one's own account and directs wanted", result["logs"])
    room = await scene.fresh_room("cid")
    await peer.hears("room.followed", log=cid.account, room=room)
    said = await ann.say(direct, "to you alone, without a name")
    heard = await peer.hears("message.sent", log=direct)
    demand(heard == said, "what was said in the direct", heard)


@checks("interest.talk")
async def talk_is_the_messages_of_rooms(scene: Scene) -> None:
    """Want talk; a topic is set, and things are said."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    start = (await ann.say(room, "before"))["seq"]
    peer, _ = await _wanting(scene, profile="talk")
    await ann.result("room.set_topic", room=room, topic="not talk")
    said = await ann.say(room, "talk")
    heard = await _heard(ann, peer, room)
    demand([event["seq"] for event in heard] == [said["seq"]], "the message, and not the topic", heard)
    _ranged(peer, room, start)


@checks("interest.calls")
async def calls_are_the_messages_that_mention_one(scene: Scene) -> None:
    """Want calls; things are said to nobody, to somebody else, and to us, by name and in answer."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.fresh_room("bob", "cid")
    asked = {peer: (await peer.say(room, "a question"))["seq"] for peer in (bob, cid)}
    peer, _ = await _wanting(scene, profile="calls")
    await ann.say(room, "to nobody")
    await ann.result("message.send", room=room, body="in answer", reply_to=asked[bob])
    answer = (await ann.result("message.send", room=room, body="in answer", reply_to=asked[cid]))["entry"]
    await ann.say(room, f"to @{bob.handle}")
    call = await ann.say(room, f"to @{cid.handle}")
    await ann.say(room, "to nobody again")
    heard = await _heard(ann, peer, room)
    called = [answer["seq"], call["seq"]]
    demand([event["seq"] for event in heard] == called, "the answer and the call alone", heard)


@checks("interest.ranges")
async def what_was_left_out_is_told_as_a_range(scene: Scene) -> None:
    """Want calls; three things are said that are none, and then one; twice."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    start = (await ann.say(room, "before"))["seq"]
    peer, _ = await _wanting(scene, profile="calls")
    for _ in range(2):
        for number in range(3):
            await ann.say(room, f"no call {number}")
        call = await ann.say(room, f"a call, @{cid.handle}")
        await peer.hears("message.sent", log=room, seq=call["seq"])
    _ranged(peer, room, start)


@checks("interest.passed_told")
async def log_passed_tells_the_end_of_what_was_left_out(scene: Scene) -> None:
    """Come back to a room where nothing was said that is wanted; read it by range, too."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    start = (await ann.say(room, "you have this"))["seq"]
    for number in range(3):
        await ann.say(room, f"no call {number}")
    head = start + 3
    peer = await scene.again("cid", synced=False)
    _, replayed = await peer.sync(epoch=ann.hello["epoch"], positions={room: start}, want={"profile": "calls"})
    page = await peer.result("log.entries", log=room, after=start, wanted=True)
    for where, came in (("the replay", of(replayed, room)), ("the page", page["entries"])):
        passed = [event for event in came if event["type"] == "log.passed"]
        demand(len(came) == len(passed) == 1, f"`log.passed` alone in {where}", came)
        demand(
            passed[0]["seq"] == head and (passed[0].get("from") or head) <= start + 1,
            f"`log.passed` from {start + 1} to {head} in {where}",
            passed,
        )
    everything = await peer.result("log.entries", log=room, after=start)
    demand(len(everything["entries"]) == 3, "all entries without `wanted`", everything)


@checks("interest.unwanted")
async def what_is_not_wanted_is_listed_and_does_not_come(scene: Scene) -> None:
    """Want talk, then no community at all; a room is made, and followed, and something is said."""
    ann, cid = await scene.people("ann", "cid")
    community = scene.ground.community
    room = await scene.fresh_room("cid")
    peer, result = await _wanting(scene, profile="talk")
    demand(state_of(result, community)["status"] == "unwanted", "the community's log `unwanted`", result["logs"])
    await scene.fresh_room()
    await ann.say(room, "talk")
    await peer.hears("message.sent", log=room)
    demand(not of(peer.events, community), "nothing of the community's log", of(peer.events, community))
    other, result = await _wanting(scene, communities=[])
    for log in (community, room):
        demand(state_of(result, log)["status"] == "unwanted", f"{log} `unwanted`", result["logs"])
    later = await scene.fresh_room("cid")
    await other.hears("room.followed", log=cid.account, room=later)
    for log in (room, later):
        await ann.say(log, f"@{cid.handle} this is not wanted")
        await cid.hears("message.sent", log=log)
    await other.fence()
    came = of(other.events, room) + of(other.events, later) + of(other.events, community)
    demand(not came, "nothing of what is not wanted", came)


@checks("interest.notices")
async def only_the_notices_come_that_are_wanted(scene: Scene) -> None:
    """Want markers and no typing; somebody types, and a marker moves."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.fresh_room("bob", "cid")
    peer, _ = await _wanting(scene, notices=["markers"])
    await bob.result("typing.start", room=room)
    await cid.hears("typing.started", room=room)
    seq = (await ann.say(room, "read this"))["seq"]
    await peer.hears("message.sent", log=room, seq=seq)
    await cid.result("marker.set", room=room, seq=seq)
    await peer.hears("marker.moved", room=room)
    typed = [event for event in peer.events if event["type"] == "typing.started"]
    demand(not typed, "no typing", typed)


@checks("interest.less")
async def who_lost_a_log_hears_nothing_under_any_profile(scene: Scene) -> None:
    """Leave a private room, on a connection that wants calls and one that wants talk; be called there."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid", kind="private")
    listeners = [(await _wanting(scene, profile=profile))[0] for profile in PROFILES[1:]]
    await cid.result("room.unfollow", room=room)
    for _ in range(2):
        await ann.say(room, f"@{cid.handle} do you hear me")
    await hears_no_more(scene, ann, cid, room)
    marker = await ann.say(await scene.room(), f"@{cid.handle} for all")
    for peer in listeners:
        await peer.hears("message.sent", log=marker["log"], seq=marker["seq"])
        heard = [event for event in of(peer.events, room) if event["type"] == "message.sent"]
        demand(not heard, "nothing of a room that was left", heard)
