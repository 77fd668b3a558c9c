"""What is kept of what was said: pins, bookmarks, forwards; and mentions of everybody in a room."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer


@checks("pins.credit")
async def a_pin_tells_who_said_it_and_who_pinned_it(scene: Scene) -> None:
    """Pin what somebody else said and edited since; hear of it, and list it."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("ann", "bob")
    said = await bob.say(room, "frist")
    await bob.result("message.edit", room=room, message=said["seq"], body="first")
    pin = (await ann.result("pin.add", room=room, message=said["seq"]))["entry"]
    heard = await bob.hears("pin.added", log=room, seq=pin["seq"])
    demand(heard == pin and pin["message"] == said["seq"], "the pin live, as it is in the `ok`", heard)
    credit = (pin.get("author"), pin.get("author_rev"))
    demand(credit == (said["by"], said["rev"]), "whose message it is, with the revision of the message", pin)
    (listed,) = (await bob.result("pin.list", room=room))["pins"]
    demand((listed["seq"], listed["by"]) == (pin["seq"], ann.member), "who pinned it, and when", listed)
    message = listed["message"]
    demand(message["body"] == "first" and message["by"] == bob.member, "the message as it is now", message)


@checks("pins.once")
async def a_message_is_pinned_once(scene: Scene) -> None:
    """Pin a message twice; take the pin away twice; pin what is no message."""
    (ann,) = await scene.people("ann")
    room = await scene.fresh_room("ann")
    seq = (await ann.say(room, "once"))["seq"]
    await ann.result("pin.add", room=room, message=seq)
    await ann.refused("pin.added_already", "pin.add", room=room, message=seq)
    removed = (await ann.result("pin.remove", room=room, message=seq))["entry"]
    demand(removed["message"] == seq, "the number of the message", removed)
    await ann.refused("pin.gone", "pin.remove", room=room, message=seq)
    await ann.refused("message.gone", "pin.add", room=room, message=removed["seq"])
    demand((await ann.result("pin.list", room=room))["pins"] == [], "nothing pinned any more")


@checks("pins.right")
async def in_an_open_room_stewards_pin(scene: Scene) -> None:
    """Pin as a member: in an open room, and in a private one."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("ann", "bob")
    seq = (await bob.say(room, "mine"))["seq"]
    await bob.refused("right.missing", "pin.add", room=room, message=seq)
    private = await scene.fresh_room("ann", "bob", kind="private")
    seq = (await ann.say(private, "hers"))["seq"]
    await bob.result("pin.add", room=private, message=seq)
    await ann.hears("pin.added", log=private, message=seq)


@checks("pins.deleted")
async def what_is_deleted_is_pinned_no_more(scene: Scene) -> None:
    """Delete a message that is pinned."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("ann", "bob")
    secret = f"not for long {scene.ground.tag}"
    seq = (await bob.say(room, secret))["seq"]
    await ann.result("pin.add", room=room, message=seq)
    gone = (await bob.result("message.delete", room=room, message=seq))["entry"]
    pins = await ann.result("pin.list", room=room)
    demand(pins["pins"] == [] and secret not in str(pins), "nothing pinned any more", pins)
    after = await ann.entries(room, gone["seq"])
    demand(after == [], "no entry but the deletion", after)


