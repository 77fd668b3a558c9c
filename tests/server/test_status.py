"""How one appears and what one says of it: kept, told to one's devices and to whoever watches, and to nobody else."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.blocks import SetBlock
from among_protocol.communities import JoinCommunity, LeaveCommunity
from among_protocol.dnd import DndTime, SetDnd
from among_protocol.moderation import DAY, SilenceMember, UnsilenceMember
from among_protocol.personas import PersonaWish, UpdatePersona
from among_protocol.presence import PresenceChanged, SetPresence, StartTyping, TypingStarted, WatchPresence
from among_protocol.session import SignIn
from among_protocol.status import (
    LONGEST_STATUS,
    MINUTE,
    STATUS_CHARS,
    Appearance,
    AppearanceChanged,
    NewStatus,
    SetStatus,
    Status,
)
from among_server.core import presence
from tests.held import HeldStore
from tests.world import Person, World, until, world_of


async def chooses(person: Person, **fields: Any) -> Appearance:
    chosen: Appearance = await person.ask(SetStatus, **fields)
    return chosen


def words(text: str, **more: Any) -> NewStatus:
    return NewStatus(text=text, **more)


async def seen(watcher: Person, *members: str) -> list[tuple[str, str]]:
    watched = await watcher.ask(WatchPresence, members=list(members))
    return [(one.state, one.status.text if one.status else "") for one in watched.members]


async def heard(watcher: Person) -> list[tuple[str, str]]:
    told = [event for event in await watcher.settled() if isinstance(event, PresenceChanged)]
    return [(event.state, event.status.text if event.status else "") for event in told]


def later(world: World, ms: int) -> None:
    """So much time passes."""
    wall = world.app.services.wall
    world.app.services.wall = lambda: wall() + ms
    world.clock.now += ms / 1000
    world.app.services.presence.catch_up()


async def test_a_status_is_told_to_whoever_watches_and_again_when_it_ends_by_itself():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        assert await seen(ann, bob.member) == [("online", "")]
        chosen = await chooses(bob, status=NewStatus(emoji="🌱", text="in the garden", for_ms=120 * MINUTE))
        (told,) = [event for event in await ann.settled() if isinstance(event, PresenceChanged)]
        assert (told.member, told.state, told.status) == (bob.member, "online", chosen.status)
        assert told.status is not None
        assert told.status.until
        later(world, 119 * MINUTE)
        assert await heard(ann) == []
        later(world, 2 * MINUTE)
        assert await heard(ann) == [("online", "")]
        later(world, 2 * MINUTE)
        assert await heard(ann) == []


async def test_avl_07_who_chooses_otherwise_all_the_time_is_seen_as_they_chose_last_a_moment_later(monkeypatch):
    monkeypatch.setattr(presence, "LOOKS", 2)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await seen(ann, bob.member)
        for text in ("one", "two", "three", "four"):
            await chooses(bob, status=words(text))
        assert await heard(ann) == [("online", "one"), ("online", "two")]
        world.app.services.presence.catch_up()
        assert await heard(ann) == [("online", "four")]
        await bob.ask(SetPresence, state="away")
        for _ in range(3):
            await bob.ask(SetDnd, times=[DndTime(begins="00:00", ends="00:00")])
            await bob.ask(SetDnd, times=[])
        assert await heard(ann) == [("away", "four")], "the sweep has looked, too"
        await chooses(bob, appear="invisible")
        world.app.services.presence.catch_up()
        assert await heard(ann) == [("offline", "four")]


async def test_the_status_of_who_is_not_here_is_seen_and_its_end_is_told():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await chooses(bob, status=words("on holiday", for_ms=DAY))
        bob.leave()
        assert await seen(ann, bob.member) == [("offline", "on holiday")]
        later(world, DAY + MINUTE)
        assert await heard(ann) == [("offline", "")]
        assert await seen(ann, bob.member) == [("offline", "")]


async def test_who_goes_takes_no_status_along_and_its_end_is_told_to_who_saw_them_go():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await chooses(bob, status=words("back at five", for_ms=60 * MINUTE))
        assert await seen(ann, bob.member) == [("online", "back at five")]
        bob.leave()
        assert await heard(ann) == [("offline", "back at five")]
        later(world, 61 * MINUTE)
        assert await heard(ann) == [("offline", "")]
        await bob.again()
        assert await heard(ann) == [("online", "")]


async def test_dnd_and_away_hold_for_all_devices_whatever_each_says():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await bob.device()
        assert await seen(ann, bob.member) == [("online", "")]
        await chooses(bob, appear="dnd")
        await phone.ask(SetPresence, state="away")
        await bob.ask(SetPresence, state="online")
        assert await heard(ann) == [("dnd", "")]
        await chooses(phone, appear="away")
        assert await heard(ann) == [("away", "")]
        await chooses(bob, appear="auto")
        assert await heard(ann) == [("online", "")]
        await chooses(bob, appear="dnd")
        bob.leave()
        phone.leave()
        assert await heard(ann) == [("dnd", ""), ("offline", "")]


async def test_who_is_invisible_looks_like_who_is_not_here_from_the_first_moment_on():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await chooses(bob, status=words("reading"))
        assert await seen(ann, bob.member) == [("online", "reading")]
        await chooses(bob, appear="invisible")
        assert await heard(ann) == [("offline", "reading")]
        bob.leave()
        other = await bob.again()
        await other.sync()
        await other.ask(SetPresence, state="away")
        assert await heard(ann) == [], "not even for the moment in which a device has said nothing yet"
        await other.ask(StartTyping, room=other.room)
        assert [event for event in await ann.settled() if isinstance(event, TypingStarted)] == []
        assert (await other.refused(SetStatus, status=words("hello"))).code == codes.INVISIBLE.code
        assert await heard(ann) == []
        await chooses(other, appear="auto", status=words("hello"))
        assert await heard(ann) == [("away", "hello")]


async def test_one_may_be_invisible_in_one_community_and_what_is_said_elsewhere_does_not_show_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        there = (await world.join_too(bob, "library")).member
        assert await seen(ann, bob.member) == await seen(eve, there) == [("online", "")]
        await chooses(bob, community=world.id("library"), appear="invisible")
        assert (await heard(ann), await heard(eve)) == ([], [("offline", "")])
        await chooses(bob, status=words("canary"))
        await chooses(bob, appear="dnd")
        await bob.ask(StartTyping, room=bob.room)
        assert (await heard(ann), await heard(eve)) == ([("online", "canary"), ("dnd", "canary")], [])
        assert await seen(eve, there) == [("offline", "")]
        await chooses(bob, community=world.id("library"), appear="inherit")
        assert await heard(eve) == [("dnd", "canary")]


async def test_a_community_has_its_own_status_and_its_own_appearance():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        there = (await world.join_too(bob, "library")).member
        await chooses(bob, status=words("everywhere"))
        garden = await chooses(bob, community=world.id("garden"), appear="dnd", status=words("here"))
        assert garden == Appearance(
            community=world.id("garden"), appear="dnd", last_seen="inherit", status=Status(text="here")
        )
        assert (await seen(ann, bob.member), await seen(eve, there)) == ([("dnd", "here")], [("online", "everywhere")])
        await chooses(bob, community=world.id("garden"), appear="inherit", status=NewStatus())
        assert await seen(ann, bob.member) == [("online", "everywhere")]


async def test_ones_other_devices_are_told_and_every_sync_holds_it():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await bob.device()
        assert (await phone.sync()).appearances == []
        everywhere = await chooses(bob, appear="away", status=words("x", emoji="❤", for_ms=MINUTE))
        assert everywhere.status is not None
        assert everywhere.status.emoji == "❤️"
        here = await chooses(bob, community=world.id("garden"), last_seen="shown")
        told = [event for event in await phone.settled() if isinstance(event, AppearanceChanged)]
        assert [(one.community, one.appear, one.status) for one in told] == [
            (one.community, one.appear, one.status) for one in (everywhere, here)
        ]
        assert (await phone.sync()).appearances == [everywhere, here]
        for other in (bob, ann):
            assert not [event for event in await other.settled() if isinstance(event, AppearanceChanged)]
        assert (await ann.sync()).appearances == []


async def test_who_lags_is_told_the_last_choice():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        phone = await bob.device()
        phone.lags()
        await chooses(bob, appear="away")
        await chooses(bob, appear="dnd")
        phone.reads_again()
        assert [event.appear for event in await phone.settled() if isinstance(event, AppearanceChanged)] == ["dnd"]


async def test_whoever_is_silenced_shows_no_status_while_it_lasts():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder, garden = world.founder("garden"), world.id("garden")
        await chooses(bob, status=words("buy my beans"))
        assert await seen(ann, bob.member) == [("online", "buy my beans")]
        await founder.ask(SilenceMember, community=garden, member=bob.member, reason="ads", for_ms=DAY)
        assert await heard(ann) == [("online", "")]
        refused = await bob.refused(SetStatus, community=garden, status=words("beans"))
        assert refused.code == codes.SILENCED.code
        await chooses(bob, status=words("beans, beans"))
        assert await heard(ann) == []
        await founder.ask(UnsilenceMember, community=garden, member=bob.member)
        assert await heard(ann) == [("online", "beans, beans")]
        await founder.ask(SilenceMember, community=garden, member=bob.member, reason="ads", for_ms=DAY)
        later(world, DAY + MINUTE)
        assert await heard(ann) == [("online", ""), ("online", "beans, beans")]


async def test_a_block_hides_a_status_in_both_directions_and_shows_it_again():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for person in (ann, bob):
            await chooses(person, status=words(f"{person.handle} here"))
        assert await seen(ann, bob.member) == [("online", "bob here")]
        assert await seen(bob, ann.member) == [("online", "ann here")]
        await ann.ask(SetBlock, handle="bob", kind="block")
        assert (await heard(ann), await heard(bob)) == ([("offline", "")], [("offline", "")])
        await chooses(bob, status=words("canary"))
        await chooses(ann, status=words("canary"))
        assert (await heard(ann), await heard(bob)) == ([], [])
        for watcher, other in ((ann, bob), (bob, ann)):
            assert await seen(watcher, other.member) == [("offline", "")]
        await ann.ask(SetBlock, handle="bob", kind="none")
        assert (await heard(ann), await heard(bob)) == ([("online", "canary")], [("online", "canary")])


async def test_a_block_hides_the_status_of_who_is_not_here_and_its_end():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await chooses(bob, status=words("away until May", for_ms=DAY))
        await bob.ask(SetBlock, handle="cyd", kind="block")
        bob.leave()
        assert await seen(ann, bob.member) == [("offline", "away until May")]
        assert await seen(cyd, bob.member) == [("offline", "")]
        await ann.ask(SetBlock, handle="bob", kind="block")
        assert await heard(ann) == [("offline", "")]
        later(world, DAY + MINUTE)
        assert (await heard(ann), await heard(cyd)) == ([], []), "what they do not see has no end that they hear of"


async def test_who_leaves_a_place_takes_their_status_along():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await chooses(bob, status=words("canary"))
        assert await seen(ann, bob.member) == [("online", "canary")]
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        assert await heard(ann) == [("offline", "")]
        await chooses(bob, status=words("canary two"))
        assert await heard(ann) == []
        assert await seen(ann, bob.member) == [("offline", "")]
        await bob.ask(JoinCommunity, community="garden")
        assert await heard(ann) == [("online", "canary two")]


async def test_auz_03_a_status_is_seen_in_places_that_are_shared_and_nowhere_else():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        assert await seen(eve, bob.member) == []
        await chooses(bob, status=words("canary"))
        await chooses(bob, community=world.id("garden"), status=words("canary"), last_seen="shown")
        await world.quiet()
        await eve.sync(cards=True)
        assert not any(b"canary" in frame for frame in eve.frames)


async def test_auz_03_words_for_everywhere_do_not_follow_one_to_where_one_goes_by_another_handle():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        there = (await world.join_too(bob, "library")).member
        library = world.id("library")
        assert await seen(ann, bob.member) == await seen(eve, there) == [("online", "")]
        await chooses(bob, status=words("moving to Lisbon"))
        assert await heard(eve) == [("online", "moving to Lisbon")]
        await bob.ask(UpdatePersona, community=library, persona=PersonaWish(handle="moss"))
        assert await heard(eve) == [("online", "")]
        await chooses(bob, status=words("canary"))
        assert ((await heard(ann))[-1:], await heard(eve)) == ([("online", "canary")], [])
        assert await seen(eve, there) == [("online", "")]
        await chooses(bob, community=library, appear="invisible")
        await chooses(bob, status=words("canary again"))
        await chooses(bob, community=library, appear="inherit")
        assert await heard(eve) == [("offline", ""), ("online", "")]
        await chooses(bob, community=library, status=words("reading"))
        assert await heard(eve) == [("online", "reading")]
        assert not any(b"canary" in frame for frame in eve.frames)


async def test_what_one_may_not_choose_for_is_gone_and_what_is_no_status_is_refused_by_name():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        await world.join("library/desk")
        for place in (world.id("library"), "c_nowhere", bob.room):
            refused = await bob.refused(SetStatus, community=place, appear="dnd")
            assert (refused.code, refused.field) == (codes.COMMUNITY_GONE.code, "community")
        for status, field in (
            (NewStatus(emoji="ok"), "status.emoji"),
            (NewStatus(emoji="🙂🙂"), "status.emoji"),
            (NewStatus(text="two\nlines"), "status.text"),
            (NewStatus(text="\u202eturned"), "status.text"),
        ):
            refused = await bob.refused(SetStatus, status=status)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, field)
        for wish in ({"appear": "inherit"}, {"last_seen": "inherit"}):
            (field,) = wish
            assert (await bob.refused(SetStatus, **wish)).field == field
        assert (await bob.sync()).appearances == []


async def test_inp_05_a_status_is_so_long_and_lasts_so_long():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        assert world.app.services.hello.limits.status_chars == STATUS_CHARS
        await chooses(bob, status=words("é" * STATUS_CHARS, for_ms=LONGEST_STATUS))
        refused = await bob.refused(SetStatus, status=words("é" * (STATUS_CHARS + 1)))
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "status.text")
        for for_ms in (LONGEST_STATUS + 1, -1):
            refused = await bob.refused(SetStatus, status=words("x", for_ms=for_ms))
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "status.for_ms")


async def test_avl_07_many_changes_to_many_are_told_now_and_then_and_rightly_in_the_end(monkeypatch):
    monkeypatch.setattr("among_server.core.notices.FEW", 0)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await seen(ann, bob.member)
        world.app.services.logs.write_cost = 0.01
        for number in range(5):
            await chooses(bob, status=words(f"{number}"))
        assert await heard(ann) == [("online", "0")]
        world.clock.now += 1
        world.app.services.presence.catch_up()
        assert await heard(ann) == [("online", "4")]


async def test_the_last_day_is_written_down_where_it_is_shown_and_not_of_who_is_invisible():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        store = world.app.store

        async def days() -> set[int]:
            await world.quiet()
            standing = await store.standing(bob.account)
            assert standing is not None
            return {row.day for row in standing.statuses.values()}

        assert await days() == set()
        await chooses(bob, appear="invisible", last_seen="shown")
        assert await days() == {0}
        await chooses(bob, appear="auto")
        (today,) = await days()
        assert today
        await chooses(bob, last_seen="hidden")
        assert await days() == set()


async def test_a_choice_that_is_written_while_the_account_comes_back_is_what_holds():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await seen(ann, bob.member)
        writes, standing = store.hold("writes"), store.hold("standing")
        bob.begin(SetStatus, appear="dnd")
        bob.leave()
        phone = Person(world)
        id = phone.begin(SignIn, token=bob.token)
        await standing.is_asked(1)  # as it was before
        writes.let_go()
        await until(lambda: not world.app.store.backlog)
        standing.let_go()
        await phone.reply(id, SignIn.Reply)
        assert await seen(ann, bob.member) == [("dnd", "")]


@pytest.mark.parametrize("appear", ["auto", "invisible"])
async def test_watching_nobody_holds_nothing(appear):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await chooses(bob, appear=appear, status=words("x", for_ms=DAY))
        await seen(ann, bob.member)
        bob.leave()
        assert await seen(ann, bob.member) == [("offline", "x")]
        await ann.ask(WatchPresence, members=[])
        presence = world.app.services.presence
        assert (presence._watchers, presence._absent, presence._changes) == ({}, {}, {})
