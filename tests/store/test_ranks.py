"""Whatever is tried, by whomever, on whomever: nobody gets above whoever let them, and a community has an owner."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol.codes import INTERNAL, Refuse
from among_protocol.moderation import (
    DAY,
    BanMember,
    KickMember,
    RoleSet,
    SetRole,
    SilenceMember,
    UnbanMember,
    UnsilenceMember,
)
from among_server.rights import RANKS
from among_server.store.memory import MemoryStore
from tests.store.town import Person, Town

HANDLES = ("ann", "bob", "cat", "dan", "eve")
ACTS = ("role", "role", "role", "role", "kick", "ban", "unban", "silence", "unsilence", "join", "join", "leave")
STEP = st.tuples(
    st.integers(0, 4), st.sampled_from(ACTS), st.integers(0, 4), st.sampled_from(sorted(RANKS)), st.booleans()
)


def ranks(store: MemoryStore, community: str) -> dict[str, int]:
    """Of the members who are there, by account."""
    return {row.account: RANKS[row.role] for row in store._tx.present(community)}


def command_of(act: str, community: str, member: str, role: str, hand_over: bool) -> tuple[Any, dict[str, Any]]:
    named = {"community": community, "member": member}
    match act:
        case "role":
            return SetRole, {**named, "role": role, "hand_over": hand_over}
        case "kick" | "ban":
            return KickMember if act == "kick" else BanMember, {**named, "reason": "because"}
        case "silence":
            return SilenceMember, {**named, "reason": "because", "for_ms": DAY}
        case _:
            return UnbanMember if act == "unban" else UnsilenceMember, named


def may(before: dict[str, int], after: dict[str, int], actor: str, subject: str, role: str, hand_over: bool) -> None:
    """What an act that was carried out must have kept to."""
    own, other = before[actor], before.get(subject, 0)
    if actor == subject:
        assert after.get(actor, 0) < own, "nobody raises themselves"
        changed = {actor}
    else:
        assert other < own, "nobody acts on their own rank or above"
        assert after.get(subject, 0) <= own, "nobody gives more than they have"
        changed = {subject, actor} if hand_over and role == "owner" else {subject}
    assert {one for one in {*before, *after} if before.get(one) != after.get(one)} <= changed, "nobody else is touched"
    assert after.get(actor, 0) <= own


@given(steps=st.lists(STEP, min_size=1, max_size=40))
@settings(max_examples=60)
async def test_auz_05_nobody_is_raised_above_whoever_did_it_and_an_owner_is_always_there(steps):
    store = MemoryStore()
    town = Town(store)
    await store.open()
    people: list[Person] = await town.people(*HANDLES)
    community = await people[0].founds("hall")
    members = {people[0].id: await people[0].member_in(community)}
    for person in people[1:]:
        members[person.id] = await person.joins(community)
    for who, act, whom, role, hand_over in steps:
        actor, subject = people[who], people[whom]
        before = ranks(store, community)
        refusal = None
        try:
            if act == "join":
                await actor.joins(community)
            elif act == "leave":
                await actor.leaves(community)
            else:
                command, fields = command_of(act, community, members[subject.id], role, hand_over)
                await actor.do(command, **fields)
        except Refuse as refused:
            refusal = refused.code
        after = ranks(store, community)
        if refusal is not None:
            assert refusal is not INTERNAL
            assert after == before, "what was refused changed something"
            continue
        assert not after or max(after.values()) == RANKS["owner"] or not before, "the last owner vanished"
        assert not (set(after) & {account for account, _ in store._tx.bans}), "somebody is a member and banned"
        if act == "join":
            assert after == {**before, actor.id: before.get(actor.id, 0)}
        elif act == "leave":
            assert after == {one: rank for one, rank in before.items() if one != actor.id}
        elif act in ("unban", "silence", "unsilence"):
            assert after == before
            assert act == "unban" or before[subject.id] < before[actor.id]
        else:
            may(before, after, actor.id, subject.id, role, hand_over and act == "role")


@pytest.mark.parametrize("stays", [True, False])
async def test_auz_05_handing_over_is_one_step(town: Town, stays: bool):
    """Both roles change in one append, or neither; nobody reads of one without the other."""
    ann, bob = await town.people("ann", "bob")
    hall = await ann.founds("hall")
    member = await bob.joins(hall)
    if not stays:
        await bob.leaves(hall)
    before = len(town.batches)
    handed = ann.ask(SetRole, community=hall, member=member, role="owner", hand_over=True)
    (answer,) = await asyncio.gather(handed, return_exceptions=True)
    roles = {row.handle: row.role for row in await town.store.members(hall, "", 10)}
    if stays:
        assert roles == {"ann": "steward", "bob": "owner"}
        (batch,) = town.batches[before:]
        said = [stored.event for stored in batch if isinstance(stored.event, RoleSet) and stored.event.log == hall]
        assert [(entry.member, entry.role) for entry in said] == [
            (member, "owner"),
            (await ann.member_in(hall), "steward"),
        ]
    else:
        assert isinstance(answer, Refuse)
        assert roles == {"ann": "owner"}
        assert town.batches[before:] == []
