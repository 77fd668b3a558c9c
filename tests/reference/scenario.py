"""What is played for the reference: every command once, under its name, and the transcripts of what takes more than one.

It is told in order: later takes name what earlier ones made.
"""

import hashlib
from typing import Any

from among_protocol.moderation import DAY

from .stage import BETWEEN, Actor, Play

PASSWORD = "correct horse battery"


async def everything(play: Play) -> None:
    await by_hand(play)
    ann = await first_steps(play)
    bob, room, community = await a_community(play, ann)
    await reading(play, ann, bob, room, community)
    await rooms(play, ann, bob, community)
    await corners(play, ann, bob, room, community)
    await trouble(play, ann, bob, room)
    await coming_back(play, ann, bob, room, community)
    await personas(play, ann, community)
    await keeping(play, ann, bob, room, community)
    await face(play, ann, bob, room, community)
    await accounts(play, ann, bob)


def logs_of(started: Any) -> dict[str, int]:
    return {state["log"]: state.get("head", 0) for state in started["logs"]}


async def by_hand(play: Play) -> None:
    """The first minutes, with as little typed as is possible."""
    with play.take("by-hand"):
        eve = await play.enter("eve")
        await eve.result("session.sign_up", handle="eve", password=PASSWORD)
        await eve.result("session.sync")
        made = await eve.result("community.create", nonce="n1", slug="attic", name="Attic")
        made = await eve.result("room.create", nonce="n2", community=made["entry"]["log"], slug="lobby")
        await eve.result("message.send", nonce="n3", room=made["entry"]["room"], body="Hello, world!")
    await eve.leaves()


async def first_steps(play: Play) -> Actor:
    with play.take("hello"):
        ann = await play.enter("ann")
    with play.take("session.enable"):
        await ann.result("session.enable", extensions=["draft/reactions"])
    with play.take("session.sign_up"):
        ann.token = (
            await ann.result("session.sign_up", handle="ann", password=PASSWORD, display_name="Ann", device="laptop")
        )["token"]
    with play.take("session.sync"):
        await ann.result("session.sync")
    with play.take("session.ping"):
        await ann.result("session.ping")
    return ann


async def a_community(play: Play, ann: Actor) -> tuple[Actor, str, str]:
    with play.take("community.create"):
        made = await ann.result(
            "community.create", slug="garden", name="The Garden", about="Beans, mostly.", tags=["Gardening"]
        )
    community = made["entry"]["log"]
    with play.take("room.create"):
        room = (await ann.result("room.create", community=community, slug="hall", topic="Everything"))["entry"]["room"]
    bob = await play.enter("bob")
    signed = await bob.result("session.sign_up", handle="bob", password=PASSWORD, display_name="Bob")
    bob.token, bob.account = signed["token"], signed["account"]["id"]
    await bob.result("session.sync")
    with play.take("community.browse"):
        await bob.result("community.browse", query="beans", tags=["gardening"])
    with play.take("tag.search"):
        await bob.result("tag.search", query="gard")
    with play.take("interest.set"):
        await bob.result("interest.set", interests=[{"tag": "gardening"}, {"tag": "tea"}])
    with play.take("community.discover"):
        await bob.result("community.discover")
    with play.take("community.dismiss"):
        await bob.result("community.dismiss", community="garden")
    await the_door(play, ann, bob)
    with play.take("community.join"):
        bob.member = (await bob.result("community.join", community="garden", rules=1))["entry"]["member"]
    with play.take("rules.read"):
        await bob.result("rules.read", community="garden")
    await ann.result("community.update", community=community, rules="Be kind. No adverts, not even for beans.")
    with play.take("rules.accept"):
        await bob.result("rules.accept", community=community, version=2)
    with play.take("community.read"):
        ann.member = (await ann.result("community.read", community="garden"))["member"]
    with play.take("room.list"):
        await bob.result("room.list", community=community)
    with play.take("member.list"):
        await ann.result("member.list", community=community)
    await bob.result("interest.set", community=community, interests=[{"tag": "seed-saving", "found": True}])
    with play.take("interest.list"):
        await bob.result("interest.list")
    with play.take("member.search"):
        await ann.result("member.search", community=community, interest="seed-saving")
    with play.take("tag.update"):
        await ann.result("tag.update", community=community, tag="vegetables", into="gardening")
    with play.take("member.resolve"):
        await bob.result("member.resolve", members=[{"member": ann.member, "rev": 1}, {"member": bob.member}])
    return bob, room, community


