"""Quotes in a portrait: nobody is quoted who has not agreed to the very words, and who has may take that back."""

from typing import Any

import pytest

from among_protocol import codes
from among_protocol.blocks import SetBlock
from among_protocol.communities import LeaveCommunity
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.moderation import DAY, BanMember, KickMember, SilenceMember
from among_protocol.portrait import (
    DeclineProposal,
    ExportPortrait,
    ListProposals,
    ListVersions,
    MergeProposal,
    PortraitProposed,
    PortraitUpdated,
    ReadPortrait,
)
from among_protocol.quotes import (
    AskQuote,
    ConsentToQuote,
    ListQuotes,
    QuoteAnswered,
    QuoteAsked,
    QuoteWithdrawn,
    WithdrawQuote,
)
from among_server.store.stewards import stewards_of
from tests.server.test_portrait import Garden, garden
from tests.world import Person

CANARY = "beans are my whole life"


async def asked(place: Garden, who: Person, said: Any, text: str = CANARY) -> str:
    """`who` asks for a part of what was said; the id of the quote."""
    written = await who.ask(AskQuote, community=place.id, room=said.log, message=said.seq, text=text)
    id: str = written.entry.quote
    return id


async def quoted(place: Garden, text: str = CANARY) -> str:
    """Bob said something, Cyd asked, Bob agreed, Ann merged: the id of the quote."""
    quote = await asked(place, place.cyd, await place.bob.say(f"Well, {text}, I think."), text)
    await place.bob.ask(ConsentToQuote, community=place.id, quote=quote, agree=True)
    waiting = (await place.ann.ask(ListProposals, community=place.id)).proposals
    await place.merge(waiting[-1].proposal)
    return quote


async def words(place: Garden, who: Person, **fields: Any) -> list[str]:
    return [one.text for one in (await place.read(who, **fields)).quotes]


async def everywhere(place: Garden, who: Person) -> str:
    """All that somebody can read of the community but its rooms."""
    start = len(who.frames)
    newest = (await place.read(who)).newest
    for version in range(newest + 1):
        await place.read(who, version=version)
        await who.ask(ExportPortrait, community=place.id, version=version, format="html")
        await who.ask(ExportPortrait, community=place.id, version=version)
    await who.ask(ListVersions, community=place.id)
    await who.ask(ListProposals, community=place.id)
    await who.ask(ListQuotes, community=place.id)
    await who.sync(cards=True)
    for log in (place.id, who.account, *([stewards_of(place.id)] if who is place.ann else [])):
        await who.entries(log)
    await who.settled()
    return b"".join(who.frames[start:]).decode()


async def test_a_quote_is_in_once_its_author_and_a_steward_have_agreed():
    async with garden() as place:
        said = await place.bob.say(f"Well, {CANARY}, I think.")
        quote = await asked(place, place.cyd, said)
        heard = await place.bob.hears(QuoteAsked)
        assert (heard.quote, heard.asker, heard.message) == (quote, place.cyd.member, said.seq)
        assert (await place.ann.ask(ListProposals, community=place.id)).proposals == []
        await place.bob.ask(ConsentToQuote, community=place.id, quote=quote, agree=True)
        assert (await place.cyd.hears(QuoteAnswered)).agreed
        (waiting,) = (await place.ann.ask(ListProposals, community=place.id)).proposals
        assert (waiting.section, waiting.by, waiting.quote.text) == ("quotes", place.bob.member, CANARY)
        assert await words(place, place.cyd) == []
        await place.merge(waiting.proposal)
        (shown,) = (await place.read(place.cyd)).quotes
        assert (shown.text, shown.member, shown.rev, shown.message) == (CANARY, place.bob.member, said.rev, said.seq)
        assert shown.at == said.at
        assert (await place.cyd.hears(PortraitUpdated)).section == "quotes"
        document = await place.cyd.ask(ExportPortrait, community=place.id)
        assert f"> {CANARY}" in document.text
        assert "bob" in document.text


async def test_the_author_sees_the_words_and_what_stood_around_them_before_they_agree():
    async with garden() as place:
        await place.cyd.say("Would anybody call beans boring?")
        said = await place.bob.say(f"Nobody whose {CANARY}")
        await place.ann.say("Hear, hear.")
        await asked(place, place.cyd, said)
        (ask,) = (await place.bob.ask(ListQuotes, community=place.id)).asked
        assert ask.text == CANARY
        assert [one.body for one in ask.around] == [
            "Would anybody call beans boring?", f"Nobody whose {CANARY}", "Hear, hear.",
        ]  # fmt: skip
        assert (await place.cyd.ask(ListQuotes, community=place.id)).asked == [], "only its author is asked"


@pytest.mark.parametrize("text", ["beans are not my life", "Beans are my whole life", "life, beans", f"{CANARY}!"])
async def test_nobody_is_asked_for_what_they_did_not_say(text):
    async with garden() as place:
        said = await place.bob.say(CANARY)
        refused = await place.cyd.refused(AskQuote, community=place.id, room=said.log, message=said.seq, text=text)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "text")


