"""Threads: what is said about one message, who follows that, and what is unread there."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer


async def _root(scene: Scene, peer: Peer, body: str = "a root") -> tuple[str, int]:
    room = await scene.room()
    return room, int((await peer.say(room, body))["seq"])


async def _answer(peer: Peer, room: str, root: int, body: str) -> Frame:
    entry: Frame = (await peer.result("message.send", room=room, thread=root, body=body))["entry"]
    return entry


async def _followed(peer: Peer, room: str, root: int) -> Frame | None:
    """What a sync tells of a thread."""
    started, _ = await peer.sync()
    found = [one for one in started.get("threads", []) if one["room"] == room and one["thread"] == root]
    demand(len(found) < 2, "a thread once", started.get("threads"))
    return found[0] if found else None


async def _room_state(peer: Peer, room: str) -> Frame:
    started, _ = await peer.sync()
    found: Frame = next(state for state in started["logs"] if state["log"] == room)
    return found


@checks("threads.said")
async def a_thread_is_in_the_rooms_log_and_not_in_its_counts(scene: Scene) -> None:
    """Speak in a thread; read the room's log and counts as somebody else, and as oneself."""
    ann, bob = await scene.people("ann", "bob")
    room, root = await _root(scene, ann)
    await bob.result("marker.set", room=room, seq=root)
    said = await _answer(bob, room, root, "in the thread")
    demand(said["thread"] == root and said["seq"] > root, "`thread`, the number of the root", said)
    heard = await ann.hears("message.sent", log=room, seq=said["seq"])
    demand(heard == said, "the message live, as it is in the `ok`", heard)
    entries = await ann.entries(room, said["seq"] - 1)
    demand(entries[0] == said, "the message in the log", entries)
    mine = await _room_state(bob, room)
    demand(mine["read"] == root and not mine.get("unread"), "the room's marker where it was", mine)
    theirs = await ann.result("marker.set", room=room, seq=root)
    demand(theirs["unread"] == 0, "nothing unread in the room", theirs)


@checks("threads.pages")
async def a_page_of_the_room_tells_of_a_thread_in_short(scene: Scene) -> None:
    """Speak in a thread, and read pages of the room and of the thread."""
    ann, bob = await scene.people("ann", "bob")
    room, root = await _root(scene, ann)
    await _answer(bob, room, root, "one")
    last = await _answer(bob, room, root, "two")
    page = await ann.result("message.page", room=room, after=root - 1)
    demand([one["seq"] for one in page["messages"]] == [root], "the root alone, on a page of the room", page)
    below = page["messages"][0].get("below") or {}
    demand(below.get("messages") == 2 and below.get("head") == last["seq"], "two messages, and the newest", below)
    demand(below.get("speakers") == [bob.member], "who spoke in it", below)
    demand(below.get("following") is True and below.get("unread") == 2, "two unread, for who said the root", below)
    inside = await ann.result("message.page", room=room, thread=root)
    demand([one["body"] for one in inside["messages"]] == ["one", "two"], "the thread on its own page", inside)
    first = await ann.result("message.page", room=room, thread=root, before=last["seq"], limit=1)
    demand(
        [one["body"] for one in first["messages"]] == ["one"] and first["complete"], "what came before the last", first
    )


@checks("threads.root")
async def a_thread_hangs_from_a_message_of_the_room(scene: Scene) -> None:
    """Speak about what is no message, about a message of a thread, and on when the root is deleted."""
    ann, bob = await scene.people("ann", "bob")
    room, root = await _root(scene, ann)
    said = await _answer(bob, room, root, "first")
    await bob.refused("message.gone", "message.send", room=room, thread=2**40, body="what?")
    await bob.refused("field.invalid", "message.send", room=room, thread=said["seq"], body="deeper")
    gone = (await ann.result("message.delete", room=room, message=root))["entry"]["seq"]
    await bob.refused("message.gone", "message.send", room=room, thread=gone, body="what?")
    await _answer(bob, room, root, "second")
    page = await ann.result("message.page", room=room, thread=root)
    demand([one["body"] for one in page["messages"]] == ["first", "second"], "the thread, which goes on", page)


