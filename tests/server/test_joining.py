"""Asking to be let in: what the stewards hear, what they answer, and what becomes of who asks."""

import asyncio

import pytest
from msgspec.structs import replace

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.communities import CommunityJoined, JoinCommunity, ReadCommunity, UpdateCommunity
from among_protocol.joining import (
    AnswerJoin,
    AskToJoin,
    JoinAnswered,
    JoinAsked,
    JoinDeclined,
    JoinWithdrawn,
    ListRequests,
    WithdrawJoin,
)
from among_protocol.members import MemberJoined, PersonaRef, ResolveMembers
from among_protocol.messages import MessageSent
from among_protocol.moderation import BanMember, KickMember
from among_protocol.preview import PreviewCommunity
from among_server import limits
from among_server.store.rules import joining as rules
from among_server.store.stewards import stewards_of
from tests.world import Person, World, world_of

QUESTIONS = ["What do you grow?", "Who told you?"]
ANSWERS = ["Beans", "A canary"]


async def asking(world: World, **settings) -> tuple[Person, str]:
    """The founder of a garden into which one has to be let."""
    await world.join("garden/hall")
    founder, garden = world.founder("garden"), world.id("garden")
    await founder.ask(UpdateCommunity, community=garden, door="ask", **settings)
    await founder.settled()
    return founder, garden


async def requests(founder: Person, garden: str):
    return (await founder.ask(ListRequests, community=garden)).requests


async def answer(founder: Person, garden: str, verdict: str = "accepted", **more):
    (waiting,) = await requests(founder, garden)
    answered = await founder.ask(AnswerJoin, community=garden, request=waiting.seq, verdict=verdict, **more)
    return answered.entry


async def test_the_stewards_hear_who_asks_and_what_they_say():
    async with world_of() as world:
        founder, garden = await asking(world, questions=QUESTIONS, rules="Be kind.")
        ann = await world.person("ann")
        written = (await ann.ask(AskToJoin, community="GARDEN", answers=ANSWERS, note="Hello", rules=1)).entry
        assert (written.log, written.community, written.slug) == (ann.account, garden, "garden")
        heard = await founder.hears(JoinAsked)
        assert (heard.log, heard.by, heard.handle, heard.note) == (stewards_of(garden), "", "ann", "Hello")
        assert [(one.question, one.answer) for one in heard.answers] == list(zip(QUESTIONS, ANSWERS, strict=True))
        (listed,) = await requests(founder, garden)
        assert (listed.seq, listed.handle, listed.note, listed.rules) == (heard.seq, "ann", "Hello", 1)
        assert listed.answers == heard.answers
        assert (await ann.ask(PreviewCommunity, community="garden")).waiting
        assert (await ann.refused(ReadCommunity, community="garden")).code == codes.COMMUNITY_GONE.code
        (persona,) = (await founder.ask(ResolveMembers, members=[PersonaRef(member=heard.member)])).personas
        assert persona.handle == "ann", "a steward can name who asks"


async def test_auz_03_nobody_but_stewards_hears_who_asks_or_what_they_say():
    async with world_of() as world:
        await world.join("garden/hall")
        (bob,) = await world.join("garden/hall", "bob")
        founder, garden = world.founder("garden"), world.id("garden")
        await founder.ask(UpdateCommunity, community=garden, door="ask", questions=QUESTIONS)
        stranger, ann = await world.person("stranger"), await world.person("ann-the-canary")
        start = len(bob.frames)
        await ann.ask(AskToJoin, community=garden, answers=ANSWERS, note="another canary")
        await answer(founder, garden, "declined", reason="a third canary")
        for person in (bob, stranger):
            await person.sync(cards=True)
            await person.ask(PreviewCommunity, community="garden")
            await person.settled()
        assert b"canary" not in b"".join([*bob.frames[start:], *stranger.frames]).lower()
        assert (await bob.refused(ListRequests, community=garden)).code == codes.RIGHT_MISSING.code
        told = await ann.hears(JoinDeclined)
        assert told.reason == "a third canary"
        assert told.by == "", "which of the stewards it was is not told"


async def test_who_is_let_in_is_there_at_once_and_hears_what_is_said():
    async with world_of() as world:
        founder, garden = await asking(world, rules="Be kind.")
        ann = await world.person("ann")
        await ann.ask(AskToJoin, community="garden", rules=1)
        entry = await answer(founder, garden, reason="welcome")
        assert isinstance(entry, JoinAnswered)
        assert (entry.log, entry.verdict, entry.by) == (stewards_of(garden), "accepted", founder.member)
        joined = await ann.hears(CommunityJoined)
        assert (joined.community, joined.member, joined.rules, joined.nonce) == (garden, entry.member, 1, "")
        arrival = await founder.hears(MemberJoined)
        assert (arrival.by, arrival.handle) == (entry.member, "ann")
        await founder.say("hello", room=world.id("garden/hall"))
        assert (await ann.hears(MessageSent)).body == "hello"
        assert (await ann.ask(ReadCommunity, community="garden")).accepted == 1
        assert await requests(founder, garden) == []
        refused = await founder.refused(AnswerJoin, community=garden, request=entry.request, verdict="accepted")
        assert refused.code == codes.REQUEST_GONE.code