async def the_door(play: Play, ann: Actor, bob: Actor) -> None:
    with play.take("community.update"):
        await ann.result("community.update", community="garden", rules="Be kind.\nNo adverts.")
    with play.take("community.preview"):
        await bob.result("community.preview", community="garden")
    await a_narrow_door(play)


async def a_narrow_door(play: Play) -> None:
    """Where one asks to be let in."""
    lia, gus, ivo = [await play.enter(name) for name in ("lia", "gus", "ivo")]
    for person in (lia, gus, ivo):
        await person.result("session.sign_up", handle=person.name, password=PASSWORD)
        await person.result("session.sync")
    lodge = (await lia.result("community.create", slug="lodge", name="The Lodge"))["entry"]["log"]
    await lia.result("community.update", community=lodge, door="ask", questions=["What do you grow?"])
    with play.take("join.ask"):
        await gus.result("join.ask", community="lodge", answers=["Beans"], note="Ann knows me.")
    with play.take("join.withdraw"):
        await gus.result("join.withdraw", community="lodge")
    await gus.result("join.ask", community="lodge", answers=["Beans, and some peas"])
    await ivo.result("join.ask", community="lodge", answers=["Buy my beans!"])
    with play.take("join.list"):
        waiting = (await lia.result("join.list", community=lodge))["requests"]
    first, second = [one["seq"] for one in waiting]
    with play.take("join.answer"):
        await lia.result("join.answer", community=lodge, request=first, verdict="accepted")
    with play.take("declined"):
        await lia.result("join.answer", community=lodge, request=second, verdict="declined", reason="No adverts.")
    with play.take("invite.create"):
        made = await lia.result("invite.create", community=lodge, uses=10, note="for the allotments next door")
    jon = await play.enter("jon")
    await jon.result("session.sign_up", handle="jon", password=PASSWORD)
    await jon.result("session.sync")
    with play.take("invited"):
        await jon.result("community.join", community="lodge", invite=made["code"])
    with play.take("invite.list"):
        await lia.result("invite.list", community=lodge)
    with play.take("invite.revoke"):
        await lia.result("invite.revoke", community=lodge, invite=made["invite"]["invite"])
    for person in (lia, gus, ivo, jon):
        await person.leaves()


