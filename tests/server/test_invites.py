"""Invites of a community: a secret that lets so many in, whatever the door, as long as who made it could make it."""

import asyncio
import hashlib

import pytest
from msgspec.structs import replace

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.communities import CommunityJoined, CreateCommunity, JoinCommunity, LeaveCommunity, UpdateCommunity
from among_protocol.invites import (
    CreateInvite,
    InviteCreated,
    InviteRevoked,
    InviteUsed,
    ListInvites,
    RevokeInvite,
)
from among_protocol.joining import AskToJoin, JoinWithdrawn
from among_protocol.members import ListMembers, MemberJoined
from among_protocol.moderation import DAY, BanMember, KickMember, SetRole, SilenceMember
from among_protocol.preview import PreviewCommunity
from among_protocol.session import SignUp
from among_server import limits
from among_server.store.rules import invites as rules
from tests.world import PASSWORD, Person, World, world_of


async def garden_of(world: World, **settings) -> tuple[Person, str]:
    await world.join("garden/hall")
    founder, garden = world.founder("garden"), world.id("garden")
    if settings:
        await founder.ask(UpdateCommunity, community=garden, **settings)
    await founder.settled()
    return founder, garden


async def code_of(person: Person, garden: str, **more) -> str:
    code: str = (await person.ask(CreateInvite, community=garden, **more)).code
    return code


async def test_an_invite_lets_one_in_whatever_the_door_and_the_stewards_hear_of_it():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="ask", questions=["Why?"])
        made = await founder.ask(CreateInvite, community=garden, note="for ann")
        told = await founder.hears(InviteCreated)
        assert (told.by, told.invite, told.uses, told.note) == (founder.member, made.invite.invite, 1, "for ann")
        ann = await world.person("ann")
        seen = await ann.ask(PreviewCommunity, community="garden", invite=made.code)
        assert (seen.invited, seen.rooms) == (True, [])
        joined = (await ann.ask(JoinCommunity, community="garden", invite=made.code)).entry
        assert isinstance(joined, CommunityJoined)
        used = await founder.hears(InviteUsed)
        assert (used.by, used.invite) == (joined.member, made.invite.invite)
        assert (await founder.ask(ListInvites, community=garden)).invites == []
        bob = await world.person("bob")
        refused = await bob.refused(JoinCommunity, community="garden", invite=made.code)
        assert (refused.code, refused.field) == (codes.INVITE_INVALID.code, "invite")


async def test_one_that_is_not_listed_is_there_for_whoever_has_an_invite():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="invite", listed=False, rules="Be kind.")
        code = await code_of(founder, garden)
        ann = await world.person("ann")
        assert (await ann.refused(PreviewCommunity, community="garden")).code == codes.COMMUNITY_GONE.code
        seen = await ann.ask(PreviewCommunity, community="garden", invite=code)
        assert (seen.invited, seen.rules, seen.community.slug) == (True, "Be kind.", "garden")
        refused = await ann.refused(JoinCommunity, community="garden", invite=code)
        assert refused.code == codes.RULES_UNACCEPTED.code
        await ann.ask(JoinCommunity, community="garden", invite=code, rules=1)


async def test_auz_02_a_wrong_code_to_one_that_is_not_listed_tells_nothing():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="invite", listed=False)
        await world.join("library")
        other = await code_of(world.founder("library"), world.id("library"))
        ann = await world.person("ann")
        for command in (JoinCommunity, PreviewCommunity):
            answers = set()
            for community in (garden, "garden", "nowhere"):
                for code in ("wrong", other):
                    id = ann.begin(command, id="the-same", community=community, invite=code)
                    await ann.answered(id)
                    ann.replies.pop(id)
                    answers.add(ann.raw.pop(id))
            assert len(answers) == 1
        assert founder.member


async def test_auz_07_fifty_at_once_and_one_use_is_one_member():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="invite")
        code = await code_of(founder, garden)
        people = [await world.person(f"person-{number}") for number in range(50)]
        ids = [person.begin(JoinCommunity, community="garden", invite=code) for person in people]
        results = await asyncio.gather(
            *(person.reply(id, JoinCommunity.Reply) for person, id in zip(people, ids, strict=True)),
            return_exceptions=True,
        )
        assert sum(not isinstance(one, Exception) for one in results) == 1
        assert {one.code for one in results if isinstance(one, Refuse)} == {codes.INVITE_INVALID}
        assert len((await founder.ask(ListMembers, community=garden)).members) == 2


