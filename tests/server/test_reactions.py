"""Reactions: one emoji of each member to a message, who may, who sees which, and a storm of them told in short."""

from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol import codes, wire
from among_protocol.base import Command, Entry, Span
from among_protocol.blocks import SetBlock
from among_protocol.communities import LeaveCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage, MessageDeleted
from among_protocol.erasure import EraseAccount
from among_protocol.export import ExportAccount
from among_protocol.logs import LogPassed, ReadEntries, Want
from among_protocol.members import PersonaRef
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.moderation import DAY, SilenceMember
from among_protocol.posts import DeletePost, PublishPost, ReadPost, ReadPosts
from among_protocol.reactions import (
    AddReaction,
    Reaction,
    ReactionAdded,
    ReactionRemoved,
    ReactionsChanged,
    ReadReactions,
    RemoveReaction,
)
from among_protocol.rooms import UnfollowRoom
from among_protocol.tallies import MESSAGES, Tallies
from among_server.limits import REACTIONS
from among_server.store.sqlite import SqliteStore
from tests.world import PASSWORD, Person, World, world_of

UP, PARTY, HEART = "👍", "🎉", "❤️"
MANY = [chr(number) for number in range(0x1F400, 0x1F400 + REACTIONS + 1)]  # animals


async def react(person: Person, said: Any, emoji: str = UP, **more: Any) -> ReactionAdded:
    entry: ReactionAdded = (await person.ask(AddReaction, room=said.log, message=said.seq, emoji=emoji, **more)).entry
    return entry


async def take_back(person: Person, said: Any, emoji: str = UP) -> ReactionRemoved:
    entry: ReactionRemoved = (await person.ask(RemoveReaction, room=said.log, message=said.seq, emoji=emoji)).entry
    return entry


async def shown(person: Person, said: Any) -> list[tuple[str, int, bool]]:
    """How a page shows the message to this person."""
    page = await person.ask(ReadMessages, room=said.log, around=said.seq, limit=1)
    return [(one.emoji, one.count, one.mine) for one in page.messages[0].reactions]


async def who(person: Person, said: Any, emoji: str = "") -> list[tuple[str, str]]:
    found = await person.ask(ReadReactions, room=said.log, message=said.seq, emoji=emoji)
    assert found.complete
    return [(one.by, one.emoji) for one in found.reactors]


async def counts(person: Person, room: str) -> tuple[int, int, int]:
    state = next(state for state in (await person.sync()).logs if state.log == room)
    return state.read, state.unread, state.mentions


# --- what one does


async def test_a_reaction_is_an_entry_and_every_page_shows_how_many_there_are_and_whether_one_is_mine():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("The beans are up")
        first = await react(bob, said)
        assert (first.by, first.message, first.emoji, first.author, first.count) == (
            bob.member,
            said.seq,
            UP,
            ann.member,
            1,
        )
        assert await ann.hears(ReactionAdded) == first
        assert (await react(ann, said)).count == 2
        await react(ann, said, PARTY)
        assert await shown(ann, said) == [(UP, 2, True), (PARTY, 1, True)]
        assert await shown(bob, said) == [(UP, 2, True), (PARTY, 1, False)]
        assert await who(bob, said) == [(bob.member, UP), (ann.member, UP), (ann.member, PARTY)]
        assert await who(bob, said, PARTY) == [(ann.member, PARTY)]
        gone = await take_back(bob, said)
        assert (gone.by, gone.message, gone.emoji, gone.count) == (bob.member, said.seq, UP, 1)
        assert await ann.hears(ReactionRemoved) == gone
        assert await shown(bob, said) == [(PARTY, 1, False), (UP, 1, False)]
        assert [type(entry) for entry in await bob.entries(bob.room)][1:] == [ReactionAdded] * 3 + [ReactionRemoved]


async def test_who_reacts_is_read_a_page_at_a_time():
    async with world_of() as world:
        people = await world.join("garden/hall", "ann", "bob", "cyd")
        said = await people[0].say("hi")
        added = [await react(person, said) for person in people]
        asked = {"room": said.log, "message": said.seq, "limit": 2}
        page = await people[0].ask(ReadReactions, **asked)
        assert ([one.seq for one in page.reactors], page.complete) == ([entry.seq for entry in added[:2]], False)
        assert [(one.by, one.rev) for one in page.reactors] == [(entry.by, entry.rev) for entry in added[:2]]
        assert page.as_of == added[-1].seq
        page = await people[0].ask(ReadReactions, **asked, after=page.reactors[-1].seq)
        assert ([one.by for one in page.reactors], page.complete) == ([people[2].member], True)