async def reading(play: Play, ann: Actor, bob: Actor, room: str, community: str) -> None:
    with play.take("message.send"):
        await ann.result("message.send", room=room, body="Good morning, @bob!")
    beans = (await bob.result("message.send", room=room, body="Morning. The beans are up."))["entry"]["seq"]
    with play.take("message.page"):
        await bob.result("message.page", room=room, limit=1)
    await play.app.store.indexed()
    with play.take("message.search"):
        await bob.result("message.search", query="beans from:bob")
    said = (await bob.result("message.send", room=room, body="The tomatos too."))["entry"]["seq"]
    with play.take("reply"):
        await ann.result("message.send", room=room, body="So are the slugs.", reply_to=said)
        await bob.result("message.page", room=room, limit=1)
    with play.take("message.edit"):
        await bob.result("message.edit", room=room, message=said, body="The tomatoes too, @ann.")
    with play.take("reaction.add"):
        await ann.result("reaction.add", room=room, message=said, emoji="🍅")
    await bob.result("reaction.add", room=room, message=said, emoji="🍅")
    with play.take("reactions"):
        await bob.result("message.page", room=room, around=said, limit=1)
    with play.take("reaction.read"):
        await ann.result("reaction.read", room=room, message=said)
    with play.take("reaction.remove"):
        await bob.result("reaction.remove", room=room, message=said, emoji="🍅")
    asked = {"room": room, "message": said}
    with play.take("storm"):
        await bob.sends_at_once(
            room,
            ("reaction.add", {**asked, "emoji": "🎉"}),
            ("reaction.add", {**asked, "emoji": "🌱"}),
            ("reaction.remove", {**asked, "emoji": "🌱"}),
        )
    with play.take("message.history"):
        await ann.result("message.history", room=room, message=said)
    with play.take("message.delete"):
        await bob.result("message.delete", room=room, message=said)
    with play.take("log.entries"):
        await ann.result("log.entries", log=room, after=1, limit=10)
    with play.take("account log"):
        await bob.result("log.entries", log=bob.account, after=0)
    with play.take("log.changed"):
        await ann.result("log.changed", epoch=play.app.store.epoch, positions={room: 1})
    phone = await play.enter("bob's phone")
    await phone.result("session.sign_in", handle="bob", password=PASSWORD, device="phone")
    await phone.result("session.sync")
    with play.take("marker.set"):
        await bob.result("marker.set", room=room, seq=1, unread=True)
    with play.take("room.recent"):
        await bob.result("room.recent", limit=1)
    with play.take("inbox.read"):
        item = (await bob.result("inbox.read"))["items"][0]
    with play.take("inbox.mark"):
        await bob.result("inbox.mark", number=item["number"])
    with play.take("notify.set"):
        await bob.result("notify.set", place=room, level="nothing", for_ms=2 * 60 * 60 * 1000)
        await bob.result("notify.set", word="Slugs", level="all")
    with play.take("dnd.set"):
        times = [{"begins": "22:00", "ends": "07:00"}, {"begins": "14:00", "ends": "16:00", "days": [6, 7]}]
        await bob.result("dnd.set", times=times, zone="Europe/Lisbon")
    await bob.result("dnd.set", times=[])
    with play.take("thread"):
        answer = (await ann.result("message.send", room=room, body="Which sort?", thread=beans))["entry"]["seq"]
    with play.take("thread-page"):
        await bob.result("message.page", room=room, thread=beans)
        await bob.result("message.page", room=room, around=beans, limit=1)
    with play.take("thread.mark"):
        await bob.result("thread.mark", room=room, thread=beans, seq=answer)
    with play.take("thread.list"):
        await bob.result("thread.list")
    with play.take("thread.unfollow"):
        await ann.result("thread.unfollow", room=room, thread=beans)
    with play.take("thread.follow"):
        await ann.result("thread.follow", room=room, thread=beans)
    with play.take("typing.start"):
        await bob.result("typing.start", room=room)
    with play.take("presence.watch"):
        await ann.result("presence.watch", members=[bob.member])
    with play.take("presence.set"):
        await phone.result("presence.set", state="away")
        await bob.result("presence.set", state="away")
    with play.take("card.read"):
        await ann.result("card.read", members=[bob.member])
    with play.take("status.set"):
        status = {"emoji": "🌱", "text": "in the garden", "for_ms": 2 * 60 * 60 * 1000}
        await bob.result("status.set", community=community, appear="dnd", status=status)
    await bob.result("status.set", community=community, appear="inherit", status={})
    with play.take("session.list"):
        cards = await bob.result("session.list")
    other = next(card["id"] for card in cards["sessions"] if not card.get("current"))
    with play.take("session.revoke"):
        await bob.result("session.revoke", session=other)
    await bob.result("presence.set", state="online")
    await ann.result("presence.watch", members=[])