@checks("threads.followed")
async def who_has_a_part_follows(scene: Scene) -> None:
    """Begin a thread, speak in it, mention somebody in it; read what each of them follows."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room, root = await _root(scene, ann)
    demand(await _followed(cid, room, root) is None, "nothing followed that nobody has spoken in", None)
    said = await _answer(bob, room, root, "first")
    demand(said.get("root_by") == ann.member, "`root_by`, who said the root", said)
    again = await _answer(bob, room, root, f"ask @{cid.handle}")
    demand(not again.get("root_by"), "no `root_by` later", again)
    for peer, unread, mentions in ((ann, 2, 0), (bob, 0, 0), (cid, 1, 1)):
        state = await _followed(peer, room, root)
        demand(state is not None and state.get("following") is True, "the thread among those followed", state)
        told = (state or {}).get("unread", 0), (state or {}).get("mentions", 0)
        demand(told == (unread, mentions), f"{unread} unread, {mentions} mentions", state)


@checks("threads.left")
async def one_may_no_longer_follow(scene: Scene) -> None:
    """Unfollow a thread, hear more of it, and have a part in it again; unfollow the room."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("ann", "bob")
    root = (await ann.say(room, "a root"))["seq"]
    await _answer(bob, room, root, "first")
    await ann.result("thread.unfollow", room=room, thread=root)
    await _answer(bob, room, root, "second")
    demand(await _followed(ann, room, root) is None, "no such thread", None)
    await ann.refused("thread.gone", "thread.mark", room=room, thread=root, seq=root)
    await ann.refused("thread.gone", "thread.unfollow", room=room, thread=root)
    await _answer(bob, room, root, f"third, @{ann.handle}")
    state = await _followed(ann, room, root)
    demand(state is not None and state.get("unread") == 1, "the thread, with one message unread", state)
    await ann.result("room.unfollow", room=room)
    demand(await _followed(ann, room, root) is None, "no thread of a room that one does not follow", None)


@checks("threads.marked")
async def a_marker_in_a_thread(scene: Scene) -> None:
    """Mark a thread as read, back without and with `unread`, while another device listens."""
    ann, bob = await scene.people("ann", "bob")
    room, root = await _root(scene, ann)
    said = [(await _answer(bob, room, root, f"{number}"))["seq"] for number in range(3)]
    other = await scene.again("ann")
    before = await _room_state(ann, room)
    for seq, back, read, unread in (
        (said[1], False, said[1], 1),
        (said[0], False, said[1], 1),
        (said[0], True, said[0], 2),
    ):
        now = await ann.result("thread.mark", room=room, thread=root, seq=seq, unread=back)
        told = now.get("read"), now.get("unread", 0)
        demand(told == (read, unread), f"read up to {read}, {unread} unread", now)
    heard = await other.hears("thread.changed", room=room, thread=root, read=said[0])
    demand(heard.get("unread") == 2 and heard.get("following") is True, "the marker on another device", heard)
    after = await _room_state(ann, room)
    demand(before.get("read") == after.get("read"), "the room's marker where it was", after)


@checks("threads.mentions")
async def a_mention_counts_in_the_thread_and_in_the_room(scene: Scene) -> None:
    """Mention somebody in a thread, and read both counts."""
    ann, bob = await scene.people("ann", "bob")
    room, root = await _root(scene, ann)
    before = await bob.result("marker.set", room=room, seq=root)
    await _answer(ann, room, root, f"what do you say, @{bob.handle}?")
    now = await bob.result("marker.set", room=room, seq=root)
    demand(now["mentions"] == before["mentions"] + 1 and now["unread"] == before["unread"], "one mention more", now)
    state = await _followed(bob, room, root)
    demand(state is not None and state.get("mentions") == 1, "a mention in the thread", state)


@checks("threads.listed")
async def threads_are_listed(scene: Scene) -> None:
    """Speak in two threads, and list them, the room's and one's own, a page at a time."""
    ann, bob = await scene.people("ann", "bob")
    room, first = await _root(scene, ann, "frist root")
    _, second = await _root(scene, ann, "second root")
    for root in (second, first):
        await bob.later(await _answer(bob, room, root, "an answer"))
    await ann.result("message.edit", room=room, message=first, body="first root")
    for asked in ({"room": room}, {}):
        page = await ann.result("thread.list", limit=1, **asked)
        (card,) = page["threads"]
        demand(card["room"] == room and card["thread"] == first, "the one in which was spoken last", card)
        demand(card["root"]["body"] == "first root", "the root as it is now", card)
        demand(card.get("messages") == 1 and card.get("unread") == 1, "one message, unread", card)
        rest = await ann.result("thread.list", limit=1, after=page["next"], **asked)
        demand([one["thread"] for one in rest["threads"]] == [second], "the next one on the next page", rest)
