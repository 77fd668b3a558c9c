"""Mentions of everybody in a room: who may, what they count for whom, and that an edit is judged like a message."""

import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage, EditMessage, MessageEdited
from among_protocol.logs import Want
from among_protocol.markers import SetMarker
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.posts import PublishPost
from among_protocol.rooms import FollowRoom, UnfollowRoom
from among_protocol.session import SignUp
from among_protocol.view import View
from among_server.limits import ROOM_MENTION_MS, ROOM_MENTIONS
from tests.server.test_moderation import kept
from tests.world import PASSWORD, Person, world_of

WINDOW = "among_server.store.rules.calling.ROOM_MENTION_MS"
MOST = "among_server.store.rules.calling.ROOM_MENTIONS"


async def mentions(person: Person, room: str) -> int:
    """As the server counts them, from the first message on."""
    found: int = (await person.ask(SetMarker, room=room, seq=0, unread=True)).mentions
    return found


async def counted(person: Person, room: str) -> tuple[int, int]:
    """Unread and mentions, where the marker is."""
    state = next(state for state in (await person.sync()).logs if state.log == room)
    return state.unread, state.mentions


async def edit(person: Person, said: Any, body: str) -> MessageEdited:
    entry: MessageEdited = (await person.ask(EditMessage, room=said.log, message=said.seq, body=body)).entry
    return entry


async def test_ruling_8_a_steward_mentions_everybody_at_once():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        said = await ann.say("tea, @room")
        assert (said.mentions_room, said.mentions) == (True, [])
        for person in (bob, cyd, founder):
            assert await person.hears(MessageSent) == said
            assert (await counted(person, said.log))[1] == 1
        assert (await bob.ask(ReadMessages, room=said.log)).messages[-1].mentions_room
        assert await mentions(ann, said.log) == 0, "who said it is not called, wherever their marker is"
        table = world.app.store._tx.room_mentions  # type: ignore[attr-defined]  # looks inside the reference
        assert list(table) == [(said.log, said.seq)], "it is stored once"


async def test_who_is_named_besides_counts_one_mention():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said = await ann.say("@room, and @bob above all")
        assert said.mentions == [bob.member]
        for person in (bob, cyd):
            assert await mentions(person, said.log) == 1


async def test_auz_06_by_a_member_it_is_a_word_like_any_other():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said = await bob.say("who is in the @room?")
        assert said.mentions_room is False
        assert await mentions(cyd, said.log) == 0


async def test_auz_06_an_edit_is_judged_by_who_one_is_now():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        by_member, by_steward = await bob.say("hi"), await ann.say("hi")
        assert (await edit(bob, by_member, "hi @room")).mentions_room is False
        changed = await edit(ann, by_steward, "hi @room")
        assert (changed.mentions_room, changed.mentions_room_new) == (True, True)
        assert await mentions(cyd, changed.log) == 1
        await world.promote(ann, "garden", "member")
        changed = await edit(ann, by_steward, "hi, hi, @room")
        assert (changed.mentions_room, changed.mentions_room_new) == (False, False)
        assert await mentions(cyd, changed.log) == 1, "no count goes down but by reading"


async def test_an_edit_calls_nobody_twice():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        said = await ann.say("tea @room")
        changed = await edit(ann, said, "tea and cake @room, @bob")
        assert (changed.mentions_room, changed.mentions_room_new, changed.mentions_new) == (True, False, [])
        await edit(ann, said, "nothing")
        assert (await edit(ann, said, "tea @room")).mentions_room_new is False
        for person in (bob, cyd):
            assert await mentions(person, said.log) == 1


async def test_in_private_rooms_and_directs_everybody_may_and_in_corners_nobody():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        cellar = await world.private_room("garden/cellar", bob, cyd)
        for room in (cellar, await world.direct(bob, cyd)):
            assert (await bob.say("here, @room", room=room)).mentions_room
            assert await mentions(cyd, room) == 1
        await ann.ask(UpdateCorner, community=world.id("garden"), title="Beans")
        post = (await ann.ask(PublishPost, community=world.id("garden"), title="x", body="@room!")).entry
        said = (await ann.ask(SendMessage, room=post.log, post=post.seq, body="look, @room")).entry
        assert said.mentions_room is False
        assert await mentions(bob, post.log) == 0