async def test_nobody_answers_for_somebody_else():
    async with garden() as place:
        quote = await asked(place, place.cyd, await place.bob.say(CANARY))
        for who in (place.ann, place.cyd):
            refused = await who.refused(ConsentToQuote, community=place.id, quote=quote, agree=True)
            assert refused.code == codes.QUOTE_GONE.code
        assert (await place.ann.refused(WithdrawQuote, quote=quote, reason="x")).code == codes.QUOTE_GONE.code


async def test_what_was_said_in_private_is_not_there_to_be_quoted():
    async with garden() as place:
        cellar = await place.world.private_room("garden/cellar", place.bob, place.cyd)
        direct = await place.world.direct(place.bob, place.cyd)
        for room in (cellar, direct):
            said = await place.bob.say(CANARY, room=room)
            refused = await place.cyd.refused(AskQuote, community=place.id, room=room, message=said.seq, text=CANARY)
            nowhere = await place.cyd.refused(AskQuote, community=place.id, room="r_x", message=said.seq, text=CANARY)
            assert (refused.code, refused.field, refused.message) == (nowhere.code, nowhere.field, nowhere.message)
        for number in (0, 99):
            refused = await place.cyd.refused(
                AskQuote, community=place.id, room=place.bob.room, message=number, text=CANARY
            )
            assert refused.code == codes.MESSAGE_GONE.code


async def test_the_author_may_say_it_better():
    async with garden() as place:
        quote = await asked(place, place.cyd, await place.bob.say(CANARY))
        better = "Beans were my whole life, then came tomatoes."
        await place.bob.ask(ConsentToQuote, community=place.id, quote=quote, agree=True, text=better)
        (waiting,) = (await place.ann.ask(ListProposals, community=place.id)).proposals
        await place.merge(waiting.proposal)
        assert await words(place, place.cyd) == [better]


async def test_words_of_ones_own_need_no_question():
    async with garden() as place:
        entry = (await place.bob.ask(AskQuote, community=place.id, text="I came for the beans.")).entry
        assert isinstance(entry, PortraitProposed)
        said = await place.cyd.say(CANARY)
        await place.cyd.ask(AskQuote, community=place.id, room=said.log, message=said.seq, text=CANARY)
        for one in (await place.ann.ask(ListProposals, community=place.id)).proposals:
            await place.merge(one.proposal)
        assert await words(place, place.cyd) == ["I came for the beans.", CANARY]


async def test_who_said_no_is_not_asked_for_that_again_and_nobody_is_told_why():
    async with garden() as place:
        said = await place.bob.say(CANARY)
        quote = await asked(place, place.cyd, said)
        await place.bob.ask(ConsentToQuote, community=place.id, quote=quote, agree=False)
        assert not (await place.cyd.hears(QuoteAnswered)).agreed
        fields = {"community": place.id, "room": said.log, "message": said.seq, "text": "beans"}
        again = await place.ann.refused(AskQuote, **fields)
        other = await place.bob.say("something else")
        await place.bob.ask(SetBlock, kind="block", member=place.cyd.member)
        fields = {"community": place.id, "room": other.log, "message": other.seq, "text": "something"}
        blocked = await place.cyd.refused(AskQuote, **fields)
        await place.ann.ask(KickMember, community=place.id, member=place.bob.member, reason="x")
        left = await place.ann.refused(AskQuote, **fields)
        assert {(one.code, one.message, one.field) for one in (again, blocked, left)} == {
            (codes.QUOTE_REFUSED.code, codes.QUOTE_REFUSED.message, "message")
        }


async def test_taken_back_it_is_gone_from_every_version_and_from_every_answer():
    async with garden() as place:
        quote = await quoted(place)
        await place.propose(place.ann, text="A later version.", merge=True)
        assert CANARY in await everywhere(place, place.cyd)
        await place.bob.ask(WithdrawQuote, quote=quote)
        for who in (place.ann, place.bob, place.cyd):
            assert CANARY not in await everywhere(place, who)
        heard = [event for event in place.cyd.heard if isinstance(event, PortraitUpdated)]
        assert (heard[-1].version, heard[-1].section) == (3, "quotes")
        assert (await place.bob.refused(WithdrawQuote, quote=quote)).code == codes.QUOTE_GONE.code
        tx = place.world.app.store._tx  # type: ignore[attr-defined]  # looks inside the reference
        kept = {name: table for name, table in vars(tx).items() if name not in ("entries", "stored", "nonces")}
        assert CANARY not in str(kept)
        logs = [one.stored.json.decode() for (log, _), one in tx.entries.items() if log != place.bob.room]
        assert CANARY not in "".join(logs), "no log but the room's ever had it"


@pytest.mark.parametrize("leave", ["leave", "kick", "ban"])
async def test_who_is_gone_may_still_take_it_back(leave):
    async with garden() as place:
        quote = await quoted(place)
        if leave == "leave":
            await place.bob.ask(LeaveCommunity, community=place.id)
        else:
            command = KickMember if leave == "kick" else BanMember
            await place.ann.ask(command, community=place.id, member=place.bob.member, reason="x")
        assert await words(place, place.cyd) == [CANARY]
        await place.bob.ask(WithdrawQuote, quote=quote)
        assert await words(place, place.cyd) == []