async def test_the_same_again_is_refused_and_changes_nothing():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        first = await react(bob, said, nonce="once")
        head = world.heads()
        refused = await bob.refused(AddReaction, room=said.log, message=said.seq, emoji=UP)
        assert (refused.code, refused.field) == (codes.REACTED_ALREADY.code, "emoji")
        again = await bob.ask(AddReaction, room=said.log, message=said.seq, emoji=UP, nonce="once")
        assert (again.entry, again.repeat) == (first, True)
        refused = await bob.refused(RemoveReaction, room=said.log, message=said.seq, emoji=PARTY)
        assert (refused.code, refused.field) == (codes.REACTION_GONE.code, "emoji")
        refused = await ann.refused(RemoveReaction, room=said.log, message=said.seq, emoji=UP)
        assert refused.code == codes.REACTION_GONE.code, "nobody takes back what others reacted with"
        assert world.heads() == head
        await take_back(bob, said)
        await react(bob, said)
        assert await shown(ann, said) == [(UP, 1, False)]


@pytest.mark.parametrize("emoji", ["", "hi", "a", "👍👍", "👍!", ":+1:", "\u200d", "🏳️\u200d", "x" * 16, "1"])
async def test_only_one_emoji_is_a_reaction(emoji: str):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        said = await ann.say("hi")
        head = world.heads()
        for command in (AddReaction, RemoveReaction):
            refused = await ann.refused(command, room=said.log, message=said.seq, emoji=emoji)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "emoji")
        assert world.heads() == head


async def test_one_emoji_is_one_however_it_is_typed():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        await react(ann, said, "\u2764")
        assert (await react(bob, said, "\u2764\ufe0f")).count == 2
        assert await who(ann, said, "\u2764") == [(ann.member, HEART), (bob.member, HEART)]
        await take_back(bob, said, "\u2764")
        for emoji in ("👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👍🏽", "1️⃣", "🇵🇹"):
            assert (await react(bob, said, emoji)).emoji == emoji


async def test_inp_05_a_message_has_so_many_different_reactions():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        assert world.app.services.hello.limits.reactions == REACTIONS
        for emoji in MANY[:REACTIONS]:
            await react(ann, said, emoji)
        refused = await bob.refused(AddReaction, room=said.log, message=said.seq, emoji=MANY[REACTIONS])
        assert (refused.code, refused.field) == (codes.LIMIT_REACHED.code, "emoji")
        assert str(REACTIONS) in refused.message
        await react(bob, said, MANY[0])  # no other one
        await take_back(ann, said, MANY[1])
        await react(bob, said, MANY[REACTIONS])
        other = await ann.say("another")
        await react(bob, other, MANY[1])


# --- what it is not


async def test_a_reaction_counts_as_no_message_and_calls_nobody():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        await react(bob, said)
        assert await counts(ann, ann.room) == (1, 0, 0)
        assert await counts(bob, bob.room) == (0, 1, 0)
        page = await ann.ask(ReadMessages, room=ann.room)
        assert [message.seq for message in page.messages] == [said.seq]


@pytest.mark.parametrize("profile", ["talk", "calls"])
async def test_who_wants_talk_or_calls_hears_no_reaction_and_loses_no_number(profile: str):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await ann.again()
        await bot.sync(want=Want(profile=profile))
        said = await bob.say("hi @ann")
        for _ in range(3):
            await react(bob, said)
            await take_back(bob, said)
        last = await bob.say("ho @ann")
        heard = [event for event in await bot.settled() if isinstance(event, Entry | Span) and event.log == ann.room]
        assert [type(event) for event in heard] == [MessageSent, MessageSent]
        assert (heard[1].seq, heard[1].first) == (last.seq, said.seq + 1)


async def test_what_is_no_message_of_the_room_is_reacted_to_by_nobody():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        added = await react(bob, said)
        for number in (0, added.seq, 99, 2**40 + 1, 2**53 - 1):
            for command, fields in ((AddReaction, {"emoji": UP}), (RemoveReaction, {"emoji": UP}), (ReadReactions, {})):
                refused = await bob.refused(command, room=bob.room, message=number, **fields)
                assert (refused.code, refused.field) == (codes.MESSAGE_GONE.code, "message")


# --- who may


