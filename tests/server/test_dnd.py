"""Do not disturb by the clock: on every device, and seen by others while it lasts, where its owner wants that."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from among_protocol import codes
from among_protocol.dnd import Dnd, DndChanged, DndTime, SetDnd
from among_protocol.presence import MemberPresence, PresenceChanged, WatchPresence
from among_protocol.status import NewStatus, SetStatus
from tests.world import Person, World, world_of

NIGHT = DndTime(begins="22:00", ends="07:00")


def at(world: World, moment: str) -> None:
    """It is this moment, in UTC, and what changes by itself has."""
    ms = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
    world.app.services.wall = lambda: ms
    world.clock.now += 60  # seconds: notices have their time
    world.app.services.presence.catch_up()


def words_of(one: PresenceChanged | MemberPresence) -> str:
    return one.status.text if one.status is not None else ""


async def seen(watcher: Person, member: str) -> tuple[str, str]:
    """State and status."""
    (one,) = (await watcher.ask(WatchPresence, members=[member])).members
    return str(one.state), words_of(one)


async def state_of(watcher: Person, member: str) -> str:
    state, _ = await seen(watcher, member)
    return state


async def test_a_schedule_is_in_every_sync_and_told_to_every_other_device():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await ann.device()
        assert (await ann.sync()).dnd is None
        now = await ann.ask(SetDnd, times=[NIGHT], zone="Europe/Lisbon", shown=False)
        assert now == Dnd(times=[NIGHT], zone="Europe/Lisbon", shown=False)
        told = await phone.hears(DndChanged)
        assert (told.times, told.zone, told.shown) == (now.times, now.zone, now.shown)
        assert (await ann.sync()).dnd == now
        await ann.ask(SetDnd, times=[])
        assert (await phone.hears(DndChanged)).times == []
        assert (await ann.sync()).dnd is None
        assert [event for event in await bob.settled() if isinstance(event, DndChanged)] == []


async def test_it_is_kept_and_known_when_one_comes_back():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await ann.ask(SetDnd, times=[NIGHT], zone="Asia/Tokyo")
        ann.leave()
        await world.quiet()
        back = await ann.again()
        assert (await back.sync()).dnd == Dnd(times=[NIGHT], zone="Asia/Tokyo", shown=True)


async def test_others_see_it_while_it_lasts_and_hear_of_its_beginning_and_end():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        at(world, "2026-01-15T12:00:00")
        await ann.ask(SetDnd, times=[NIGHT], zone="Europe/Lisbon")
        assert await state_of(bob, ann.member) == "online"
        await bob.settled()
        for moment, state in (
            ("2026-01-15T21:59:59", None),
            ("2026-01-15T22:00:00", "dnd"),
            ("2026-01-16T06:59:59", None),
            ("2026-01-16T07:00:00", "online"),
            ("2026-07-15T20:59:59", None),
            ("2026-07-15T21:00:00", "dnd"),  # it is summer in Lisbon
        ):
            at(world, moment)
            heard = [event.state for event in await bob.settled() if isinstance(event, PresenceChanged)]
            assert heard == ([state] if state else []), moment


async def told(watcher: Person) -> list[tuple[str, str]]:
    return [(event.state, words_of(event)) for event in await watcher.settled() if isinstance(event, PresenceChanged)]


async def test_dur_08_where_the_clock_is_set_back_what_is_seen_is_what_holds_then():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        at(world, "2026-01-15T12:00:00")
        await ann.ask(SetDnd, times=[NIGHT])
        assert await seen(bob, ann.member) == ("online", "")
        await bob.settled()
        for moment, state in (
            ("2036-01-15T23:00:00", "dnd"),
            ("2026-01-15T12:01:00", "online"),
            ("2016-01-15T23:00:00", "dnd"),
            ("2026-01-15T12:02:00", "online"),
            ("2026-01-15T22:00:00", "dnd"),
            ("2026-01-16T07:00:00", "online"),
        ):
            at(world, moment)
            assert await told(bob) == [(state, "")], moment
            assert await seen(bob, ann.member) == (state, "")


async def test_dur_08_a_status_that_was_over_by_a_clock_that_was_ahead_is_seen_until_it_is():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        chosen = await ann.ask(SetStatus, status=NewStatus(text="at lunch", for_ms=3_600_000))
        ends = datetime.fromisoformat(chosen.status.until)
        assert await seen(bob, ann.member) == ("online", "at lunch")
        await bob.settled()
        for days, text in ((3_650, ""), (-1, "at lunch"), (0, "")):
            at(world, (ends + timedelta(days=days)).replace(tzinfo=None).isoformat())
            assert await told(bob) == [("online", text)]
            assert await seen(bob, ann.member) == ("online", text)


async def test_it_begins_at_once_where_it_is_time_and_what_was_chosen_goes_before():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        at(world, "2026-01-15T23:00:00")
        assert await state_of(bob, ann.member) == "online"
        await ann.ask(SetDnd, times=[NIGHT])
        assert (await bob.hears(PresenceChanged)).state == "dnd"
        await ann.ask(SetStatus, appear="away")
        assert (await bob.hears(PresenceChanged)).state == "away"
        await ann.ask(SetStatus, appear="invisible")
        assert (await bob.hears(PresenceChanged)).state == "offline"
        await ann.ask(SetStatus, appear="auto")
        assert (await bob.hears(PresenceChanged)).state == "dnd"
        await ann.ask(SetDnd, times=[NIGHT], shown=False)
        assert (await bob.hears(PresenceChanged)).state == "online"


async def test_who_is_not_here_is_offline_by_night_too():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        at(world, "2026-01-15T23:00:00")
        await ann.ask(SetDnd, times=[NIGHT])
        ann.leave()
        await world.quiet()
        assert await state_of(bob, ann.member) == "offline"
        at(world, "2026-01-16T12:00:00")
        assert await state_of(bob, ann.member) == "offline"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"times": [{"begins": "24:00", "ends": "07:00"}]}, "times[0].begins"),
        ({"times": [{"begins": "7:00", "ends": "07:00"}]}, "times[0].begins"),
        ({"times": [{"begins": "22:00", "ends": "07:60"}]}, "times[0].ends"),
        ({"times": [{"begins": "22:00", "ends": "07:00", "days": [0]}]}, "times[0].days[0]"),
        ({"times": [{"begins": "22:00", "ends": "07:00", "days": [8]}]}, "times[0].days[0]"),
        ({"times": [{"begins": "22:00"}]}, "times[0].ends"),
        ({"times": [], "zone": "Mars/Olympus"}, "zone"),
        ({"times": [], "zone": ""}, "zone"),
        ({"times": [], "zone": "../../etc/passwd"}, "zone"),
        ({"times": [], "zone": "/etc/localtime"}, "zone"),
        ({"times": [], "zone": "Europe"}, "zone"),
        ({"times": [], "zone": "a\x00b"}, "zone"),
        ({"times": [], "zone": "x" * 65}, "zone"),
    ],
)
async def test_inp_05_so_many_times_each_of_them_a_time(fields, field):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        most = world.app.services.hello.limits.dnd_times
        await ann.ask(SetDnd, times=[NIGHT] * most)
        refused = await ann.refused(SetDnd, times=[NIGHT] * (most + 1))
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "times")
        ann.send(msgspec.json.encode({"type": "dnd.set", "id": "odd", **fields}))
        await ann.answered("odd")
        refused = ann.replies["odd"]
        assert refused.code in (codes.FIELD_INVALID.code, codes.FIELD_TOO_LONG.code)
        assert refused.field.partition("[")[0] == field.partition("[")[0]
        assert (await ann.sync()).dnd.times == [NIGHT] * most, "nothing has changed"