async def rooms(play: Play, ann: Actor, bob: Actor, community: str) -> None:
    made = await ann.result("room.create", community=community, slug="shed", kind="private")
    shed = made["entry"]["room"]
    with play.take("room.add"):
        await ann.result("room.add", room=shed, member=bob.member)
    with play.take("room.set_topic"):
        await bob.result("room.set_topic", room=shed, topic="Tools")
    with play.take("room.set_retention"):
        await ann.result("room.set_retention", room=shed, retention={"days": 30})
    with play.take("room.remove"):
        await ann.result("room.remove", room=shed, member=bob.member)
    await ann.result("room.add", room=shed, member=bob.member)
    with play.take("room.unfollow"):
        await bob.result("room.unfollow", room=shed)
    tools = (await ann.result("room.create", community=community, slug="tools"))["entry"]["room"]
    with play.take("room.follow"):
        await bob.result("room.follow", room=tools)
    said = (await bob.result("message.send", room=tools, body="The rake is back."))["entry"]["seq"]
    with play.take("pin.add"):
        await ann.result("pin.add", room=tools, message=said)
    with play.take("pin.list"):
        await bob.result("pin.list", room=tools)
    with play.take("pin.remove"):
        await ann.result("pin.remove", room=tools, message=said)
    with play.take("message.forward"):
        await ann.result("message.forward", room=shed, origin=tools, message=said, comment="At last!")
        await ann.result("message.page", room=shed)
    with play.take("everybody"):
        await ann.result("message.send", room=tools, body="The kettle is on, @room.")
    await trimmed(play, ann, bob, tools)
    with play.take("direct.open"):
        await bob.result("direct.open", handles=["ann"])


async def trimmed(play: Play, ann: Actor, bob: Actor, room: str) -> None:
    """As the server does by itself, once an hour."""
    for body in ("Who has the ladder?", "I have. Come by on Sunday."):
        await ann.result("message.send", room=room, body=body)
    await ann.result("room.set_retention", room=room, retention={"messages": 1})
    store = play.app.store
    (held,) = [one for one in (await store.held("", 100)).rooms if one.room == room]
    with play.take("trimmed"):
        await store.trim(held, (await store.due(held, held.since)).upto)
        await play.settle(first=ann)
        await bob.result("message.page", room=room)


async def corners(play: Play, ann: Actor, bob: Actor, room: str, community: str) -> None:
    phone = await play.enter("bob's phone")
    await phone.result("session.sign_in", handle="bob", password=PASSWORD, device="phone")
    await phone.result("session.sync")
    with play.take("draft.set"):
        await bob.result("draft.set", place=community, text="# On beans\n\nThey gr")
    said = (await ann.result("message.send", room=room, body="Who has the rake?"))["entry"]["seq"]
    await bob.result("draft.set", place=room, thread=said, text="I do, and you may")
    with play.take("draft.list"):
        await phone.result("draft.list")
    with play.take("bookmark.set"):
        await bob.result("bookmark.set", room=room, message=said, note="bring it back")
    with play.take("bookmark.list"):
        await phone.result("bookmark.list")
    with play.take("bookmark.remove"):
        await phone.result("bookmark.remove", room=room, message=said)
    await phone.leaves()
    with play.take("post.publish"):
        post = (await bob.result("post.publish", community=community, title="On beans", body="They grow."))["entry"]
    with play.take("corner.update"):
        await bob.result("corner.update", community=community, title="Bob's beans", public=True)
    with play.take("corner.list"):
        await ann.result("corner.list", community=community)
    await ann.result("room.follow", room=post["log"])
    with play.take("comment"):
        await ann.result("message.send", room=post["log"], post=post["seq"], body="Like weeds!")
        await bob.result("message.page", room=post["log"], post=post["seq"])
    with play.take("post.edit"):
        await bob.result("post.edit", room=post["log"], post=post["seq"], body="They grow like weeds.")
    with play.take("post.page"):
        await ann.result("post.page", room=post["log"])
    with play.take("post.read"):
        await ann.result("post.read", room=post["log"], post=post["seq"])
    with play.take("post.delete"):
        await ann.result("post.delete", room=post["log"], post=post["seq"], reason="Beans are for the other community")
    await ann.result("room.unfollow", room=post["log"])
    await bob.result("room.unfollow", room=post["log"])