async def test_what_was_accepted_when_asking_holds_though_the_rules_have_changed():
    async with world_of() as world:
        founder, garden = await asking(world, rules="Be kind.")
        ann = await world.person("ann")
        await ann.ask(AskToJoin, community="garden", rules=1)
        await founder.ask(UpdateCommunity, community=garden, rules="Be very kind.")
        await answer(founder, garden)
        card = await ann.ask(ReadCommunity, community="garden")
        assert (card.rules, card.accepted) == (2, 1)


async def test_who_was_declined_may_ask_again_after_a_while(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.declined_seconds == limits.DECLINED_SECONDS
        founder, garden = await asking(world)
        ann = await world.person("ann")
        await ann.ask(AskToJoin, community="garden")
        await answer(founder, garden, "declined", reason="Say more about yourself.")
        told = await ann.hears(JoinDeclined)
        assert (told.slug, told.reason) == ("garden", "Say more about yourself.")
        refused = await ann.refused(AskToJoin, community="garden")
        assert (refused.code, refused.until) == (codes.DECLINED_LATELY.code, told.until)
        seen = await ann.ask(PreviewCommunity, community="garden")
        assert (seen.waiting, seen.again) == (False, told.until)
        tx = world.app.store._tx  # type: ignore[attr-defined]  # looks inside the reference
        row = tx.request(ann.account, garden)
        assert row.wish == b"", "what they wanted to be is not kept"
        tx.request_rows[garden, ann.account] = replace(row, declined="2026-01-01T00:00:00.000Z")  # a while later
        assert (await ann.ask(PreviewCommunity, community="garden")).again == ""
        await ann.ask(AskToJoin, community="garden")
        await answer(founder, garden)
        await ann.hears(CommunityJoined)


async def test_one_asks_once_and_may_take_it_back():
    async with world_of() as world:
        founder, garden = await asking(world)
        ann = await world.person("ann")
        assert (await ann.refused(WithdrawJoin, community="garden")).code == codes.REQUEST_GONE.code
        asked = (await ann.ask(AskToJoin, community="garden", nonce="once")).entry
        again = await ann.ask(AskToJoin, community="garden", nonce="once")
        assert (again.entry, again.repeat) == (asked, True)
        assert (await ann.refused(AskToJoin, community="garden")).code == codes.ASKED_ALREADY.code
        (waiting,) = await requests(founder, garden)
        withdrawn = (await ann.ask(WithdrawJoin, community="garden")).entry
        assert (withdrawn.log, withdrawn.community) == (ann.account, garden)
        assert (await founder.hears(JoinWithdrawn)).request == waiting.seq
        refused = await founder.refused(AnswerJoin, community=garden, request=waiting.seq, verdict="accepted")
        assert refused.code == codes.REQUEST_GONE.code
        await ann.ask(AskToJoin, community="garden")


async def test_every_question_is_answered_and_no_other():
    async with world_of() as world:
        await asking(world, questions=QUESTIONS)
        ann = await world.person("ann")
        for answers in ([], ["one"], ["one", "two", "three"]):
            refused = await ann.refused(AskToJoin, community="garden", answers=answers)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "answers"), answers
        refused = await ann.refused(AskToJoin, community="garden", answers=["one", " "])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "answers[1]")
        await ann.ask(AskToJoin, community="garden", answers=["one", "two"])


async def test_whoever_is_banned_meanwhile_waits_no_longer_and_is_not_let_in():
    async with world_of() as world:
        founder, garden = await asking(world)
        ann = await world.person("ann")
        await ann.ask(AskToJoin, community="garden")
        (waiting,) = await requests(founder, garden)
        await founder.ask(BanMember, community=garden, member=waiting.member, reason="rude")
        await ann.hears(JoinWithdrawn)
        assert await requests(founder, garden) == []
        refused = await founder.refused(AnswerJoin, community=garden, request=waiting.seq, verdict="accepted")
        assert refused.code == codes.REQUEST_GONE.code
        assert (await ann.refused(AskToJoin, community="garden")).code == codes.BANNED.code


async def test_who_came_in_another_way_waits_no_longer():
    async with world_of() as world:
        founder, garden = await asking(world)
        ann = await world.person("ann")
        await ann.ask(AskToJoin, community="garden")
        await founder.ask(UpdateCommunity, community=garden, door="open")
        assert (await ann.refused(AskToJoin, community="garden")).code == codes.ENTRY_OPEN.code
        await world.join_too(ann, "garden")
        await founder.hears(JoinWithdrawn)
        assert await requests(founder, garden) == []
        assert (await ann.refused(AskToJoin, community="garden")).code == codes.ENTRY_OPEN.code


