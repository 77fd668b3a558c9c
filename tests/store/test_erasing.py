"""Who goes, as the law of the store has it (store/erasing.py), for every implementation."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from among_protocol.codes import ACCOUNT_GONE, COMMUNITY_GONE, HANDLE_TAKEN, LAST_OWNER, Refuse
from among_protocol.communities import CommunityLeft, LeaveCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.dnd import Dnd
from among_protocol.members import MemberForgotten, MemberJoined, PersonaRef
from among_protocol.moderation import DAY, KickMember, RoleSet, SetRole, SilenceMember
from among_protocol.posts import EditPost, PublishPost
from among_protocol.quotes import AskQuote, ConsentToQuote
from among_protocol.reports import FileReport, ReportFiled, ResolveReport
from among_protocol.rooms import AddPerson, DirectOpened
from among_server.limits import HANDLE_REST_MS, SEALED_MS
from among_server.store import erasing as law
from among_server.store.rules import erasing
from among_server.store.sqlite import SqliteStore
from among_server.store.status import StatusWish
from among_server.store.stewards import stewards_of
from among_server.store.tags import InterestRow
from tests.store.test_laws import hall
from tests.store.town import Person, Town, refused


async def done(town: Town) -> int:
    """All that is due is done; how many steps that took."""
    steps = 0
    while await town.store.erase_more() is not None:
        steps += 1
        assert steps < 500, "it never ends"
    return steps


async def goes(person: Person, community: str, keep: str) -> CommunityLeft:
    left: CommunityLeft = await person.do(LeaveCommunity, community=community, keep=keep)
    return left


def vars_of(entry: Any) -> dict[str, Any]:
    """All that an entry says, also what it does not show of itself."""
    return {name: getattr(entry, name) for name in entry.__struct_fields__}


async def seen(town: Town, by: Person, member: str, rev: int = 0) -> tuple[str, str, bool]:
    """Who a member is to somebody who is there: handle, name, whether they left."""
    (persona,) = await town.store.personas(by.id, [PersonaRef(member=member, rev=rev)])
    return persona.handle, persona.display_name, persona.left


async def erased(person: Person, keep: str = "words", grace_ms: int = 0) -> law.Begun:
    found = await person.town.store.password_hash(person.handle)
    assert found is not None
    return await person.town.store.begin_erasure(person.id, keep, password=found[1], grace_ms=grace_ms)


# --- leaving a place


async def test_who_leaves_stays_as_a_former_member_unless_they_say_otherwise(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    member = await bob.member_in(community)
    await bob.says(room, "hello")
    await bob.leaves(community)
    assert await seen(town, ann, member) == ("bob", "Bob", True)
    assert await town.bodies(room) == ["hello"]
    assert await done(town) == 0


async def test_with_words_every_revision_is_a_blank_one_and_the_words_stay(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    member = await bob.member_in(community)
    await bob.says(room, "hello")
    await bob.renames("Robert")
    left = await goes(bob, community, "words")
    assert (left.keep, left.frozen) == ("words", False)
    assert {await seen(town, ann, member, rev) for rev in (0, 1, 2, 7)} == {("", "", True)}  # before any step
    await done(town)
    assert await town.bodies(room) == ["hello"]
    log = await town.log(community)
    told = [entry for entry in log if entry.by == member]
    assert [(entry.handle, entry.blank) for entry in told if isinstance(entry, MemberJoined)] == [("", True)]
    assert [entry.erased for entry in told if isinstance(entry, MemberForgotten)] == [False]
    assert not any("ob" in f"{getattr(entry, 'handle', '')}{getattr(entry, 'display_name', '')}" for entry in told)


async def test_with_erase_the_words_go_and_only_theirs_and_only_there(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    elsewhere = await ann.founds("shed")
    other = await ann.makes(elsewhere, "corner")
    await bob.joins(elsewhere)
    await bob.says(other, "kept")
    for n in range(law.STEP // 2 + 7):
        await bob.says(room, f"bob {n}")
        await ann.says(room, f"ann {n}")
    await goes(bob, community, "erase")
    await done(town)
    page, _ = await town.page(room, limit=200)
    assert {message.body for message in page if message.blank} == {""}
    assert [message.body for message in page if not message.blank] == [f"ann {n}" for n in range(len(page) // 2)]
    assert await town.bodies(other) == ["kept"]
    assert [message.seq for message in page] == list(range(1, len(page) + 1))


async def test_with_erase_a_corner_is_empty_and_nobody_is_quoted_any_more(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await bob.do(UpdateCorner, community=community, title="canary corner")
    post = await bob.do(PublishPost, community=community, title="canary title", body="canary body")
    corner = post.log
    await ann.follows(corner)
    await bob.do(EditPost, room=corner, post=post.seq, body="canary again")
    said = await bob.says(room, "canary quote")
    asked = await ann.do(AskQuote, community=community, room=room, message=said.entry.event.seq, text="canary quote")
    await bob.do(ConsentToQuote, community=community, quote=asked.quote, agree=True)
    await goes(bob, community, "erase")
    await done(town)
    assert (await town.store.posts(corner, None, 9)).posts == []
    row = await town.store.room(corner)
    assert row is not None
    assert row.topic == ""
    assert await town.store.quotes(bob.id, community) == []
    logs = [community, room, corner, stewards_of(community), ann.id, bob.id]
    told = [entry for log in logs for entry in await town.log(log)]
    assert [entry for entry in told if "canary" in repr(vars_of(entry))] == []


async def test_an_account_that_is_erased_leaves_no_draft_and_says_nothing_of_who_may_speak_to_it(town: Town):
    community, room, (_, bob) = await hall(town, "ann", "bob")
    await town.store.set_draft(bob.id, room, "canary")
    await town.store.set_reach(bob.id, community, directs="nobody")
    await bob.leaves(community)
    await erased(bob)
    await done(town)
    assert await town.store.drafts(bob.id, ("", 0), 9) == []
    assert await town.store.standing(bob.id) is None


async def test_a_step_looks_at_so_much_and_no_more(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(erasing, "STEP", 3)
    monkeypatch.setattr(erasing, "LOOKED", 4)
    community, room, (_, bob) = await hall(town, "ann", "bob")
    for n in range(20):
        await bob.says(room, f"{n}")
    await goes(bob, community, "erase")
    before = len(town.heard)
    steps = 0
    while await town.store.erase_more() is not None:
        steps += 1
        assert len(town.heard) - before <= 3
        before = len(town.heard)
    assert steps > 7
    assert set(await town.bodies(room)) == {""}


async def test_who_was_kicked_may_choose_afterwards(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    member = await bob.member_in(community)
    await bob.says(room, "hello")
    await ann.do(KickMember, community=community, member=member, reason="no reason")
    await refused(COMMUNITY_GONE, bob.leaves(community))
    await goes(bob, community, "words")
    await done(town)
    assert await seen(town, ann, member) == ("", "", True)
    assert await town.bodies(room) == ["hello"]
    await goes(bob, community, "erase")
    await done(town)
    assert await town.bodies(room) == [""]


async def test_choosing_again_tells_nobody_again(town: Town):
    community, _, (_, bob) = await hall(town, "ann", "bob")
    await goes(bob, community, "words")
    await done(town)
    before = len(await town.log(community))
    await goes(bob, community, "words")
    assert await done(town) == 0
    assert len(await town.log(community)) == before


async def test_who_was_never_there_has_nothing_to_choose(town: Town):
    community, _, _ = await hall(town, "ann", "bob")
    cat = await town.person("cat")
    await refused(COMMUNITY_GONE, goes(cat, community, "erase"))


async def test_the_last_owner_stays_whatever_they_would_keep(town: Town):
    community, _, (ann, _) = await hall(town, "ann", "bob")
    for keep in ("persona", "words", "erase"):
        await refused(LAST_OWNER, goes(ann, community, keep))


# --- coming back


async def test_who_comes_back_is_the_same_member_and_has_what_was_kept(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    member = await bob.member_in(community)
    said = (await bob.says(room, "hello")).entry.event
    await goes(bob, community, "words")
    await done(town)
    assert await bob.joins(community) == member
    assert await seen(town, ann, member, said.rev) == ("bob", "Bob", False)
    assert await town.bodies(room) == ["hello"]


async def test_what_is_said_after_coming_back_is_not_erased(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(erasing, "STEP", 2)
    community, room, (_, bob) = await hall(town, "ann", "bob")
    for n in range(9):
        await bob.says(room, f"{n}")
    await goes(bob, community, "erase")
    await town.store.erase_more()
    await bob.joins(community)
    for _ in range(9):
        await bob.says(room, "again")
    await done(town)
    assert await town.bodies(room) == [""] * 9 + ["again"] * 9


@pytest.mark.parametrize("again", ["words", "persona"])
async def test_what_was_chosen_before_coming_back_is_done_though_they_leave_again(
    town: Town, monkeypatch: pytest.MonkeyPatch, again: str
):
    monkeypatch.setattr(erasing, "STEP", 2)
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    for n in range(9):
        await bob.says(room, f"{n}")
    await goes(bob, community, "erase")
    await town.store.erase_more()
    member = await bob.joins(community)
    await bob.says(room, "again")
    await goes(bob, community, again)
    await done(town)
    assert await town.bodies(room) == [""] * 9 + ["again"]
    assert (await seen(town, ann, member))[0] == ("" if again == "words" else "bob")


async def test_what_was_reported_before_coming_back_goes_though_they_leave_again(town: Town):
    community, room, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    bad = (await bob.says(room, "something bad")).entry.event
    await cat.do(FileReport, room=room, message=bad.seq, reason="bad")
    await goes(bob, community, "erase")
    await done(town)
    await bob.joins(community)
    await goes(bob, community, "words")
    await done(town)
    (report,) = await town.store.reports(community, 0, 10)
    await ann.do(ResolveReport, community=community, report=report.seq, outcome="acted")
    await done(town)
    assert await town.bodies(room) == [""]


async def test_who_comes_back_silenced_stays_when_a_report_about_them_is_answered(town: Town):
    community, room, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    member = await bob.member_in(community)
    await cat.do(FileReport, community=community, member=member, reason="the name")
    await ann.do(SilenceMember, community=community, member=member, reason="loud", for_ms=DAY)
    assert (await goes(bob, community, "words")).frozen
    await done(town)
    assert await bob.joins(community) == member
    (report,) = await town.store.reports(community, 0, 10)
    await ann.do(ResolveReport, community=community, report=report.seq, outcome="declined")
    await done(town)
    assert await bob.member_in(community) == member
    assert room in await bob.followed()
    assert await seen(town, ann, member) == ("bob", "Bob", False)
    joined = [entry for entry in await town.log(community) if isinstance(entry, MemberJoined) and entry.by == member]
    assert [entry.handle for entry in joined] == ["", "bob"]


async def test_a_handle_that_was_freed_rests_for_others_and_not_for_whoever_had_it(town: Town):
    community, _, (_, bob) = await hall(town, "ann", "bob")
    cat = await town.person("cat")
    mine = await bob.member_in(community)
    await goes(bob, community, "words")
    await done(town)
    for whose, handle in ((mine, "bob"), ("m_somebody", "c.at")):
        await at_rest(town, community, handle, whose)
    await refused(HANDLE_TAKEN, cat.joins(community))
    assert await bob.joins(community) == mine


async def at_rest(town: Town, place: str, handle: str, member: str) -> None:
    calls: Any = town.store
    await calls._call(lambda tx: tx.rest(place, handle, tx.now_ms + 1_000_000, member))


async def test_a_membership_is_sealed_when_its_time_is_over(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("among_server.store.rules.forgetting.SEALED_MS", 0)
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    member = await bob.member_in(community)
    await bob.says(room, "hello")
    await goes(bob, community, "words")
    await done(town)
    assert await town.store.erasures() == []
    await refused(COMMUNITY_GONE, goes(bob, community, "erase"))  # nothing leads there any more
    assert await town.bodies(room) == ["hello"]
    assert await seen(town, ann, member) == ("", "", True)
    assert await bob.store_memberships() == set()
    assert SEALED_MS >= 28 * 86_400_000


# --- what was reported


@pytest.mark.parametrize("kind", ["open", "private"])
async def test_what_was_reported_stays_until_it_is_answered(town: Town, kind: str):
    community, room, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    member = await bob.member_in(community)
    if kind == "private":
        room = await ann.makes(community, "shed", kind="private")
        for person in (bob, cat):
            await ann.do(AddPerson, room=room, member=await person.member_in(community))
    bad = (await bob.says(room, "something bad")).entry.event
    await bob.says(room, "something else")
    report = (await cat.do(FileReport, room=room, message=bad.seq, reason="bad")).seq
    left = await goes(bob, community, "erase")
    assert left.frozen
    await done(town)
    assert [message.body for message in (await town.page(room))[0] if message.body] == ["something bad"]
    assert await seen(town, ann, member) == ("", "", True)
    (open_report,) = await town.store.reports(community, 0, 10)
    assert open_report.body == "something bad"
    await ann.do(ResolveReport, community=community, report=open_report.seq, outcome="acted")
    await done(town)
    assert not any(message.body for message in (await town.page(room))[0])
    for log, number in ((stewards_of(community), open_report.seq), (cat.id, report)):
        filed = next(entry for entry in await town.log(log) if entry.seq == number)
        assert isinstance(filed, ReportFiled)
        assert (filed.body, filed.reason) == ("", "bad")


async def test_who_is_reported_themselves_keeps_their_name_until_it_is_answered(town: Town):
    community, _, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    member = await bob.member_in(community)
    await cat.do(FileReport, community=community, member=member, reason="the name")
    assert (await goes(bob, community, "words")).frozen
    await done(town)
    assert await seen(town, ann, member) == ("bob", "Bob", True)
    (report,) = await town.store.reports(community, 0, 10)
    await ann.do(ResolveReport, community=community, report=report.seq, outcome="declined")
    await done(town)
    assert await seen(town, ann, member) == ("", "", True)
    assert not any(getattr(entry, "handle", "") == "bob" for entry in await town.log(community))


async def test_what_a_steward_did_stays_without_their_name(town: Town):
    community, _, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    steward = await bob.member_in(community)
    await ann.do(SetRole, community=community, member=steward, role="steward")
    await bob.do(KickMember, community=community, member=await cat.member_in(community), reason="rude")
    await goes(bob, community, "erase")
    await done(town)
    told = next(entry for entry in await town.log(cat.id) if getattr(entry, "reason", "") == "rude")
    assert (told.by, getattr(told, "steward", 0)) == (steward, None)
    audit = [entry for entry in await town.log(stewards_of(community)) if getattr(entry, "reason", "") == "rude"]
    assert [entry.by for entry in audit] == [steward]


# --- an account


async def test_an_account_that_is_erased_is_nowhere_by_name(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    member = await bob.member_in(community)
    direct = await bob.writes_to(ann)
    await bob.says(room, "hello")
    await bob.says(direct, "psst")
    begun = await erased(bob)
    assert begun.sessions == []
    assert await town.store.account(bob.id) is None
    assert await town.store.account_by_handle("bob") is None
    assert await town.store.password_hash("bob") is None
    assert await town.store.standing(bob.id) is None
    assert await town.store.accounts() == 1
    assert await seen(town, ann, member) == ("", "", True)
    assert [person.handle for person in (await town.store.directs([direct]))[0].people] == ["", "ann"]
    assert [one.own_name for one in await town.store.seen(ann.id, [member])] == [False]
    await done(town)
    assert await town.bodies(room) == ["hello"]
    assert await town.bodies(direct) == ["psst"]
    (opened,) = [entry for entry in await town.log(ann.id) if isinstance(entry, DirectOpened)]
    assert sorted(person.handle for person in opened.people) == ["", "ann"]
    own = await town.store.log(bob.id)
    assert own is not None
    assert own.floor == own.head
    assert (await town.store.entries(bob.id, 0, None, 100)).entries == []
    assert all(row.name.startswith("seal ") for row in await town.store.erasures())


async def test_with_erase_their_words_go_everywhere_and_the_others_stay(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    direct = await bob.writes_to(ann)
    for where in (room, direct):
        await bob.says(where, "mine")
        await ann.says(where, "yours")
    await erased(bob, "erase")
    await done(town)
    assert await town.bodies(room) == ["", "yours"]
    assert await town.bodies(direct) == ["", "yours"]
    assert community


@pytest.mark.parametrize("sealed_ms", [0, SEALED_MS])
async def test_words_that_were_to_go_before_go_though_the_account_is_erased_without_them(
    town: Town, monkeypatch: pytest.MonkeyPatch, sealed_ms: int
):
    """Also where the server was down for so long that the membership is to be sealed before they went."""
    monkeypatch.setattr("among_server.store.rules.forgetting.SEALED_MS", sealed_ms)
    monkeypatch.setattr(erasing, "STEP", 3)
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    elsewhere = await ann.makes(await ann.founds("shed"), "corner")
    await bob.joins("shed")
    await bob.says(elsewhere, "kept")
    for n in range(10):
        await bob.says(room, f"{n}")
    await goes(bob, community, "erase")
    for _ in range(2):
        await town.store.erase_more()
    await town.store.erase_by_force("bob", "words")
    await done(town)
    assert await town.bodies(room) == [""] * 10
    assert await town.bodies(elsewhere) == ["kept"]
    own = await town.store.log(bob.id)
    assert own is not None
    assert own.floor == own.head, "what was the way to the words goes, too"


async def test_words_that_a_report_about_their_author_holds_up_go_though_the_account_is_erased_without_them(town: Town):
    community, room, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    member = await bob.member_in(community)
    bad = (await bob.says(room, "something bad")).entry.event
    await cat.do(FileReport, community=community, member=member, reason="the name")
    await cat.do(FileReport, room=room, message=bad.seq, reason="bad")
    await goes(bob, community, "erase")
    await done(town)
    await town.store.erase_by_force("bob", "words")
    await done(town)
    for report in await town.store.reports(community, 0, 10):
        await ann.do(ResolveReport, community=community, report=report.seq, outcome="declined")
    await done(town)
    assert await town.bodies(room) == [""]
    assert await seen(town, ann, member) == ("", "", True)


async def test_what_a_second_device_asked_behind_an_erasure_is_refused(town: Town):
    community, room, (_, bob) = await hall(town, "ann", "bob")
    await bob.says(room, "hello")
    found = await town.store.password_hash("bob")
    assert found is not None
    store, wish = town.store, StatusWish("", status=("", "canary", 0))
    answers = await asyncio.gather(
        store.begin_erasure(bob.id, "words", password=found[1], grace_ms=0),
        goes(bob, community, "erase"),
        store.set_block(bob.id, "mute", handle="ann"),
        store.set_status(bob.id, wish),
        store.set_reach(bob.id, "", directs="nobody"),
        store.set_notify(bob.id, "", "canary", "all", 0),
        store.set_dnd(bob.id, Dnd(times=[], zone="UTC", shown=False)),
        store.set_interests(bob.id, "", [InterestRow("tea")]),
        store.dismiss(bob.id, community, dismissed=True),
        return_exceptions=True,
    )
    assert [getattr(answer, "code", None) for answer in answers[1:]] == [ACCOUNT_GONE] * 8
    await done(town)
    assert await town.bodies(room) == ["hello"]


async def test_cnt_03_the_handle_of_an_erased_account_rests(town: Town):
    _, _, (_, bob) = await hall(town, "ann", "bob")
    await erased(bob)
    for handle in ("bob", "Bob", "b.ob"):
        await refused(HANDLE_TAKEN, town.store.create_account(handle, "Bob", "hash"))
    await town.store.create_account("robert", "Robert", "hash")
    assert HANDLE_REST_MS == 90 * 86_400_000


async def test_the_last_owner_hands_over_first(town: Town):
    community, _, (ann, bob) = await hall(town, "ann", "bob")
    with pytest.raises(Refuse) as caught:
        await erased(ann)
    assert caught.value.code == LAST_OWNER
    assert "hall" in caught.value.message
    await ann.do(SetRole, community=community, member=await bob.member_in(community), role="owner")
    await erased(ann)
    assert [member.handle for member in await town.store.members(community, "", 10)] == ["bob"]


async def test_the_operator_erases_an_owner_and_the_first_steward_owns_then(town: Town):
    community, _, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    await ann.do(SetRole, community=community, member=await cat.member_in(community), role="steward")
    await town.store.erase_by_force("ann", "words")
    await done(town)
    members = await town.store.members(community, "", 10)
    assert [(member.handle, member.role) for member in members] == [("bob", "member"), ("cat", "owner")]
    told = [entry for entry in await town.log(cat.id) if isinstance(entry, RoleSet)]
    assert (told[-1].role, told[-1].stewards) == ("owner", stewards_of(community))
    assert bob.handle == "bob"


async def test_until_the_grace_is_over_signing_in_keeps_the_account(town: Town):
    community, _, (ann, bob) = await hall(town, "ann", "bob")
    await town.store.open_session(bob.id, b"first", "phone")
    begun = await erased(bob, "erase", grace_ms=1_000_000)
    assert len(begun.sessions) == 1
    assert await done(town) == 0
    assert await town.store.account_by_handle("bob") is not None
    entered = await town.store.open_session(bob.id, b"second", "phone")
    assert entered.spared
    assert not (await town.store.open_session(bob.id, b"third", "phone")).spared
    assert await town.store.erasures() == []
    assert await bob.member_in(community)
    assert ann.handle == "ann"


HOUR = 3_600_000
MONTH = 30 * DAY


class Clocks:
    """Of the store, as it takes its next steps: the one that can be set, and the steady one. In milliseconds."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead = self.passed = 0
        step = erasing.step
        patch.setattr("among_server.store.moments.monotonic", lambda: monotonic() + self.passed / 1000)

        def later(tx: Any) -> law.Erasure | None:
            tx.now_ms += self.ahead
            return step(tx)

        patch.setattr(erasing, "step", later)


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


