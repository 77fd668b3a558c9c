"""What is new and what is meant for one: recent rooms, pages around a moment, the inbox, what is worth a bell."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer

ALWAYS = [{"begins": "00:00", "ends": "00:00"}]  # every day, all day


async def _items(peer: Peer, room: str) -> list[Frame]:
    """Of the inbox, what is of this room."""
    page = await peer.result("inbox.read", limit=200)
    numbers = [item["number"] for item in page["items"]]
    demand(numbers == sorted(set(numbers), reverse=True), "numbers that fall, none twice", numbers)
    unread = sum(number > page.get("read", 0) for number in numbers)
    demand(not page["complete"] or page.get("unread", 0) == unread, f"`unread` {unread}, as one counts it", page)
    return [item for item in page["items"] if item["log"] == room]


@checks("attention.recent")
async def where_something_was_said_last_comes_first(scene: Scene) -> None:
    """Talk in two rooms in turn, look at the list, edit the last message, and turn the pages."""
    ann, bob = await scene.people("ann", "bob")
    first, second = await scene.fresh_room("bob"), await scene.fresh_room("bob")
    await ann.say(first, "early")
    await ann.later(await ann.say(second, "late"))
    last = (await ann.say(first, "latst"))["seq"]
    await ann.result("message.edit", room=first, message=last, body="latest")
    await ann.result("message.delete", room=second, message=1)
    listed = (await bob.result("room.recent", limit=200))["rooms"]
    mine = [one for one in listed if one["room"]["id"] in (first, second)]
    demand([one["room"]["id"] for one in mine] == [first, second], "the room of the last message first", mine)
    demand(mine[0]["said"]["body"] == "latest", "the last message as it is now", mine[0])
    demand(mine[0].get("unread") == 2, "2 unread in it", mine[0])  # as many as were said
    demand(mine[1]["said"].get("blank") is True, "a deleted message, which keeps its number", mine[1])
    found: list[str] = []
    after = ""
    while True:
        page = await bob.result("room.recent", limit=1, after=after)
        found += [one["room"]["id"] for one in page["rooms"]]
        after = page.get("next", "")
        if not after or second in found:
            break
    rooms = [one["room"]["id"] for one in listed]
    demand(found == rooms[: rooms.index(second) + 1], "the same rooms page by page", found)


@checks("attention.moment")
async def a_page_is_around_a_moment(scene: Scene) -> None:
    """Ask for the page around the moment of a message, around one long past, and one far ahead."""
    ann = await scene.person("ann")
    room = await scene.fresh_room()
    entries = [await ann.say(room, f"number {number}") for number in range(5)]
    for at, least in ((entries[2]["at"], entries[2]["at"]), ("1970-01-01T00:00:00Z", entries[0]["at"])):
        page = await ann.result("message.page", room=room, at=at, limit=1)
        first = next(entry["seq"] for entry in entries if entry["at"] >= least)
        demand([one["seq"] for one in page["messages"]] == [first], f"the message {first} at {at}", page)
    page = await ann.result("message.page", room=room, at="2999-01-01T00:00:00+01:00", limit=2)
    demand([one["seq"] for one in page["messages"]] == [one["seq"] for one in entries[3:]], "the newest", page)
    await ann.refused("field.invalid", "message.page", room=room, at="tomorrow")


@checks("attention.answers")
async def an_answer_names_whom_it_answers(scene: Scene) -> None:
    """Answer somebody else, and oneself."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("bob")
    asked = (await ann.say(room, "Who has beans?"))["seq"]
    for peer, named in ((bob, ann.member), (ann, "")):
        entry = (await peer.result("message.send", room=room, body="I have.", reply_to=asked))["entry"]
        demand(entry.get("answers", "") == named, f"`answers` {named!r}", entry)


