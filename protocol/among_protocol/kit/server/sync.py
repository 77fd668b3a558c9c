"""Sync: becoming whole."""

from ..checks import demand
from .ground import Scene, checks
from .logs import whole
from .peer import Frame, Peer

SLOW_ENTRIES = 5_000  # more to replay than this is too much to write


def state_of(result: Frame, log: str) -> Frame:
    """What a sync says about a log. Raises Fault."""
    found = [state for state in result["logs"] if state["log"] == log]
    demand(len(found) == 1, f"the log {log} once in the list of logs", result["logs"])
    return {"kind": "room", "status": "caught_up", "head": 0, "read": 0, "unread": 0, "mentions": 0, **found[0]}


def of(events: list[Frame], log: str) -> list[Frame]:
    """The entries of a log among these events."""
    return [event for event in events if event.get("log") == log and event.get("seq")]


async def coming_back(scene: Scene, name: str) -> Peer:
    """Signed in, not synced."""
    return await scene.again(name, synced=False)


@checks("sync.lists")
async def sync_lists_every_log_that_one_follows(scene: Scene) -> None:
    """Sync after somebody else said two things, one of which mentions us."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    await ann.say(room, "one")
    last = (await ann.say(room, f"two, @{cid.handle}"))["seq"]
    peer = await coming_back(scene, "cid")
    result, _ = await peer.sync()
    demand(result["epoch"] == peer.hello["epoch"], "the epoch of `hello`", result)
    listed = [state["log"] for state in result["logs"]]
    for log in (cid.account, scene.ground.community, room):
        demand(listed.count(log) == 1, f"the log {log}, once", listed)
    state = state_of(result, room)
    expected = {"kind": "room", "head": last, "unread": 2, "mentions": 1}
    demand({key: state[key] for key in expected} == expected, f"{expected}", state)
    demand(state_of(result, cid.account)["kind"] == "account", "the kind `account`", result)
    demand(state_of(result, scene.ground.community)["kind"] == "community", "the kind `community`", result)


@checks("sync.caught_up")
async def everything_after_a_position_is_replayed(scene: Scene) -> None:
    """Leave, let five things be said, and come back with a position."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    start = (await ann.say(room, "you have this"))["seq"]
    said = [await ann.say(room, f"you missed {number}") for number in range(5)]
    peer = await coming_back(scene, "cid")
    result, replayed = await peer.sync(epoch=ann.hello["epoch"], positions={room: start})
    state = state_of(result, room)
    demand(state["status"] == "caught_up", "the status `caught_up`", state)
    demand(state["head"] == said[-1]["seq"], f"the head {said[-1]['seq']}", state)
    demand(of(replayed, room) == said, "the five that were missed, in order, before `session.synced`", replayed)
    nothing, more = await peer.sync(epoch=ann.hello["epoch"], positions={room: said[-1]["seq"]})
    demand(state_of(nothing, room)["status"] == "caught_up", "the status `caught_up`", nothing)
    demand(not of(more, room), "nothing for who has everything", more)


@checks("sync.caught_up")
async def a_log_is_replayed_from_its_start_for_position_0(scene: Scene) -> None:
    """Come back with the position 0."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    for number in range(3):
        await ann.say(room, f"number {number}")
    peer = await coming_back(scene, "cid")
    result, replayed = await peer.sync(epoch=ann.hello["epoch"], positions={room: 0})
    whole(of(replayed, room), 0)
    demand(of(replayed, room)[-1]["seq"] == state_of(result, room)["head"], "everything up to the head", replayed)


@checks("sync.gap")
async def without_a_position_there_is_a_gap(scene: Scene) -> None:
    """Come back without positions, then listen."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    head = (await ann.say(room, "before"))["seq"]
    peer = await coming_back(scene, "cid")
    result, replayed = await peer.sync()
    state = state_of(result, room)
    demand(state["status"] == "gap" and state["head"] == head, f"the status `gap`, with the head {head}", state)
    demand(not of(replayed, room), "nothing replayed", replayed)
    await ann.say(room, "after")
    event = await peer.hears("message.sent", log=room)
    demand(event["seq"] == head + 1, f"the entry {head + 1} live", event)


