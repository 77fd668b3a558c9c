"""What a client shows as unread is what a recount says: whatever overtakes what, and whatever was missed."""

from operator import itemgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol.communities import JoinCommunity, LeaveCommunity
from among_protocol.edits import DeleteMessage
from among_protocol.inbox import MarkInbox
from among_protocol.markers import SetMarker
from among_protocol.messages import SendMessage
from among_protocol.rooms import FollowRoom, UnfollowRoom
from among_protocol.status import SetStatus
from among_protocol.threads import FollowThread, UnfollowThread
from tests.held import HeldStore
from tests.server.devices import WAYS, Device, beside_new_ones, come, counted, known
from tests.server.stories import HANDLES, STORIES, TOLD, town_on
from tests.stores import STORES
from tests.world import Person, world_of

BUSY = ("say", "say", "say", "marker", "marker", "everybody", "answer", "edit", "delete", "mark inbox", "wait")
TALK = st.lists(
    st.tuples(st.sampled_from(HANDLES), st.sampled_from(BUSY), st.integers(0, 7), st.integers(0, 7)),
    min_size=10,
    max_size=40,
)
# A view can't count as the server does what is said by somebody whom one blocks and whose name it has not been told yet.
PEACE = STORIES.map(lambda story: [step for step in story if step[1] != "block"])

BEHIND = pytest.mark.parametrize("way", ["reads late", "lags", "pauses", "is away"])


async def device_of(owner: Person) -> Device:
    """That has all."""
    (device,) = await come([Device(owner)])
    return device


async def check(device: Device, owner: Person) -> None:
    """It has all, and what is unread by it is what whoever comes now is told."""
    await device.is_whole()
    fresh = await device_of(owner)
    assert counted(device) == counted(fresh)


async def test_a_marker_that_was_counted_before_what_one_has_heard():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        first = await ann.say("tea?")
        hold = store.hold("set_marker")
        asked = bob.begin(SetMarker, room=bob.room, seq=first.seq)
        await hold.is_asked(1)
        await ann.say("or coffee, @bob?")
        hold.let_go()
        await bob.answered(asked)
        await check(phone, bob)
        assert phone.view.logs[bob.room].unread == phone.view.logs[bob.room].mentions == 1


async def test_the_answer_to_ones_own_marker_says_what_it_is_of_as_well():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        first = await ann.say("tea?")
        await phone.is_whole()
        hold = store.hold("set_marker")
        ask = phone.begin(SetMarker(id="", room=bob.room, seq=first.seq))
        await hold.is_asked(1)
        await ann.say("or coffee, @bob?")
        hold.let_go()
        await check(phone, bob)
        assert ask.decided
        assert phone.view.logs[bob.room].unread == 1


@BEHIND
async def test_what_a_marker_has_counted_and_one_fetches_later_counts_once(way):
    """To a session that lags the marker is told with where the room went on; what it missed comes with pages."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        phone.falls_behind(way)
        first = await ann.say("tea, @bob?")
        await ann.say("or coffee, @bob?")
        await bob.ask(SetMarker, room=bob.room, seq=first.seq)
        await ann.say("and cake")
        phone.catches_up()
        await check(phone, bob)
        assert phone.view.logs[bob.room].unread == 2


@BEHIND
async def test_an_inbox_that_changed_while_one_did_not_keep_up(way):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        phone.falls_behind(way)
        said = [await ann.say(f"number {number}, @bob") for number in range(4)]
        await bob.ask(MarkInbox, number=1)
        await ann.ask(DeleteMessage, room=ann.room, message=said[1].seq)
        await world.quiet()  # it was counted, for who lags as well
        await ann.say("once more, @bob")
        phone.catches_up()
        await check(phone, bob)
        assert phone.view.inbox.unread == 3


async def test_a_mark_of_the_inbox_that_was_counted_before_what_one_has_heard():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone, tablet = await device_of(bob), await device_of(bob)
        await ann.say("tea, @bob?")
        await phone.is_whole()
        hold = store.hold("mark_inbox")
        phone.begin(MarkInbox(id="", number=1))
        await hold.is_asked(1)
        await ann.say("or coffee, @bob?")
        hold.let_go()
        for device in (phone, tablet):
            await check(device, bob)
            assert device.view.inbox.unread == 1


async def test_what_one_is_told_again_leaves_what_is_unread():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        await ann.say("tea, @bob?")
        await bob.ask(JoinCommunity, community=world.id("garden"))
        await bob.ask(FollowRoom, room=bob.room)
        await check(phone, bob)
        assert phone.view.logs[bob.room].unread == 1


async def test_a_room_that_one_follows_anew_is_read():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        await bob.ask(UnfollowRoom, room=bob.room)
        await ann.say("tea?")
        await bob.ask(FollowRoom, room=bob.room)
        await ann.say("or coffee?")
        await check(phone, bob)
        assert (phone.view.logs[bob.room].read, phone.view.logs[bob.room].unread) == (1, 1)


@BEHIND
@pytest.mark.parametrize("back", [False, True])
async def test_what_was_marked_in_a_room_since_one_left_it_and_came_back_is_not_undone_by_the_news_of_that(way, back):
    """Registers are told at once, and what one missed of one's own log comes later."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(body) for body in ("tea?", "or coffee?")]
        phone = await device_of(bob)
        phone.falls_behind(way)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await bob.ask(JoinCommunity, community=world.id("garden"))
        if not back:
            said.append(await ann.say("welcome back"))
        await bob.ask(SetMarker, room=bob.room, seq=said[0].seq if back else said[-1].seq, unread=back)
        phone.catches_up()
        await check(phone, bob)
        assert phone.view.logs[bob.room].unread == back