async def test_auz_06_who_is_silenced_reacts_no_more_and_takes_back():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        await react(bob, said)
        garden = world.id("garden")
        silence = {"community": garden, "member": bob.member, "reason": "rude", "for_ms": DAY}
        await world.founder("garden").ask(SilenceMember, **silence)
        refused = await bob.refused(AddReaction, room=said.log, message=said.seq, emoji=PARTY)
        assert refused.code == codes.SILENCED.code
        await take_back(bob, said)
        assert await shown(ann, said) == []


async def test_auz_03_nobody_reacts_where_they_may_not_read():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        shed = await world.private_room("garden/shed", ann, bob)
        said = await ann.say("secret", room=shed)
        await react(bob, said)
        for command, fields in ((AddReaction, {"emoji": UP}), (RemoveReaction, {"emoji": UP}), (ReadReactions, {})):
            assert (await cyd.refused(command, room=shed, message=said.seq, **fields)).code == codes.ROOM_GONE.code
        await bob.ask(UnfollowRoom, room=shed)
        assert (await bob.refused(RemoveReaction, room=shed, message=said.seq, emoji=UP)).code == codes.ROOM_GONE.code
        assert await shown(ann, said) == [(UP, 1, False)], "what somebody reacted with stays when they go"


async def test_a_block_keeps_one_from_reacting_in_a_direct_and_hides_who_it_was_elsewhere():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        direct = await world.direct(ann, bob)
        alone, said = await ann.say("psst", room=direct), await ann.say("hi")
        await react(bob, alone)
        await react(bob, said)
        await react(cyd, said)
        await ann.ask(SetBlock, kind="block", member=bob.member)
        refused = await bob.refused(AddReaction, room=direct, message=alone.seq, emoji=PARTY)
        assert refused.code == codes.DIRECT_REFUSED.code
        await react(bob, said, PARTY)  # a refusal would announce the block
        assert await who(ann, said) == [(cyd.member, UP)]
        assert await who(cyd, said) == [(bob.member, UP), (cyd.member, UP), (bob.member, PARTY)]
        assert (
            await shown(ann, said) == await shown(world.founder("garden"), said) == [(UP, 2, False), (PARTY, 1, False)]
        )
        await ann.ask(SetBlock, kind="mute", member=bob.member)
        assert await who(ann, said) == [(cyd.member, UP)]
        await ann.ask(SetBlock, kind="none", member=bob.member)
        assert len(await who(ann, said)) == 3


async def test_in_a_corner_one_reacts_to_posts_and_comments_where_one_may_comment():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        garden = world.id("garden")
        post = (await ann.ask(PublishPost, community=garden, title="On beans", body="They grow.")).entry
        comment = (await bob.ask(SendMessage, room=post.log, body="Do they?", post=post.seq)).entry
        assert (await react(bob, post)).author == ann.member
        assert (await react(cyd, post)).count == 2
        await react(ann, comment)
        mine, theirs = Reaction(emoji=UP, count=2, mine=True), Reaction(emoji=UP, count=2)
        for person, expected in ((bob, [mine]), (ann, [theirs])):
            (card,) = (await person.ask(ReadPosts, room=post.log)).posts
            assert card.reactions == expected
            assert (await person.ask(ReadPost, room=post.log, post=post.seq)).reactions == expected
        (message,) = (await ann.ask(ReadMessages, room=post.log, post=post.seq)).messages
        assert message.reactions == [Reaction(emoji=UP, count=1, mine=True)]
        assert await who(ann, post) == [(bob.member, UP), (cyd.member, UP)]
        await ann.ask(SetBlock, kind="block", member=bob.member)
        for what in (post, comment):
            refused = await bob.refused(AddReaction, room=post.log, message=what.seq, emoji=PARTY)
            assert refused.code == codes.COMMENT_REFUSED.code
        await ann.ask(UpdateCorner, community=garden, comments="nobody")
        refused = await cyd.refused(AddReaction, room=post.log, message=post.seq, emoji=PARTY)
        assert refused.code == codes.COMMENT_REFUSED.code
        await ann.ask(UpdateCorner, community=garden, comments="members")
        await ann.ask(DeletePost, room=post.log, post=post.seq)
        refused = await cyd.refused(AddReaction, room=post.log, message=post.seq, emoji=PARTY)
        assert refused.code == codes.MESSAGE_GONE.code
        assert (await cyd.refused(ReadReactions, room=post.log, message=post.seq)).code == codes.MESSAGE_GONE.code
        refused = await cyd.refused(AddReaction, room=post.log, message=comment.seq, emoji=PARTY)
        assert refused.code == codes.POST_GONE.code