async def test_ath_05_a_code_is_long_told_once_and_kept_as_its_hash():
    async with world_of() as world:
        founder, garden = await garden_of(world)
        codes_made = {await code_of(founder, garden, note=f"{number}") for number in range(20)}
        assert len(codes_made) == 20
        assert all(len(code) >= 128 / 6 for code in codes_made), "six bits a character"
        tx = world.app.store._tx  # type: ignore[attr-defined]  # looks inside the reference
        assert set(tx.door_invite_rows) == {hashlib.sha256(code.encode()).digest() for code in codes_made}
        kept = repr([vars(tx)[name] for name in vars(tx) if name != "door_invite_rows"])
        await founder.ask(ListInvites, community=garden)
        listed = founder.frames[-1]
        for code in codes_made:
            assert code not in kept
            assert code.encode() not in listed
            assert sum(code.encode() in frame for frame in founder.frames) == 1


async def test_ath_05_who_guesses_is_slowed_and_who_has_a_code_is_not():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="invite")
        code = await code_of(founder, garden, uses=100)
        guesser = Person(world, address="203.0.113.9")
        await guesser.sign_up("guesser")
        for number in range(limits.ADDRESS_TRIES):
            command = JoinCommunity if number % 2 else PreviewCommunity
            id = guesser.begin(command, community="nowhere" if number % 3 else "garden", invite=f"guess {number}")
            await guesser.answered(id)
        for command in (JoinCommunity, PreviewCommunity):
            refused = await guesser.refused(command, community="garden", invite="one more")
            assert refused.code == codes.TOO_MANY_TRIES.code
            assert refused.retry_after_ms > 0
        honest = Person(world, address="198.51.100.7")
        await honest.sign_up("honest")
        for _ in range(limits.ADDRESS_TRIES + 5):
            await honest.ask(PreviewCommunity, community="garden", invite=code)


async def test_an_invite_of_one_community_opens_no_other():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="invite")
        await world.join("library")
        library = world.founder("library")
        await library.ask(UpdateCommunity, community=world.id("library"), door="invite")
        code = await code_of(founder, garden)
        ann = await world.person("ann")
        refused = await ann.refused(JoinCommunity, community="library", invite=code)
        assert refused.code == codes.INVITE_INVALID.code
        assert not (await ann.ask(PreviewCommunity, community="library", invite=code)).invited
        refused = await library.refused(
            RevokeInvite,
            community=world.id("library"),
            invite=(await founder.ask(ListInvites, community=garden)).invites[0].invite,
        )
        assert refused.code == codes.INVITE_GONE.code


async def test_an_invite_never_gives_more_than_membership_and_no_ban_is_passed_by():
    async with world_of() as world:
        founder, garden = await garden_of(world)
        (ann,) = await world.join("garden/hall", "ann")
        await world.promote(ann, "garden", "steward")
        code = await code_of(founder, garden, uses=5)
        await ann.ask(LeaveCommunity, community=garden)
        joined = (await ann.ask(JoinCommunity, community=garden, invite=code)).entry
        assert joined.role == "member"
        await founder.ask(BanMember, community=garden, member=ann.member, reason="rude")
        assert (await ann.refused(JoinCommunity, community=garden, invite=code)).code == codes.BANNED.code
        (left,) = (await founder.ask(ListInvites, community=garden)).invites
        assert (left.left, left.uses) == (4, 5), "who may not come in uses nothing up"


async def test_joining_where_one_is_uses_nothing_up():
    async with world_of() as world:
        founder, garden = await garden_of(world)
        code = await code_of(founder, garden, uses=2)
        await founder.ask(JoinCommunity, community=garden, invite=code)
        ((left),) = (await founder.ask(ListInvites, community=garden)).invites
        assert left.left == 2


async def test_a_repeat_uses_nothing_up():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="invite")
        code = await code_of(founder, garden, uses=2)
        ann = await world.person("ann")
        first = await ann.ask(JoinCommunity, community=garden, invite=code, nonce="once")
        again = await ann.ask(JoinCommunity, community=garden, invite=code, nonce="once")
        assert (again.repeat, again.entry) == (True, first.entry)
        (left,) = (await founder.ask(ListInvites, community=garden)).invites
        assert left.left == 1


