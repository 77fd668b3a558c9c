"""A new password: with the old one, or with the operator's code. Whoever knew the old one is out, at once."""

import asyncio
import hashlib
import secrets
import time

import pytest
from structlog.testing import capture_logs

from among_protocol import codes
from among_protocol.base import Ok, Refused
from among_protocol.codes import CloseCode
from among_protocol.messages import MessageSent
from among_protocol.passwords import ChangePassword, ResetPassword
from among_protocol.session import ListSessions, RevokeSession, SignIn
from tests.held import HeldStore
from tests.server.test_own_sessions import signed_in
from tests.world import PASSWORD, Person, World, world_of

NEW = "another horse"
CODE = secrets.token_urlsafe(24)


async def offered(world: World, handle: str, *, code: str = CODE, seconds: float = 60) -> None:
    expires = int((time.time() + seconds) * 1000)
    await world.app.store.add_reset(handle, hashlib.sha256(code.encode()).digest(), expires)


async def enters(world: World, handle: str, password: str) -> bool:
    person = Person(world)
    id = person.begin(SignIn, handle=handle, password=password)
    await person.answered(id)
    return isinstance(person.replies[id], Ok)


async def test_auz_04_a_new_password_ends_all_other_sessions_at_once_and_says_how_many():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone, tablet = [await signed_in(world, "ann", device) for device in ("phone", "tablet")]
        tablet.leave()
        same = await ann.device()
        assert (await ann.ask(ChangePassword, old=PASSWORD, new=NEW)).ended == 2
        assert (phone.closed, same.closed, ann.closed, bob.closed) == (CloseCode.SIGNED_OUT, None, None, None)
        count = len(phone.frames)
        await bob.say("is it you?")
        assert [event.body for event in await ann.settled() if isinstance(event, MessageSent)] == ["is it you?"]
        assert len(phone.frames) == count
        for token in (phone.token, tablet.token):
            assert (await Person(world).refused(SignIn, token=token)).code == codes.TOKEN_INVALID.code
        assert (await enters(world, "ann", PASSWORD), await enters(world, "ann", NEW)) == (False, True)
        await ann.again()


async def test_the_old_password_must_be_right_and_the_new_one_be_one():
    async with world_of() as world:
        ann = await world.person("ann")
        for old, new, code, field in (
            ("wrong horse", NEW, codes.BAD_CREDENTIALS, "old"),
            (PASSWORD, "short", codes.FIELD_INVALID, "new"),
            (PASSWORD, "x" * 1025, codes.FIELD_TOO_LONG, "new"),
        ):
            refused = await ann.refused(ChangePassword, old=old, new=new)
            assert (refused.code, refused.field) == (code.code, field)
        assert await enters(world, "ann", PASSWORD)
        assert len((await ann.ask(ListSessions)).sessions) == 2


async def test_passwords_are_hashed_off_the_loop_within_the_bounded_queue():
    async with world_of() as world:
        ann = await world.person("ann")
        world.app.services.passwords._room = 0
        assert (await ann.refused(ChangePassword, old=PASSWORD, new=NEW)).code == codes.BUSY.code


async def test_of_two_changes_at_once_one_counts():
    async with world_of() as world:
        ann = await world.person("ann")
        ids = [ann.begin(ChangePassword, old=PASSWORD, new=f"{NEW} {n}") for n in range(2)]
        for id in ids:
            await ann.answered(id)
        assert [type(ann.replies[id]) for id in ids] == [Ok, Refused]
        assert await enters(world, "ann", f"{NEW} 0")


async def test_auz_04_who_is_on_the_way_in_with_the_old_password_stays_out():
    """Checked before the change, asked to be let in after it."""
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        hold = store.hold("password_hash")
        thief = Person(world)
        guess = thief.begin(SignIn, handle="ann", password=PASSWORD)
        await hold.is_asked(1)
        change = ann.begin(ChangePassword, old=PASSWORD, new=NEW)
        await hold.is_asked(2)
        hold.let_one_go(1)
        await ann.reply(change, ChangePassword.Reply)
        hold.let_go()
        await thief.answered(guess)
        assert thief.replies[guess].code == codes.BAD_CREDENTIALS.code
        assert len((await ann.ask(ListSessions)).sessions) == 1


async def test_auz_04_a_session_that_is_revoked_changes_no_password():
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        thief = await signed_in(world, "ann", "stolen")
        hold = store.hold("password_hash")
        thief.begin(ChangePassword, old=PASSWORD, new=NEW)
        await hold.is_asked(1)
        await ann.ask(RevokeSession, session=thief.session.id)
        hold.let_go()
        await world.quiet()
        assert (await enters(world, "ann", PASSWORD), await enters(world, "ann", NEW)) == (True, False)


async def test_a_code_sets_a_password_ends_every_session_and_signs_in():
    async with world_of() as world:
        ann = await world.person("ann")
        phone = await signed_in(world, "ann", "phone")
        phone.leave()
        await offered(world, "ann")
        found = Person(world)
        signed = await found.ask(ResetPassword, code=CODE, password=NEW, device="new laptop")
        assert (signed.account.handle, signed.account.id) == ("ann", ann.account)
        assert ann.closed is CloseCode.SIGNED_OUT
        for token in (ann.token, phone.token):
            assert (await Person(world).refused(SignIn, token=token)).code == codes.TOKEN_INVALID.code
        assert [card.device for card in (await found.ask(ListSessions)).sessions] == ["new laptop"]
        await Person(world).ask(SignIn, token=signed.token)
        assert (await enters(world, "ann", PASSWORD), await enters(world, "ann", NEW)) == (False, True)
        assert (await Person(world).refused(ResetPassword, code=CODE, password=NEW)).code == codes.RESET_INVALID.code


