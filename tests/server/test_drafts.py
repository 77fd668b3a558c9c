"""Drafts: what one has begun to write, on all of one's devices, and nobody else's business."""

from among_protocol import codes
from among_protocol.base import POST_BYTES
from among_protocol.communities import LeaveCommunity
from among_protocol.drafts import DraftChanged, ListDrafts, SetDraft
from among_protocol.edits import DeleteMessage
from among_protocol.messages import SendMessage
from among_server.limits import DRAFTS_PER_ACCOUNT
from among_server.store.rules import drafts as rules
from tests.server.test_corners import publish
from tests.world import Person, World, world_of


async def texts(person: Person, **fields: object) -> dict[str, str]:
    return {one.place: one.text for one in (await person.ask(ListDrafts, **fields)).drafts}


async def test_a_draft_is_on_every_device_by_its_fingerprint_and_the_last_one_wins():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await ann.device()
        first = await ann.ask(SetDraft, place=ann.room, text="Good mor")
        told = await phone.hears(DraftChanged)
        assert (told.place, told.fingerprint, told.at) == (ann.room, first.fingerprint, first.at)
        assert await texts(phone) == {ann.room: "Good mor"}
        second = await phone.ask(SetDraft, place=ann.room, text="Good morning")
        assert second.fingerprint != first.fingerprint
        assert (await ann.hears(DraftChanged)).fingerprint == second.fingerprint
        assert await texts(ann) == {ann.room: "Good morning"}
        (state,) = (await ann.sync()).drafts
        assert (state.place, state.fingerprint, state.at) == (ann.room, second.fingerprint, second.at)
        assert await bob.settled() == []
        assert await texts(bob) == {}


async def test_an_empty_draft_is_none_and_so_is_a_blank_one():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        phone = await ann.device()
        for empty in ("", "  \n"):
            await ann.ask(SetDraft, place=ann.room, text="hm")
            assert (await phone.hears(DraftChanged)).fingerprint
            assert (await ann.ask(SetDraft, place=ann.room, text=empty)).fingerprint == ""
            assert (await phone.hears(DraftChanged)).fingerprint == ""
            assert (await ann.sync()).drafts == []
            assert await texts(ann) == {}


async def test_what_is_begun_in_a_thread_waits_beside_what_is_begun_in_its_room():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = (await bob.say("Who has beans?")).seq
        phone = await ann.device()
        for thread, text in ((0, "Good mor"), (root, "I ha")):
            state = await ann.ask(SetDraft, place=ann.room, thread=thread, text=text)
            told = await phone.hears(DraftChanged)
            assert (told.thread, told.fingerprint) == (state.thread, state.fingerprint) == (thread, state.fingerprint)
        assert [(one.thread, one.text) for one in (await phone.ask(ListDrafts)).drafts] == [
            (0, "Good mor"),
            (root, "I ha"),
        ]
        rest = await phone.ask(ListDrafts, places=[ann.room], after=ann.room, after_thread=root - 1)
        assert ([one.thread for one in rest.drafts], rest.complete) == ([root], True)
        assert [one.thread for one in (await ann.sync()).drafts] == [0, root]
        await phone.ask(SetDraft, place=ann.room, text="")
        told = await ann.hears(DraftChanged)
        assert (told.thread, told.fingerprint) == (0, "")
        assert [one.thread for one in (await ann.ask(ListDrafts)).drafts] == [root]


async def test_a_draft_is_for_a_thread_that_there_is_or_may_be_and_may_always_be_cleared():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        root = await bob.say("Who has beans?")
        answer = (await bob.ask(SendMessage, room=root.log, thread=root.seq, body="I do")).entry.seq
        room = ann.room
        for place, thread, code, field in (
            (room, answer, codes.FIELD_INVALID, "thread"),
            (room, answer + 1, codes.MESSAGE_GONE, "thread"),
            (world.id("garden"), root.seq, codes.FIELD_INVALID, "thread"),
            (await corner_of(ann, world), 1, codes.FIELD_INVALID, "thread"),
        ):
            for text in ("x", ""):
                refused = await ann.refused(SetDraft, place=place, thread=thread, text=text)
                assert (refused.code, refused.field) == (code.code, field)
        assert (await eve.refused(SetDraft, place=room, thread=root.seq, text="x")).code == codes.ROOM_GONE.code
        alone = await bob.say("And peas?")
        await ann.ask(SetDraft, place=room, thread=alone.seq, text="Peas")
        await bob.ask(DeleteMessage, room=room, message=alone.seq)
        refused = await ann.refused(SetDraft, place=room, thread=alone.seq, text="Peas, too")
        assert (refused.code, refused.field) == (codes.MESSAGE_GONE.code, "thread")
        await ann.ask(SetDraft, place=room, thread=alone.seq, text="")
        assert await texts(ann) == {}


