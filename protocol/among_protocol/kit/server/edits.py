"""What becomes of a message later: editing and deleting."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer


async def _shown(peer: Peer, room: str, seq: int) -> Frame:
    """A message as a page shows it."""
    page = await peer.result("message.page", room=room, around=seq, limit=1)
    found: list[Frame] = [message for message in page["messages"] if message["seq"] == seq]
    demand(len(found) == 1, f"the message {seq} in a page around it", page)
    return found[0]


@checks("edits.newest")
async def a_page_shows_the_newest_text(scene: Scene) -> None:
    """Edit a message twice, and look at it live and in pages of two people."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "frist"))["seq"]
    edit: Frame = {}
    for body in ("firts", "first"):
        edit = (await ann.result("message.edit", room=room, message=seq, body=body))["entry"]
        heard = await bob.hears("message.edited", log=room, seq=edit["seq"])
        demand(heard == edit and edit["message"] == seq, "the edit live, as it is in the `ok`", heard)
    for peer in (ann, bob):
        message = await _shown(peer, room, seq)
        demand(message["body"] == "first", "the newest text", message)
        demand(message.get("edited") == edit["seq"], "`edited`, the number of the newest edit", message)


@checks("edits.history")
async def all_versions_are_kept(scene: Scene) -> None:
    """Edit a message, and read what it said before."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "version 0"))["seq"]
    for number in (1, 2):
        await ann.result("message.edit", room=room, message=seq, body=f"version {number}")
    history = await bob.result("message.history", room=room, message=seq)
    said = [version["body"] for version in history["versions"]]
    demand(said == ["version 0", "version 1", "version 2"], "all versions, the oldest first", history)
    page = await bob.result("message.history", room=room, message=seq, after=seq, limit=1)
    demand([one["body"] for one in page["versions"]] == said[1:2], "one version after the first", page)
    demand(not page["complete"], "`complete` false while one is left", page)


@checks("edits.author")
async def nobody_else_edits(scene: Scene) -> None:
    """Edit what somebody else said, as a member and as an owner; edit what is no message."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await bob.say(room, "mine"))["seq"]
    await ann.refused("right.missing", "message.edit", room=room, message=seq, body="yours")
    hers = (await ann.say(room, "hers"))["seq"]
    await bob.refused("right.missing", "message.edit", room=room, message=hers, body="yours")
    await bob.refused("message.gone", "message.edit", room=room, message=2**40, body="nobody's")
    demand((await _shown(bob, room, seq))["body"] == "mine", "the text as it was", None)


@checks("edits.mentions")
async def an_edit_mentions_anew(scene: Scene) -> None:
    """Mention somebody by an edit, and read their counts."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await ann.say(room, "who was it?"))["seq"]
    before = await bob.result("marker.set", room=room, seq=seq)
    edit = (await ann.result("message.edit", room=room, message=seq, body=f"was it @{bob.handle}?"))["entry"]
    demand(edit.get("mentions") == [bob.member] == edit.get("mentions_new"), "the mention, as a new one", edit)
    marker = await bob.result("marker.set", room=room, seq=seq)
    demand(marker["mentions"] == before["mentions"] + 1, "one mention more", marker)
    again = (await ann.result("message.edit", room=room, message=seq, body=f"it was @{bob.handle}!"))["entry"]
    demand(not again.get("mentions_new"), "no new mention of who was mentioned before", again)
    await ann.result("message.edit", room=room, message=seq, body="it was nobody")
    back = (await ann.result("message.edit", room=room, message=seq, body=f"it was @{bob.handle}"))["entry"]
    demand(not back.get("mentions_new"), "no new mention of who was taken out and put in again", back)


@checks("edits.blank")
async def what_was_deleted_is_given_to_nobody(scene: Scene) -> None:
    """Delete a message that was edited; read the room in every way, as two people and in both encodings."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    secret = f"not for long {scene.ground.tag}"
    said = await ann.say(room, secret)
    seq = said["seq"]
    await ann.result("message.edit", room=room, message=seq, body=f"{secret}, edited")
    await ann.result("message.delete", room=room, message=seq)
    entries: list[Frame] = []
    for peer in (ann, bob):
        message = await _shown(peer, room, seq)
        demand(message.get("blank") is True and not message["body"], "`blank`, and no text", message)
        demand(message["by"] == said["by"] and message["at"] == said["at"], "who said it, and when", message)
        entries = await peer.entries(room, seq - 1)
        demand(entries[0]["seq"] == seq and entries[0].get("blank") is True, "the entry, `blank`", entries[0])
        demand(secret not in str(entries), "no text that was deleted, nor of an edit of it", entries)
        await peer.refused("message.gone", "message.history", room=room, message=seq)
    late = await scene.again("bob", synced=False)
    _, replayed = await late.sync(epoch=late.hello["epoch"], positions={room: seq - 1})
    found = [event for event in replayed if event.get("log") == room and event.get("seq") == seq]
    demand(found == entries[:1], "the entry in a replay, as it is in a range", found)
    demand(secret not in str(late.events), "no text that was deleted, in a replay", late.events)


@checks("edits.told")
async def a_deletion_tells_no_text(scene: Scene) -> None:
    """Delete a message; hear of it as everybody, and as who only wants what mentions them."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    calls = await scene.again("bob", synced=False)
    await calls.sync(want={"profile": "calls"})
    seq = (await ann.say(room, f"a word @{bob.handle}"))["seq"]
    gone = (await ann.result("message.delete", room=room, message=seq))["entry"]
    for peer in (bob, calls):
        heard = await peer.hears("message.deleted", log=room, seq=gone["seq"])
        demand(heard["message"] == seq and "a word" not in str(heard), "the number of the message alone", heard)


@checks("edits.stewards")
async def stewards_delete_and_say_why(scene: Scene) -> None:
    """As an owner delete what a member said; as a member try what is an owner's."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    seq = (await bob.say(room, "off topic"))["seq"]
    await ann.refused("field.invalid", "message.delete", room=room, message=seq)
    reason = f"off topic {seq}"
    gone = (await ann.result("message.delete", room=room, message=seq, reason=reason))["entry"]
    demand(not gone.get("by") and reason not in str(gone), "neither who deleted it nor why, in the room", gone)
    told = await bob.hears("message.removed", log=bob.account)
    demand(told["reason"] == reason and told["message"] == seq, "the reason in the author's own log", told)
    hers = (await ann.say(room, "hers"))["seq"]
    await bob.refused("right.missing", "message.delete", room=room, message=hers, reason=reason)