async def test_one_that_has_ended_or_was_revoked_lets_nobody_in():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="invite")
        revoked, ended = await code_of(founder, garden), await code_of(founder, garden)
        first, second = (await founder.ask(ListInvites, community=garden)).invites
        await founder.ask(RevokeInvite, community=garden, invite=first.invite)
        assert (await founder.hears(InviteRevoked)).invite == first.invite
        assert (
            await founder.refused(RevokeInvite, community=garden, invite=first.invite)
        ).code == codes.INVITE_GONE.code
        tx = world.app.store._tx  # type: ignore[attr-defined]  # looks inside the reference
        secret = hashlib.sha256(ended.encode()).digest()
        tx.door_invite_rows[secret] = replace(tx.door_invite_rows[secret], until="2026-01-01T00:00:00.000Z")
        ann = await world.person("ann")
        for code in (revoked, ended):
            assert (await ann.refused(JoinCommunity, community=garden, invite=code)).code == codes.INVITE_INVALID.code
        assert (await founder.ask(ListInvites, community=garden)).invites == []
        assert second.invite


async def test_only_stewards_make_invites_unless_members_may_and_each_sees_their_own():
    async with world_of() as world:
        founder, garden = await garden_of(world)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        assert (await ann.refused(CreateInvite, community=garden)).code == codes.RIGHT_MISSING.code
        await founder.ask(UpdateCommunity, community=garden, members_invite=True)
        await code_of(ann, garden, note="a canary")
        await code_of(founder, garden)
        assert [one.by for one in (await ann.ask(ListInvites, community=garden)).invites] == [ann.member]
        assert (await bob.ask(ListInvites, community=garden)).invites == []
        everybodys = (await founder.ask(ListInvites, community=garden)).invites
        assert [one.by for one in everybodys] == [ann.member, founder.member]
        for one in everybodys:
            assert (await bob.refused(RevokeInvite, community=garden, invite=one.invite)).code == codes.INVITE_GONE.code
        await bob.settled()
        assert b"canary" not in b"".join(bob.frames), "who invites whom is for stewards"
        await founder.ask(RevokeInvite, community=garden, invite=everybodys[0].invite)
        await founder.ask(SilenceMember, community=garden, member=ann.member, reason="calm down", for_ms=DAY)
        assert (await ann.refused(CreateInvite, community=garden)).code == codes.SILENCED.code


@pytest.mark.parametrize("end", ["kick", "ban", "leave", "demote", "closed"])
async def test_auz_04_an_invite_is_worth_as_much_as_who_made_it(end):
    async with world_of() as world:
        founder, garden = await garden_of(world, door="invite")
        code = await code_of(founder, garden)
        ann = await world.person("ann")
        member = (await ann.ask(JoinCommunity, community=garden, invite=code)).entry.member
        if end == "closed":
            await founder.ask(UpdateCommunity, community=garden, members_invite=True)
        else:
            await founder.ask(SetRole, community=garden, member=member, role="steward")
        await ann.settled()
        code = await code_of(ann, garden, uses=5)
        match end:
            case "kick":
                await founder.ask(KickMember, community=garden, member=member, reason="rude")
            case "ban":
                await founder.ask(BanMember, community=garden, member=member, reason="rude")
            case "leave":
                await ann.ask(LeaveCommunity, community=garden)
            case "demote":
                await founder.ask(SetRole, community=garden, member=member, role="member")
            case _:
                await founder.ask(UpdateCommunity, community=garden, members_invite=False)
        bob = await world.person("bob")
        assert (await bob.refused(JoinCommunity, community=garden, invite=code)).code == codes.INVITE_INVALID.code
        assert [one.by for one in (await founder.ask(ListInvites, community=garden)).invites] == []


async def test_whoever_waits_for_an_answer_and_is_invited_waits_no_longer():
    async with world_of() as world:
        founder, garden = await garden_of(world, door="ask")
        ann = await world.person("ann")
        await ann.ask(AskToJoin, community=garden)
        await ann.ask(JoinCommunity, community=garden, invite=await code_of(founder, garden))
        await founder.hears(JoinWithdrawn)
        await founder.hears(MemberJoined)