async def test_when_the_grace_is_over_it_is_done(town: Town, clocks: Clocks):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await bob.says(room, "hello")
    await erased(bob, "erase", grace_ms=HOUR)
    assert await done(town) == 0
    clocks.ahead = clocks.passed = HOUR
    await done(town)
    assert (await town.bodies(room))[0] == ""
    assert await town.store.account_by_handle("bob") is None
    assert community


@pytest.mark.parametrize("ahead", [MONTH, -MONTH])
async def test_dur_08_a_clock_that_is_set_makes_no_grace_shorter_or_longer(town: Town, clocks: Clocks, ahead: int):
    _, _, (ann, bob) = await hall(town, "ann", "bob")
    await erased(bob, grace_ms=HOUR)
    clocks.ahead = ahead
    assert await done(town) == 0
    clocks.passed = HOUR - 60_000
    assert await done(town) == 0
    assert await town.store.account_by_handle("bob") is not None
    clocks.passed = HOUR
    assert await done(town) > 0
    assert await town.store.account_by_handle("bob") is None
    assert ann.handle == "ann"


async def test_dur_08_a_grace_goes_on_only_while_one_could_sign_in(tmp_path: Path, clocks: Clocks):
    """The server stood still for a month, or its clock says so: who means to come back can't have done so."""
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    _, bob = await town.people("ann", "bob")
    await erased(bob, grace_ms=3 * HOUR)
    clocks.passed = 2 * HOUR
    assert await done(town) == 0
    await town.store.close()
    clocks.ahead = MONTH
    town = Town(SqliteStore(tmp_path))
    await town.store.open()
    assert await done(town) == 0
    assert await town.store.account_by_handle("bob") is not None
    clocks.passed += HOUR  # two before, one now
    assert await done(town) > 0
    assert await town.store.account_by_handle("bob") is None
    await town.store.close()


async def test_a_nonce_of_a_blanked_word_gives_the_blank_one(town: Town):
    community, room, (_, bob) = await hall(town, "ann", "bob")
    await bob.says(room, "hello", nonce="once")
    await goes(bob, community, "erase")
    await done(town)
    again: Any = await bob.says(room, "hello", nonce="once")
    assert again.repeat
    assert (again.entry.event.body, again.entry.event.blank) == ("", True)