@checks("sync.gap", slow=True)
async def more_than_may_be_replayed_is_a_gap(scene: Scene) -> None:
    """Write one entry more than `limits.replay_entries`, and come back with the position 0, then 1."""
    most = scene.limit("replay_entries", SLOW_ENTRIES)
    people = await scene.people("ann", "bob", "cid")
    room = await scene.fresh_room("bob", "cid")
    written = 0
    while written <= most:
        for peer in people:
            entry = await peer.say(room, "more")
            written = max(written, entry["seq"])
    head = written
    epoch = people[0].hello["epoch"]
    back = await coming_back(scene, "cid")
    result, replayed = await back.sync(epoch=epoch, positions={room: head - most - 1})
    demand(state_of(result, room)["status"] == "gap", f"the status `gap` for {most + 1} missing entries", result)
    demand(not of(replayed, room), "nothing replayed", replayed[:3])
    result, replayed = await back.sync(epoch=epoch, positions={room: head - most})
    demand(state_of(result, room)["status"] == "caught_up", f"`caught_up` for {most} missing entries", result)
    whole(of(replayed, room), head - most)


@checks("sync.reset")
async def a_position_of_another_epoch_is_reset(scene: Scene) -> None:
    """Come back with the positions of an epoch that never was."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    await ann.say(room, "here")
    peer = await coming_back(scene, "cid")
    result, replayed = await peer.sync(epoch="e_never", positions={room: 1})
    state = state_of(result, room)
    demand(state["status"] == "reset" and state.get("reason") == "epoch", "`reset` with the reason `epoch`", state)
    demand(not of(replayed, room), "nothing replayed", replayed)


@checks("sync.reset")
async def a_position_ahead_of_the_head_is_reset(scene: Scene) -> None:
    """Come back with a position that was never reached."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    head = (await ann.say(room, "here"))["seq"]
    peer = await coming_back(scene, "cid")
    result, replayed = await peer.sync(epoch=ann.hello["epoch"], positions={room: head + 10})
    state = state_of(result, room)
    demand(state["status"] == "reset" and state.get("reason") == "ahead", "`reset` with the reason `ahead`", state)
    demand(not of(replayed, room), "nothing replayed", replayed)


@checks("sync.gone")
async def a_log_that_one_may_not_read_is_gone(scene: Scene) -> None:
    """Name a private room of others, and a log that never was, in the positions."""
    ann = await scene.person("ann")
    private = await scene.fresh_room(kind="private")
    await ann.say(private, "not for you")
    peer = await coming_back(scene, "cid")
    result, replayed = await peer.sync(epoch=ann.hello["epoch"], positions={private: 0, "r_nowhere": 3})
    for log in (private, "r_nowhere"):
        state = state_of(result, log)
        demand(state["status"] == "gone" and not state["head"], "the status `gone`, and nothing more", state)
    demand(not of(replayed, private), "nothing of it", replayed)


@checks("sync.end")
async def what_happens_meanwhile_comes_after_the_end(scene: Scene) -> None:
    """Sync while somebody else is talking, and look where the end of the replay is."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    start = (await ann.say(room, "you have this"))["seq"]
    for number in range(3):
        await ann.say(room, f"missed {number}")
    peer = await coming_back(scene, "cid")
    talking = [await ann.begin("message.send", room=room, body=f"meanwhile {number}") for number in range(5)]
    result, replayed = await peer.sync(epoch=ann.hello["epoch"], positions={room: start})
    for id in talking:
        await ann.reply(id)
    last = (await ann.say(room, "the last"))["seq"]
    await peer.hears("message.sent", log=room, seq=last)
    head = state_of(result, room)["head"]
    whole(of(replayed, room), start)
    came = of(replayed, room)
    demand(came and came[-1]["seq"] == head, f"the entries up to the head {head} before `session.synced`", came)
    whole(of(peer.events, room), start)


@checks("sync.again")
async def a_second_sync_is_answered_like_the_first(scene: Scene) -> None:
    """Sync twice on one connection, with what one has by then, and listen."""
    ann, _ = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    start = (await ann.say(room, "you have this"))["seq"]
    peer = await coming_back(scene, "cid")
    await peer.sync(epoch=ann.hello["epoch"], positions={room: start})
    head = (await ann.say(room, "live"))["seq"]
    await peer.hears("message.sent", log=room, seq=head)
    result, replayed = await peer.sync(epoch=ann.hello["epoch"], positions={room: head})
    demand(state_of(result, room)["status"] == "caught_up", "the status `caught_up`", result)
    demand(not of(replayed, room), "nothing that the position named", replayed)
    await ann.say(room, "live again")
    last = (await ann.say(room, "and again"))["seq"]
    await peer.hears("message.sent", log=room, seq=last)
    await peer.fence()
    whole(of(peer.events, room), start)