async def corner_of(person: Person, world: World) -> str:
    return (await publish(world, person)).log


async def test_the_draft_of_a_post_belongs_to_the_community_and_goes_when_it_is_published():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        garden = world.id("garden")
        await ann.ask(SetDraft, place=garden, text="# On beans\n\nThey gr")
        await ann.ask(SetDraft, place=ann.room, text="hello")
        phone = await ann.device()
        await publish(world, ann)
        told = await phone.hears(DraftChanged)
        assert (told.place, told.fingerprint) == (garden, "")
        assert await texts(ann) == {ann.room: "hello"}


async def test_drafts_are_for_places_that_one_may_see_and_may_always_be_cleared():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        direct = await world.direct(ann, bob)
        await ann.ask(SetDraft, place=direct, text="psst")
        for place in (direct, ann.room, world.id("garden"), "garden", "r_nowhere", ann.account):
            for text in ("x", ""):
                refused = await eve.refused(SetDraft, place=place, text=text)
                assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "place")
        await ann.ask(SetDraft, place=world.id("garden"), text="kept")
        await ann.ask(LeaveCommunity, community=world.id("garden"))
        assert set((await texts(ann)).values()) == {"psst", "kept"}, "what one wrote is one's own"
        assert (await ann.refused(SetDraft, place=world.id("garden"), text="more")).code == codes.ROOM_GONE.code
        await ann.ask(SetDraft, place=world.id("garden"), text="")
        assert await texts(ann) == {direct: "psst"}


async def test_inp_05_an_account_has_so_many_drafts_of_so_many_bytes(monkeypatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        assert world.app.services.hello.limits.drafts == DRAFTS_PER_ACCOUNT
        monkeypatch.setattr(rules, "DRAFTS_PER_ACCOUNT", 1)
        await ann.ask(SetDraft, place=ann.room, text="é" * (POST_BYTES // 2))
        refused = await ann.refused(SetDraft, place=ann.room, text="é" * (POST_BYTES // 2) + "x")
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "text")
        assert (await ann.refused(SetDraft, place=world.id("garden"), text="x")).code == codes.LIMIT_REACHED.code
        await ann.ask(SetDraft, place=ann.room, text="another")
        refused = await ann.refused(ListDrafts, places=["r_x"] * 101)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "places")


async def test_drafts_are_listed_as_many_as_fit_a_page():
    async with world_of(budget=10**6) as world:
        (ann,) = await world.join("garden/hall", "ann")
        rooms = [await world.direct(ann, await world.person(f"person-{number}")) for number in range(9)]
        for room in rooms:
            await ann.ask(SetDraft, place=room, text="x" * POST_BYTES)
        root = (await ann.say("Shall we?", room=min(rooms))).seq
        await ann.ask(SetDraft, place=min(rooms), thread=root, text="x" * POST_BYTES)
        wanted = sorted([*((room, 0) for room in rooms), (min(rooms), root)])
        page = await ann.ask(ListDrafts)
        assert (len(page.drafts), page.complete) == (6, False)
        rest = await ann.ask(ListDrafts, after=page.drafts[-1].place, after_thread=page.drafts[-1].thread)
        assert rest.complete
        assert [(one.place, one.thread) for one in (*page.drafts, *rest.drafts)] == wanted
        rest = await ann.ask(ListDrafts, after=min(rooms))
        assert [(one.place, one.thread) for one in rest.drafts] == wanted[1:7], "in the middle of a room"
        assert await texts(ann, places=[rooms[0], "r_x"]) == {rooms[0]: "x" * POST_BYTES}
        assert len((await ann.sync()).drafts) == 10


async def test_who_lags_is_told_the_last_fingerprint_alone():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        phone = await ann.device()
        phone.lags()
        root = (await ann.say("Who has beans?")).seq
        states = [
            await ann.ask(SetDraft, place=ann.room, thread=thread, text=f"version {number}")
            for thread in (0, root)
            for number in range(5)
        ]
        phone.reads_again()
        heard = [event for event in await phone.settled() if isinstance(event, DraftChanged)]
        assert [event.fingerprint for event in heard] == [states[4].fingerprint, states[9].fingerprint]


async def test_auz_03_a_draft_is_told_to_nobody_else():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.ask(SetDraft, place=ann.room, text="canary of the draft")
        await bob.sync(cards=True)
        await bob.settled()
        await bob.entries(ann.room)
        assert not [frame for frame in bob.frames if b"canary" in frame]
        assert "canary" not in repr(SetDraft(id="1", place="r_x", text="canary"))