async def trouble(play: Play, ann: Actor, bob: Actor, room: str) -> None:
    with play.take("once"):
        await ann.sends("message.send", nonce="a-new-one", room=room, body="Only once.")
        await ann.sends("message.send", nonce="a-new-one", room=room, body="Only once.")
        await ann.sends("message.send", nonce="a-new-one", room=room, body="Something else.")
    with play.take("refused"):
        await bob.sends("message.page", room=room, limit=201)
        await bob.sends("room.set_topic", room=room, topic="Mine now")
        await bob.sends("message.page", room="r_that-is-not-there")
        await bob.sends("message.shout", room=room)
    if not play.encoding.binary:
        with play.take("malformed", rested=False):
            await bob.says(b'{"type": "message.send", "id":', '{"type": "message.send", "id":')
            await bob.reads()
    play.clock.now += BETWEEN
    for _ in range(11):
        await bob.result("session.sync")
    for _ in range(11):
        await bob.result("account.read", handle="ann")
    with play.take("budget", rested=False):
        await bob.sends("account.read", handle="ann")
        await bob.sends("account.read", handle="ann")


async def coming_back(play: Play, ann: Actor, bob: Actor, room: str, community: str) -> None:
    epoch = play.app.store.epoch
    with play.take("cards"):
        await bob.result("session.sync", cards=True)
    had = logs_of(await bob.result("session.sync"))
    await bob.leaves()
    await ann.result("message.send", room=room, body="Bob?")
    await ann.result("message.send", room=room, body="He must be in the garden.")
    with play.take("resume"):
        bob2 = await play.enter("bob")
        await bob2.result("session.sign_in", token=bob.token)
        await bob2.result("session.sync", epoch=epoch, positions=had)
        await ann.result("message.send", room=room, body="There you are!")
    with play.take("gap"):
        await bob2.result("session.sync", epoch=epoch, positions={log: had[log] for log in had if log != room})
        page = await bob2.result("log.entries", log=room, after=had[room] - 1, until=had[room] + 3, limit=2)
        await bob2.result("log.entries", log=room, after=page["entries"][-1]["seq"], until=had[room] + 3, limit=2)
    with play.take("reset"):
        await bob2.result("session.sync", epoch="e_of-another-time", positions={room: 3})
        await bob2.result("message.page", room=room, limit=2)
    await bob2.result("session.sync")
    with play.take("lagging"):
        session = play.session(bob2)
        assert session is not None
        session.pause()  # as the connection does when its peer reads too slowly
        for body in ("One.", "Two.", "Three."):
            await ann.result("message.send", room=room, body=body)
        session.resume()
        await bob2.reads()
        behind = bob2.heard[-1]["logs"][room]
        await bob2.result("log.entries", log=room, after=behind - 3, until=behind)
    with play.take("from"):
        head = logs_of(await bob2.result("session.sync", want={"profile": "calls"}))[room]
        await ann.result("message.send", room=room, body="Beans need water.")
        await ann.result("message.send", room=room, body="And sun.")
        await ann.result("message.send", room=room, body="Can you see to it, @bob?")
        await ann.result("message.send", room=room, body="Thank you.")
        await bob2.result("log.entries", log=room, after=head, wanted=True)
    with play.take("restart"):
        await bob2.sent_away()