@pytest.mark.parametrize("kind", ["block", "mute"])
async def test_whoever_blocks_or_mutes_the_author_is_not_called(kind):
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        await world.app.store.set_block(bob.account, kind, handle="ann")
        said = await ann.say("tea, @room")
        assert [await mentions(person, said.log) for person in (bob, cyd)] == [0, 1]
        await world.app.store.set_block(bob.account, "none", handle="ann")
        assert await mentions(bob, said.log) == 0, "what did not call them then does not later"


async def test_whom_the_author_blocks_is_not_called_and_whom_they_mute_is():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        await world.app.store.set_block(ann.account, "block", handle="bob")
        await world.app.store.set_block(ann.account, "mute", handle="cyd")
        said = await ann.say("tea, @room")
        assert [await mentions(person, said.log) for person in (bob, cyd)] == [0, 1]


async def test_who_follows_later_is_not_called_by_what_was_before():
    async with world_of() as world:
        ann, bob, _, _ = await kept(world, "ann", "bob", "cyd")
        await bob.ask(UnfollowRoom, room=ann.room)
        await ann.say("tea, @room")
        await bob.ask(FollowRoom, room=ann.room)
        (dan,) = await world.join("garden/hall", "dan")
        for person in (bob, dan):
            assert (await counted(person, ann.room)) == (0, 0)
        await ann.say("cake, @room")
        for person in (bob, dan):
            assert (await counted(person, ann.room)) == (1, 1)


async def test_who_wants_what_calls_them_hears_it_live_and_later():
    async with world_of() as world:
        ann, bob, _, _ = await kept(world, "ann", "bob", "cyd")
        bot = await bob.again()
        await bot.sync(want=Want(profile="calls"))
        await ann.say("not for the bot")
        said = await ann.say("tea, @room")
        other = await ann.say('nobody, "mentions_room":true')
        changed = await edit(ann, other, "cake, @room")
        heard = [event.seq for event in await bot.settled() if isinstance(event, MessageSent | MessageEdited)]
        assert heard == [said.seq, changed.seq]
        late = await bob.again()
        await late.sync(want=Want(profile="calls"), positions={ann.room: 0}, epoch=world.app.store.epoch)
        heard = [event.seq for event in await late.settled() if isinstance(event, MessageSent | MessageEdited)]
        assert heard == [said.seq, changed.seq]


async def test_a_deleted_one_still_counts_until_it_is_read():
    async with world_of() as world:
        ann, bob, _, _ = await kept(world, "ann", "bob", "cyd")
        said = await ann.say("tea, @room")
        await ann.ask(DeleteMessage, room=said.log, message=said.seq)
        assert await mentions(bob, said.log) == 1
        assert (await bob.ask(SetMarker, room=said.log, seq=said.seq)).mentions == 0


async def test_inp_05_everybody_is_mentioned_so_often_in_an_hour_and_no_more(monkeypatch):
    assert (ROOM_MENTIONS, ROOM_MENTION_MS) == (3, 3_600_000)
    async with world_of() as world:
        ann, bob, _, founder = await kept(world, "ann", "bob", "cyd")
        for person in (ann, founder, ann):
            await person.say("tea, @room")
        before = world.heads()
        plain = await ann.say("hi")
        for command, fields in ((SendMessage, {}), (EditMessage, {"message": plain.seq})):
            refused = await ann.refused(command, room=ann.room, body="cake, @room", **fields)
            assert (refused.code, refused.kind) == (codes.ROOM_MENTIONED_OFTEN.code, "wait")
            assert ROOM_MENTION_MS - 60_000 < refused.retry_after_ms <= ROOM_MENTION_MS
        assert world.heads()[ann.room] == before[ann.room] + 1
        assert (await bob.say("the @room")).mentions_room is False, "a word is always free"
        assert (await ann.say("@room", room=await world.private_room("garden/cellar", ann))).mentions_room, (
            "in each room"
        )
        monkeypatch.setattr(WINDOW, 0)
        assert (await ann.say("cake, @room")).mentions_room


async def test_nobody_is_called_room():
    async with world_of() as world:
        person = Person(world)
        assert (await person.refused(SignUp, handle="room", password=PASSWORD)).code == codes.HANDLE_RESERVED.code


