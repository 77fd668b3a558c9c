"""Where I am signed in: seeing it, and ending it one by one or everywhere else."""

import asyncio

import pytest

from among_protocol import codes
from among_protocol.base import Ok
from among_protocol.codes import CloseCode
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.session import ListSessions, RevokeOthers, RevokeSession, SignIn
from among_server.core import sessions as live
from tests.held import HeldStore
from tests.world import PASSWORD, Person, World, world_of


async def signed_in(world: World, handle: str, device: str) -> Person:
    """A session of its own, by password."""
    person = Person(world)
    signed = await person.ask(SignIn, handle=handle, password=PASSWORD, device=device)
    person.handle, person.token, person.account = handle, signed.token, signed.account.id
    await person.sync()
    await person.settled()
    return person


async def test_sessions_are_listed_with_what_tells_them_apart():
    async with world_of() as world:
        ann = await world.person("ann")
        await world.person("bob")
        phone = await signed_in(world, "ann", "phone")
        gone = await signed_in(world, "ann", "tablet")
        gone.leave()
        listed = (await phone.ask(ListSessions)).sessions
        assert listed[0].id == phone.session.id, "one's own comes first"
        told = {card.id: (card.device, card.live, card.current) for card in listed}
        assert told == {
            ann.session.id: ("", True, False),
            phone.session.id: ("phone", True, True),
            gone.session.id: ("tablet", False, False),
        }
        assert all(card.opened <= card.seen and card.seen.endswith("Z") for card in listed)


async def test_nobody_else_learns_of_a_session():
    async with world_of() as world:
        ann, bob = await world.person("ann"), await world.person("bob")
        assert [card.id for card in (await bob.ask(ListSessions)).sessions] == [bob.session.id]
        answers = []
        for session in (ann.session.id, "s_nowhere"):
            id = bob.begin(RevokeSession, id="the-same", session=session)
            await bob.answered(id)
            assert bob.replies.pop(id).code == codes.SESSION_GONE.code
            answers.append(bob.raw.pop(id))
        assert answers[0] == answers[1]
        assert ann.closed is None


async def test_auz_04_a_revoked_session_hears_nothing_later_and_lets_nobody_in():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await signed_in(world, "ann", "phone")
        same = await phone.device()
        assert (await ann.ask(RevokeSession, session=phone.session.id)).ended == 1
        assert (phone.closed, same.closed, ann.closed) == (CloseCode.SIGNED_OUT, CloseCode.SIGNED_OUT, None)
        counts = len(phone.frames), len(same.frames)
        await bob.say("is she gone?")
        await bob.settled()
        assert (len(phone.frames), len(same.frames)) == counts
        assert [event.body for event in await ann.settled() if isinstance(event, MessageSent)] == ["is she gone?"]
        assert (await Person(world).refused(SignIn, token=phone.token)).code == codes.TOKEN_INVALID.code
        assert (await ann.refused(RevokeSession, session=phone.session.id)).code == codes.SESSION_GONE.code


async def test_revoking_ones_own_session_is_signing_out():
    async with world_of() as world:
        ann = await world.person("ann")
        id = ann.begin(RevokeSession, session=ann.session.id)
        await ann.answered(id)
        assert isinstance(ann.replies[id], Ok)
        assert ann.closed is CloseCode.SIGNED_OUT
        assert (await Person(world).refused(SignIn, token=ann.token)).code == codes.TOKEN_INVALID.code


async def test_auz_04_signing_out_everywhere_else_leaves_this_one_alone():
    async with world_of() as world:
        ann = await world.person("ann")
        bob = await world.person("bob")
        phone, tablet = [await signed_in(world, "ann", device) for device in ("phone", "tablet")]
        tablet.leave()
        same = await ann.device()
        assert (await ann.ask(RevokeOthers)).ended == 2
        assert (phone.closed, same.closed, ann.closed, bob.closed) == (CloseCode.SIGNED_OUT, None, None, None)
        for token in (phone.token, tablet.token):
            assert (await Person(world).refused(SignIn, token=token)).code == codes.TOKEN_INVALID.code
        assert (await ann.ask(RevokeOthers)).ended == 0
        assert [card.current for card in (await ann.ask(ListSessions)).sessions] == [True]


