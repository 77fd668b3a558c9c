"""Drafts: what one has begun to write, on all of one's devices, and nobody else's business."""

from among_protocol import codes
from among_protocol.base import POST_BYTES
from among_protocol.communities import LeaveCommunity
from among_protocol.drafts import DraftChanged, ListDrafts, SetDraft
from among_server.limits import DRAFTS_PER_ACCOUNT
from among_server.store.rules import drafts as rules
from tests.server.test_corners import publish
from tests.world import Person, world_of


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
        page = await ann.ask(ListDrafts)
        assert (len(page.drafts), page.complete) == (6, False)
        rest = await ann.ask(ListDrafts, after=page.drafts[-1].place)
        assert rest.complete
        assert [one.place for one in (*page.drafts, *rest.drafts)] == sorted(rooms)
        assert await texts(ann, places=[rooms[0], "r_x"]) == {rooms[0]: "x" * POST_BYTES}
        assert len((await ann.sync()).drafts) == 9


async def test_who_lags_is_told_the_last_fingerprint_alone():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        phone = await ann.device()
        phone.lags()
        states = [await ann.ask(SetDraft, place=ann.room, text=f"version {number}") for number in range(5)]
        phone.reads_again()
        heard = [event for event in await phone.settled() if isinstance(event, DraftChanged)]
        assert [event.fingerprint for event in heard] == [states[-1].fingerprint]


async def test_auz_03_a_draft_is_told_to_nobody_else():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.ask(SetDraft, place=ann.room, text="canary of the draft")
        await bob.sync(cards=True)
        await bob.settled()
        await bob.entries(ann.room)
        assert not [frame for frame in bob.frames if b"canary" in frame]
        assert "canary" not in repr(SetDraft(id="1", place="r_x", text="canary"))