async def test_inp_05_invites_of_a_community_and_of_a_member(monkeypatch):
    async with world_of() as world:
        told = world.app.services.hello.limits
        assert (told.invites, told.invites_member) == (limits.INVITES_PER_COMMUNITY, limits.INVITES_PER_MEMBER)
        monkeypatch.setattr(rules, "INVITES_PER_COMMUNITY", 3)
        monkeypatch.setattr(rules, "INVITES_PER_MEMBER", 1)
        founder, garden = await garden_of(world, members_invite=True)
        (ann,) = await world.join("garden/hall", "ann")
        await code_of(ann, garden)
        refused = await ann.refused(CreateInvite, community=garden)
        assert (refused.code, " 1 " in refused.message) == (codes.LIMIT_REACHED.code, True)
        await code_of(founder, garden)
        await code_of(founder, garden)
        refused = await founder.refused(CreateInvite, community=garden)
        assert (refused.code, " 3 " in refused.message) == (codes.LIMIT_REACHED.code, True)
        tx = world.app.store._tx  # type: ignore[attr-defined]  # looks inside the reference
        for secret, row in list(tx.door_invite_rows.items()):
            tx.door_invite_rows[secret] = replace(row, until="2026-01-01T00:00:00.000Z")
        await code_of(founder, garden)  # what has ended makes room
        assert len(tx.door_invite_rows) == 1


async def test_inp_05_people_whom_an_invite_lets_in():
    async with world_of() as world:
        founder, garden = await garden_of(world)
        most = world.app.services.hello.limits.invite_uses
        await code_of(founder, garden, uses=most)
        for uses in (0, most + 1):
            refused = await founder.refused(CreateInvite, community=garden, uses=uses)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "uses")


# --- signing up with one


async def test_one_signs_up_with_the_invite_of_a_community_where_the_operator_says_so_and_joins():
    async with world_of(sign_up="invite", community_invites="sign_up") as world:
        founder, garden = await _founded(world)
        code = await code_of(founder, garden)
        ann = Person(world)
        await ann.ask(SignUp, handle="ann", password=PASSWORD, invite=code)
        await ann.sync()
        assert (await Person(world).refused(SignUp, handle="bob", password=PASSWORD, invite=code)).code == (
            codes.INVITE_INVALID.code
        ), "one use is one account"
        seen = await ann.ask(PreviewCommunity, community="garden")
        assert seen.invited
        joined = (await ann.ask(JoinCommunity, community="garden", rules=seen.rules_version)).entry
        assert joined.role == "member"
        assert (await founder.hears(InviteUsed)).by == joined.member
        await ann.ask(LeaveCommunity, community="garden")
        assert (await ann.refused(JoinCommunity, community="garden", rules=1)).code == codes.COMMUNITY_GONE.code


async def test_the_invite_in_the_link_may_be_given_again_when_joining():
    async with world_of(sign_up="invite", community_invites="sign_up") as world:
        founder, garden = await _founded(world)
        code = await code_of(founder, garden)
        ann = Person(world)
        await ann.ask(SignUp, handle="ann", password=PASSWORD, invite=code)
        await ann.ask(JoinCommunity, community="garden", rules=1, invite=code)


async def test_one_signs_up_with_none_where_the_operator_says_nothing():
    async with world_of(sign_up="invite") as world:
        founder, garden = await _founded(world)
        code = await code_of(founder, garden)
        refused = await Person(world).refused(SignUp, handle="ann", password=PASSWORD, invite=code)
        assert refused.code == codes.INVITE_INVALID.code
        (left,) = (await founder.ask(ListInvites, community=garden)).invites
        assert left.left == 1


async def _founded(world: World) -> tuple[Person, str]:
    """An unlisted garden with rules, on a server that one signs up to with an invite."""
    await world.app.store.add_invite(hashlib.sha256(b"the operator's").digest())
    founder = Person(world)
    await founder.sign_up("founder-one", invite="the operator's")
    await founder.sync()
    garden = (await founder.ask(CreateCommunity, slug="garden", name="Garden")).entry.log
    await founder.ask(UpdateCommunity, community=garden, door="invite", listed=False, rules="Be kind.")
    return founder, garden
