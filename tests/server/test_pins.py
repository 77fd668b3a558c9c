"""Pins: who pins what where, with the credit of who said it; and that what is deleted is pinned no more."""

from typing import Any

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.messages import SendMessage
from among_protocol.moderation import DAY, SilenceMember
from among_protocol.pins import AddPin, ListPins, Pin, PinAdded, PinRemoved, RemovePin
from among_protocol.posts import PublishPost
from among_protocol.rooms import UnfollowRoom
from among_server.limits import PINS
from tests.server.test_moderation import garden, kept
from tests.world import Person, world_of


async def pin(person: Person, said: Any, **more: Any) -> PinAdded:
    entry: PinAdded = (await person.ask(AddPin, room=said.log, message=said.seq, **more)).entry
    return entry


async def pins(person: Person, room: str, **more: Any) -> list[Pin]:
    found: list[Pin] = (await person.ask(ListPins, room=room, **more)).pins
    return found


async def test_a_steward_pins_and_everybody_sees_who_said_it_and_who_pinned_it():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("water them in the evening")
        added = await pin(ann, said)
        assert (added.by, added.message, added.author, added.author_rev) == (ann.member, said.seq, bob.member, said.rev)
        assert await cyd.hears(PinAdded) == added
        (one,) = await pins(cyd, said.log)
        assert (one.seq, one.by, one.rev, one.at) == (added.seq, ann.member, added.rev, added.at)
        assert (one.message.body, one.message.by, one.message.rev) == (said.body, bob.member, said.rev)


async def test_the_credit_outlives_a_rename():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("water them in the evening")
        await bob.ask(UpdateAccount, display_name="Robert")
        added = await pin(ann, said)
        assert (added.author, added.author_rev) == (bob.member, said.rev), "as who they were when they said it"
        assert (await pins(cyd, said.log))[0].message.rev == said.rev


async def test_a_pin_shows_the_message_as_it_is_now():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("frist")
        await pin(ann, said)
        await bob.ask(EditMessage, room=said.log, message=said.seq, body="first")
        (one,) = await pins(cyd, said.log)
        assert (one.message.body, one.message.edited > 0) == ("first", True)


async def test_what_is_deleted_is_pinned_no_more():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said, other = await bob.say("kestrel-9041"), await bob.say("stays")
        await pin(ann, said)
        await pin(ann, other)
        gone = (await bob.ask(DeleteMessage, room=said.log, message=said.seq)).entry
        assert [one.message.seq for one in await pins(cyd, said.log)] == [other.seq]
        assert world.heads()[said.log] == gone.seq, "the deletion is all that tells it"
        refused = await ann.refused(RemovePin, room=said.log, message=said.seq)
        assert refused.code == codes.PIN_GONE.code
        refused = await ann.refused(AddPin, room=said.log, message=said.seq)
        assert (refused.code, refused.field) == (codes.MESSAGE_GONE.code, "message")


async def test_pinning_twice_and_taking_away_what_is_not_pinned_say_so():
    async with world_of() as world:
        ann, bob, _, founder = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("once")
        await pin(ann, said)
        assert (await founder.refused(AddPin, room=said.log, message=said.seq)).code == codes.PINNED_ALREADY.code
        removed = (await founder.ask(RemovePin, room=said.log, message=said.seq)).entry
        assert (await bob.hears(PinRemoved)) == removed
        assert (await ann.refused(RemovePin, room=said.log, message=said.seq)).code == codes.PIN_GONE.code
        assert await pins(bob, said.log) == []
        await pin(ann, said)


async def test_a_pin_is_repeated_like_any_write():
    async with world_of() as world:
        ann, bob, _, _ = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("once")
        first = await ann.ask(AddPin, room=said.log, message=said.seq, nonce="n")
        again = await ann.ask(AddPin, room=said.log, message=said.seq, nonce="n")
        assert (again.repeat, again.entry) == (True, first.entry)


async def test_auz_01_in_an_open_room_members_pin_nothing():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("mine")
        assert (await bob.refused(AddPin, room=said.log, message=said.seq)).code == codes.RIGHT_MISSING.code
        await pin(ann, said)
        assert (await cyd.refused(RemovePin, room=said.log, message=said.seq)).code == codes.RIGHT_MISSING.code
        await world.promote(ann, "garden", "member")
        assert (await ann.refused(RemovePin, room=said.log, message=said.seq)).code == codes.RIGHT_MISSING.code


