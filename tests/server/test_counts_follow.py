"""What a client shows as unread is what a recount says: whatever overtakes what, and whatever was missed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol.communities import JoinCommunity, LeaveCommunity
from among_protocol.edits import DeleteMessage
from among_protocol.inbox import MarkInbox
from among_protocol.markers import SetMarker
from among_protocol.messages import SendMessage
from among_protocol.rooms import FollowRoom, UnfollowRoom
from tests.held import HeldStore
from tests.server.follower import Follower
from tests.server.stories import HANDLES, STORIES, Town
from tests.world import Person, world_of

BUSY = ("say", "say", "say", "marker", "marker", "everybody", "answer", "edit", "delete", "mark inbox", "wait")
WAYS = ("lags", "pauses", "keeps up")  # how a client is there in the meantime
TALK = st.lists(
    st.tuples(st.sampled_from(HANDLES), st.sampled_from(BUSY), st.integers(0, 7), st.integers(0, 7)),
    min_size=10,
    max_size=40,
)
# Who is gone for good has no devices; and a view can't count as the server does what is said by somebody whom one blocks
# and whose name it has not been told yet.
LEFT_OUT = ("erase", "block")
STAY = STORIES.map(lambda story: [step for step in story if step[1] not in LEFT_OUT])


async def follower(person: Person) -> Follower:
    """A device of theirs, that has all."""
    one = Follower(person)
    await one.settled()
    return one


async def test_a_marker_that_was_counted_before_what_one_has_heard():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await follower(bob)
        first = await ann.say("tea?")
        hold = store.hold("set_marker")
        asked = bob.begin(SetMarker, room=bob.room, seq=first.seq)
        await hold.is_asked(1)
        await ann.say("or coffee, @bob?")
        hold.let_go()
        await bob.answered(asked)
        await phone.settled()
        await phone.check()
        assert phone.known.logs[bob.room].unread == phone.known.logs[bob.room].mentions == 1


async def test_the_answer_to_ones_own_marker_says_what_it_is_of_as_well():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await follower(bob)
        first = await ann.say("tea?")
        await phone.settled()
        hold = store.hold("set_marker")
        ask = phone.begin(SetMarker(id="", room=bob.room, seq=first.seq))
        await hold.is_asked(1)
        await ann.say("or coffee, @bob?")
        hold.let_go()
        await phone.settled()
        assert ask.decided
        await phone.check()
        assert phone.known.logs[bob.room].unread == 1


async def test_what_a_marker_has_counted_and_one_fetches_later_counts_once():
    """To a session that lags the marker is told with where the room went on; what it missed comes with pages."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone, slow = await follower(bob), await follower(bob)
        phone.person.lags()
        slow.known.core.pause()
        first = await ann.say("tea, @bob?")
        await ann.say("or coffee, @bob?")
        await bob.ask(SetMarker, room=bob.room, seq=first.seq)
        await ann.say("and cake")
        slow.turn()
        phone.person.reads_again()
        slow.known.core.resume(slow.now)
        for device in (phone, slow):
            await device.settled()
            await device.check()
            assert device.known.logs[bob.room].unread == 2


async def test_an_inbox_that_changed_while_one_did_not_keep_up():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone, slow = await follower(bob), await follower(bob)
        phone.person.lags()
        slow.known.core.pause()
        said = [await ann.say(f"number {number}, @bob") for number in range(4)]
        await bob.ask(MarkInbox, number=1)
        await ann.ask(DeleteMessage, room=ann.room, message=said[1].seq)
        await world.quiet()  # it was counted, for who lags as well
        await ann.say("once more, @bob")
        slow.turn()
        phone.person.reads_again()
        slow.known.core.resume(slow.now)
        for device in (phone, slow):
            await device.settled()
            await device.check()
            assert device.known.inbox.unread == 3


async def test_a_mark_of_the_inbox_that_was_counted_before_what_one_has_heard():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone, tablet = await follower(bob), await follower(bob)
        await ann.say("tea, @bob?")
        await phone.settled()
        hold = store.hold("mark_inbox")
        phone.begin(MarkInbox(id="", number=1))
        await hold.is_asked(1)
        await ann.say("or coffee, @bob?")
        hold.let_go()
        for device in (phone, tablet):
            await device.settled()
            await device.check()
            assert device.known.inbox.unread == 1


async def test_what_one_is_told_again_leaves_what_is_unread():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await follower(bob)
        await ann.say("tea, @bob?")
        await bob.ask(JoinCommunity, community=world.id("garden"))
        await bob.ask(FollowRoom, room=bob.room)
        await phone.settled()
        await phone.check()
        assert phone.known.logs[bob.room].unread == 1


async def test_a_room_that_one_follows_anew_is_read():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await follower(bob)
        await bob.ask(UnfollowRoom, room=bob.room)
        await ann.say("tea?")
        await bob.ask(FollowRoom, room=bob.room)
        await ann.say("or coffee?")
        await phone.settled()
        await phone.check()
        assert (phone.known.logs[bob.room].read, phone.known.logs[bob.room].unread) == (1, 1)


async def test_what_one_says_before_the_card_of_a_community_has_come_is_ones_own():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await follower(bob)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await phone.settled()
        await bob.ask(JoinCommunity, community=world.id("garden"))
        await ann.say("welcome back, @bob")
        await bob.ask(SendMessage, room=bob.room, body="thanks")
        await phone.settled()
        await phone.check()
        assert phone.known.logs[bob.room].unread == 0


@given(before=STAY, during=TALK, after=TALK, ways=st.lists(st.sampled_from(WAYS), min_size=4, max_size=4))
@settings(max_examples=15)
async def test_whatever_people_say_and_mark_on_other_devices(before, during, after, ways):
    async with world_of() as world:
        town = Town(world)
        await town.open(kept=True)
        followers = [await follower(person) for person in town.people.values()]
        await town.tell(before)
        for one, way in zip(followers, ways, strict=True):
            await one.settled()
            if way == "lags":
                one.person.lags()
            if way == "pauses":
                one.known.core.pause()
        await town.tell(during)
        for one in followers:
            one.turn()
            if not one.person.reads:
                one.person.reads_again()
            one.known.core.resume(one.now)
        await town.tell(after)
        for one in followers:
            await one.settled()
            await one.check()
