"""Who is in a community, and who wrote this."""

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.communities import LeaveCommunity
from among_protocol.members import ListMembers, PersonaRef, ResolveMembers
from tests.world import world_of


async def test_members_come_by_handle_a_page_at_a_time():
    async with world_of() as world:
        ann, *_ = await world.join("garden/hall", "ann", "dan", "bob", "cyd")
        garden = world.id("garden")
        page = await ann.ask(ListMembers, community=garden, limit=3)
        assert [member.handle for member in page.members] == ["ann", "bob", "cyd"]
        assert not page.complete
        assert page.as_of == world.heads()[garden]
        rest = await ann.ask(ListMembers, community=garden, limit=3, after="CYD")
        assert [(member.handle, member.role) for member in rest.members] == [
            ("dan", "member"),
            ("founder-of-garden", "owner"),
        ]
        assert rest.complete
        exact = await ann.ask(ListMembers, community=garden, limit=5)
        assert exact.complete


async def test_who_has_left_is_no_member_but_still_somebody():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        page = await ann.ask(ListMembers, community=world.id("garden"))
        assert "bob" not in [member.handle for member in page.members]
        known = await ann.ask(ResolveMembers, members=[PersonaRef(member=bob.member, rev=1)])
        assert [persona.handle for persona in known.personas] == ["bob"]


async def test_personas_resolve_in_one_batch_by_revision():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await world.direct(ann, bob)
        (said,) = [await bob.say("hi", room=room)]
        await bob.ask(UpdateAccount, display_name="Bob the Second")
        await bob.ask(UpdateAccount, display_name="Bob the Third")
        refs = [
            PersonaRef(member=bob.member, rev=2),
            PersonaRef(member=ann.member, rev=1),
            PersonaRef(member=bob.member),
            PersonaRef(member=bob.member, rev=99),
            PersonaRef(member="m_nobody", rev=1),
            PersonaRef(member=said.by, rev=said.rev),
            PersonaRef(member=bob.member, rev=1),
        ]
        found = (await ann.ask(ResolveMembers, members=refs)).personas
        assert [(persona.rev, persona.display_name) for persona in found] == [
            (2, "Bob the Second"),
            (1, "ann"),
            (3, "Bob the Third"),
            (3, "Bob the Third"),  # a revision that is none is the present
            (1, "bob"),  # who he is in the direct
            (1, "bob"),
        ]


async def test_strangers_resolve_to_nothing():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        refs = [PersonaRef(member=bob.member, rev=1), PersonaRef(member=eve.member, rev=1)]
        assert [persona.handle for persona in (await eve.ask(ResolveMembers, members=refs)).personas] == ["eve"]
        refused = await eve.refused(ListMembers, community=world.id("garden"))
        assert (refused.code, refused.field) == (codes.COMMUNITY_GONE.code, "community")


async def test_at_most_two_hundred_at_once_and_never_none():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        ref = PersonaRef(member=ann.member)
        assert len((await ann.ask(ResolveMembers, members=[ref] * 200)).personas) == 200
        for members in ([], [ref] * 201):
            refused = await ann.refused(ResolveMembers, members=members)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "members")
