"""Reports: who may file one, who reads it, what whoever filed it hears."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.communities import LeaveCommunity
from among_protocol.messages import SendMessage
from among_protocol.moderation import DAY, SilenceMember
from among_protocol.reports import FileReport, ListReports, ReportFiled, ReportResolved, ResolveReport
from among_protocol.rooms import SetTopic
from among_server.handlers import ROUTES
from among_server.store.sqlite import SqliteStore
from among_server.store.stewards import stewards_of
from tests.server.test_moderation import garden, kept, of
from tests.world import world_of


async def test_a_message_is_reported_to_the_stewards_and_whoever_did_hears_the_outcome():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        log = stewards_of(world.id("garden"))
        said = await bob.say("buy this")
        filed = (await cyd.ask(FileReport, room=cyd.room, message=said.seq, reason=" It is  an advert ")).entry
        assert (filed.log, filed.by, filed.member, filed.room, filed.message) == (
            cyd.account, "", bob.member, cyd.room, said.seq,
        )  # fmt: skip
        assert filed.body == "", "elsewhere it is gone when it is deleted"
        for seen in [await steward.hears(ReportFiled) for steward in (ann, founder)]:
            assert (seen.log, seen.by, seen.member, seen.message, seen.reason, seen.body) == (
                log, cyd.member, bob.member, said.seq, "It is  an advert", "buy this",
            )  # fmt: skip
        assert of(await bob.settled(), ReportFiled) == []
        (waiting,) = (await ann.ask(ListReports, **garden(world))).reports
        assert (waiting.by, waiting.reason) == (cyd.member, filed.reason)
        assert waiting.seq == ann.numbers(log)[-1]
        answer = {"report": waiting.seq, "outcome": "acted", "note": "warned him"}
        written = await ann.ask(ResolveReport, **garden(world), **answer)
        assert (written.entry.log, written.entry.by, written.entry.note) == (log, ann.member, "warned him")
        told = await cyd.hears(ReportResolved)
        assert (told.report, told.outcome, told.note, told.by) == (filed.seq, "acted", "", "")
        assert (await ann.ask(ListReports, **garden(world))).reports == []
        assert (await ann.refused(ResolveReport, **garden(world), **answer)).code == codes.REPORT_GONE.code


async def test_a_member_is_reported_also_by_who_is_silenced_and_after_having_left():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        await ann.ask(SilenceMember, **garden(world, cyd, reason="loud", for_ms=DAY))
        await bob.ask(LeaveCommunity, **garden(world))
        await cyd.ask(FileReport, **garden(world, bob, reason="writes to me in directs"))
        assert (await ann.hears(ReportFiled)).member == bob.member


async def test_what_was_said_in_a_private_room_is_reported_by_its_people_with_the_words():
    """Stewards may not be able to read them there."""
    async with world_of() as world:
        ann, bob, cyd, dan, _ = await kept(world, "ann", "bob", "cyd", "dan")
        cellar = await world.private_room("garden/cellar", bob, cyd)
        said = await bob.say("I know where you live", room=cellar)
        for outsider in (dan, ann):
            refused = await outsider.refused(FileReport, room=cellar, message=said.seq, reason="x")
            assert refused.code == codes.ROOM_GONE.code
        await cyd.ask(FileReport, room=cellar, message=said.seq, reason="a threat")
        assert (await ann.hears(ReportFiled)).body == "I know where you live"


async def test_a_direct_has_no_stewards_and_the_way_is_told():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        direct = await world.direct(bob, cyd)
        said = await bob.say("pst", room=direct)
        refused = await cyd.refused(FileReport, room=direct, message=said.seq, reason="x")
        assert refused.code == codes.NO_STEWARDS.code
        assert "block" in refused.message
        assert (await ann.refused(FileReport, room=direct, message=said.seq, reason="x")).code == codes.ROOM_GONE.code


async def test_a_report_about_a_steward_does_not_say_who_filed_it():
    async with world_of() as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        said = await ann.say("I am the law")
        await bob.ask(FileReport, room=bob.room, message=said.seq, reason="is it?")
        seen = await ann.hears(ReportFiled)
        assert (seen.by, seen.rev, seen.nonce) == ("", 0, "")
        (waiting,) = (await founder.ask(ListReports, **garden(world))).reports
        assert waiting.by == ""
        await founder.ask(ResolveReport, **garden(world), report=waiting.seq, outcome="declined")
        assert (await bob.hears(ReportResolved)).outcome == "declined"


async def test_what_is_reported_must_be_there():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("hi")
        await founder.ask(SetTopic, room=bob.room, topic="beans")
        (eve,) = await world.join("library/desk", "eve")
        for fields, code, field in (
            ({"room": cyd.room, "message": said.seq + 1}, codes.MESSAGE_GONE, "message"),  # the topic
            ({"room": cyd.room, "message": said.seq + 2}, codes.MESSAGE_GONE, "message"),
            ({"room": cyd.room, "message": 0}, codes.MESSAGE_GONE, "message"),
            ({"room": cyd.room}, codes.MESSAGE_GONE, "message"),
            ({"room": "r_nowhere", "message": 1}, codes.ROOM_GONE, "room"),
            ({"room": eve.room, "message": 1}, codes.ROOM_GONE, "room"),
            (garden(world, eve), codes.MEMBER_GONE, "member"),
            (garden(world, cyd), codes.FIELD_INVALID, "member"),
            (garden(world), codes.FIELD_INVALID, "room"),
            ({"member": bob.member}, codes.COMMUNITY_GONE, "community"),
            ({**garden(world, bob), "room": cyd.room, "message": said.seq}, codes.FIELD_INVALID, "room"),
        ):
            refused = await cyd.refused(FileReport, **fields, reason="x")
            assert (refused.code, refused.field) == (code.code, field), fields
        for number in (0, 1, 99):
            answer = {"report": number, "outcome": "acted"}
            assert (await ann.refused(ResolveReport, **garden(world), **answer)).code == codes.REPORT_GONE.code


async def test_reports_are_listed_oldest_first_a_page_at_a_time():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        for number in range(5):
            await cyd.ask(FileReport, **garden(world, bob, reason=f"reason {number}"))
        first = await ann.ask(ListReports, **garden(world), limit=3)
        assert ([one.reason[-1] for one in first.reports], first.complete) == (["0", "1", "2"], False)
        rest = await ann.ask(ListReports, **garden(world), limit=3, after=first.reports[-1].seq)
        assert ([one.reason[-1] for one in rest.reports], rest.complete) == (["3", "4"], True)


async def test_whoever_filed_a_report_and_left_still_hears_the_outcome():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        await cyd.ask(FileReport, **garden(world, bob, reason="rude"))
        await cyd.ask(LeaveCommunity, **garden(world))
        (waiting,) = (await ann.ask(ListReports, **garden(world))).reports
        await ann.ask(ResolveReport, **garden(world), report=waiting.seq, outcome="acted")
        assert (await cyd.hears(ReportResolved)).outcome == "acted"


async def test_a_report_sent_twice_is_one():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        asked: dict[str, Any] = garden(world, bob, reason="rude", nonce="once")
        first = await cyd.ask(FileReport, **asked)
        assert (await cyd.ask(FileReport, **asked)).entry == first.entry
        assert len((await ann.ask(ListReports, **garden(world))).reports) == 1


@pytest.mark.parametrize("budget", [200])
async def test_reports_are_costly(budget):
    """A few at once, then one waits: each takes a steward's time."""
    assert ROUTES[FileReport].cost >= 10 * ROUTES[SendMessage].cost
    async with world_of(budget=budget, budget_per_second=1) as world:
        _, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        world.clock.now += 1000
        for _ in range(budget // ROUTES[FileReport].cost):
            await cyd.ask(FileReport, **garden(world, bob, reason="rude"))
        refused = await cyd.refused(FileReport, **garden(world, bob, reason="rude"))
        assert refused.code == codes.RATE_LIMITED.code


@pytest.mark.parametrize("kept_on_disk", [True, False], ids=["sqlite", "memory"])
async def test_who_was_reported_before_they_were_a_steward_is_not_told_by_whom(tmp_path, kept_on_disk):
    """Neither in the list nor in the log, whether the report waits or was answered; and so no other steward is any more."""
    async with world_of(SqliteStore(tmp_path, synchronous="off") if kept_on_disk else None) as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        log = stewards_of(world.id("garden"))
        for reason in ("loud", "louder"):
            await cyd.ask(FileReport, **garden(world, bob, reason=reason))
        await bob.ask(FileReport, **garden(world, cyd, reason="tells tales"))
        first = (await ann.ask(ListReports, **garden(world))).reports[0]
        await ann.ask(ResolveReport, **garden(world), report=first.seq, outcome="declined")
        await world.promote(bob, "garden", "steward")
        for steward in (bob, founder):
            reports = (await steward.ask(ListReports, **garden(world))).reports
            assert [(one.member, one.by) for one in reports] == [(bob.member, ""), (cyd.member, bob.member)]
            filed = of(await steward.entries(log), ReportFiled)
            assert [(one.member, one.by, one.reason) for one in filed] == [
                (bob.member, "", "loud"), (bob.member, "", "louder"), (cyd.member, bob.member, "tells tales"),
            ]  # fmt: skip


async def test_who_inherits_a_community_does_not_read_who_reported_them_either():
    async with world_of() as world:
        bob, cyd = await world.join("garden/hall", "bob", "cyd")
        await cyd.ask(FileReport, **garden(world, bob, reason="loud"))
        await world.app.store.erase_by_force("founder-of-garden", "words")
        await world.quiet()
        (filed,) = of(await bob.entries(stewards_of(world.id("garden"))), ReportFiled)
        assert (filed.member, filed.by, filed.reason) == (bob.member, "", "loud")
