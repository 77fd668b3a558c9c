"""What changes while the cards of communities and rooms are read, or on their way: a client ends with what there is."""

import pytest

from among_protocol.accounts import UpdateAccount
from among_protocol.communities import CommunityUpdated, JoinCommunity, LeaveCommunity, ReadCommunity, UpdateCommunity
from among_protocol.house_rules import AcceptRules, RulesAccepted
from among_protocol.logs import Sync
from among_protocol.retention import Retention, SetRetention
from among_protocol.rooms import CreateRoom, SetTopic
from among_server.store.rules import retention as rules
from tests.held import HeldStore
from tests.server.devices import Device, come, known
from tests.server.hearing import Story
from tests.world import World, world_of


def change_all(world: World) -> None:
    """What a card tells, of the community and of its room."""
    founder = world.founder("garden")
    founder.begin(SetTopic, room=world.id("garden/hall"), topic="news")
    founder.begin(UpdateCommunity, community=world.id("garden"), about="news")


@pytest.mark.parametrize("read", ["community", "personas", "rooms"])
async def test_what_a_card_tells_is_at_least_as_new_as_it_says(read: str):
    store = HeldStore()
    async with world_of(store) as world:
        (bob,) = await world.join("garden/hall", "bob")
        hold = store.hold(read)
        asked = bob.begin(ReadCommunity, community=world.id("garden"))
        await hold.is_asked(1)
        change_all(world)
        await bob.hears(CommunityUpdated)
        hold.let_go()
        card = await bob.reply(asked, ReadCommunity.Reply)
        (hall,) = card.rooms
        heads = world.heads()
        assert card.community.about == "news" or card.as_of < heads[world.id("garden")]
        assert hall.topic == "news" or hall.head < heads[bob.room]


async def test_what_overtakes_the_card_of_a_community_that_one_joins_is_known_after_it():
    store = HeldStore()
    async with world_of(store) as world:
        (bob,) = await world.join("garden/hall", "bob")
        founder = world.founder("garden")
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        (phone,) = await come([Device(bob)])
        hold = store.hold("rooms")
        await bob.ask(JoinCommunity, community=world.id("garden"))
        await hold.is_asked(1)
        await bob.ask(UpdateAccount, display_name="Bobby")
        await founder.ask(CreateRoom, community=world.id("garden"), slug="shed")
        change_all(world)
        assert phone.link is not None
        await phone.link.hears(CommunityUpdated)
        hold.let_go()
        await phone.is_whole()
        (new,) = await come([Device(bob)])
        assert known(phone) == known(new)
        assert phone.view.rooms[bob.room].topic == "news"


async def test_rules_that_are_accepted_while_a_card_is_read_stay_accepted():
    store = HeldStore()
    async with world_of(store) as world:
        (bob,) = await world.join("garden/hall", "bob")
        garden = world.id("garden")
        await world.founder("garden").ask(UpdateCommunity, community=garden, rules="Be kind.")
        (phone,) = await come([Device(bob)])
        version = phone.view.communities[garden].rules
        hold = store.hold("rooms")
        phone.begin(ReadCommunity(id="", community=garden))
        await hold.is_asked(1)
        await bob.ask(AcceptRules, community=garden, version=version)
        assert phone.link is not None
        await phone.link.hears(RulesAccepted)
        hold.let_go()
        await phone.is_whole()
        assert phone.view.communities[garden].accepted == version > 0


async def test_what_was_said_of_a_room_and_is_no_longer_kept_is_known_to_who_missed_it(monkeypatch):
    monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (phone,) = await come([Device(bob)])
        phone.falls_behind("lags")
        founder = world.founder("garden")
        await founder.ask(SetTopic, room=ann.room, topic="news")
        await founder.ask(SetRetention, room=ann.room, retention=Retention(messages=1))
        for n in range(3):
            await ann.say(f"{n}")
        await world.app.services.retaining.look(1.0)
        (phone,) = await come([phone])
        (new,) = await come([Device(bob)])
        assert known(phone) == known(new)
        assert phone.view.rooms[bob.room].topic == "news"


@pytest.mark.parametrize("again", [False, True])
async def test_a_place_that_is_left_while_a_sync_reads_its_cards_is_not_listed(again: bool):
    """Who comes back with positions alone has no card of it, and would not know which rooms were in it. It may be joined
    again meanwhile: then it begins as that entry says."""
    store = HeldStore()
    async with world_of(store) as world:
        (bob,) = await world.join("garden/hall", "bob")
        positions = {bob.account: 1, bob.room: 0}
        other = await bob.again()
        hold = store.hold("rooms")
        asked = other.begin(Sync, epoch=store.epoch, positions=positions, cards=True)
        await hold.is_asked(1)
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        joined = await bob.ask(JoinCommunity, community=world.id("garden")) if again else None
        hold.let_go()
        started = await other.reply(asked, Sync.Reply)
        assert {state.log for state in started.logs if state.status != "gone"} == {bob.account}
        assert len(started.communities) == again
        story = Story(bob.account, started, positions)
        await world.founder("garden").say("hello", room=bob.room)
        await other.settled()
        for event in other.heard:
            story.hear(event)
        assert other.numbers(world.id("garden")) == []
        assert other.numbers(bob.room) == ([joined.entry.rooms[bob.room] + 1] if joined else [])
