"""The profile: who changes it, and who hears of it."""

from among_protocol import codes
from among_protocol.accounts import AccountUpdated, ReadAccount, UpdateAccount
from among_protocol.members import MemberUpdated
from among_protocol.messages import MessageSent
from tests.world import world_of


async def test_a_new_profile_is_heard_by_ones_own_devices_and_in_each_community():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk")
        joined = await world.join_too(ann, "library")
        phone = await ann.device()
        written = await ann.ask(UpdateAccount, display_name="  Ann of  the Garden ", bio="digs")
        assert (written.entry.display_name, written.entry.bio) == ("Ann of  the Garden", "digs")
        own = await phone.hears(AccountUpdated)
        assert own == written.entry
        in_garden = await bob.hears(MemberUpdated)
        assert (in_garden.log, in_garden.by) == (world.id("garden"), ann.member)
        assert (in_garden.handle, in_garden.display_name, in_garden.bio) == ("ann", "Ann of  the Garden", "digs")
        in_library = await world.founder("library").hears(MemberUpdated)
        assert (in_library.by, in_library.rev) == (joined.member, 2)


async def test_each_change_raises_the_revision_that_messages_carry():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        revs = []
        for name in ("one", "two", "three"):
            await ann.ask(UpdateAccount, display_name=name)
            await ann.say(f"I am {name}")
            revs.append((await bob.hears(MessageSent)).rev)
        assert revs == [2, 3, 4]


async def test_what_is_left_out_stays():
    async with world_of() as world:
        ann = await world.person("ann")
        await ann.ask(UpdateAccount, display_name="Ann", bio="digs")
        assert (await ann.ask(UpdateAccount, bio="")).entry.display_name == "Ann"
        profile = await ann.ask(ReadAccount, handle="ANN")
        assert (profile.handle, profile.display_name, profile.bio) == ("ann", "Ann", "")


async def test_names_are_one_line_of_any_script():
    async with world_of() as world:
        ann = await world.person("ann")
        for name in ("Ан\u0438\u0306", "安", "ا\u200cن", "👩\u200d🌾", "n" * 64):
            await ann.ask(UpdateAccount, display_name=name)
        wrong = ["", "   ", "two\nlines", "a\u202eb", "bell\a", "\u2066x", "a\u2028b", "\x9b31m"]
        for name in wrong:
            refused = await ann.refused(UpdateAccount, display_name=name)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "display_name"), repr(name)


async def test_a_profile_is_everybodys_to_read_and_a_handle_of_nobody_has_none():
    async with world_of() as world:
        ann = await world.person("ann")
        await world.person("bob")
        assert (await ann.ask(ReadAccount, handle="bob")).display_name == "bob"
        refused = await ann.refused(ReadAccount, handle="nobody-here")
        assert (refused.code, refused.field) == (codes.ACCOUNT_GONE.code, "handle")


async def test_the_name_in_a_direct_is_the_one_of_that_moment_and_the_account_is_never_told():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await world.direct(ann, bob)
        await ann.say("hi", room=room)
        await ann.ask(UpdateAccount, display_name="Ann")
        await ann.settled()
        assert ann.account not in b"".join(bob.frames).decode()