async def test_a_silenced_steward_pins_nothing():
    async with world_of() as world:
        ann, bob, _, founder = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("mine")
        await founder.ask(SilenceMember, **garden(world, ann, reason="loud", for_ms=DAY))
        assert (await ann.refused(AddPin, room=said.log, message=said.seq)).code == codes.SILENCED.code


async def test_in_a_private_room_and_a_direct_all_who_are_there_pin():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        for room in (cellar, await world.direct(ann, bob)):
            said = await ann.say("key is under the pot", room=room)
            await pin(bob, said)
            assert [one.message.body for one in await pins(ann, room)] == [said.body]
            await ann.ask(RemovePin, room=room, message=said.seq)


async def test_in_a_direct_one_pins_while_one_may_write_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        direct = await world.direct(ann, bob)
        said = await bob.say("no", room=direct)
        await world.app.store.set_block(bob.account, "block", handle="ann")
        assert (await ann.refused(AddPin, room=direct, message=said.seq)).code == codes.DIRECT_REFUSED.code


async def test_in_a_corner_its_owner_pins_comments_and_no_steward_does():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        await bob.ask(UpdateCorner, community=world.id("garden"), title="Beans")
        post = (await bob.ask(PublishPost, community=world.id("garden"), title="On beans", body="They grow.")).entry
        said = (await cyd.ask(SendMessage, room=post.log, post=post.seq, body="like weeds")).entry
        for person in (ann, cyd):
            assert (await person.refused(AddPin, room=post.log, message=said.seq)).code == codes.RIGHT_MISSING.code
        await pin(bob, said)
        assert (await bob.refused(AddPin, room=post.log, message=post.seq)).code == codes.MESSAGE_GONE.code
        assert [one.message.body for one in await pins(cyd, post.log)] == [said.body]


async def test_what_is_pinned_last_comes_first_a_page_at_a_time():
    async with world_of() as world:
        ann, bob, _, _ = await kept(world, "ann", "bob", "cyd")
        said = [await bob.say(f"{number}") for number in range(5)]
        for one in (said[2], said[0], said[4]):
            await pin(ann, one)
        page = await bob.ask(ListPins, room=bob.room, limit=2)
        assert [one.message.body for one in page.pins] == ["4", "0"]
        assert (page.complete, page.as_of) == (False, world.heads()[bob.room])
        page = await bob.ask(ListPins, room=bob.room, before=page.pins[-1].seq)
        assert ([one.message.body for one in page.pins], page.complete) == (["2"], True)


async def test_a_page_of_long_pins_ends_earlier_and_the_next_goes_on():
    async with world_of() as world:
        ann, bob, _, _ = await kept(world, "ann", "bob", "cyd")
        for number in range(20):
            await pin(ann, await bob.say(f"{number:<8000}"))
        seen: list[str] = []
        before = None
        while True:
            page = await bob.ask(ListPins, room=bob.room, before=before, limit=200)
            assert 0 < sum(len(one.message.body) for one in page.pins) <= 1 << 17
            seen += [one.message.body.strip() for one in page.pins]
            before = page.pins[-1].seq
            if page.complete:
                break
        assert seen == [f"{number}" for number in reversed(range(20))]


async def test_inp_05_so_many_are_pinned_in_a_room_and_no_more(monkeypatch):
    monkeypatch.setattr("among_server.store.rules.pins.PINS", 3)
    assert PINS == 50
    async with world_of() as world:
        ann, bob, _, _ = await kept(world, "ann", "bob", "cyd")
        said = [await bob.say(f"{number}") for number in range(4)]
        for one in said[:3]:
            await pin(ann, one)
        refused = await ann.refused(AddPin, room=ann.room, message=said[3].seq)
        assert refused.code == codes.LIMIT_REACHED.code
        assert "3" in refused.message
        await ann.ask(RemovePin, room=ann.room, message=said[0].seq)
        await pin(ann, said[3])


async def test_auz_03_what_is_pinned_in_a_private_room_is_for_who_is_there():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await pin(bob, await bob.say("kestrel-9041", room=cellar))
        await bob.ask(UnfollowRoom, room=cellar)
        for person in (bob, cyd):
            assert (await person.refused(ListPins, room=cellar)).code == codes.ROOM_GONE.code
        await cyd.settled()
        assert b"kestrel-9041" not in b"".join(cyd.frames)
