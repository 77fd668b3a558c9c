"""Reactions: what they are entries of, what a page shows, who may, and many of them at once."""

from ..checks import Skip, demand
from .ground import Scene, checks
from .peer import Frame, Peer, nonce

UP, PARTY = "👍", "🎉"
ANIMALS = [chr(number) for number in range(0x1F400, 0x1F43E)]


async def _message(peer: Peer, room: str, seq: int) -> Frame:
    """As a page shows it."""
    page = await peer.result("message.page", room=room, around=seq, limit=1)
    found: list[Frame] = [message for message in page["messages"] if message["seq"] == seq]
    demand(len(found) == 1, f"the message {seq} in a page around it", page)
    return found[0]


async def _react(peer: Peer, room: str, seq: int, emoji: str = UP, does: str = "add") -> Frame:
    entry: Frame = (await peer.result(f"reaction.{does}", room=room, message=seq, emoji=emoji))["entry"]
    return entry


@checks("reactions.entries")
async def a_reaction_is_an_entry(scene: Scene) -> None:
    """React to a message as two people, take one back, and hear of it."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "react to this"))["seq"]
    counts = []
    for peer, does in ((bob, "add"), (ann, "add"), (bob, "remove")):
        entry = await _react(peer, room, seq, does=does)
        kind = "reaction.added" if does == "add" else "reaction.removed"
        demand(entry["type"] == kind and entry["by"] == peer.member, f"{kind}, by who asked", entry)
        demand((entry["message"], entry["emoji"]) == (seq, UP), "the message and the emoji", entry)
        heard = await ann.hears(kind, log=room, seq=entry["seq"])
        demand(heard == entry, "the entry live, as it is in the `ok`", heard)
        counts.append(entry["count"])
    demand(counts == [1, 2, 1], "how many react from then on: 1, 2, 1", counts)


@checks("reactions.page")
async def a_page_shows_how_many_and_mine(scene: Scene) -> None:
    """React with two emoji as two people, and look at the message as both; read who reacts, a page at a time."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "react to this"))["seq"]
    added = [await _react(peer, room, seq, emoji) for peer, emoji in ((bob, UP), (ann, UP), (bob, PARTY))]
    for peer, mine in ((ann, [True, False]), (bob, [True, True])):
        shown = (await _message(peer, room, seq)).get("reactions", [])
        counts = [(one["emoji"], one["count"]) for one in shown]
        demand(counts == [(UP, 2), (PARTY, 1)], "both emoji with their counts, the most frequent first", shown)
        demand([bool(one.get("mine")) for one in shown] == mine, f"`mine` as {peer.name} reacts", shown)
    page = await ann.result("reaction.read", room=room, message=seq, limit=2)
    who = [(one["seq"], one["by"], one["emoji"]) for one in page["reactors"]]
    expected = [(one["seq"], one["by"], one["emoji"]) for one in added]
    demand(who == expected[:2] and not page["complete"], "the first two who react, and `complete` false", page)
    page = await ann.result("reaction.read", room=room, message=seq, after=added[1]["seq"])
    demand([one["by"] for one in page["reactors"]] == [bob.member] and page["complete"], "the last one", page)
    page = await ann.result("reaction.read", room=room, message=seq, emoji=PARTY)
    demand([one["by"] for one in page["reactors"]] == [bob.member], "only who reacts with the emoji asked for", page)