@checks("forwards.reference")
async def a_forward_is_a_reference(scene: Scene) -> None:
    """Forward a message; edit it, delete it, and look at the forward each time."""
    ann, bob = await scene.people("ann", "bob")
    room, other = await scene.room(), await scene.fresh_room("ann", "bob")
    secret = f"frist {scene.ground.tag}"
    said = await bob.say(room, secret)
    asked = {"room": other, "origin": room, "message": said["seq"], "comment": "look"}
    sent = (await ann.result("message.forward", **asked))["entry"]
    heard = await bob.hears("message.sent", log=other, seq=sent["seq"])
    credit = {"room": room, "seq": said["seq"], "by": said["by"], "rev": said["rev"]}
    demand(heard.get("forwarded") == credit, "where it is, and whose, and no word of it", heard)
    demand(secret not in str(await bob.entries(other, 0)), "none of its words in the room's log")
    shown = await _forwarded(bob, other, sent["seq"])
    demand(shown.get("body") == secret, "its words, in a page", shown)
    await bob.result("message.edit", room=room, message=said["seq"], body="first")
    shown = await _forwarded(bob, other, sent["seq"])
    demand(shown.get("body") == "first" and shown.get("edited"), "its words as they are now", shown)
    await bob.result("message.delete", room=room, message=said["seq"])
    shown = await _forwarded(bob, other, sent["seq"])
    demand(not shown.get("body") and shown.get("blank"), "`blank`, and no word", shown)


@checks("forwards.rights")
async def who_may_not_read_the_origin_sees_nothing(scene: Scene) -> None:
    """Forward out of a community into a direct with somebody who is not in it; read it as both."""
    ann, eve = await scene.people("ann", "eve")
    room = await scene.room()
    secret = f"for members {scene.ground.tag}"
    seq = (await ann.say(room, secret))["seq"]
    opened = await ann.result("direct.open", handles=[eve.handle])
    direct = opened["entry"]["room"]
    sent = (await ann.result("message.forward", room=direct, origin=room, message=seq))["entry"]
    shown = await _forwarded(ann, direct, sent["seq"])
    demand(shown.get("body") == secret, "the words for a member", shown)
    shown = await _forwarded(eve, direct, sent["seq"])
    demand(shown.get("gone") is True and secret not in str(shown), "`gone`, and no word, for anybody else", shown)
    await eve.refused("room.gone", "message.forward", room=direct, origin=room, message=seq)


@checks("forwards.private")
async def what_is_private_stays_there(scene: Scene) -> None:
    """Forward out of a private room."""
    ann, bob = await scene.people("ann", "bob")
    private = await scene.fresh_room("ann", "bob", kind="private")
    seq = (await bob.say(private, "between us"))["seq"]
    await ann.refused("forward.refused", "message.forward", room=await scene.room(), origin=private, message=seq)


@checks("bookmarks.devices")
async def a_bookmark_is_told_to_the_own_devices_alone(scene: Scene) -> None:
    """Bookmark a message, change the note, look who hears of it, list it elsewhere, and take it away."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await bob.say(room, "worth keeping"))["seq"]
    phone = await scene.again("ann")
    known = len(bob.events)
    about = {"room": room, "message": seq}
    await ann.result("bookmark.set", **about, note="read")
    made = await ann.result("bookmark.set", **about, note="read again")
    told = await phone.hears("bookmark.changed", **about, note="read again")
    demand(told["bookmarks"] == made["bookmarks"], "all bookmarks, as the reply has them", told)
    listed = await phone.result("bookmark.list")
    mine = [one for one in listed["bookmarks"] if (one["room"], one["seq"]) == (room, seq)]
    demand([one.get("note") for one in mine] == ["read again"], "one bookmark, with the last note", mine)
    demand(mine[0].get("message", {}).get("body") == "worth keeping", "the message as it is now", mine)
    back = await scene.again("ann", synced=False)
    result, _ = await back.sync()
    demand(result.get("bookmarks") == listed["of"] == made["bookmarks"], "the same in every sync", result)
    await ann.result("bookmark.remove", **about)
    await ann.refused("bookmark.gone", "bookmark.remove", **about)
    await bob.fence()
    demand("bookmark.changed" not in [event["type"] for event in bob.events[known:]], "no word of it to bob")


@checks("bookmarks.gone")
async def a_bookmark_shows_what_one_may_see(scene: Scene) -> None:
    """Bookmark what is said in a private room, and leave it; bookmark what is deleted then."""
    ann, bob = await scene.people("ann", "bob")
    private = await scene.fresh_room("ann", "bob", kind="private")
    secret = f"between us {scene.ground.tag}"
    seq = (await ann.say(private, secret))["seq"]
    await bob.result("bookmark.set", room=private, message=seq, note="mine")
    await bob.result("room.unfollow", room=private)
    listed = await bob.result("bookmark.list")
    mine = [one for one in listed["bookmarks"] if one["room"] == private]
    demand([one.get("note") for one in mine] == ["mine"], "the bookmark, with its note", listed)
    demand(not mine[0].get("message") and secret not in str(listed), "nothing of the message", mine)
    await bob.refused("room.gone", "bookmark.set", room=private, message=seq)
    await bob.result("bookmark.remove", room=private, message=seq)


@checks("everybody.counted")
async def everybody_is_mentioned_once(scene: Scene) -> None:
    """Mention everybody, and one of them besides; read their counts, and one's own."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.fresh_room("ann", "bob", "cid")
    sent = await ann.say(room, f"@room, and you, @{bob.handle}: tea")
    demand(sent.get("mentions_room") is True, "`mentions_room`", sent)
    for peer in (bob, cid):
        heard = await peer.hears("message.sent", log=room, seq=sent["seq"])
        demand(heard == sent, "the message live, as it is in the `ok`", heard)
        marker = await peer.result("marker.set", room=room, seq=sent["seq"] - 1)
        demand(marker["mentions"] == 1, "one mention", marker)
        marker = await peer.result("marker.set", room=room, seq=sent["seq"])
        demand(marker["mentions"] == 0, "none once it is read", marker)
    marker = await ann.result("marker.set", room=room, seq=0, unread=True)
    demand(marker["mentions"] == 0, "none for who said it", marker)


