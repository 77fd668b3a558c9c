"""An account that the operator has disabled: out at once, refused at every door, and otherwise as it was."""

import hashlib

from among_protocol import codes
from among_protocol.accounts import ReadAccount
from among_protocol.codes import CloseCode, comes_back
from among_protocol.passwords import ResetPassword
from among_protocol.rooms import OpenDirect
from among_protocol.session import SignIn, SignUp
from among_server.admin.control import Disable, carry_out
from tests.held import HeldStore
from tests.world import PASSWORD, Person, World, world_of


async def disable(world: World, handle: str, *, disabled: bool = True) -> None:
    assert (await carry_out(world.app.store, Disable(handle=handle, disabled=disabled), world.app)).ok


async def test_auz_04_a_disabled_account_hears_nothing_later():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await ann.device()
        await disable(world, "ann")
        assert (ann.closed, phone.closed, bob.closed) == (CloseCode.DISABLED, CloseCode.DISABLED, None)
        assert not comes_back(CloseCode.DISABLED)
        counts = len(ann.frames), len(phone.frames)
        await bob.say("is she gone?")
        await bob.settled()
        assert (len(ann.frames), len(phone.frames)) == counts


async def test_ath_01_a_disabled_account_is_told_only_to_who_could_have_come_in():
    async with world_of() as world:
        ann = await world.person("ann")
        await world.app.store.add_reset("ann", hashlib.sha256(b"code").digest(), 2**52)
        await disable(world, "ann")
        for way in ({"token": ann.token}, {"handle": "ann", "password": PASSWORD}):
            person = Person(world)
            assert (await person.refused(SignIn, **way)).code == codes.ACCOUNT_DISABLED.code
            assert person.session.person is None
        refused = await Person(world).refused(ResetPassword, code="code", password="another horse")
        assert refused.code == codes.ACCOUNT_DISABLED.code
        answers = []
        for handle in ("ann", "nobody-here"):
            eve = Person(world)
            await eve.refused(SignIn, handle=handle, password="wrong horse")
            answers.append(eve.raw["1"])
        assert answers[0] == answers[1]
        assert (await Person(world).refused(SignUp, handle="ann", password=PASSWORD)).code == codes.HANDLE_TAKEN.code


async def test_enabled_again_it_is_as_it_was():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = await world.direct(ann, bob)
        await disable(world, "ann")
        await bob.ask(ReadAccount, handle="ann")
        refused = await bob.refused(OpenDirect, handles=["ann", "founder-of-garden"])
        assert refused.code == codes.DIRECT_REFUSED.code
        await disable(world, "ann")  # twice is once
        await disable(world, "ann", disabled=False)
        back = await ann.again()
        await back.sync()
        await bob.say("welcome back", room=room)
        assert [event.body for event in await back.settled() if hasattr(event, "body")] == ["welcome back"]


async def test_auz_04_who_is_signing_in_while_the_account_is_disabled_stays_out():
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        ann.leave()
        session, standing = store.hold("session"), store.hold("standing")
        late, later = Person(world), Person(world)
        ids = [late.begin(SignIn, token=ann.token), later.begin(SignIn, token=ann.token)]
        await session.is_asked(2)
        session.let_one_go()
        await disable(world, "ann")
        session.let_go()
        standing.let_go()
        await world.quiet()
        for person, id in zip((late, later), ids, strict=True):
            assert person.closed is CloseCode.DISABLED or person.replies[id].code == codes.ACCOUNT_DISABLED.code
            assert person.session.person is None
        assert not world.app.services.sessions


async def test_nobody_is_disabled_who_is_not_there():
    async with world_of() as world:
        answer = await carry_out(world.app.store, Disable(handle="nobody", disabled=True), world.app)
        assert (answer.ok, answer.message) == (False, codes.ACCOUNT_GONE.message)