async def test_an_owner_who_lost_everything_is_owner_again():
    async with world_of(sign_up="closed") as world:
        await world.app.store.add_invite(hashlib.sha256(b"mine").digest(), owner=True)
        ann = Person(world)
        await ann.sign_up("ann", invite="mine")
        ann.leave()
        await offered(world, "ann")
        assert (await Person(world).ask(ResetPassword, code=CODE, password=NEW)).account.owner


async def test_ath_01_every_wrong_code_is_refused_alike_and_sets_nothing():
    async with world_of() as world:
        ann, bob = await world.person("ann"), await world.person("bob")
        await offered(world, "ann", code="expired", seconds=-1)
        await offered(world, "bob", code="replaced by a newer one")
        await offered(world, "bob", code="used up")
        await Person(world).ask(ResetPassword, code="used up", password=NEW)
        await offered(world, "bob", code="void since the password was changed")
        bob = await signed_in_with(world, "bob", NEW)
        await bob.ask(ChangePassword, old=NEW, new=PASSWORD)
        kept = hashlib.sha256(CODE.encode())
        await offered(world, "bob")
        answers = set()
        for code in (
            "expired", "replaced by a newer one", "used up", "void since the password was changed", "nobody's",
            CODE[:-1], CODE.swapcase(), kept.hexdigest(), ann.token, "ann",
        ):  # fmt: skip
            eve = Person(world)
            id = eve.begin(ResetPassword, code=code, password="mine at last")
            await eve.answered(id)
            assert eve.replies[id].code == codes.RESET_INVALID.code, code
            assert eve.session.person is None
            answers.add(eve.raw[id])
        assert len(answers) == 1
        assert await enters(world, "ann", PASSWORD)
        assert await enters(world, "bob", PASSWORD)
        assert (await Person(world).refused(ResetPassword, code=CODE, password="short")).field == "password"
        far = Person(world, secure=False)
        assert (await far.refused(ResetPassword, code=CODE, password=NEW)).code == codes.INSECURE.code
        assert (await ann.refused(ResetPassword, code=CODE, password=NEW)).code == codes.SIGNED_IN_ALREADY.code


async def signed_in_with(world: World, handle: str, password: str) -> Person:
    person = Person(world)
    await person.ask(SignIn, handle=handle, password=password)
    return person


async def test_a_wrong_code_costs_no_hash():
    async with world_of() as world:
        hashed = world.app.services.passwords.hashed
        await Person(world).refused(ResetPassword, code="a guess", password=NEW)
        assert world.app.services.passwords.hashed == hashed


async def test_ath_05_one_code_of_fifty_tries_at_once_lets_one_in():
    async with world_of() as world:
        await world.person("ann")
        await offered(world, "ann")
        people = [Person(world) for _ in range(50)]
        ids = [person.begin(ResetPassword, code=CODE, password=f"{NEW} {n}") for n, person in enumerate(people)]
        for person, id in zip(people, ids, strict=True):
            await person.answered(id)
        replies = [person.replies[id] for person, id in zip(people, ids, strict=True)]
        (winner,) = [n for n, reply in enumerate(replies) if isinstance(reply, Ok)]
        assert {reply.code for reply in replies if isinstance(reply, Refused)} == {codes.RESET_INVALID.code}
        assert [n for n in range(50) if await enters(world, "ann", f"{NEW} {n}")] == [winner]
        assert [person.session.person is not None for person in people].count(True) == 1


async def test_ath_05_neither_codes_nor_passwords_are_kept_or_logged():
    with capture_logs() as logs:
        async with world_of() as world:
            ann = await world.person("ann")
            await offered(world, "ann")
            tx = world.app.store._tx  # type: ignore[attr-defined]  # looks inside the reference
            assert set(tx.resets) == {hashlib.sha256(CODE.encode()).digest()}
            await ann.ask(ChangePassword, old=PASSWORD, new=NEW)
            assert tx.resets == {}
            await offered(world, "ann")
            found = Person(world)
            signed = await found.ask(ResetPassword, code=CODE, password="a third horse")
            held = str(vars(tx))
        for secret in (CODE, PASSWORD, NEW, "a third horse", signed.token):
            assert secret not in held
            assert secret not in str(logs)


@pytest.mark.parametrize("turns", range(6))
async def test_who_is_cut_while_setting_a_password_leaves_nobody_behind(turns):
    async with world_of() as world:
        ann = await world.person("ann")
        ann.leave()
        await offered(world, "ann")
        found = Person(world)
        found.begin(ResetPassword, code=CODE, password=NEW)
        for _ in range(turns):
            await asyncio.sleep(0)
        found.leave()
        await world.quiet()
        assert len(world.app.services.people) == 0
        assert world.app.services.sessions == {}
