"""Reading: entries by range, messages by page, and what changed."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer


async def _talk(scene: Scene, ann: Peer, number: int) -> tuple[str, list[int]]:
    """A room where this many things were said, and their numbers."""
    room = await scene.fresh_room()
    return room, [(await ann.say(room, f"number {count}"))["seq"] for count in range(number)]


@checks("reading.entries")
async def entries_come_by_range(scene: Scene) -> None:
    """Read a log by pages of three, up to a number, up to the head, and beyond it."""
    ann = await scene.person("ann")
    room, seqs = await _talk(scene, ann, 7)
    head = seqs[-1]
    for after, more, numbers, complete in (
        (0, {"limit": 3}, [1, 2, 3], False),
        (head - 3, {"limit": 3}, [head - 2, head - 1, head], True),
        (head - 4, {"limit": 3}, [head - 3, head - 2, head - 1], False),
        (1, {"until": 3}, [2, 3], True),
        (1, {"until": 3, "limit": 2}, [2, 3], True),
        (1, {"until": 3, "limit": 1}, [2], False),
        (head, {}, [], True),
        (head + 5, {}, [], True),
    ):
        page = await ann.result("log.entries", log=room, after=after, **more)
        found = [entry["seq"] for entry in page["entries"]]
        demand(found == numbers, f"the entries {numbers} after {after} with {more or 'no limit'}", found)
        demand(page["complete"] is complete, f"`complete` {str(complete).lower()} there", page["complete"])
        demand(page["head"] == head, f"the head {head}", page["head"])


@checks("reading.messages")
async def messages_come_by_page(scene: Scene) -> None:
    """Read a room from its end, before, after, and around a message."""
    ann = await scene.person("ann")
    room, seqs = await _talk(scene, ann, 7)
    for more, numbers, complete in (
        ({"limit": 3}, seqs[4:], False),
        ({"limit": 50}, seqs, True),
        ({"before": seqs[2], "limit": 3}, seqs[:2], True),
        ({"before": seqs[4], "limit": 3}, seqs[1:4], False),
        ({"after": seqs[4], "limit": 3}, seqs[5:], True),
        ({"after": seqs[1], "limit": 3}, seqs[2:5], False),
        ({"after": seqs[1], "before": seqs[4]}, seqs[2:4], True),
    ):
        page = await ann.result("message.page", room=room, **more)
        found = [message["seq"] for message in page["messages"]]
        demand(found == numbers, f"the messages {numbers}, oldest first, for {more}", found)
        demand(page["complete"] is complete, f"`complete` {str(complete).lower()} for {more}", page["complete"])
        demand(page["as_of"] == seqs[-1], f"`as_of` {seqs[-1]}", page["as_of"])
    page = await ann.result("message.page", room=room, around=seqs[3], limit=3)
    found = [message["seq"] for message in page["messages"]]
    demand(seqs[3] in found and found == sorted(found), f"{seqs[3]} among those around it, oldest first", found)
    entry = (await ann.entries(room, seqs[-1] - 1))[0]
    message = (await ann.result("message.page", room=room, limit=1))["messages"][0]
    same = ("seq", "at", "by", "rev", "body", "nonce")
    demand(
        [message.get(key) for key in same] == [entry.get(key) for key in same],
        "the same in a page as in the log",
        [message, entry],
    )


@checks("reading.changed")
async def what_changed_is_listed_and_not_replayed(scene: Scene) -> None:
    """Ask what changed, with one log as it is, and with one that has moved on."""
    ann = await scene.person("ann")
    room, seqs = await _talk(scene, ann, 2)
    quiet, heads = await _talk(scene, ann, 1)
    synced, _ = await ann.sync()
    positions = {state["log"]: state.get("head", 0) for state in synced["logs"]}
    known = len(ann.events)
    positions[room] -= 1
    changed = await ann.result("log.changed", epoch=ann.hello["epoch"], positions=positions)
    listed = [state["log"] for state in changed["logs"]]
    demand(room in listed, "the log that has moved on", listed)
    demand(quiet not in listed, "no log that is where one has it", listed)
    state = next(state for state in changed["logs"] if state["log"] == room)
    demand(state["head"] == seqs[-1], f"its head, {seqs[-1]}", state)
    await ann.fence()
    replayed = [event for event in ann.events[known:] if event.get("log") == room]
    demand(not replayed, "nothing replayed", replayed)
    demand(positions[quiet] == heads[-1], "the head that was synced", positions[quiet])


@checks("reading.replies")
async def a_reply_quotes_what_it_answers_as_it_is(scene: Scene) -> None:
    """Answer a message, edit that, delete it, and look at the answer in pages; answer what is no message."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    asked = (await ann.say(room, "How ar you?"))["seq"]
    fields = {"room": room, "body": "Fine.", "reply_to": asked}
    entry = (await bob.result("message.send", **fields))["entry"]
    heard = await ann.hears("message.sent", log=room, seq=entry["seq"])
    demand(heard.get("reply_to") == asked and "How" not in str(heard), "`reply_to`, and no copy of the text", heard)
    quote: Frame = {}
    for change, body in (
        ({}, "How ar you?"),
        ({"type": "message.edit", "body": "How are you?"}, "How are you?"),
        ({"type": "message.delete"}, ""),
    ):
        if change:
            await ann.result(change.pop("type"), room=room, message=asked, **change)
        page = await bob.result("message.page", room=room, around=entry["seq"], limit=1)
        quote = page["messages"][0].get("quote", {})
        demand(quote.get("seq") == asked and quote.get("body") == body, f"a quote of {body!r}", page)
    demand(quote.get("blank") is True, "`blank` in the quote of what was deleted", quote)
    await bob.refused("message.gone", "message.send", **fields)