@checks("everybody.right")
async def a_member_mentions_nobody_by_it(scene: Scene) -> None:
    """Say it as a member of an open room, and write it into a message later."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("ann", "bob")
    sent = await bob.say(room, "is @room a word?")
    edit = (await bob.result("message.edit", room=room, message=sent["seq"], body="@room!"))["entry"]
    for entry in (sent, edit):
        demand(not entry.get("mentions_room") and not entry.get("mentions_room_new"), "a word like any other", entry)
    marker = await ann.result("marker.set", room=room, seq=0, unread=True)
    demand(marker["mentions"] == 0, "no mention", marker)


@checks("everybody.calls")
async def who_wants_what_calls_them_is_called(scene: Scene) -> None:
    """Mention everybody, where somebody only wants what mentions them."""
    (ann,) = await scene.people("ann")
    room = await scene.fresh_room("ann", "bob")
    calls = await scene.again("bob", synced=False)
    await calls.sync(want={"profile": "calls"})
    await ann.say(room, "not this")
    sent = await ann.say(room, "this, @room")
    heard = await calls.hears("message.sent", log=room)
    demand(heard["seq"] == sent["seq"], "what mentions everybody, and not what came before", heard)


@checks("everybody.edits")
async def an_edit_mentions_everybody_once(scene: Scene) -> None:
    """Write it into a message, and edit that once more."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("ann", "bob")
    seq = (await ann.say(room, "tea"))["seq"]
    await bob.result("marker.set", room=room, seq=seq)
    for body, new in (("tea, @room", True), ("tea, @room!", None)):
        edit: Frame = (await ann.result("message.edit", room=room, message=seq, body=body))["entry"]
        demand(edit.get("mentions_room") is True, "`mentions_room`", edit)
        demand(edit.get("mentions_room_new") == new, "`mentions_room_new` the first time alone", edit)
    marker = await bob.result("marker.set", room=room, seq=seq)
    demand(marker["mentions"] == 1, "one mention", marker)


async def _forwarded(peer: Peer, room: str, seq: int) -> Frame:
    """What a message shows of another room, as a page has it."""
    page = await peer.result("message.page", room=room, around=seq, limit=1)
    (message,) = [one for one in page["messages"] if one["seq"] == seq]
    shown: Frame = message.get("forwarded", {})
    return shown