# --- what becomes of them


async def test_to_a_message_that_was_deleted_nobody_reacts_any_more():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        await react(bob, said)
        await ann.ask(DeleteMessage, room=said.log, message=said.seq)
        for command, fields in ((AddReaction, {"emoji": PARTY}), (RemoveReaction, {"emoji": UP}), (ReadReactions, {})):
            refused = await bob.refused(command, room=said.log, message=said.seq, **fields)
            assert refused.code == codes.MESSAGE_GONE.code
        assert await shown(bob, said) == []
        assert world.app.store._tx.reacted == {}  # type: ignore[attr-defined]  # looks inside the reference


async def test_prv_02_who_erases_what_they_said_leaves_no_reaction_and_the_room_is_told_how_many_are_left():
    async with world_of(erase_grace_hours=0) as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        said, other = await ann.say("hi"), await bob.say("ho")
        for person in (bob, cyd):
            await react(person, said)
        await take_back(bob, said)
        second = await react(bob, said)
        await react(bob, said, PARTY)
        await react(cyd, other)
        await ann.settled()
        await bob.ask(EraseAccount, password=PASSWORD, handle="bob", keep="erase")
        await world.quiet()
        told = [event for event in await ann.settled() if isinstance(event, ReactionRemoved | ReactionsChanged)]
        removed = [one for one in await ann.entries(said.log) if isinstance(one, ReactionRemoved) and not one.by]
        assert sorted((one.emoji, one.count, one.rev, one.nonce) for one in removed) == [
            (PARTY, 0, 0, ""),
            (UP, 1, 0, ""),
        ]
        assert told, "whoever is there is told"
        assert bob.member not in str([one for one in told if isinstance(one, ReactionsChanged)])
        assert await shown(ann, said) == [(UP, 1, False)]
        assert await who(ann, said) == [(cyd.member, UP)]
        assert await shown(ann, other) == [], "what they said is blank"
        entries = await ann.entries(said.log)
        assert all(
            one.blank and not one.emoji
            for one in entries
            if getattr(one, "by", "") == bob.member and hasattr(one, "emoji")
        )
        assert entries[second.seq - 1].message == said.seq, "the number stays"


async def test_who_leaves_with_their_words_kept_still_reacts_as_nobody_by_name():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        await react(bob, said)
        await bob.ask(LeaveCommunity, community=world.id("garden"), keep="words")
        await world.quiet()
        assert await shown(ann, said) == [(UP, 1, False)]
        assert await who(ann, said) == [(bob.member, UP)]


async def test_prv_01_an_export_has_what_one_reacted_with():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        mine = await react(bob, said)
        theirs = await react(ann, said, PARTY)
        page = await bob.ask(ExportAccount)
        told = b"".join(map(bytes, page.records)).decode()
        while page.next:
            page = await bob.ask(ExportAccount, after=page.next)
            told += b"".join(map(bytes, page.records)).decode()
        assert mine.nonce in told
        assert theirs.nonce not in told


# --- a page, however long


async def test_a_page_of_many_messages_shows_all_that_they_are_reacted_to_with():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(f"message {number}") for number in range(20)]
        for number, one in enumerate(said):
            for emoji in MANY[: number % 4]:
                await react(bob, one, emoji)
        page = await bob.ask(ReadMessages, room=bob.room, limit=20)
        assert [len(message.reactions) for message in page.messages] == [number % 4 for number in range(20)]
        assert all(one.mine for message in page.messages for one in message.reactions)


# --- a storm


def of(events: list[Any], log: str) -> list[Any]:
    """Those that have a number of this log."""
    return [event for event in events if isinstance(event, Entry | Span) and event.log == log]


def spans(person: Person) -> list[ReactionsChanged]:
    return [event for event in person.heard if isinstance(event, ReactionsChanged)]


async def storm(world: World, said: Any, people: list[Person], emoji: str = UP) -> list[ReactionAdded]:
    """All react at once; gives their entries."""
    asked = {"room": said.log, "message": said.seq, "emoji": emoji}
    ids = [(person, person.begin(AddReaction, **asked)) for person in people]
    return [(await person.reply(id, AddReaction.Reply)).entry for person, id in ids]


