"""Corners: who writes in one, who hears of it, and what is said about a post. And drafts, which are nobody else's."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer
from .sync import state_of


async def _publish(scene: Scene, peer: Peer, body: str = "a post of the kit") -> Frame:
    published: Frame = (
        await peer.result("post.publish", community=scene.ground.community, title="From the kit", body=body)
    )["entry"]
    return published


@checks("corners.quiet")
async def a_corner_is_found_by_who_looks_for_it(scene: Scene) -> None:
    """Publish a post, look what another member hears of it and which rooms they are listed, then look for corners."""
    ann, bob = await scene.people("ann", "bob")
    known = len(bob.events)
    post = await _publish(scene, ann)
    await bob.fence()
    heard = [event for event in bob.events[known:] if post["log"] in (event.get("log"), event.get("room"))]
    demand(not heard, "no word of it to who does not follow it", heard)
    rooms = (await bob.result("room.list", community=scene.ground.community))["rooms"]
    demand(all(room.get("kind") != "corner" for room in rooms), "no corner that one does not follow", rooms)
    asked = {"community": scene.ground.community, "members": [ann.member]}
    (corner,) = (await bob.result("corner.list", **asked))["corners"]
    demand(corner["room"] == post["log"] and corner["handle"] == ann.handle, "ann's corner", corner)


@checks("corners.owner")
async def only_the_owner_writes_in_a_corner(scene: Scene) -> None:
    """Have another member edit a post, and name the corner."""
    ann, bob = await scene.people("ann", "bob")
    post = await _publish(scene, ann)
    about = {"room": post["log"], "post": post["seq"]}
    await bob.refused("right.missing", "post.edit", **about, body="mine now")
    await bob.refused("right.missing", "room.set_topic", room=post["log"], topic="mine now")
    mine = await _publish(scene, bob)
    demand(mine["log"] != post["log"], "a corner of his own", mine)
    whole = await bob.result("post.read", **about)
    demand(whole["body"] == post["body"], "the post as it was", whole)


@checks("corners.comments")
async def a_comment_names_its_post(scene: Scene) -> None:
    """Comment on a post, on what is none, and on a post in a room that is no corner; then page the comments."""
    ann, bob = await scene.people("ann", "bob")
    first, second = await _publish(scene, ann), await _publish(scene, ann)
    log = first["log"]
    said = [
        (await bob.result("message.send", room=log, post=post["seq"], body="hm"))["entry"] for post in (first, second)
    ]
    demand([one.get("post") for one in said] == [first["seq"], second["seq"]], "`post` in the entries", said)
    await bob.refused("field.invalid", "message.send", room=log, body="hm")
    await bob.refused("field.invalid", "message.send", room=await scene.room(), post=first["seq"], body="hm")
    await bob.refused("post.gone", "message.send", room=log, post=said[0]["seq"], body="hm")
    page = (await bob.result("message.page", room=log, post=second["seq"]))["messages"]
    demand([one["seq"] for one in page] == [said[1]["seq"]], "the one comment on the second post", page)


@checks("corners.counted")
async def posts_and_comments_are_unread_and_edits_are_not(scene: Scene) -> None:
    """Follow a corner in which a post is published, edited and commented on; then sync anew."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    log = (await _publish(scene, ann))["log"]
    await cid.result("room.follow", room=log)
    await cid.hears("room.followed", room=log)
    post = await _publish(scene, ann, f"for @{cid.handle}")
    await ann.result("post.edit", room=log, post=post["seq"], title="Anew")
    await bob.result("message.send", room=log, post=post["seq"], body="hm")
    again = await scene.again("cid", synced=False)
    result, _ = await again.sync()
    state = state_of(result, log)
    demand(state["unread"] == 2 and state["mentions"] == 1, "2 unread, 1 of them a mention", state)
    await cid.result("room.unfollow", room=log)


@checks("corners.versions")
async def every_version_of_a_post_can_be_read(scene: Scene) -> None:
    """Edit a post, and read it as it is, as it was, and in the list."""
    ann, bob = await scene.people("ann", "bob")
    post = await _publish(scene, ann)
    edited = (await ann.result("post.edit", room=post["log"], post=post["seq"], body="written anew"))["entry"]
    about = {"room": post["log"], "post": post["seq"]}
    now, then = await bob.result("post.read", **about), await bob.result("post.read", **about, version=post["seq"])
    demand(now["body"] == "written anew" and now["version"] == edited["seq"], "the newest version", now)
    demand(then["body"] == post["body"], "the first version", then)
    demand([one["seq"] for one in now["versions"]] == [post["seq"], edited["seq"]], "both, in order", now)
    card = (await bob.result("post.page", room=post["log"]))["posts"][0]
    demand(card["seq"] == post["seq"] and card["lead"] == "written anew", "the newest in the list", card)