async def test_what_waits_for_the_stewards_can_be_taken_back_and_is_not_asked_for_again():
    async with garden() as place:
        said = await place.bob.say(CANARY)
        quote = await asked(place, place.cyd, said)
        for who in (place.bob, place.cyd):
            assert (await who.refused(WithdrawQuote, quote=quote)).code == codes.QUOTE_GONE.code, "nothing was agreed"
        await place.bob.ask(ConsentToQuote, community=place.id, quote=quote, agree=True)
        assert (await place.cyd.refused(WithdrawQuote, quote=quote)).code == codes.QUOTE_GONE.code
        await place.bob.ask(WithdrawQuote, quote=quote)
        fields = {"community": place.id, "room": said.log, "message": said.seq, "text": CANARY}
        assert (await place.cyd.refused(AskQuote, **fields)).code == codes.QUOTE_REFUSED.code
        assert (await place.ann.ask(ListProposals, community=place.id)).proposals == []
        assert CANARY not in await everywhere(place, place.ann)


async def test_a_steward_may_take_one_out_and_says_why():
    async with garden() as place:
        quote = await quoted(place)
        assert (await place.ann.refused(WithdrawQuote, quote=quote)).field == "reason"
        await place.ann.ask(WithdrawQuote, quote=quote, reason="It reads as an advert.")
        told = await place.bob.hears(QuoteWithdrawn)
        assert (told.reason, told.by) == ("It reads as an advert.", "")
        assert await words(place, place.cyd) == []


async def test_a_steward_who_declines_a_quote_forgets_it():
    async with garden() as place:
        await place.bob.ask(AskQuote, community=place.id, text=CANARY)
        await place.ann.ask(DeclineProposal, community=place.id, proposal=1, reason="Too long.")
        assert (await place.bob.ask(ListQuotes, community=place.id)).mine == []
        assert CANARY not in await everywhere(place, place.ann)


async def test_quotes_stand_in_the_versions_that_had_them():
    async with garden() as place:
        await quoted(place, "first")
        await quoted(place, "second")
        assert [await words(place, place.cyd, version=version) for version in (0, 1, 2)] == [
            [], ["first"], ["first", "second"],
        ]  # fmt: skip


async def test_who_is_silenced_agrees_to_nothing_and_may_take_back():
    async with garden() as place:
        quote = await quoted(place)
        second = await asked(place, place.cyd, await place.bob.say("more"), "more")
        await place.ann.ask(SilenceMember, community=place.id, member=place.bob.member, reason="x", for_ms=DAY)
        agree = {"community": place.id, "quote": second, "agree": True}
        assert (await place.bob.refused(ConsentToQuote, **agree)).code == codes.SILENCED.code
        assert (await place.bob.refused(AskQuote, community=place.id, text="x")).code == codes.SILENCED.code
        await place.bob.ask(ConsentToQuote, **{**agree, "agree": False})
        await place.bob.ask(WithdrawQuote, quote=quote)


async def test_a_merge_that_is_asked_for_twice_is_one_quote():
    async with garden() as place:
        await place.bob.ask(AskQuote, community=place.id, text=CANARY)
        for _ in range(2):
            await place.ann.ask(MergeProposal, community=place.id, proposal=1, nonce="once")
        portrait = await place.cyd.ask(ReadPortrait, community=place.id)
        assert (len(portrait.quotes), portrait.version) == (1, 1)


@pytest.mark.parametrize("who", ["author", "steward"])
@pytest.mark.parametrize("state", ["asked", "agreed", "merged"])
async def test_a_message_that_is_deleted_takes_its_quotes_along(who, state):
    async with garden() as place:
        said = await place.bob.say(CANARY)
        quote = await asked(place, place.cyd, said)
        if state != "asked":
            await place.bob.ask(ConsentToQuote, community=place.id, quote=quote, agree=True)
        if state == "merged":
            await place.merge(1)
        if who == "author":
            await place.bob.ask(DeleteMessage, room=said.log, message=said.seq)
        else:
            await place.ann.ask(DeleteMessage, room=said.log, message=said.seq, reason="an advert")
        for one in (place.ann, place.bob, place.cyd):
            assert CANARY not in await everywhere(place, one)
        assert quote in [event.quote for event in place.bob.heard if isinstance(event, QuoteWithdrawn)]


async def test_only_what_a_message_says_by_now_can_be_quoted():
    async with garden() as place:
        said = await place.bob.say(CANARY)
        await place.bob.ask(EditMessage, room=said.log, message=said.seq, body="tomatoes")
        fields = {"community": place.id, "room": said.log, "message": said.seq}
        assert (await place.cyd.refused(AskQuote, **fields, text=CANARY)).field == "text"
        await place.cyd.ask(AskQuote, **fields, text="tomatoes")