@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_a_storm_is_told_as_one_event_that_says_how_many_and_who_and_each_has_their_own_entry(encoding):
    async with world_of() as world:
        people = await world.join("garden/hall", *[f"p-{number}" for number in range(12)], encoding=encoding)
        ann, *others = people
        said = await ann.say("hi")
        await ann.settled()
        added = await storm(world, said, others)
        assert [entry.by for entry in added] == [person.member for person in others]
        heard = of(await ann.settled(), ann.room)
        assert heard == spans(ann)[-1:]
        (event,) = heard
        assert (event.first, event.seq) == (added[0].seq, added[-1].seq)
        (change,) = event.changes
        assert (change.message, change.emoji, change.count) == (said.seq, UP, 11)
        assert change.added == [PersonaRef(member=person.member, rev=1) for person in others]
        assert change.removed == []
        assert [one for one in await ann.entries(ann.room) if isinstance(one, ReactionAdded)] == added
        for person in others:
            replies = [index for index, frame in enumerate(person.frames) if b"reaction.added" in frame]
            copies = [index for index, frame in enumerate(person.frames) if b"reaction.changed" in frame]
            assert copies[0] < replies[0], "one's own copy comes before the reply"


async def test_what_is_between_reactions_keeps_its_place_and_its_number():
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        said = await ann.say("hi")
        await cyd.settled()
        asked = {"room": said.log, "message": said.seq}
        steps: list[tuple[Person, type[Command], dict[str, Any]]] = [
            (ann, AddReaction, {**asked, "emoji": UP}),
            (bob, AddReaction, {**asked, "emoji": PARTY}),
            (ann, RemoveReaction, {**asked, "emoji": UP}),
            (bob, SendMessage, {"room": said.log, "body": "between"}),
            (bob, AddReaction, {**asked, "emoji": UP}),
        ]
        ids = [(person, person.begin(command, **fields)) for person, command, fields in steps]
        for person, id in ids:
            await person.answered(id)
        heard = of(await cyd.settled(), cyd.room)
        assert [(type(event), event.first or event.seq, event.seq) for event in heard] == [
            (ReactionsChanged, 2, 4),
            (MessageSent, 5, 5),
            (ReactionAdded, 6, 6),
        ]
        up, party = heard[0].changes
        assert (up.emoji, up.count, up.added) == (UP, 0, [])
        assert up.removed == [PersonaRef(member=ann.member, rev=1)], (
            "how it ended is told, though nothing is left of it"
        )
        assert (party.emoji, party.count, party.added) == (PARTY, 1, [PersonaRef(member=bob.member, rev=1)])


async def test_who_comes_back_to_the_middle_of_a_storm_is_given_each_reaction_by_itself():
    async with world_of() as world:
        people = await world.join("garden/hall", *[f"p-{number}" for number in range(6)])
        said = await people[0].say("hi")
        added = await storm(world, said, people)
        later = await people[0].again()
        await later.sync(epoch=world.app.store.epoch, positions={said.log: added[2].seq})
        assert of(await later.settled(), said.log) == added[3:]
        page = await later.ask(ReadEntries, log=said.log, after=added[0].seq, limit=2)
        assert [later.encoding.decode_entry(raw) for raw in page.entries] == added[1:3]


async def test_who_lags_in_a_storm_is_told_where_and_reads_the_rest():
    async with world_of() as world:
        people = await world.join("garden/hall", *[f"p-{number}" for number in range(6)])
        ann, *others = people
        said = await ann.say("hi")
        await ann.settled()
        ann.lags()
        added = await storm(world, said, others)
        ann.reads_again()
        await ann.settled()
        page = await ann.ask(ReadEntries, log=said.log, after=said.seq)
        assert [ann.encoding.decode_entry(raw) for raw in page.entries] == added


# --- state and events are what a fresh look shows

ACTS = st.sampled_from(["add", "add", "add", "remove", "say", "delete", "erase", "look", "wait"])
STEPS = st.lists(
    st.tuples(ACTS, st.integers(0, 3), st.integers(0, 3), st.sampled_from([UP, PARTY, HEART])), max_size=40
)