async def test_who_was_kicked_may_ask_and_is_the_same_member():
    async with world_of() as world:
        await world.join("garden/hall")
        (ann,) = await world.join("garden/hall", "ann")
        founder, garden = world.founder("garden"), world.id("garden")
        await founder.ask(UpdateCommunity, community=garden, door="ask")
        await founder.ask(KickMember, community=garden, member=ann.member, reason="rude")
        await ann.ask(AskToJoin, community="garden")
        entry = await answer(founder, garden)
        assert entry.member == ann.member


async def test_two_stewards_answer_at_once_and_one_is_told_that_it_is_done():
    async with world_of() as world:
        await world.join("garden/hall")
        (steward,) = await world.join("garden/hall", "steward-one")
        await world.promote(steward, "garden", "steward")
        founder, garden = world.founder("garden"), world.id("garden")
        await founder.ask(UpdateCommunity, community=garden, door="ask")
        ann = await world.person("ann")
        await ann.ask(AskToJoin, community="garden")
        (waiting,) = await requests(founder, garden)
        ids = [
            person.begin(AnswerJoin, community=garden, request=waiting.seq, verdict=verdict)
            for person, verdict in ((founder, "declined"), (steward, "accepted"))
        ]
        results = await asyncio.gather(
            founder.reply(ids[0], AnswerJoin.Reply), steward.reply(ids[1], AnswerJoin.Reply), return_exceptions=True
        )
        assert not isinstance(results[0], Exception)
        assert isinstance(results[1], Refuse)
        assert results[1].code == codes.REQUEST_GONE
        await ann.hears(JoinDeclined)


@pytest.mark.parametrize("door", ["open", "invite"])
async def test_where_nobody_has_to_be_asked_one_does_not_ask(door):
    async with world_of() as world:
        founder, garden = await asking(world)
        await founder.ask(UpdateCommunity, community=garden, door=door)
        ann = await world.person("ann")
        expected = codes.ENTRY_OPEN if door == "open" else codes.INVITE_NEEDED
        assert (await ann.refused(AskToJoin, community="garden")).code == expected.code


async def test_requests_are_listed_a_page_at_a_time():
    async with world_of() as world:
        founder, garden = await asking(world)
        for number in range(3):
            await (await world.person(f"person-{number}")).ask(AskToJoin, community="garden")
        page = await founder.ask(ListRequests, community=garden, limit=2)
        assert ([one.handle for one in page.requests], page.complete) == (["person-0", "person-1"], False)
        rest = await founder.ask(ListRequests, community=garden, limit=2, after=page.requests[-1].seq)
        assert ([one.handle for one in rest.requests], rest.complete) == (["person-2"], True)


async def test_inp_05_an_answer_at_the_door():
    async with world_of() as world:
        await asking(world, questions=["Why?"])
        ann = await world.person("ann")
        told = world.app.services.hello.limits
        refused = await ann.refused(AskToJoin, community="garden", answers=["é" * (told.answer_chars + 1)])
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "answers[0]")
        refused = await ann.refused(AskToJoin, community="garden", answers=["x"], note="é" * (told.reason_chars + 1))
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "note")
        await ann.ask(AskToJoin, community="garden", answers=["é" * told.answer_chars], note="é" * told.reason_chars)


async def test_inp_05_requests_of_an_account(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.requests == limits.REQUESTS_PER_ACCOUNT
        monkeypatch.setattr(rules, "REQUESTS_PER_ACCOUNT", 2)
        for slug in ("one", "two", "three"):
            await world.join(slug)
            await world.founder(slug).ask(UpdateCommunity, community=world.id(slug), door="ask")
        ann = await world.person("ann")
        await ann.ask(AskToJoin, community="one")
        await ann.ask(AskToJoin, community="two")
        refused = await ann.refused(AskToJoin, community="three")
        assert (refused.code, " 2 " in refused.message) == (codes.LIMIT_REACHED.code, True)
        await ann.ask(WithdrawJoin, community="one")
        await ann.ask(AskToJoin, community="three")


async def test_inp_05_requests_in_a_community(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.requests_waiting == limits.REQUESTS_PER_COMMUNITY
        monkeypatch.setattr(rules, "REQUESTS_PER_COMMUNITY", 2)
        founder, garden = await asking(world)
        people = [await world.person(f"person-{number}") for number in range(3)]
        for person in people[:2]:
            await person.ask(AskToJoin, community="garden")
        refused = await people[2].refused(AskToJoin, community="garden")
        assert (refused.code, " 2 " in refused.message) == (codes.LIMIT_REACHED.code, True)
        first = (await requests(founder, garden))[0]
        await founder.ask(AnswerJoin, community=garden, request=first.seq, verdict="declined")
        await people[2].ask(AskToJoin, community="garden")
        assert (await people[2].refused(JoinCommunity, community="garden")).code == codes.ENTRY_ASKS.code