async def keeping(play: Play, ann: Actor, bob: Actor, room: str, community: str) -> None:
    cyd = await play.enter("cyd")
    await cyd.result("session.sign_up", handle="cyd", password=PASSWORD)
    await cyd.result("session.sync")
    cyd.member = (await cyd.result("community.join", community="garden", rules=2))["entry"]["member"]
    with play.take("member.set_role"):
        await ann.result("member.set_role", community=community, member=cyd.member, role="steward")
    await ann.result("member.set_role", community=community, member=cyd.member, role="member")
    said = (await cyd.result("message.send", room=room, body="Buy my beans!"))["entry"]["seq"]
    dan = await play.enter("dan")
    await dan.result("session.sign_up", handle="dan", password=PASSWORD)
    await dan.result("session.sync")
    await dan.result("community.join", community="garden", rules=2)
    with play.take("report.file"):
        await dan.result("report.file", room=room, message=said, reason="Advertising")
    with play.take("report.list"):
        (report,) = (await ann.result("report.list", community=community))["reports"]
    with play.take("member.silence"):
        await ann.result("member.silence", community=community, member=cyd.member, reason="Advertising", for_ms=DAY)
    with play.take("silenced"):
        await cyd.sends("message.send", room=room, body="But they are good beans!")
    with play.take("report.resolve"):
        await ann.result(
            "report.resolve", community=community, report=report["seq"], outcome="acted", note="First time"
        )
    with play.take("removed"):
        await ann.result("message.delete", room=room, message=said, reason="Advertising")
    with play.take("member.unsilence"):
        await ann.result("member.unsilence", community=community, member=cyd.member, reason="Said sorry")
    with play.take("member.kick"):
        await ann.result("member.kick", community=community, member=cyd.member, reason="Did it again")
    with play.take("member.ban"):
        await ann.result("member.ban", community=community, handle="cyd", reason="And again", for_ms=7 * DAY)
    with play.take("ban.list"):
        await ann.result("ban.list", community=community)
    with play.take("banned"):
        await cyd.sends("community.join", community="garden")
    with play.take("member.unban"):
        await ann.result("member.unban", community=community, member=cyd.member)
    with play.take("community.leave"):
        await dan.result("community.leave", community="garden", keep="words")
    phone = await play.enter("dan's phone")
    await phone.result("session.sign_in", handle="dan", password=PASSWORD)
    await phone.result("session.sync")
    with play.take("block.set"):
        await dan.result("block.set", kind="block", handle="cyd")
    await cyd.leaves()
    await dan.leaves()
    await phone.leaves()


async def face(play: Play, ann: Actor, bob: Actor, room: str, community: str) -> None:
    """The portrait of the community."""
    token, member = bob.token, bob.member
    bob = await play.enter("bob")
    bob.member = member
    await bob.result("session.sign_in", token=token)
    await bob.result("session.sync")
    with play.take("portrait.propose"):
        text = "We grow beans, and talk about them."
        made = await bob.result("portrait.propose", community=community, section="about", base=0, text=text)
    with play.take("portrait.proposals"):
        await ann.result("portrait.proposals", community=community)
    with play.take("portrait.merge"):
        await ann.result("portrait.merge", community=community, proposal=made["entry"]["proposal"])
    with play.take("portrait.read"):
        await bob.result("portrait.read", community="garden")
    made = await bob.result(
        "portrait.propose",
        community=community,
        section="milestones",
        base=0,
        milestones=[{"date": "2025", "text": "Bob found a bean."}],
    )
    with play.take("portrait.decline"):
        await ann.result(
            "portrait.decline", community=community, proposal=made["entry"]["proposal"], reason="It was Ann."
        )
    with play.take("portrait.changed"):
        await bob.sends("portrait.propose", community=community, section="about", base=0, text="We grow tomatoes.")
    said = await ann.result("message.send", room=room, body="I came for the beans and stayed for the people.")
    message = said["entry"]["seq"]
    with play.take("quote.ask"):
        words = "stayed for the people"
        asked = await bob.result("quote.ask", community=community, room=room, message=message, text=words)
    quote = asked["entry"]["quote"]
    with play.take("quote.list"):
        await ann.result("quote.list", community=community)
    with play.take("quote.consent"):
        text = "I stayed for the people."
        await ann.result("quote.consent", community=community, quote=quote, agree=True, text=text)
    (waiting,) = (await ann.result("portrait.proposals", community=community))["proposals"]
    await ann.result("portrait.merge", community=community, proposal=waiting["proposal"])
    with play.take("quote.withdraw"):
        await ann.result("quote.withdraw", quote=quote)
    with play.take("welcome.set"):
        await ann.result("welcome.set", community=community, text="Hello! Say what you grow.", rooms=[room])
    with play.take("welcome.read"):
        await bob.result("welcome.read", community=community)
    with play.take("greeter.set"):
        await bob.result("greeter.set", community=community, state="volunteers")
        await ann.result("greeter.set", community=community, member=bob.member, state="greets")
    with play.take("greeter.list"):
        await bob.result("greeter.list", community=community)
    gil = await play.enter("gil")
    await gil.result("session.sign_up", handle="gil", password=PASSWORD)
    await gil.result("session.sync")
    with play.take("welcome.given"):
        gil.member = (await gil.result("community.join", community="garden", rules=2))["entry"]["member"]
    with play.take("newcomer"):
        await gil.result("message.send", room=room, body="Hello, I grow peas.")
        await bob.sends("direct.open", handles=["gil"])
    for _ in range(2):
        await bob.result("message.send", room=room, body="Welcome, @gil!")
        await gil.result("message.send", room=room, body="Thank you, @bob.")
    await bob.result("message.send", room=room, body="Come and see our beans, @gil.")
    with play.take("newcomer settled"):
        await gil.result("message.send", room=room, body="I will, @bob.")
    tablet = await play.enter("gil's tablet")
    await tablet.result("session.sign_in", handle="gil", password=PASSWORD)
    await tablet.result("session.sync")
    with play.take("reach.set"):
        await gil.result("reach.set", community=community, directs="anyone")
    await gil.leaves()
    await tablet.leaves()
    with play.take("portrait.history"):
        await bob.result("portrait.history", community=community)
    with play.take("portrait.export"):
        await bob.result("portrait.export", community=community)
    await bob.leaves()