class Watcher:
    """A device that keeps what it was shown, and moves it on by what it hears."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.tallies = Tallies()
        self._read = len(person.heard)

    async def look(self, room: str) -> None:
        id = self.person.begin(ReadMessages, room=room)
        page = await self.person.reply(id, ReadMessages.Reply)
        self.hear(self.person.before[id])  # more may have come in the same turn of the loop, and is newer than the page
        self.tallies.shown(room, page.messages, page.as_of)

    def hear(self, until: int | None = None) -> None:
        until = len(self.person.heard) if until is None else until
        fresh, self._read = self.person.heard[self._read : until], until
        for event in fresh:
            self.tallies.apply(event, lambda place: self.person.member)


def begin(people: list[Person], act: str, who_acts: int, one: int, emoji: str) -> None:
    """Without waiting for the answer. Only ann deletes, and only dan goes."""
    person = people[who_acts]
    said = {"room": people[0].room, "message": 1 + one % 2}
    if person.closed is not None:
        return
    match act:
        case "add":
            person.begin(AddReaction, **said, emoji=emoji)
        case "remove":
            person.begin(RemoveReaction, **said, emoji=emoji)
        case "say":
            person.begin(SendMessage, room=people[0].room, body="between")
        case "delete" if who_acts == 0 and one == 0:
            person.begin(DeleteMessage, **said)
        case "erase" if who_acts == 3 and one == 0:
            person.begin(EraseAccount, password=PASSWORD, handle=person.handle, keep="erase")


@given(steps=STEPS, packed=st.booleans(), kept=st.booleans())
@settings(max_examples=25)
async def test_what_was_shown_moved_on_by_what_is_heard_is_what_a_fresh_page_shows(steps, packed, kept):
    """On either store."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        store = SqliteStore(folder, synchronous="off") if kept else None
        world = await stack.enter_async_context(world_of(store, erase_grace_hours=0))
        encoding = wire.MSGPACK if packed else wire.JSON
        people = await world.join("garden/hall", "ann", "bob", "cyd", "dan", encoding=encoding)
        ann, bob, _, dan = people
        for body in ("one", "two"):
            await ann.say(body)
        await ann.settled()
        watchers = [Watcher(ann), Watcher(await bob.device())]
        for watcher in watchers:
            await watcher.look(ann.room)
        for act, who_acts, one, emoji in steps:
            if act == "look":
                await watchers[one % 2].look(ann.room)
            elif act == "wait":
                await world.quiet()
            else:
                begin(people, act, who_acts, one, emoji)
        await world.quiet()
        for watcher in watchers:
            await watcher.person.settled()
            watcher.hear()
            # With the words of who was erased, the reactions to them went: no event tells of either.
            page = await watcher.person.ask(ReadMessages, room=ann.room)
            for message in [one for one in page.messages if not (one.blank and one.by == dan.member)]:
                assert watcher.tallies.of(ann.room, message.seq) == message.reactions
                if not message.blank:
                    found = await watcher.person.ask(ReadReactions, room=ann.room, message=message.seq, limit=200)
                    listed = Counter(one.emoji for one in found.reactors)
                    assert listed == {one.emoji: one.count for one in message.reactions}


def test_where_something_was_left_out_nothing_is_claimed():
    tallies = Tallies()
    tallies.apply(MessageSent(log="r1", seq=4, at="", body=""), str)
    assert tallies.of("r1", 4) == []
    tallies.apply(
        ReactionAdded(log="r1", seq=5, at="", by="m1", message=4, emoji=UP, author="m2", count=3), lambda _: "m1"
    )
    assert tallies.of("r1", 4) == [Reaction(emoji=UP, count=3, mine=True)]
    tallies.apply(LogPassed(log="r2", seq=9, first=3), str)
    assert tallies.of("r1", 4) is not None
    tallies.apply(LogPassed(log="r1", seq=9, first=6), str)
    assert tallies.of("r1", 4) is None
    tallies.apply(MessageSent(log="r1", seq=10, at="", body=""), str)
    tallies.apply(MessageSent(log="r1", seq=14, first=11, at="", body=""), str)
    assert (tallies.of("r1", 10), tallies.of("r1", 14)) == (None, [])
    tallies.apply(MessageDeleted(log="r1", seq=15, at="", message=14), str)
    assert tallies.of("r1", 14) == []


def test_what_is_known_of_old_messages_is_let_go():
    tallies = Tallies()
    for seq in range(1, MESSAGES + 11):
        tallies.apply(MessageSent(log="r1" if seq <= 10 else "r2", seq=seq, at="", body=""), str)
    assert tallies.of("r1", 10) is None
    assert tallies.of("r2", 11) == []
    assert tallies.of("r2", MESSAGES + 10) == []


async def test_a_repeat_after_a_deletion_gives_the_first_result():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hi")
        first = await react(bob, said, nonce="once")
        await take_back(bob, said)
        again = await bob.ask(AddReaction, room=said.log, message=said.seq, emoji=UP, nonce="once")
        assert (again.entry, again.repeat) == (first, True)
        assert await shown(bob, said) == [], "a repeat does nothing"
