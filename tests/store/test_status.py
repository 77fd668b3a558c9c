"""How an account appears and what it says of itself, in every store: a register, and what others see of it."""

import time

import pytest

from among_protocol.codes import COMMUNITY_GONE, FIELD_INVALID, INVISIBLE, SILENCED
from among_protocol.moderation import DAY, SilenceMember
from among_protocol.status import Status
from among_server.store.moments import moment
from among_server.store.rows import MemberRow
from among_server.store.status import DAY_MS, Seen, StatusRow, StatusWish, seen
from tests.store.town import Person, Town, refused

NOW = 20_000 * DAY_MS + 1


async def chooses(person: Person, place: str = "", **wish: object) -> None:
    await person.town.store.set_status(person.id, StatusWish(place, **wish))  # type: ignore[arg-type]  # as given


async def rows_of(person: Person) -> dict[str, StatusRow]:
    standing = await person.town.store.standing(person.id)
    assert standing is not None
    return dict(standing.statuses)


async def sees(watcher: Person, *members: str) -> list[Seen]:
    return await watcher.town.store.seen(watcher.id, members)


async def status(watcher: Person, member: str) -> Status | None:
    (row,) = await sees(watcher, member)
    return row.status(time.time_ns() // 1_000_000)


async def two_in_a_garden(town: Town) -> tuple[Person, Person, str, str]:
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("garden")
    return ann, bob, community, await bob.joins(community)


async def test_what_was_chosen_is_kept_and_what_was_left_out_stays(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    assert await rows_of(bob) == {}
    await chooses(bob, status=("🌱", "in the garden", 0))
    await chooses(bob, appear="away")
    await chooses(bob, community, last_seen="shown")
    assert await rows_of(bob) == {
        "": StatusRow(bob.id, appear="away", emoji="🌱", text="in the garden"),
        community: StatusRow(bob.id, community, last_seen="shown"),
    }
    (row,) = await sees(ann, member)
    assert (row.appear, row.own_name, row.apart) == ("away", True, False)
    assert await status(ann, member) == Status(emoji="🌱", text="in the garden")
    await chooses(bob, status=("", "", 0))
    await chooses(bob, community, last_seen="inherit")
    await chooses(bob, appear="auto")
    assert await rows_of(bob) == {}, "as at first"


async def test_a_status_of_a_place_goes_before_that_of_everywhere_and_ends_by_itself(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    await chooses(bob, status=("", "everywhere", 0))
    await chooses(bob, community, status=("", "here", DAY))
    (row,) = await sees(ann, member)
    now = time.time_ns() // 1_000_000
    until = row.here.until_ms
    assert now + DAY - 60_000 < until <= now + DAY
    assert row.status(until - 1) == Status(text="here", until=moment(until))
    assert row.changes_at(now) == until
    assert row.status(until) == Status(text="everywhere")
    assert row.changes_at(until) == 0
    await chooses(bob, community, status=("", "", DAY))
    assert await status(ann, member) == Status(text="everywhere")


async def test_words_for_everywhere_are_not_seen_under_another_handle(town: Town):
    row = MemberRow(id="m_1", account="a_1", place="c_1", rev=1, handle="moss", display_name="Moss")
    rows = {"": StatusRow("a_1", text="moving to Lisbon"), "c_1": StatusRow("a_1", "c_1", text="kept", kept="copy")}
    assert seen(row, "ann", rows).status(NOW) is None
    assert seen(row, "ann", {"": rows[""]}).status(NOW) is None
    assert seen(row, "moss", {"": rows[""]}).status(NOW) == Status(text="moving to Lisbon")
    assert seen(row, "ann", {"c_1": StatusRow("a_1", "c_1", text="here")}).status(NOW) == Status(text="here")


async def test_who_is_invisible_changes_no_status_and_both_at_once_may_be_chosen(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    await chooses(bob, appear="invisible", status=("", "gone fishing", 0))
    assert await status(ann, member) == Status(text="gone fishing")
    for place in ("", community):
        await refused(INVISIBLE, town.store.set_status(bob.id, StatusWish(place, status=("", "hello", 0))))
        await refused(INVISIBLE, town.store.set_status(bob.id, StatusWish(place, status=("", "", 0))))
    await chooses(bob, community, appear="auto", status=("", "hello", 0))
    assert await status(ann, member) == Status(text="hello")
    await refused(INVISIBLE, town.store.set_status(bob.id, StatusWish("", appear="invisible", status=("", "hello", 0))))
    await chooses(bob, appear="away", status=("", "back", 0))


async def test_where_one_is_invisible_others_see_what_they_saw_until_one_is_back(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    other = await bob.founds("library")
    (mine,) = [row.id for row in (await standing_of(bob)) if row.place == other]
    await ann.joins(other)
    await chooses(bob, status=("", "before", 0))
    await chooses(bob, community, appear="invisible")
    await chooses(bob, status=("", "after", 0))
    assert await status(ann, mine) == Status(text="after")
    assert await status(ann, member) == Status(text="before")
    await chooses(bob, status=("", "", 0))
    assert (await status(ann, mine), await status(ann, member)) == (None, Status(text="before"))
    await chooses(bob, status=("", "and now", 0))
    await chooses(bob, community, appear="inherit")
    assert await status(ann, member) == Status(text="and now")
    assert await rows_of(bob) == {"": StatusRow(bob.id, text="and now")}
    await chooses(bob, community, appear="invisible")
    await chooses(bob, status=("", "third", 0))
    await chooses(bob, community, appear="auto")
    assert await status(ann, member) == Status(text="third")


async def test_where_one_is_invisible_the_own_status_of_a_place_stays_and_nothing_new_follows_it(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    await chooses(bob, status=("", "before", 0))
    await chooses(bob, community, appear="invisible", status=("🎣", "here", DAY))
    await chooses(bob, status=("", "after", 0))
    (row,) = await sees(ann, member)
    end = row.here.until_ms
    assert [row.status(now) for now in (end - 1, end)] == [Status(emoji="🎣", text="here", until=moment(end)), None]
    await chooses(bob, community, appear="auto")
    (row,) = await sees(ann, member)
    assert row.status(end) == Status(text="after")


async def test_where_one_was_invisible_without_a_status_none_appears(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    await chooses(bob, community, appear="invisible")
    await chooses(bob, status=("", "elsewhere", 0))
    assert await status(ann, member) is None


async def standing_of(person: Person) -> list[MemberRow]:
    standing = await person.town.store.standing(person.id)
    assert standing is not None
    return standing.members


async def test_whoever_is_silenced_says_nothing_by_a_status(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    await chooses(bob, status=("", "everywhere", 0))
    await ann.do(SilenceMember, community=community, member=member, reason="rude", for_ms=DAY)
    await refused(SILENCED, town.store.set_status(bob.id, StatusWish(community, status=("🙂", "", 0))))
    await chooses(bob, community, appear="dnd", status=("", "", 0))
    await chooses(bob, status=("", "words", 0))
    (row,) = await sees(ann, member)
    now = time.time_ns() // 1_000_000
    assert row.status(now) is None
    assert now < row.changes_at(now) <= now + DAY
    assert row.status(now + DAY + 60_000) == Status(text="words")


async def test_only_members_choose_for_a_community_and_nobody_inherits_from_nowhere(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    cat = await town.person("cat")
    room = await ann.makes(community, "hall")
    await bob.leaves(community)
    for person, place in ((cat, community), (bob, community), (ann, "garden"), (ann, room), (ann, "c_nowhere")):
        await refused(COMMUNITY_GONE, town.store.set_status(person.id, StatusWish(place, appear="dnd")))
    for wish in (StatusWish("", appear="inherit"), StatusWish("", last_seen="inherit")):
        await refused(FIELD_INVALID, town.store.set_status(ann.id, wish))
    await bob.joins(community)
    assert [await rows_of(person) for person in (ann, bob, cat)] == [{}, {}, {}]
    del member


async def test_of_places_that_one_is_not_in_nothing_is_seen(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    cat = await town.person("cat")
    await chooses(bob, status=("", "canary", 0))
    mine = await ann.member_in(community)
    assert await sees(cat, member, mine) == []
    assert [row.member.id for row in await sees(ann, member, "m_nobody", mine, member)] == [member, mine]
    room = await ann.writes_to(cat)
    (row,) = await sees(cat, await ann.member_in(room))
    assert (row.member.handle, row.own_name) == ("ann", True)
    await bob.leaves(community)
    (row,) = await sees(ann, member)
    assert row.member.left


async def test_a_block_in_either_direction_sets_two_apart(town: Town):
    ann, bob, _, member = await two_in_a_garden(town)
    (mine,) = [row.id for row in await standing_of(ann)]
    for blocker, other in ((ann, "bob"), (bob, "ann")):
        await town.store.set_block(blocker.id, "mute", handle=other)
        assert [row.apart for row in (*await sees(ann, member), *await sees(bob, mine))] == [False, False]
        await town.store.set_block(blocker.id, "block", handle=other)
        assert [row.apart for row in (*await sees(ann, member), *await sees(bob, mine))] == [True, True]
        assert not (await sees(bob, member))[0].apart
        await town.store.set_block(blocker.id, "none", handle=other)


async def test_the_last_day_is_kept_only_where_it_is_shown_and_not_of_who_is_invisible(town: Town):
    ann, bob, community, member = await two_in_a_garden(town)
    await town.store.note_day(bob.id)
    assert await rows_of(bob) == {}
    await chooses(bob, community, last_seen="shown")
    now = time.time_ns() // 1_000_000
    await town.store.note_day(bob.id)
    assert {place: row.day for place, row in (await rows_of(bob)).items()} == {"": now // DAY_MS, community: 0}
    (row,) = await sees(ann, member)
    assert [row.last_seen(now + days * DAY_MS) for days in (0, 1, 6, 7, 30, 31, 400)] == [
        "today", "week", "week", "month", "month", "longer", "longer",
    ]  # fmt: skip
    await chooses(bob, community, appear="invisible")
    (row,) = await sees(ann, member)
    assert row.last_seen(now + DAY_MS) == "week", "it stays what it was"
    await chooses(bob, community, last_seen="hidden")
    (row,) = await sees(ann, member)
    assert row.last_seen(now) == ""
    assert {row.day for row in (await rows_of(bob)).values()} == {0}, "what nobody is shown is not kept"


def test_the_last_day_of_who_is_invisible_stays_what_it_was():
    member = MemberRow(id="m_1", account="a_1", place="c_1", rev=1, handle="ann", display_name="Ann")
    today = NOW // DAY_MS
    everywhere = StatusRow("a_1", last_seen="shown", day=today)
    here = StatusRow("a_1", "c_1", appear="invisible", day=today - 10)
    assert seen(member, "ann", {"": everywhere, "c_1": here}).last_seen(NOW) == "month"
    assert seen(member, "ann", {"": everywhere}).last_seen(NOW) == "today"
    assert (
        seen(member, "ann", {"": everywhere, "c_1": StatusRow("a_1", "c_1", last_seen="hidden")}).last_seen(NOW) == ""
    )
    assert seen(member, "ann", {"": StatusRow("a_1", last_seen="shown")}).last_seen(NOW) == "", "never seen"


@pytest.mark.parametrize("appear", ["auto", "away", "dnd", "invisible"])
async def test_a_choice_survives_leaving_and_coming_back(town: Town, appear: str):
    ann, bob, community, member = await two_in_a_garden(town)
    await chooses(bob, community, appear=appear)
    await bob.leaves(community)
    assert await bob.joins(community) == member
    (row,) = await sees(ann, member)
    assert row.appear == appear
