"""The door of a community, as every store keeps it: settings, rules by version, requests, invites."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from among_protocol.codes import (
    BANNED,
    COMMUNITY_GONE,
    HANDLE_TAKEN,
    INVITE_GONE,
    INVITE_INVALID,
    LIMIT_REACHED,
    REQUEST_GONE,
    RIGHT_MISSING,
)
from among_protocol.communities import JoinCommunity, LeaveCommunity, UpdateCommunity
from among_protocol.greeters import SetGreeter
from among_protocol.house_rules import AcceptRules
from among_protocol.invites import CreateInvite, InviteCreated, InviteRevoked
from among_protocol.joining import AnswerJoin, AskToJoin
from among_protocol.moderation import BanMember, KickMember, UnbanMember
from among_protocol.welcome import SetWelcome, WelcomeGiven
from among_server.store.revocations import Revoked
from among_server.store.rules import communities as community_rules
from among_server.store.sqlite import SqliteStore
from among_server.store.sqlite.backup import SqliteBackups
from among_server.store.stewards import stewards_of
from tests.store.test_revocations import revoked
from tests.store.town import Person, Town, refused


def kept(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


async def invites(town: Town, person: Person, community: str, code: str, uses: int = 1) -> str:
    """An invite with this code; its id."""
    command = CreateInvite(id="1", community=community, uses=uses)
    return (await town.store.create_invite(person.id, command, kept(code))).invite


async def test_what_is_told_of_an_invite_is_kept_as_done_by_whoever_made_or_revoked_it(town: Town):
    """Whoever wrote before them has nothing to do with it."""
    ann, bob = await town.people("ann", "bob")
    hall = await ann.founds("hall")
    room = await ann.makes(hall, "porch")
    await bob.joins("hall")
    await bob.says(room, "hello")
    made = await invites(town, ann, hall, "code")
    await bob.says(room, "hello again")
    await town.store.revoke_invite(ann.id, hall, made)
    log = stewards_of(hall)
    told = await town.carry_out(lambda tx: tx.told_of(log, made, 0, 100))
    assert [(type(entry), account == ann.id) for entry, account in told.entries] == [
        (InviteCreated, True),
        (InviteRevoked, True),
    ]


async def test_settings_and_rules_are_kept(town: Town):
    ann, bob = await town.people("ann", "bob")
    hall = await ann.founds("hall")
    await bob.joins("hall")
    settings: dict[str, Any] = {"name": "The Hall", "about": "Halls", "questions": ["Why?"], "members_invite": True}
    await ann.do(UpdateCommunity, community=hall, **settings)
    for text in ("Be kind.", "Be kind.", "Be very kind.", "", "Be kind."):
        await ann.do(UpdateCommunity, community=hall, rules=text)
    row = await town.store.community("hall")
    assert row is not None
    assert (row.name, row.about, row.questions, row.members_invite, row.rules) == (
        "The Hall",
        "Halls",
        ["Why?"],
        True,
        3,
    )
    found = [await town.store.rules(hall, version) for version in range(5)]
    texts = [one.text if one is not None else None for one in found]
    assert texts == [None, "Be kind.", "Be very kind.", "Be kind.", None]
    assert (await town.store.communities("halls", "", 10))[0].name == "The Hall"
    member = await bob.member_in(hall)
    assert await town.store.accepted([member]) == {}
    await bob.do(AcceptRules, community=hall, version=3)
    assert await town.store.accepted([member, "m_none"]) == {member: 3}
    assert row.members == 2, "the count of members is not a setting"
    await refused(RIGHT_MISSING, bob.ask(UpdateCommunity, community=hall, about="x"))


async def test_auz_07_who_is_banned_while_they_are_let_in_is_not_in(town: Town):
    """Whatever comes first, nobody is a member and banned."""
    ann, *others = await town.people("ann", "bob", "cyd")
    hall = await ann.founds("hall")
    await ann.do(UpdateCommunity, community=hall, door="ask")
    for first, one in zip(("ban", "let in"), others, strict=True):
        await one.do(AskToJoin, community=hall)
        (waiting,) = await town.store.requests(hall, 0, 10)
        let_in: dict[str, Any] = {"community": hall, "request": waiting.seq, "verdict": "accepted"}
        banned: dict[str, Any] = {"community": hall, "member": waiting.member, "reason": "rude"}
        asked: list[tuple[Any, dict[str, Any]]] = [(BanMember, banned), (AnswerJoin, let_in)]
        if first == "let in":
            asked.reverse()
        answers = await asyncio.gather(*(ann.ask(kind, **fields) for kind, fields in asked), return_exceptions=True)
        assert [isinstance(answer, Exception) for answer in answers] == [False, first == "ban"]
        assert await town.store.banned(one.id, hall)
        assert waiting.member not in [row.member for row in await town.store.members(hall, "", 10)]
        assert await town.store.requests(hall, 0, 10) == []
        await refused(BANNED, one.ask(AskToJoin, community=hall))


async def test_who_is_let_in_is_judged_as_of_that_moment(town: Town, monkeypatch):
    ann, bob = await town.people("ann", "bob")
    hall, barn = await ann.founds("hall"), await ann.founds("barn")
    await ann.do(UpdateCommunity, community=hall, door="ask")
    await bob.do(AskToJoin, community=hall)
    await bob.joins(barn)
    monkeypatch.setattr(community_rules, "COMMUNITIES_PER_ACCOUNT", 1)
    (waiting,) = await town.store.requests(hall, 0, 10)
    answer: dict[str, Any] = {"community": hall, "request": waiting.seq, "verdict": "accepted"}
    await refused(LIMIT_REACHED, ann.ask(AnswerJoin, **answer))
    assert len(await town.store.requests(hall, 0, 10)) == 1, "they wait on"
    await bob.do(LeaveCommunity, community=barn)
    await ann.do(AnswerJoin, **answer)
    assert await bob.member_in(hall) == waiting.member
    await refused(REQUEST_GONE, ann.ask(AnswerJoin, **answer))


async def test_auz_07_fifty_at_once_and_one_use_is_one_member(town: Town):
    ann = await town.person("ann")
    hall = await ann.founds("hall")
    await ann.do(UpdateCommunity, community=hall, door="invite", listed=False)
    id = await invites(town, ann, hall, "code")
    people = await town.people(*(f"person-{number}" for number in range(50)))
    asked = [one.ask(JoinCommunity, community="hall", invite="code") for one in people]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert len(await town.store.members(hall, "", 100)) == 2
    assert revoked(town.store) == [Revoked("invite", kept("code").hex())]
    await refused(INVITE_GONE, town.store.revoke_invite(ann.id, hall, id))


async def test_what_is_revoked_or_left_behind_is_noted_and_lets_nobody_in(town: Town):
    ann, bob, cyd = await town.people("ann", "bob", "cyd")
    hall = await ann.founds("hall")
    member = await bob.joins("hall")
    await ann.do(UpdateCommunity, community=hall, members_invite=True, door="invite")
    first = await invites(town, ann, hall, "of ann", uses=5)
    await invites(town, bob, hall, "of bob", uses=5)
    await town.store.revoke_invite(ann.id, hall, first)
    await ann.do(KickMember, community=hall, member=member, reason="rude")
    assert revoked(town.store) == [Revoked("invite", kept(code).hex()) for code in ("of ann", "of bob")]
    for code in ("of ann", "of bob"):
        await refused(INVITE_INVALID, cyd.ask(JoinCommunity, community=hall, invite=code))
    await refused(COMMUNITY_GONE, town.store.create_invite(bob.id, CreateInvite(id="1", community=hall), b"x"))


async def test_one_signs_up_with_an_invite_and_joins_once(town: Town):
    ann = await town.person("ann")
    hall = await ann.founds("hall")
    await ann.do(UpdateCommunity, community=hall, door="invite", listed=False)
    await invites(town, ann, hall, "code", uses=2)
    store = town.store
    await refused(INVITE_INVALID, store.create_account("bob", "Bob", "hash", invite=kept("code")))
    await refused(HANDLE_TAKEN, store.create_account("ann", "Ann", "hash", invite=kept("code"), door_invites=True))
    assert (await store.invites(ann.id, hall))[0].left == 2, "what was refused used nothing up"
    row = await store.create_account("bob", "Bob", "hash", invite=kept("code"), door_invites=True)
    assert not row.owner
    bob = Person(town, row.id, "bob")
    assert await store.admission(bob.id, hall)
    assert (await store.invites(ann.id, hall))[0].left == 1
    await bob.do(JoinCommunity, community=hall, invite="code")
    assert (await store.invites(ann.id, hall))[0].left == 1, "it was used when they signed up"
    assert not await store.admission(bob.id, hall)


async def test_no_backup_brings_an_invite_back(tmp_path: Path):
    folder = tmp_path / "data"
    town = Town(SqliteStore(folder))
    await town.store.open()
    ann, bob, cyd, dan = await town.people("ann", "bob", "cyd", "dan")
    hall = await ann.founds("hall")
    await ann.do(UpdateCommunity, community=hall, door="invite")
    gone = await invites(town, ann, hall, "revoked", uses=9)
    await invites(town, ann, hall, "used")
    await invites(town, ann, hall, "open", uses=9)
    taken = SqliteBackups(folder).take(tmp_path / "backups")
    await town.store.revoke_invite(ann.id, hall, gone)
    await bob.do(JoinCommunity, community=hall, invite="used")
    await town.store.close()
    done = SqliteBackups(folder).restore(taken.path, replace=True, keep_sessions=False)
    assert (done.known, done.revoked) == (True, 2)
    town = Town(SqliteStore(folder))
    await town.store.open()
    for code in ("revoked", "used"):
        again = Person(town, cyd.id, "cyd")
        await refused(INVITE_INVALID, again.ask(JoinCommunity, community=hall, invite=code))
    await Person(town, dan.id, "dan").do(JoinCommunity, community=hall, invite="open")
    await town.store.close()


@pytest.mark.parametrize("way", ["asked", "banned"])
async def test_who_comes_for_the_first_time_is_welcomed_and_new_whatever_led_there(town: Town, way: str):
    ann, bob = await town.people("ann", "bob")
    hall = await ann.founds("hall")
    await ann.do(SetGreeter, community=hall, member=await ann.member_in(hall), state="volunteers")
    await ann.do(SetGreeter, community=hall, member=await ann.member_in(hall), state="greets")
    await ann.do(SetWelcome, community=hall, text="Come in.")
    if way == "asked":
        await ann.do(UpdateCommunity, community=hall, door="ask")
        await bob.do(AskToJoin, community=hall)
        (waiting,) = await town.store.requests(hall, 0, 10)
        await ann.do(AnswerJoin, community=hall, request=waiting.seq, verdict="accepted")
    else:
        banned = await ann.do(BanMember, community=hall, handle="bob", reason="known")
        await ann.do(UnbanMember, community=hall, member=banned.member)
        await bob.joins(hall)
    member = await bob.member_in(hall)
    assert await welcomes(bob) == ["Come in."]
    assert await is_new(town, member)
    await bob.leaves(hall)
    if way == "asked":
        await bob.do(AskToJoin, community=hall)
        (waiting,) = await town.store.requests(hall, 0, 10)
        await ann.do(AnswerJoin, community=hall, request=waiting.seq, verdict="accepted")
    else:
        await bob.joins(hall)
    assert await welcomes(bob) == ["Come in."], "who comes back is none"


async def welcomes(person: Person) -> list[str]:
    return [entry.text for entry in await person.town.log(person.id) if isinstance(entry, WelcomeGiven)]


async def is_new(town: Town, member: str) -> bool:
    return await town.carry_out(lambda tx: tx.newcomer(member)) is not None
