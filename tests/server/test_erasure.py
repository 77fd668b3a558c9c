"""Erasing one's account: who may, what is left, and that it ends everything that speaks for it."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from among_protocol import codes, wire
from among_protocol.accounts import ReadAccount
from among_protocol.blocks import BlockChanged, SetBlock
from among_protocol.cards import ReadCards
from among_protocol.codes import CloseCode
from among_protocol.erasure import EraseAccount, ErasureBegun
from among_protocol.members import MemberForgotten, PersonaRef, ResolveMembers
from among_protocol.messages import ReadMessages, SendMessage
from among_protocol.moderation import SetRole
from among_protocol.presence import WatchPresence
from among_protocol.rooms import OpenDirect
from among_protocol.session import SignIn, SignUp
from among_server.core.erasing import Erasing
from among_server.core.people import People
from among_server.store.api import Store
from among_server.store.sqlite import SqliteStore
from tests.world import PASSWORD, Person, world_of


async def erases(person: Person, keep: str = "words") -> ErasureBegun:
    begun: ErasureBegun = await person.ask(EraseAccount, password=PASSWORD, handle=person.handle, keep=keep)
    return begun


@pytest.mark.parametrize("keep", ["words", "erase"])
@pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
async def test_auz_04_all_that_speaks_for_the_account_ends_with_the_reply(keep, encoding):
    async with world_of(erase_grace_hours=0) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob", encoding=encoding)
        phone = await bob.device()
        direct = await world.direct(bob, ann)
        await bob.say("hello")
        await bob.say("psst", room=direct)
        await ann.settled()
        await erases(bob, keep)
        assert (bob.closed, phone.closed) == (CloseCode.SIGNED_OUT, CloseCode.SIGNED_OUT)
        heard = [event.log for event in await ann.settled() if isinstance(event, MemberForgotten)]
        assert sorted(heard) == sorted([world.id("garden"), direct])
        late = Person(world)
        assert (await late.refused(SignIn, token=bob.token)).code == codes.TOKEN_INVALID.code
        assert (await late.refused(SignIn, handle="bob", password=PASSWORD)).code == codes.BAD_CREDENTIALS.code
        assert (await late.refused(SignUp, handle="bob", password=PASSWORD)).code == codes.HANDLE_TAKEN.code
        assert (await ann.refused(ReadAccount, handle="bob")).code == codes.ACCOUNT_GONE.code
        assert (await ann.refused(OpenDirect, handles=["bob"])).code == codes.ACCOUNT_GONE.code
        stays = [] if keep == "erase" else ["hello", "psst"]
        for room, body in ((ann.room, "hello"), (direct, "psst")):
            told = [message.body for message in (await ann.ask(ReadMessages, room=room)).messages]
            assert told == [body if body in stays else ""]
        (persona,) = (await ann.ask(ResolveMembers, members=[PersonaRef(member=bob.member, rev=1)])).personas
        assert (persona.handle, persona.display_name, persona.left) == ("", "", True)


async def test_who_blocks_an_account_that_is_erased_is_told_that_they_block_nobody():
    async with world_of(erase_grace_hours=0) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await ann.device()
        blocked = await ann.ask(SetBlock, kind="block", handle="bob")
        await erases(bob)
        told = [event for event in await phone.settled() if isinstance(event, BlockChanged)]
        assert [(event.id, event.kind) for event in told] == [(blocked.id, "block"), (blocked.id, "none")]
        assert (await ann.sync()).blocks == []


async def test_it_takes_the_password_and_the_handle_once_more():
    async with world_of(erase_grace_hours=0) as world:
        (bob,) = await world.join("garden/hall", "bob")
        wrong = await bob.refused(EraseAccount, password="a guess", handle="bob")
        assert wrong.code == codes.BAD_CREDENTIALS.code
        other = await bob.refused(EraseAccount, password=PASSWORD, handle="bobby")
        assert (other.code, other.field) == (codes.FIELD_INVALID.code, "handle")
        guest = Person(world, secure=False)
        assert guest.closed is None
        await bob.say("still here")


async def test_a_stolen_session_is_no_way_to_guess_the_password():
    async with world_of(erase_grace_hours=0) as world:
        (bob,) = await world.join("garden/hall", "bob")
        codes_ = [(await bob.refused(EraseAccount, password=f"guess {n}", handle="bob")).code for n in range(12)]
        assert codes_[0] == codes.BAD_CREDENTIALS.code
        assert codes_[-1] == codes.TOO_MANY_TRIES.code


async def test_until_the_grace_is_over_the_account_is_as_it_was_and_signing_in_keeps_it():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        begun = await erases(bob, "erase")
        assert begun.at > world.app.services.hello.at
        assert bob.closed is CloseCode.SIGNED_OUT
        assert (await ann.ask(ReadAccount, handle="bob")).handle == "bob"
        back = Person(world)
        signed = await back.ask(SignIn, handle="bob", password=PASSWORD)
        assert signed.spared
        assert await world.app.store.erasures() == []
        again = Person(world)
        assert not (await again.ask(SignIn, handle="bob", password=PASSWORD)).spared
        assert world.app.services.hello.limits.erase_grace_ms == 72 * 3_600_000


async def test_the_last_owner_is_told_where_to_hand_over_first():
    async with world_of(erase_grace_hours=0) as world:
        (bob,) = await world.join("garden/hall", "bob")
        owner = world.founder("garden")
        refused = await owner.refused(EraseAccount, password=PASSWORD, handle=owner.handle)
        assert refused.code == codes.LAST_OWNER.code
        assert "garden" in refused.message
        await owner.ask(
            SetRole, community=world.id("garden"), member=bob.member, role="owner", hand_over=True, reason="bye"
        )
        await erases(owner)
        assert owner.closed is CloseCode.SIGNED_OUT


async def test_what_others_kept_about_the_account_for_themselves_goes_too():
    async with world_of(erase_grace_hours=0) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.ask(SetBlock, kind="block", handle="bob")
        await erases(bob)
        await world.quiet()
        later = await ann.again()
        assert (await later.sync(cards=True)).blocks == []


@pytest.mark.parametrize("kept", [True, False], ids=["sqlite", "memory"])
async def test_who_asks_for_the_card_of_an_erased_member_sees_nobody(tmp_path, kept):
    async with world_of(SqliteStore(tmp_path, synchronous="off") if kept else None, erase_grace_hours=0) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await erases(bob)
        await ann.settled()
        (card,) = (await ann.ask(ReadCards, members=[bob.member])).cards
        assert (card.handle, card.display_name, card.left, card.state) == ("", "", True, "offline")
        (seen,) = (await ann.ask(WatchPresence, members=[bob.member])).members
        assert (seen.state, seen.status) == ("offline", None)


async def test_a_direct_stays_for_the_others_and_nothing_can_be_said_in_it():
    async with world_of(erase_grace_hours=0) as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        two, three = await world.direct(ann, bob), await world.direct(ann, bob, cyd)
        await ann.say("before", room=two)
        await erases(bob)
        await world.quiet()
        later = await ann.again()
        sync = await later.sync(cards=True)
        people = {room.id: sorted(one.handle for one in room.people) for room in sync.directs}
        assert people == {two: ["", "ann"], three: ["", "ann", "cyd"]}
        assert (await later.refused(SendMessage, room=two, body="hello?")).code == codes.DIRECT_REFUSED.code
        await later.say("we two", room=three)


async def test_what_was_erased_is_purged_at_most_once_a_minute():
    purges = []
    store = SimpleNamespace()
    left = [SimpleNamespace(name="m", account="a")] * 2

    async def erase_more() -> SimpleNamespace | None:
        return left.pop() if left else None

    async def purge() -> bool:
        purges.append(erasing.steps)
        return True

    store.erase_more, store.purge, tasks = erase_more, purge, set[asyncio.Task[None]]()
    erasing = Erasing(cast(Store, store), cast(People, None), tasks)
    for now, more in ((0.0, 0), (30.0, 1), (60.0, 1), (120.0, 0)):
        left += [SimpleNamespace(name="m", account="a")] * more
        erasing.sweep(now)
        erasing.wake()
        await asyncio.gather(*tasks)
    assert purges == [2, 4], "after the first look, and after the next minute; not where nothing was done"
