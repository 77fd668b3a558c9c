"""Law 6. Same account, same nonce, same content: the first result again, and nothing written. Other content: a conflict."""

import asyncio

import pytest

from among_protocol.accounts import UpdateAccount
from among_protocol.codes import COMMUNITY_GONE, NONCE_CONFLICT, ROOM_GONE, Refuse
from among_protocol.communities import CreateCommunity, JoinCommunity, LeaveCommunity
from among_protocol.messages import SendMessage
from among_protocol.personas import PersonaWish, ShownWish, UpdatePersona
from tests.store.town import Town, refused


async def test_a_repeat_gets_the_first_result_and_writes_nothing(town: Town):
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    first = await ann.says(room, "hello", nonce="n1")
    heard = len(town.heard)
    again = await ann.says(room, "hello", nonce="n1")
    assert not first.repeat
    assert again.repeat
    assert again.entry == first.entry
    assert len(town.heard) == heard
    assert await town.bodies(room) == ["hello"]


async def test_how_much_one_has_written_counts_what_came_lately(town: Town):
    ann, bob = await town.people("ann", "bob")
    room = await ann.makes(await ann.founds("hall"), "general")
    before = await town.store.writings(ann.id)
    for number in range(3):
        await ann.says(room, f"{number}", nonce=f"n{number}")
    await ann.says(room, "2", nonce="n2")
    assert await town.store.writings(ann.id) == before + 3
    assert await town.store.writings(bob.id) == await town.store.writings("a_none") == 0


async def test_the_id_of_a_command_is_no_part_of_its_content(town: Town):
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    for id in ("1", "2"):
        await town.store.append(ann.id, SendMessage(id=id, nonce="n1", room=room, body="hello"))
    assert await town.bodies(room) == ["hello"]


async def test_other_content_under_a_used_nonce_is_a_conflict(town: Town):
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    await ann.says(room, "hello", nonce="n1")
    await refused(NONCE_CONFLICT, ann.says(room, "good bye", nonce="n1"))
    await refused(NONCE_CONFLICT, ann.ask(CreateCommunity, nonce="n1", slug="other", name="Other"))
    assert await town.bodies(room) == ["hello"]


async def test_a_nonce_is_ones_own(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    await bob.joins(community)
    answers = [await ann.says(room, "hello", nonce="n1"), await bob.says(room, "hello", nonce="n1")]
    assert [answer.repeat for answer in answers] == [False, False]
    assert await town.bodies(room) == ["hello", "hello"]


async def test_a_repeat_in_the_same_breath(town: Town):
    ann = await town.person("ann")
    room = await ann.makes(await ann.founds("hall"), "general")
    answers = await asyncio.gather(
        ann.says(room, "one", nonce="n1"),
        ann.says(room, "two", nonce="n2"),
        ann.says(room, "one", nonce="n1"),
        ann.says(room, "not two", nonce="n2"),
        ann.says(room, "three", nonce="n3"),
        return_exceptions=True,
    )
    assert [getattr(answer, "repeat", answer) for answer in answers[:3]] == [False, False, True]
    assert isinstance(answers[3], Refuse)
    assert answers[3].code == NONCE_CONFLICT
    assert await town.bodies(room) == ["one", "two", "three"]


async def test_a_refused_command_has_not_used_its_nonce(town: Town):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    await refused(ROOM_GONE, bob.says(room, "let me in", nonce="n1"))
    await bob.joins(community)
    assert not (await bob.says(room, "thank you", nonce="n1")).repeat


async def test_a_repeat_is_answered_even_where_one_may_no_longer_ask(town: Town):
    """The answer was lost on the way; what one asked for has happened."""
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    room = await ann.makes(community, "general")
    await bob.joins(community)
    said = await bob.says(room, "farewell", nonce="n1")
    left = await bob.ask(LeaveCommunity, community=community, nonce="n2")
    assert (await bob.ask(LeaveCommunity, community=community, nonce="n2")).entry == left.entry
    assert (await bob.says(room, "farewell", nonce="n1")).entry == said.entry
    await refused(COMMUNITY_GONE, bob.leaves(community))
    await refused(NONCE_CONFLICT, bob.says(room, "something else", nonce="n1"))


@pytest.mark.parametrize("between", [0, 1, 5])
async def test_every_kind_of_write_can_be_repeated(town: Town, between: int):
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("hall")
    joined = await bob.ask(JoinCommunity, community=community, nonce="n1")
    for n in range(between):
        await ann.makes(community, f"room-{n}")
    assert (await bob.ask(JoinCommunity, community=community, nonce="n1")).entry == joined.entry
    found = await town.store.community(community)
    assert found is not None
    assert found.members == 2


async def test_who_hides_what_they_were_called_changes_their_profile_once(town: Town):
    """Their former names are looked for, and go, between the entry and its nonce."""
    ann = await town.person("ann")
    hall = await ann.founds("hall")
    await ann.do(UpdatePersona, community=hall, persona=PersonaWish(shown=ShownWish(lineage="stewards")))
    for name in ("Ann of the garden", "Ann"):
        first = await ann.ask(UpdateAccount, nonce=name, display_name=name)
        again = await ann.ask(UpdateAccount, nonce=name, display_name=name)
        assert (first.repeat, again.repeat) == (False, True)
        assert again.entry == first.entry