async def test_auz_04_a_session_that_is_revoked_while_it_signs_in_lets_nobody_in():
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        phone = await signed_in(world, "ann", "phone")
        phone.leave()
        read = store.hold("session")
        late = Person(world)
        id = late.begin(SignIn, token=phone.token)
        await read.is_asked(1)
        await ann.ask(RevokeSession, session=phone.session.id)
        read.let_go()
        await late.answered(id)
        assert late.replies[id].code == codes.TOKEN_INVALID.code
        assert late.session.person is None


async def test_the_name_of_a_device_is_kept_up_to_sixty_four_characters():
    async with world_of() as world:
        await world.person("ann")
        phone = await signed_in(world, "ann", "x" * 64)
        assert [card.device for card in (await phone.ask(ListSessions)).sessions] == ["x" * 64, ""]


@pytest.fixture
def hour(monkeypatch: pytest.MonkeyPatch) -> float:
    """Any moment is an hour after any other, as far as a stored session goes."""
    monkeypatch.setattr("among_server.store.rules.sessions.SEEN_EVERY", 0)
    return live.SEEN_EVERY


async def test_who_stays_for_hours_is_seen_once_an_hour(hour):
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        sessions, tx = world.app.services.sessions, store._tx
        tx.sessions_by_secret = {secret: _long_ago(row) for secret, row in tx.sessions_by_secret.items()}
        sessions.sweep(0.0)
        sessions.sweep(hour - 1)
        await world.quiet()
        assert [row.seen_ms for row in tx.sessions(ann.account)] == [1]
        sessions.sweep(hour)
        await world.quiet()
        (seen,) = [row.seen_ms for row in tx.sessions(ann.account)]
        assert seen > 1
        sessions.sweep(hour + 1)
        await asyncio.sleep(0)
        assert not world.app.services.background, "once an hour"


def _long_ago(row):
    return type(row)(row.id, row.account, row.device, row.opened, 1)


async def test_who_comes_after_an_hour_is_seen():
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        tx = store._tx
        before = dict(tx.sessions_by_secret)
        await ann.again()
        await world.quiet()
        assert tx.sessions_by_secret == before, "seen a moment ago: nothing is written"
        tx.sessions_by_secret = {secret: _long_ago(row) for secret, row in before.items()}
        await ann.again()
        await world.quiet()
        assert all(row.seen_ms > 1 for row in tx.sessions_by_secret.values())


async def test_auz_04_from_the_commit_on_nothing_is_heard_whoever_is_to_be_answered():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await signed_in(world, "ann", "phone")
        room = await world.direct(ann, bob)
        await phone.settled()
        await world.app.store.end_sessions(ann.account, only=phone.session.id)
        assert phone.closed is None, "that is for whoever ended it, who has not gone on yet"
        for place in (bob.room, room):
            await bob.say("later", room=place)
        assert [event.body for event in await ann.settled() if isinstance(event, MessageSent)] == ["later"] * 2
        assert not [event for event in phone.heard if isinstance(event, MessageSent)]
        assert [log.id for log in world.app.services.logs if log.hears(phone.session)] == []
        await world.app.store.disable("ann", disabled=True)
        await bob.say("later still")
        assert not [event for event in await ann.settled() if isinstance(event, MessageSent)]


async def test_auz_04_what_is_committed_after_the_end_is_not_heard_even_in_one_batch():
    """Whoever ended it has not been answered yet, and still nothing later is heard."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await signed_in(world, "ann", "phone")
        writes = store.hold("writes")
        bob.begin(SendMessage, room=bob.room, body="before")
        revoked = ann.begin(RevokeSession, session=phone.session.id)
        bob.begin(SendMessage, room=bob.room, body="after")
        writes.let_go()
        await ann.answered(revoked)
        heard = [event.body for event in await ann.settled() if isinstance(event, MessageSent)]
        assert heard == ["before", "after"]
        assert [event for event in phone.heard if isinstance(event, MessageSent) and event.body == "after"] == []
        assert phone.closed is CloseCode.SIGNED_OUT


async def test_the_name_of_a_device_is_one_line_lest_it_look_like_another_session():
    async with world_of() as world:
        await world.person("ann")
        for device in ("phone\n2 laptop", "\x1b[2J", "\u202eenohp"):
            refused = await Person(world).refused(SignIn, handle="ann", password=PASSWORD, device=device)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "device")
