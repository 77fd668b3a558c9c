"""Communities and rooms: coming, going, and who may see what."""

from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .logs import whole
from .peer import Peer, nonce
from .sync import of

TAIL = 3  # things said where nobody may hear them
MOST_BROUGHT = 20  # times that somebody is brought into a room, in one check


@checks("rooms.join")
async def joining_a_community_follows_its_open_rooms(scene: Scene) -> None:
    """Join a community in which somebody talks, and listen to its log and its room from the numbers told."""
    ann, cid = await scene.people("ann", "cid")
    community, slug, room = await scene.elsewhere()
    head = (await ann.say(room, "before you came"))["seq"]
    entry = (await cid.result("community.join", community=slug.upper()))["entry"]
    try:
        demand(entry["type"] == "community.joined" and entry["log"] == cid.account, "it in one's own log", entry)
        demand(entry["community"] == community, f"the community {community}", entry)
        demand(entry.get("rooms", {}).get(room) == head, f"the room, live after {head}", entry)
        said = await ann.say(room, "now you are here")
        heard = await cid.hears("message.sent", log=room)
        demand(heard == said, "the first thing that is said after that", heard)
        joined = await ann.hears("member.joined", log=community, by=entry["member"])
        demand(joined["handle"] == cid.handle, "`member.joined` for the others, with the handle", joined)
    finally:
        await cid.ask("community.leave", community=community)


@checks("rooms.lists")
async def rooms_and_members_are_listed_by_page(scene: Scene) -> None:
    """Find the community, read it, and list its members two at a time."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.room()
    community, slug = scene.ground.community, scene.ground.slug
    found = (await bob.result("community.browse", query=slug))["communities"]
    demand(slug in [one["slug"] for one in found], f"the community {slug}", found)
    card = await bob.result("community.read", community=slug)
    demand(card["member"] == bob.member and card["role"] == "member", "who I am there", card)
    demand(room in [one["id"] for one in card["rooms"]], "its rooms", card)
    head = (await bob.result("log.entries", log=community, after=0, limit=1))["head"]
    listed = await bob.result("room.list", community=community)
    for as_of in (card["as_of"], listed["as_of"]):
        demand(as_of == head, f"`as_of` {head}, the head of the community's log", as_of)
    first = await bob.result("member.list", community=community, limit=2)
    demand(len(first["members"]) == 2 and first["complete"] is False, "two of three members", first)
    rest = await bob.result("member.list", community=community, limit=2, after=first["members"][-1]["handle"])
    demand(rest["complete"] is True, "`complete` on the last page", rest)
    members = [one["member"] for one in first["members"] + rest["members"]]
    handles = [one["handle"] for one in first["members"] + rest["members"]]
    demand(sorted(members) == sorted([ann.member, bob.member, cid.member]), "each member once", members)
    demand(handles == sorted(handles), "members by handle", handles)


@checks("rooms.follow")
async def following_a_room_begins_at_the_number_told(scene: Scene) -> None:
    """Follow a room in which somebody is talking, and listen."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room()
    await ann.say(room, "before")
    known = len(cid.events)
    talking = [await ann.begin("message.send", room=room, body=f"meanwhile {number}") for number in range(4)]
    entry = (await cid.result("room.follow", room=room))["entry"]
    for id in talking:
        await ann.reply(id)
    last = (await ann.say(room, "the last"))["seq"]
    demand(entry["type"] == "room.followed" and entry["log"] == cid.account, "`room.followed`", entry)
    await cid.hears("message.sent", log=room, seq=last)
    whole(of(cid.events[known:], room), entry.get("head", 0))