@checks("attention.inbox")
async def what_is_meant_for_one_is_one_list(scene: Scene) -> None:
    """Mention and answer somebody, change and delete some of it, and look at their inbox; leave the room."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("bob")
    asked = (await bob.say(room, "Who has beans?"))["seq"]
    said = [(await ann.say(room, f"number {number} @{bob.handle}"))["seq"] for number in range(2)]
    fields = {"room": room, "body": "I hav.", "reply_to": asked}
    answer = (await ann.result("message.send", **fields))["entry"]["seq"]
    await ann.say(room, "nobody")
    await ann.result("message.edit", room=room, message=answer, body=f"I have, @{bob.handle}.")
    items = await _items(bob, room)
    told = [(item["kind"], item["seq"], item["said"]["body"]) for item in items]
    expected = [
        ("reply", answer, f"I have, @{bob.handle}."),
        ("mention", said[1], f"number 1 @{bob.handle}"),
        ("mention", said[0], f"number 0 @{bob.handle}"),
    ]
    demand(told == expected, f"{expected}", told)
    await ann.result("message.delete", room=room, message=said[1])
    numbers = [item["seq"] for item in await _items(bob, room)]
    demand(numbers == [answer, said[0]], "what was deleted gone", numbers)
    demand(await _items(ann, room) == [], "nothing for who was not called", None)


@checks("attention.inbox_mark")
async def the_mark_of_the_inbox_moves_forward(scene: Scene) -> None:
    """Mark the inbox on one device, forward, back, and back again with `unread`; listen on another."""
    ann, cid = await scene.people("ann", "cid")
    phone = await scene.again("cid", binary=True)
    room = await scene.fresh_room("cid")
    for number in range(2):
        await ann.say(room, f"number {number} @{cid.handle}")
    newest, before = [item["number"] for item in await _items(cid, room)]
    for fields, read, unread in (
        ({"number": newest}, newest, 0),
        ({"number": before}, newest, 0),
        ({"number": before, "unread": True}, before, 1),
    ):
        state = await cid.result("inbox.mark", **fields)
        demand(state == {"read": read, "unread": unread}, f"`read` {read}, {unread} unread after {fields}", state)
        moved = await phone.hears("inbox.moved", read=read)
        demand(moved["unread"] == unread, f"{unread} unread told to the other device", moved)
    again = await scene.again("cid", synced=False)
    result, _ = await again.sync()
    demand(result.get("inbox") == {"read": before, "unread": 1}, "the same in the next sync", result.get("inbox"))
    await cid.result("inbox.mark", number=newest)


@checks("attention.inbox_moved")
async def what_is_left_of_the_inbox_is_told(scene: Scene) -> None:
    """Mention somebody twice, delete one of these; and have them mute who did."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    said = [(await ann.say(room, f"number {number} @{cid.handle}"))["seq"] for number in range(2)]
    items = await _items(cid, room)
    newest = items[0]["number"]
    await cid.result("inbox.mark", number=items[1]["number"] - 1, unread=True)
    unread = (await cid.result("inbox.read", limit=1)).get("unread", 0)
    demand(unread == len(said), f"{len(said)} unread", unread)
    await ann.result("message.delete", room=room, message=said[0])
    await cid.hears("inbox.moved", unread=unread - 1)
    try:
        await cid.result("block.set", handle=ann.handle, kind="mute")
        await cid.hears("inbox.moved", unread=unread - 2)
    finally:
        await cid.result("block.set", handle=ann.handle, kind="none")
    await cid.hears("inbox.moved", unread=unread - 1)
    await cid.result("inbox.mark", number=newest)