async def personas(play: Play, ann: Actor, community: str) -> None:
    fay = await play.enter("fay")
    await fay.result("session.sign_up", handle="fay", password=PASSWORD, display_name="Fay")
    await fay.result("session.sync")
    with play.take("joining in person"):
        wish = {
            "handle": "fern",
            "display_name": "Fern",
            "pronouns": "she/her",
            "place": {"name": "Lisbon", "grain": "city"},
            "why": "To learn how to graft.",
            "shown": {"place": "stewards"},
        }
        fay.member = (await fay.result("community.join", community="garden", rules=2, persona=wish))["entry"]["member"]
    with play.take("persona.update"):
        await fay.result("persona.update", community=community, persona={"handle": "moss"})
    with play.take("persona.read"):
        await fay.result("persona.read", community=community)
    with play.take("member.find"):
        await ann.result("member.find", community=community, handle="fern")
    with play.take("a direct between personas"):
        await fay.result("direct.open", members=[ann.member])
    await fay.leaves()


async def accounts(play: Play, ann: Actor, bob: Actor) -> None:
    with play.take("account.update"):
        await ann.result("account.update", bio="Head gardener")
    with play.take("account.read"):
        await ann.result("account.read", handle="bob")
    with play.take("account.change_password"):
        await ann.result("account.change_password", old=PASSWORD, new="battery horse correct")
    with play.take("session.revoke_others"):
        await ann.result("session.revoke_others")
    with play.take("session.sign_in"):
        desk = await play.enter("bob")
        await desk.result("session.sign_in", handle="bob", password=PASSWORD, device="desk")
    with play.take("session.sign_out"):
        await desk.sends("session.sign_out")
    code = "the-code-from-the-operator"
    await play.app.store.add_reset("bob", hashlib.sha256(code.encode()).digest(), 2**52)
    with play.take("account.reset_password"):
        new = await play.enter("bob")
        await new.result("account.reset_password", code=code, password="quite another horse", device="laptop")
    with play.take("account.export"):
        page = await new.result("account.export")
        await new.result("account.export", after=page["next"])
    with play.take("account.erase"):
        await new.sends("account.erase", password="quite another horse", handle="bob", keep="words")