HANDLES = ("ann", "bob", "cyd")
BODIES = ("hi", "@room", "@room!", "@bob", "@room @bob @cyd")
STEP = st.tuples(
    st.sampled_from((*HANDLES, "ann")),
    st.sampled_from(["say", "say", "say", "edit", "delete", "block", "block", "unblock", "read", "follow", "steward"]),
    st.integers(0, 7),
    st.sampled_from(BODIES),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=st.lists(STEP, min_size=8, max_size=40))
async def test_counts_are_those_of_a_recount_and_of_who_counted_along(monkeypatch, story):
    """What calls somebody is told by the entries alone, and by whom one blocked when they came; whether one counts them
    live, asks the server, or counts them all again."""
    monkeypatch.setattr(MOST, 100)
    async with world_of() as world:
        people = dict(zip(HANDLES, await world.join("garden/hall", *HANDLES), strict=True))
        room = world.id("garden/hall")
        await world.promote(people["ann"], "garden", "steward")
        blocks: dict[tuple[str, int], set[str]] = {}  # of each entry: who had a block between them and its author
        apart: dict[str, set[str]] = {handle: set() for handle in HANDLES}
        said: dict[str, list[Any]] = {handle: [] for handle in HANDLES}
        for handle, act, number, body in story:
            person, other = people[handle], HANDLES[number % 3]
            mine = said[handle]
            entry = None
            if act == "say":
                entry = await person.say(body)
                mine.append(entry)
            elif act == "edit" and mine:
                entry = (
                    await person.ask(EditMessage, room=room, message=mine[number % len(mine)].seq, body=body)
                ).entry
            elif act == "delete" and mine:
                await person.ask(DeleteMessage, room=room, message=mine.pop(number % len(mine)).seq)
            elif act in ("block", "unblock") and other != handle:
                await world.app.store.set_block(person.account, "mute" if act == "block" else "none", handle=other)
                (apart[handle].add if act == "block" else apart[handle].discard)(other)
            elif act == "read":
                await person.ask(SetMarker, room=room, seq=number, unread=True)
            elif act == "follow":
                await person.ask(UnfollowRoom, room=room)
                await person.ask(FollowRoom, room=room)
            elif act == "steward":
                with contextlib.suppress(Refuse):  # it is their role already
                    await world.promote(person, "garden", "steward" if number % 2 else "member")
            if entry is not None:
                blocks[room, entry.seq] = {reader for reader in HANDLES if handle in apart[reader]}
        entries = await people["ann"].entries(room)
        for handle, person in people.items():
            state = next(state for state in (await person.sync()).logs if state.log == room)
            called = [
                entry.seq
                for entry in entries
                if isinstance(entry, MessageSent | MessageEdited)
                and entry.by != person.member
                and handle not in blocks[room, entry.seq]
                and _calls(entry, person.member)
            ]
            assert state.mentions == sum(seq > state.read for seq in called)
            assert await mentions(person, room) == len(called), "and from the first one on"
            messages = [entry for entry in entries if isinstance(entry, MessageSent)]
            assert state.unread == sum(entry.seq > state.read for entry in messages)


def _calls(entry: MessageSent | MessageEdited, member: str) -> bool:
    if isinstance(entry, MessageSent):
        return entry.mentions_room or member in entry.mentions
    return entry.mentions_room_new or member in entry.mentions_new


def test_who_counts_along_counts_the_same():
    """The pure view of a client: one for everybody, also who is named besides, and none for one's own."""
    view = View()
    said: list[dict[str, Any]] = [
        {"mentions_room": True},
        {"mentions_room": True, "mentions": ["m_me"]},
        {"mentions": ["m_me"]},
        {},
    ]
    for seq, fields in enumerate(said, 1):
        view.apply(MessageSent(log="r", seq=seq, at="", by="m_other", rev=1, body="x", **fields))
    assert (view.logs["r"].unread, view.logs["r"].mentions) == (4, 2)
    edited: dict[str, Any] = {
        "log": "r",
        "at": "",
        "by": "m_other",
        "rev": 1,
        "message": 4,
        "body": "x",
        "mentions_room": True,
    }
    view.apply(MessageEdited(seq=5, mentions_room_new=True, **edited))
    view.apply(MessageEdited(seq=6, **edited))
    assert (view.logs["r"].unread, view.logs["r"].mentions) == (4, 3)