@checks("attention.choices")
async def what_is_worth_a_bell_is_ones_own_affair(scene: Scene) -> None:
    """Choose for a room and a word on one device, listen on another and as somebody else, sync, and take it back."""
    ann, bob, eve = await scene.people("ann", "bob", "eve")
    phone = await scene.again("bob", binary=False)
    room, known = await scene.fresh_room("bob"), len(ann.events)
    for fields in ({"place": room, "level": "nothing"}, {"word": "Beans", "level": "all"}):
        chosen = await bob.result("notify.set", **fields)
        demand(chosen["word"] == fields.get("word", "").lower(), "the word folded", chosen)
        await phone.hears("notify.changed", place=chosen["place"], word=chosen["word"], level=chosen["level"])
        again = await scene.again("bob", synced=False)
        result, _ = await again.sync()
        demand(chosen in result.get("notify", []), "the choice in every sync", result.get("notify"))
        await bob.result("notify.set", **{**fields, "level": "inherit"})
        await phone.hears("notify.changed", place=chosen["place"], word=chosen["word"], level="inherit")
    await ann.fence()
    heard = [event["type"] for event in ann.events[known:] if event["type"].startswith("notify")]
    demand(not heard, "no word of it to anybody else", heard)
    await eve.refused("room.gone", "notify.set", place=room, level="nothing")


@checks("attention.thread")
async def a_choice_for_a_thread_is_a_part_of_following_it(scene: Scene) -> None:
    """Choose for a thread, before one follows it and then, while another device listens; sync; unfollow it and be called back."""
    ann, bob = await scene.people("ann", "bob")
    phone = await scene.again("ann")
    room = await scene.fresh_room("ann", "bob")
    root = (await ann.say(room, "a root"))["seq"]
    wish = {"place": room, "thread": root, "level": "nothing"}
    await ann.refused("thread.gone", "notify.set", **wish)
    await bob.result("message.send", room=room, thread=root, body="an answer")
    chosen = await ann.result("notify.set", **wish)
    demand(chosen.get("thread") == root and chosen["level"] == "nothing", "the choice for the thread", chosen)
    told = await phone.hears("thread.changed", room=room, thread=root)
    demand(told.get("level") == "nothing" and told.get("unread") == 1, "the choice, and 1 unread", told)
    demand(await _level(scene, room, root) == "nothing", "the choice in every sync", None)
    await ann.result("thread.unfollow", room=room, thread=root)
    await bob.result("message.send", room=room, thread=root, body=f"@{ann.handle}")
    demand(await _level(scene, room, root) == "inherit", "no choice for what is followed anew", None)


async def _level(scene: Scene, room: str, root: int) -> str:
    again = await scene.again("ann", synced=False)
    result, _ = await again.sync()
    found = [one for one in result.get("threads", []) if one["room"] == room and one["thread"] == root]
    demand(len(found) == 1, "the thread once", result.get("threads"))
    demand(not [one for one in result.get("notify", []) if one["place"] == room], "no choice for the room", result)
    level: str = found[0].get("level", "inherit")
    return level


@checks("attention.dnd")
async def a_time_of_rest_is_seen_while_it_lasts(scene: Scene) -> None:
    """Be not to be disturbed all day, shown and not; listen on another device, and as somebody who watches."""
    ann, bob = await scene.people("ann", "bob")
    phone = await scene.again("bob", binary=False)
    await bob.result("presence.set", state="online")
    await ann.result("presence.watch", members=[bob.member])
    try:
        now = await bob.result("dnd.set", times=ALWAYS, zone="UTC")
        await ann.hears("presence.changed", member=bob.member, state="dnd")
        told = await phone.hears("dnd.changed", zone="UTC")
        demand({key: told[key] for key in now} == now, "the same to the other device", told)
        again = await scene.again("bob", synced=False)
        result, _ = await again.sync()
        demand(result.get("dnd") == now, "the times in every sync", result.get("dnd"))
        await bob.result("dnd.set", times=ALWAYS, zone="UTC", shown=False)
        await ann.hears("presence.changed", member=bob.member, state="online")
        await bob.refused("field.invalid", "dnd.set", times=[], zone="Nowhere/At_All")
    finally:
        await bob.result("dnd.set", times=[])
        await ann.result("presence.watch", members=[])