@BEHIND
async def test_a_thread_that_one_follows_since_one_came_back_to_its_room(way):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = await ann.say("tea?")
        for body in ("green", "or black"):
            await ann.ask(SendMessage, room=ann.room, thread=root.seq, body=body)
        await bob.ask(FollowThread, room=bob.room, thread=root.seq)
        phone = await device_of(bob)
        phone.falls_behind(way)
        await bob.ask(UnfollowRoom, room=bob.room)
        await bob.ask(FollowRoom, room=bob.room)
        await bob.ask(FollowThread, room=bob.room, thread=root.seq)
        phone.catches_up()
        await check(phone, bob)
        assert [(one.thread, one.unread) for one in phone.view.threads.values()] == [(root.seq, 0)]


@BEHIND
async def test_what_one_marked_followed_and_showed_before_one_left_stays_behind(way):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        root = await ann.say("tea?")
        await bob.ask(SetMarker, room=bob.room, seq=root.seq)
        phone = await device_of(bob)
        phone.falls_behind(way)
        await bob.ask(SetMarker, room=bob.room, seq=0, unread=True)
        await bob.ask(FollowThread, room=bob.room, thread=root.seq)
        await bob.ask(SetStatus, community=garden, appear="away")
        await bob.ask(LeaveCommunity, community=garden, keep="words")
        await bob.ask(JoinCommunity, community=garden)
        phone.catches_up()
        await check(phone, bob)
        assert known(phone) == known(await device_of(bob))
        assert (phone.view.logs[bob.room].unread, [*phone.view.threads]) == (0, [])
        assert garden not in phone.view.appearances


@BEHIND
async def test_how_one_appears_in_a_place_since_one_came_back_to_it(way):
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        phone.falls_behind(way)
        await bob.ask(LeaveCommunity, community=world.id("garden"), keep="words")
        await bob.ask(JoinCommunity, community=world.id("garden"))
        await bob.ask(SetStatus, community=world.id("garden"), appear="away")
        phone.catches_up()
        await check(phone, bob)
        assert known(phone) == known(await device_of(bob))
        assert phone.view.appearances[world.id("garden")].appear == "away"


async def test_what_one_says_before_the_card_of_a_community_has_come_is_ones_own():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await phone.is_whole()
        await bob.ask(JoinCommunity, community=world.id("garden"))
        await ann.say("welcome back, @bob")
        await bob.ask(SendMessage, room=bob.room, body="thanks")
        await check(phone, bob)
        assert phone.view.logs[bob.room].unread == 0


async def test_a_thread_that_one_asks_for_is_known_with_the_answer():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await device_of(bob)
        root = await ann.say("tea?")
        phone.begin(FollowThread(id="", room=bob.room, thread=root.seq))
        await phone.is_whole()
        assert [*phone.view.threads] == [(bob.room, root.seq)]
        await check(phone, bob)
        phone.begin(UnfollowThread(id="", room=bob.room, thread=root.seq))
        await phone.is_whole()
        assert [*phone.view.threads] == []


@pytest.mark.parametrize("kind", STORES)
@given(before=PEACE, during=TALK | PEACE, after=TALK, ways=WAYS)
@settings(max_examples=TOLD)
async def test_whatever_people_say_and_mark_on_other_devices(kind, before, during, after, ways):
    async with town_on(kind, kept=True) as town:
        for device, new in await beside_new_ones(town, before, during, after, ways):
            assert counted(device) == counted(new)
            ordered, told = (sorted(one.view.threads, key=itemgetter(0)) for one in (device, new))
            assert device.fell_behind or ordered == told, "in the order of my part in them, which holds within a room"
