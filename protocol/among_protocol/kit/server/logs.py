"""Logs and numbers: what is written is numbered, and everybody who may read it reads the same."""

import re

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def whole(entries: list[Frame], after: int) -> None:
    """Raises Fault where these entries, in this order, leave a hole or cover a number twice."""
    at = after
    for entry in entries:
        first = entry.get("from") or entry["seq"]
        demand(
            first == at + 1 and entry["seq"] >= first,
            f"an entry that begins at number {at + 1}, after {at}",
            entry,
        )
        at = entry["seq"]


@checks("logs.dense")
async def the_numbers_of_every_log_are_dense(scene: Scene) -> None:
    """Write in rooms, then read the logs of the room, the community and the account from their starts."""
    ann = await scene.person("ann")
    room = await scene.fresh_room()
    for number in range(5):
        await ann.say(room, f"number {number}")
    await ann.result("room.set_topic", room=room, topic="dense")
    for log in (room, scene.ground.community, ann.account):
        entries = await ann.entries(log)
        demand(entries, "entries in a log in which something was written", entries)
        whole(entries, 0)
        page = await ann.result("log.entries", log=log, after=0, limit=1)
        demand(page["head"] == entries[-1]["seq"], f"the head {entries[-1]['seq']}", page)


@checks("logs.live")
async def what_is_written_comes_live_to_all_who_follow(scene: Scene) -> None:
    """Say things in a room, and listen on connections of three people, in both encodings."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    desk = await scene.again("bob", binary=False)
    room = await scene.room()
    said = [await ann.say(room, f"live {number} ✓ émoji 🙂") for number in range(3)]
    for peer in (ann, bob, cid, desk):
        heard = [await peer.hears("message.sent", log=room, nonce=entry["nonce"]) for entry in said]
        demand(heard == said, f"the entries as they are in the `ok`, for {peer.name}", heard)


@checks("logs.live")
async def each_entry_comes_live_once_and_in_order(scene: Scene) -> None:
    """Two people say ten things each at once; one of them and a third listen until the last one."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.room()
    start = (await ann.say(room, "from here"))["seq"]
    heard = {}
    for peer in (bob, cid):
        await peer.hears("message.sent", log=room, seq=start)
        heard[peer] = len(peer.events)
    ids = [(peer, await peer.begin("message.send", room=room, body=f"{n}")) for n in range(10) for peer in (ann, bob)]
    for peer, id in ids:
        await peer.reply(id)
    last = await bob.say(room, "to here")
    for peer, since in heard.items():
        await peer.hears("message.sent", log=room, seq=last["seq"])
        await peer.fence()
        whole([event for event in peer.events[since:] if event.get("log") == room and event.get("seq")], start)


@checks("logs.same_for_all")
async def everybody_reads_the_same_entries(scene: Scene) -> None:
    """Compare a room live, replayed, and by range, as two people in two encodings."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    start = (await ann.say(room, "from here"))["seq"]
    await ann.hears("message.sent", log=room, seq=start)
    await ann.say(room, "one @" + bob.handle)
    await ann.result("room.set_topic", room=room, topic=f"as of {start}")
    last = (await bob.say(room, "two"))["seq"]
    live = [await ann.hears(type, log=room) for type in ("message.sent", "room.topic_set", "message.sent")]
    by_range = await bob.entries(room, start)
    again = await scene.again("bob", synced=False)
    _, replayed = await again.sync(epoch=ann.hello["epoch"], positions={room: start})
    replayed = [event for event in replayed if event.get("log") == room]
    demand(live[-1]["seq"] == last, f"the last entry live with number {last}", live)
    demand(live == by_range, "the same entries live and by range", [live, by_range])
    demand(live == replayed, "the same entries live and replayed", [live, replayed])


@checks("logs.own_first")
async def the_own_copy_comes_before_the_ok(scene: Scene) -> None:
    """Say something, set a topic and follow a room; look at what had come when the `ok` came."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    elsewhere = await scene.fresh_room()
    for peer, type, fields in (
        (ann, "message.send", {"room": room, "body": "mine first"}),
        (ann, "room.set_topic", {"room": room, "topic": "mine first"}),
        (bob, "room.follow", {"room": elsewhere}),
    ):
        entry = (await peer.result(type, **fields))["entry"]
        came = [event for event in peer.events if (event.get("log"), event.get("seq")) == (entry["log"], entry["seq"])]
        demand(came == [entry], "one's own live copy, before the `ok`", came)


@checks("logs.authors")
async def entries_carry_the_membership_and_never_the_account(scene: Scene) -> None:
    """Look at all entries of a room, a community and a direct for `by`, `rev`, and ids of accounts."""
    ann, bob, eve = await scene.people("ann", "bob", "eve")
    room = await scene.room()
    said = await bob.say(room, "who am I")
    demand(said["by"] == bob.member, f"`by` {bob.member}, the membership", said)
    demand(said.get("rev", 0) >= 1, "`rev`, the revision of the persona", said)
    direct = (await ann.result("direct.open", handles=[eve.handle]))["entry"]["room"]
    await ann.say(direct, "to you alone")
    accounts = {account.id for account in scene.ground.accounts.values()}
    for log in (room, scene.ground.community, direct):
        for entry in await ann.entries(log):
            leaked = [id for id in accounts if id in str(entry)]
            demand(not leaked, "no id of an account", entry)
            if entry["type"] == "message.sent":
                demand(entry.get("by") and entry.get("rev"), "`by` and `rev` of what somebody said", entry)


@checks("logs.authors")
async def a_persona_that_changed_has_a_new_revision(scene: Scene) -> None:
    """Say something before and after changing one's name."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    before = await bob.say(room, "under one name")
    name = f"Bob {scene.ground.tag} {before['seq']}"
    await bob.result("account.update", display_name=name)
    updated = await ann.hears("member.updated", by=bob.member)
    after = await bob.say(room, "under another")
    demand(updated["display_name"] == name and updated["rev"] == before["rev"] + 1, "a new `rev`", updated)
    demand(after["rev"] == updated["rev"], f"`rev` {updated['rev']} from now on", after)
    found = (await ann.result("member.resolve", members=[{"member": bob.member, "rev": after["rev"]}]))["personas"]
    demand(found and found[0]["display_name"] == name, f"the persona {name!r} for that revision", found)


@checks("logs.time")
async def times_are_utc_with_milliseconds(scene: Scene) -> None:
    """Look at the times of hello, of a ping, of entries and of sessions."""
    ann = await scene.person("ann")
    room = await scene.room()
    entry = await ann.say(room, "when")
    listed = (await ann.result("session.list"))["sessions"]
    times = [ann.hello["at"], entry["at"], (await ann.result("session.ping"))["at"]]
    times += [one[key] for one in listed for key in ("opened", "seen")]
    for time in times:
        demand(TIME.fullmatch(time), "a time like 2026-01-31T09:00:00.000Z", time)