@checks("drafts.devices")
async def a_draft_is_told_to_the_own_devices_alone(scene: Scene) -> None:
    """Set a draft twice, look who hears of it, read it on another device, and clear it."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    phone = await scene.again("ann")
    known = len(bob.events)
    first = await ann.result("draft.set", place=room, text="begun")
    told = await phone.hears("draft.changed", place=room)
    demand(told["fingerprint"] == first["fingerprint"], "the fingerprint of the reply", told)
    second = await phone.result("draft.set", place=room, text="begun anew")
    demand(second["fingerprint"] != first["fingerprint"], "another fingerprint", second)
    listed = (await ann.result("draft.list", places=[room]))["drafts"]
    demand([one["text"] for one in listed] == ["begun anew"], "the last one", listed)
    back = await scene.again("ann", synced=False)
    result, _ = await back.sync()
    states = [one for one in result.get("drafts", []) if one["place"] == room]
    demand([one["fingerprint"] for one in states] == [second["fingerprint"]], "the draft in every sync", states)
    await ann.result("draft.set", place=room, text="")
    demand((await phone.result("draft.list", places=[room]))["drafts"] == [], "no draft any more")
    await bob.fence()
    demand("draft.changed" not in [event["type"] for event in bob.events[known:]], "no word of it to bob")


@checks("drafts.threads")
async def a_draft_in_a_thread_is_one_of_its_own(scene: Scene) -> None:
    """Set drafts in a room and in a thread of it; look which is told and listed, and clear that of the room."""
    ann = await scene.person("ann")
    phone = await scene.again("ann")
    room = await scene.room()
    root = (await ann.result("message.send", room=room, body="what a thread may hang from"))["entry"]["seq"]
    for thread, text in ((0, "in the room"), (root, "in the thread")):
        set_ = await ann.result("draft.set", place=room, thread=thread, text=text)
        demand(set_["thread"] == thread, "the thread in the reply", set_)
        told = await phone.hears("draft.changed", place=room)
        demand(told["thread"] == thread, "the thread in the event", told)
    listed = (await phone.result("draft.list", places=[room]))["drafts"]
    found = [(one.get("thread", 0), one["text"]) for one in listed]
    demand(found == [(0, "in the room"), (root, "in the thread")], "both, that of the room first", listed)
    rest = (await phone.result("draft.list", places=[room], after=room, after_thread=0))["drafts"]
    demand([one.get("thread", 0) for one in rest] == [root], "those after that of the room", rest)
    await ann.result("draft.set", place=room, text="")
    listed = (await phone.result("draft.list", places=[room]))["drafts"]
    demand([one["text"] for one in listed] == ["in the thread"], "that of the thread is still there", listed)


@checks("drafts.published")
async def publishing_clears_the_draft(scene: Scene) -> None:
    """Set a draft for one's corner, and publish."""
    bob = await scene.person("bob")
    phone = await scene.again("bob")
    place = scene.ground.community
    await bob.result("draft.set", place=place, text="# From the kit")
    await phone.hears("draft.changed")
    await _publish(scene, bob)
    told = await phone.hears("draft.changed")
    demand((told["place"], told["fingerprint"]) == (place, ""), "that there is no draft any more", told)
    demand((await bob.result("draft.list", places=[place]))["drafts"] == [], "no draft any more")


@checks("corners.deleted")
async def a_deleted_post_says_nothing_any_more(scene: Scene) -> None:
    """Delete a post that was edited; then read it, its log, and the list."""
    ann, bob = await scene.people("ann", "bob")
    post = await _publish(scene, ann)
    about = {"room": post["log"], "post": post["seq"]}
    edited = (await ann.result("post.edit", **about, body="written anew"))["entry"]
    await bob.refused("right.missing", "post.delete", **about)
    gone = (await ann.result("post.delete", **about))["entry"]
    demand(gone.get("post") == post["seq"], "the number of the post", gone)
    await bob.refused("post.gone", "post.read", **about)
    listed = (await bob.result("post.page", room=post["log"]))["posts"]
    demand(post["seq"] not in [one["seq"] for one in listed], "no such post in the list", listed)
    page = await bob.result("log.entries", log=post["log"], after=post["seq"] - 1)
    blank = {one["seq"]: (one.get("blank"), one.get("body")) for one in page["entries"]}
    demand(blank[post["seq"]] == blank[edited["seq"]] == (True, ""), "entries that are blank", page["entries"])
