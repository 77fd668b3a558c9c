"""Bans, silences and reports, as a store keeps them: over restarts, and by its own clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from among_protocol.codes import BANNED, ROOM_MENTIONED_OFTEN, SILENCED
from among_protocol.communities import JoinCommunity
from among_protocol.members import MemberUpdated
from among_protocol.messages import SendMessage
from among_protocol.moderation import DAY, BanMember, SilenceMember, UnsilenceMember
from among_protocol.reports import FileReport, ResolveReport
from among_server.limits import ROOM_MENTIONS
from among_server.store.memory import MemoryStore
from among_server.store.moments import moment
from among_server.store.sqlite import SqliteStore
from among_server.store.stewards import community_of, stewards_of
from tests.store.town import Person, Town, refused


async def town_of(town: Town) -> tuple[Person, Person, str, str, str]:
    """Ann, who owns the hall; Bob; the hall, its room, and who Bob is there."""
    ann, bob = await town.people("ann", "bob")
    hall = await ann.founds("hall")
    room = await ann.makes(hall, "porch")
    return ann, bob, hall, room, await bob.joins(hall)


async def soon(true: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again, for five seconds."""
    async with asyncio.timeout(5):
        while not await true():
            pass


async def test_a_ban_that_has_ended_is_not_listed_and_is_forgotten_when_it_was_last_looked_at(town: Town):
    ann, bob, hall, _, member = await town_of(town)
    await ann.do(BanMember, community=hall, member=member, reason="a moment", for_ms=1)

    async def ended() -> bool:
        return await town.store.bans(hall, None, 10) == []

    await soon(ended)
    assert await bob.joins(hall) == member
    await ann.do(BanMember, community=hall, member=member, reason="for good")
    (ban,) = await town.store.bans(hall, None, 10)
    assert (ban.reason, ban.until, ban.persona.handle) == ("for good", "", "bob")
    await refused(BANNED, bob.ask(JoinCommunity, community="hall"))


async def test_a_silence_that_has_ended_is_no_hindrance(town: Town):
    ann, bob, hall, room, member = await town_of(town)
    await ann.do(SilenceMember, community=hall, member=member, reason="a moment", for_ms=1)

    async def speaks() -> bool:
        (answer,) = await asyncio.gather(bob.says(room, "hi"), return_exceptions=True)
        return not isinstance(answer, BaseException)

    await soon(speaks)


@pytest.mark.parametrize("name", [f"c_{'a2' * 8}"])
def test_a_community_and_its_stewards_log_name_each_other(name: str):
    assert community_of(stewards_of(name)) == name
    assert community_of(name) == community_of("") == ""


async def test_what_stewards_did_survives_a_restart(tmp_path: Path):
    town = Town(SqliteStore(tmp_path, synchronous="off"))
    await town.store.open()
    ann, bob, hall, room, member = await town_of(town)
    cat, dan = await town.people("cat", "dan")
    for person in (cat, dan):
        await person.joins(hall)
    await ann.do(BanMember, community=hall, member=await dan.member_in(hall), reason="spam", for_ms=DAY)
    await ann.do(SilenceMember, community=hall, member=member, reason="loud", for_ms=DAY)
    first = await cat.do(FileReport, community=hall, member=member, reason="one")
    await cat.do(FileReport, community=hall, member=member, reason="two")
    log = await town.log(stewards_of(hall))
    await town.store.close()
    town.store = SqliteStore(tmp_path, synchronous="off")
    await town.store.open()
    assert await town.log(stewards_of(hall)) == log
    await refused(BANNED, dan.ask(JoinCommunity, community="hall"))
    await refused(SILENCED, bob.ask(SendMessage, room=room, body="hi"))
    standing = await town.store.standing(bob.id)
    assert standing is not None
    assert standing.members[0].silenced > log[0].at
    one, two = await town.store.reports(hall, 0, 10)
    assert (one.reason, two.reason) == ("one", "two")
    await ann.do(ResolveReport, community=hall, report=one.seq, outcome="acted")
    assert (await town.log(cat.id))[-1].report == first.seq  # type: ignore[attr-defined]  # the last entry is a report's
    await ann.do(UnsilenceMember, community=hall, member=member)
    await bob.says(room, "thank you")
    await town.store.close()


async def test_a_ban_of_somebody_who_was_never_there_counts_nobody(town: Town):
    ann, *_ = await town.people("ann", "eve")
    hall = await ann.founds("hall")
    await ann.do(BanMember, community=hall, handle="eve", reason="known")
    community = await town.store.community(hall)
    assert community is not None
    assert community.members == 1
    assert [member.handle for member in await town.store.members(hall, "", 10)] == ["ann"]


async def test_the_reference_forgets_a_ban_that_has_ended():
    """No row is left of an account that is a member again."""
    store = MemoryStore()
    town = Town(store)
    ann, bob, hall, _, member = await town_of(town)
    await ann.do(BanMember, community=hall, member=member, reason="a moment", for_ms=1)

    async def joins() -> bool:
        (answer,) = await asyncio.gather(bob.ask(JoinCommunity, community="hall"), return_exceptions=True)
        return not isinstance(answer, BaseException)

    await soon(joins)
    assert store._tx.bans == {}


async def test_who_may_speak_again_and_calls_everybody_too_often_is_told_so(town: Town):
    """What a silence held back of their profile is told with the first that they say again, and so not where that is refused."""
    ann, bob, hall, _, member = await town_of(town)
    cellar = await ann.makes(hall, "cellar", kind="private")
    await ann.adds(cellar, member)
    plain = (await bob.says(cellar, "hi")).entry.event
    for _ in range(ROOM_MENTIONS):
        await ann.says(cellar, "tea, @room")
    silence = await ann.do(SilenceMember, community=hall, member=member, reason="a moment", for_ms=300)
    await bob.renames("Robert")

    async def over() -> bool:
        return bool(moment(time.time_ns() // 1_000_000) > silence.until)

    await soon(over)
    for _ in range(2):
        await refused(ROOM_MENTIONED_OFTEN, bob.says(cellar, "cake, @room"))
        await refused(ROOM_MENTIONED_OFTEN, bob.edits(cellar, plain.seq, "cake, @room"))
    said = (await bob.says(cellar, "cake")).entry.event
    told = [event for event in await town.log(hall) if isinstance(event, MemberUpdated)]
    assert [(event.by, event.display_name, event.rev) for event in told] == [(member, "Robert", said.rev)]