@checks("rooms.left")
async def after_unfollowing_nothing_comes(scene: Scene) -> None:
    """Unfollow an open room; somebody talks there. It is open: one may still read it."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid")
    await ann.say(room, "heard")
    await cid.hears("message.sent", log=room)
    await cid.result("room.unfollow", room=room)
    await hears_no_more(scene, ann, cid, room)
    await cid.result("log.entries", log=room, after=0)


@checks("rooms.left")
async def a_private_room_that_was_left_is_gone(scene: Scene) -> None:
    """Leave a private room; somebody talks there; read it."""
    ann, cid = await scene.people("ann", "cid")
    room = await scene.fresh_room("cid", kind="private")
    await ann.say(room, "heard")
    await cid.hears("message.sent", log=room)
    await cid.result("room.unfollow", room=room)
    await hears_no_more(scene, ann, cid, room)
    for type, fields in (("log.entries", {"log": room, "after": 0}), ("message.page", {"room": room})):
        reply = await cid.ask(type, **fields)
        demand(reply["type"] == "refused" and reply["class"] == "gone", "a refusal of class `gone`", reply)


async def hears_no_more(scene: Scene, ann: Peer, cid: Peer, room: str) -> None:
    """Somebody talks where cid must not hear it, then where cid does. Raises Fault."""
    known = len(cid.events)
    for number in range(TAIL):
        await ann.say(room, f"not for cid {number}")
    marker = await ann.say(await scene.room(), "for cid")
    await cid.hears("message.sent", log=marker["log"], seq=marker["seq"])
    await cid.fence()
    heard = of(cid.events[known:], room)
    demand(not heard, "nothing of that room any more", heard)


@checks("rooms.left")
async def a_community_that_was_left_is_gone(scene: Scene) -> None:
    """Join a community, leave it, and read it and its room."""
    ann, cid = await scene.people("ann", "cid")
    community, _, room = await scene.elsewhere()
    await cid.result("community.join", community=community)
    await cid.result("community.leave", community=community)
    await hears_no_more(scene, ann, cid, room)
    await gone(cid, community, room)


async def gone(peer: Peer, community: str, room: str) -> None:
    """Raises Fault where this community still answers."""
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("log.entries", {"log": community, "after": 0}),
        ("log.entries", {"log": room, "after": 0}),
        ("message.send", {"room": room, "body": "let me in"}),
        ("member.list", {"community": community}),
    )
    for type, fields in asked:
        reply = await peer.ask(type, **fields)
        demand(reply["type"] == "refused" and reply["class"] == "gone", f"`{type}` refused as `gone`", reply)


@checks("rooms.private")
async def a_private_room_is_told_to_nobody_else(scene: Scene) -> None:
    """Make a private room for two, and look for it as a third member of the community."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    known = len(cid.events)
    room = await scene.fresh_room("bob", kind="private")
    slug = f"secret-{nonce()[:6]}"
    other = (await ann.result("room.create", community=scene.ground.community, slug=slug, kind="private"))["entry"]
    await ann.say(room, f"a secret, @{bob.handle}")
    demand((await bob.entries(room))[-1]["body"].startswith("a secret"), "it to read for who is in it")
    marker = await ann.say(await scene.room(), "for all")
    await cid.hears("message.sent", seq=marker["seq"], log=marker["log"])
    synced, _ = await (await scene.again("cid", synced=False)).sync(cards=True)
    answers: list[tuple[str, object]] = [
        ("room.list", await cid.result("room.list", community=scene.ground.community)),
        ("community.read", await cid.result("community.read", community=scene.ground.community)),
        ("the community's log", await cid.entries(scene.ground.community)),
        ("sync", synced),
        ("what came live", cid.events[known:]),
    ]
    for where, answer in answers:
        told = [word for word in (room, other["room"], slug) if word in str(answer)]
        demand(not told, f"nothing of a private room in {where}", told)


@checks("rooms.direct")
async def the_same_people_get_the_same_direct(scene: Scene) -> None:
    """Open a direct from either side, twice, and talk in it."""
    ann, eve = await scene.people("ann", "eve")
    opened = (await ann.result("direct.open", handles=[eve.handle]))["entry"]
    room = opened["room"]
    again = (await ann.result("direct.open", handles=[eve.handle.upper()]))["entry"]
    demand(again["room"] == room, f"the direct {room}", again)
    other = (await eve.result("direct.open", handles=[ann.handle]))["entry"]
    demand(other["room"] == room, f"the direct {room}, from the other side, too", other)
    people = {persona["handle"] for persona in other["people"]}
    demand(people == {ann.handle, eve.handle}, "both people in it", other)
    said = await ann.say(room, "to you alone")
    heard = await eve.hears("message.sent", log=room)
    demand(heard == said, "what was said in it", heard)