@checks("reactions.once")
async def each_once_and_only_emoji(scene: Scene) -> None:
    """React twice with the same, take back what is not there, and react with what is no emoji."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "react to this"))["seq"]
    await bob.refused("reaction.gone", "reaction.remove", room=room, message=seq, emoji=UP)
    asked = {"room": room, "message": seq, "emoji": UP}
    once = nonce()
    first = (await bob.result("reaction.add", **asked, nonce=once))["entry"]
    again = await bob.result("reaction.add", **asked, nonce=once)
    demand(again["entry"] == first and again.get("repeat") is True, "the first result under its nonce", again)
    await bob.refused("reaction.added_already", "reaction.add", **asked)
    await ann.refused("reaction.gone", "reaction.remove", **asked)
    for text in ("ok", UP + UP, UP + "!", ":+1:"):
        await ann.refused("field.invalid", "reaction.add", room=room, message=seq, emoji=text)
    shown = (await _message(ann, room, seq)).get("reactions", [])
    demand([one["count"] for one in shown] == [1], "one reaction, once", shown)


@checks("reactions.limit")
async def so_many_different_ones(scene: Scene) -> None:
    """React with as many different emoji as `hello.limits` allows, and one more."""
    ann, bob = await scene.people("ann", "bob")
    most = scene.limits.get("reactions", 0)
    if not 0 < most < len(ANIMALS):
        raise Skip("`hello.limits.reactions` is not told, or is more than is tried here")
    room = await scene.room()
    seq = (await ann.say(room, "react to this"))["seq"]
    for emoji in ANIMALS[:most]:
        await _react(bob, room, seq, emoji)
    await ann.refused("limit.reached", "reaction.add", room=room, message=seq, emoji=ANIMALS[most])
    await _react(ann, room, seq, ANIMALS[0])


@checks("reactions.gone")
async def nobody_reacts_to_what_was_deleted(scene: Scene) -> None:
    """Delete a message that was reacted to; react to it, to what is no message, and look at it."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "not for long"))["seq"]
    entry = await _react(bob, room, seq)
    await ann.result("message.delete", room=room, message=seq)
    for number in (seq, entry["seq"], 2**40):
        await bob.refused("message.gone", "reaction.add", room=room, message=number, emoji=UP)
        await bob.refused("message.gone", "reaction.remove", room=room, message=number, emoji=UP)
        await bob.refused("message.gone", "reaction.read", room=room, message=number)
    demand(not (await _message(bob, room, seq)).get("reactions"), "no reactions to a blank message", None)


@checks("reactions.uncounted")
async def a_reaction_is_no_message(scene: Scene) -> None:
    """React to what somebody said, and read their counts."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "react to this"))["seq"]
    before = await ann.result("marker.set", room=room, seq=seq)
    await _react(bob, room, seq)
    after = await ann.result("marker.set", room=room, seq=seq)
    told = [(one["unread"], one["mentions"]) for one in (before, after)]
    demand(told[0] == told[1], "nothing unread, and no mention", after)


@checks("reactions.short")
async def many_at_once_lose_nothing(scene: Scene) -> None:
    """React with several emoji without waiting, and take some back; hear of it, and read the entries."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "react to this"))["seq"]
    await bob.fence()
    known = len(bob.events)
    ids = []
    for does, emojis in (("add", ANIMALS[:8]), ("remove", ANIMALS[:3])):
        fields = {"room": room, "message": seq}
        ids += [await ann.begin(f"reaction.{does}", **fields, emoji=emoji, nonce=nonce()) for emoji in emojis]
    for id in ids:
        await ann.reply(id)
    entries = [one for one in await bob.entries(room, seq) if one["type"].startswith("reaction.")]
    demand(len(entries) == 11, "each reaction as an entry of the log", entries)
    await bob.fence()
    at, count, reacts = seq, dict[str, int](), dict[str, bool]()
    for event in [one for one in bob.events[known:] if one.get("log") == room]:
        demand(event.get("from", event["seq"]) == at + 1, f"an event that begins after {at}", event)
        at = event["seq"]
        for change in event["changes"] if event["type"] == "reaction.changed" else [_as_change(event)]:
            count[change["emoji"]] = change["count"]
            for who, added in (("added", True), ("removed", False)):
                demand(all(ref["member"] == ann.member for ref in change.get(who, [])), "ann alone", change)
                reacts |= {change["emoji"]: added} if change.get(who) else {}
    demand(at == entries[-1]["seq"], f"everything up to {entries[-1]['seq']}", at)
    expected = {emoji: int(emoji in ANIMALS[3:8]) for emoji in ANIMALS[:8]}
    demand(count == expected, "how many react with each, after all of it", count)
    demand(reacts == {emoji: bool(one) for emoji, one in expected.items()}, "whether ann reacts with each", reacts)


def _as_change(entry: Frame) -> Frame:
    who = "added" if entry["type"] == "reaction.added" else "removed"
    return {"emoji": entry["emoji"], "count": entry["count"], who: [{"member": entry["by"]}]}