@checks("rooms.direct_unfollowed")
async def a_direct_that_was_unfollowed_is_gone_until_it_is_opened(scene: Scene) -> None:
    """Unfollow a direct; the other writes in it; read it, and open it again."""
    ann, cid = await scene.people("ann", "cid")
    room = (await cid.result("direct.open", handles=[ann.handle]))["entry"]["room"]
    await ann.say(room, "heard")
    await cid.hears("message.sent", log=room)
    await cid.result("room.unfollow", room=room)
    await hears_no_more(scene, ann, cid, room)
    for type, fields in (("log.entries", {"log": room, "after": 0}), ("message.page", {"room": room})):
        reply = await cid.ask(type, **fields)
        demand(reply["type"] == "refused" and reply["class"] == "gone", "a refusal of class `gone`", reply)
    again = (await cid.result("direct.open", handles=[ann.handle]))["entry"]
    demand(again["room"] == room, f"the direct {room} again", again)
    said = await ann.say(room, "heard again")
    await cid.hears("message.sent", log=room, seq=said["seq"])


@checks("rooms.brought_back")
async def who_left_often_is_not_brought_back(scene: Scene) -> None:
    """Bring somebody into a private room again and again, while they leave it each time."""
    ann, cid = await scene.people("ann", "cid")
    most = scene.limit("brought_back", MOST_BROUGHT)
    room = await scene.fresh_room(kind="private")
    for _ in range(most + 1):
        await ann.result("room.add", room=room, member=cid.member)
        await cid.result("room.unfollow", room=room)
    await ann.refused("room.add_refused", "room.add", room=room, member=cid.member)
    known = len(cid.events)
    await cid.fence()
    followed = [event for event in cid.events[known:] if event["type"] == "room.followed"]
    demand(not followed, "nothing more in the log of who left", followed)


@checks("rooms.removed")
async def who_is_taken_out_of_a_private_room_is_out(scene: Scene) -> None:
    """Take somebody out of a private room; somebody talks there; read it, and bring them in again."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.fresh_room("bob", "cid", kind="private")
    await bob.refused("right.missing", "room.remove", room=room, member=cid.member)
    entry = (await ann.result("room.remove", room=room, member=cid.member))["entry"]
    told = await bob.hears("room.person_removed", log=room)
    demand(told == entry and told["member"] == cid.member, "who was taken out, told to the others in the room", told)
    gone = await cid.hears("room.unfollowed", room=room)
    demand(gone.get("by") == ann.member, f"`by` {ann.member}, who took them out", gone)
    await hears_no_more(scene, ann, cid, room)
    for type, fields in (
        ("log.entries", {"log": room, "after": 0}),
        ("message.page", {"room": room}),
        ("message.send", {"room": room, "body": "let me in"}),
    ):
        reply = await cid.ask(type, **fields)
        demand(reply["type"] == "refused" and reply["class"] == "gone", "a refusal of class `gone`", reply)
    await ann.result("room.add", room=room, member=cid.member)
    said = await ann.say(room, "heard again")
    await cid.hears("message.sent", log=room, seq=said["seq"])


@checks("rooms.personas")
async def personas_are_resolved_at_once(scene: Scene) -> None:
    """Resolve three members of one's own community, one who never was, and, from outside, all of them."""
    ann, bob, cid, eve = await scene.people("ann", "bob", "cid", "eve")
    members = [peer.member for peer in (ann, bob, cid)]
    refs = [{"member": member} for member in (*members, "m_nobody")]
    found = (await bob.result("member.resolve", members=refs))["personas"]
    demand(sorted(one["member"] for one in found) == sorted(members), "the three who are there", found)
    handles = {one["member"]: one["handle"] for one in found}
    demand(handles[cid.member] == cid.handle, f"the handle {cid.handle}", handles)
    outside = await eve.result("member.resolve", members=refs)
    demand(not outside.get("personas"), "nobody, for somebody outside", outside)
