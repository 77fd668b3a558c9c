"""A session: hello, signing up, in and out; who is refused, and that nobody learns from how."""

import asyncio
import hashlib

import msgspec
import pytest

from among_protocol import codes
from among_protocol.base import MAX_INT, Ok, Refused
from among_protocol.codes import CloseCode, Refuse
from among_protocol.communities import BrowseCommunities
from among_protocol.logs import Sync
from among_protocol.messages import SendMessage
from among_protocol.moderation import KickMember
from among_protocol.rooms import OpenDirect
from among_protocol.session import Enable, Ping, SignIn, SignOut, SignUp
from tests.held import HeldStore
from tests.world import PASSWORD, Person, until, world_of


def without_id(reply: bytes) -> dict[str, object]:
    fields: dict[str, object] = msgspec.json.decode(reply)
    del fields["id"]
    return fields


async def test_hello_declares_everything_that_is_enforced():
    async with world_of() as world:
        hello = msgspec.to_builtins(world.app.services.hello)
        assert hello["versions"] == [1]
        assert hello["server"].startswith("among/")
        assert hello["epoch"] == world.app.store.epoch
        assert hello["durability"] == "memory"
        assert hello["sign_up"] == "open"
        assert all(0 < value <= MAX_INT for value in hello["limits"].values())
        assert hello["limits"]["budget"] == world.config.budget
        assert hello["ping_ms"] == world.config.ping_ms
        assert hello["deadline_ms"] == world.config.deadline_ms
        assert hello["sign_in_ms"] == world.config.sign_in_ms
        assert hello["stall_ms"] == world.config.stall_ms


async def test_who_signs_up_is_signed_in_and_holds_a_token():
    async with world_of() as world:
        ann = Person(world)
        signed = await ann.sign_up("Ann", display_name="Ann of the Garden", device="phone")
        assert (signed.account.handle, signed.account.display_name) == ("ann", "Ann of the Garden")
        assert signed.token.startswith("among_")
        assert len(signed.token) >= len("among_") + 43  # 256 bits
        assert [entry.handle for entry in await ann.entries(signed.account.id)] == ["ann"]
        other = await ann.again()
        assert other.session.person is ann.session.person


async def test_ath_05_each_password_gives_a_new_token_and_only_its_hash_is_kept():
    async with world_of() as world:
        ann = await world.person("ann")
        second = await Person(world).ask(SignIn, handle="ann", password=PASSWORD)
        assert second.token not in (ann.token, "")
        kept = world.app.store._tx.sessions_by_secret  # type: ignore[attr-defined]  # looks inside the reference
        assert set(kept) == {hashlib.sha256(token.encode()).digest() for token in (ann.token, second.token)}
        passwords = world.app.store._tx.passwords  # type: ignore[attr-defined]  # likewise
        assert PASSWORD not in str(passwords)
        assert passwords[ann.account].startswith("$argon2id$")


async def test_a_token_signs_in_without_a_hash_and_gives_no_second_token():
    async with world_of() as world:
        ann = await world.person("ann")
        hashed = world.app.services.passwords.hashed
        signed = await Person(world).ask(SignIn, token=ann.token)
        assert signed.account.id == ann.account
        assert signed.token == ""
        assert world.app.services.passwords.hashed == hashed


async def test_ath_03_an_unknown_handle_and_a_wrong_password_are_answered_alike():
    async with world_of() as world:
        await world.person("ann")
        hashed = world.app.services.passwords.hashed
        answers = []
        for handle in ("ann", "nobody-here"):
            person = Person(world)
            refused = await person.refused(SignIn, handle=handle, password="wrong horse")
            assert refused.code == codes.BAD_CREDENTIALS.code
            answers.append(without_id(person.raw["1"]))
        assert answers[0] == answers[1]
        assert world.app.services.passwords.hashed == hashed + 2, "somebody was answered without the work"


async def test_ath_01_every_wrong_way_in_is_refused():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.ask(SignOut)
        ways = [
            {},
            {"handle": "bob"},
            {"password": PASSWORD},
            {"handle": "bob", "password": PASSWORD + " "},
            {"handle": "bob", "password": PASSWORD.upper()},
            {"handle": "founder-of-garden", "password": bob.token},
            {"token": ""},
            {"token": "among_"},
            {"token": bob.token[:-1]},
            {"token": bob.token.swapcase()},
            {"token": bob.session.id},
            {"token": hashlib.sha256(bob.token.encode()).hexdigest()},
            {"token": ann.token},  # revoked
            {"token": "", "handle": "bob", "password": PASSWORD},  # the token is what is judged
        ]
        for way in ways:
            person = Person(world)
            refused = await person.refused(SignIn, **way)
            assert refused.kind in ("auth", "fix"), way
            assert person.session.person is None, way
            assert (await person.refused(BrowseCommunities)).code == codes.SIGN_IN_REQUIRED.code


async def test_the_same_password_from_another_keyboard_is_the_same():
    async with world_of() as world:
        await Person(world).ask(SignUp, handle="zoe", password="Cafe\u0301 noir")
        signed = await Person(world).ask(SignIn, handle="Zoe", password="Caf\u00e9 noir")
        assert signed.account.handle == "zoe"


async def test_who_is_signed_in_does_not_sign_in_again():
    async with world_of() as world:
        ann = await world.person("ann")
        bob = await world.person("bob")
        for fields in ({"token": bob.token}, {"handle": "bob", "password": PASSWORD}):
            assert (await ann.refused(SignIn, **fields)).code == codes.SIGNED_IN_ALREADY.code
        refused = await ann.refused(SignUp, handle="cyd", password=PASSWORD)
        assert refused.code == codes.SIGNED_IN_ALREADY.code
        assert ann.session.person is world.app.services.people.get(ann.account)


async def test_what_is_sent_right_behind_sign_in_is_done_after_it():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        for way in ({"token": ann.token}, {"handle": "ann", "password": PASSWORD}):
            other = Person(world)
            ids = [other.begin(SignIn, **way), other.begin(SendMessage, room=ann.room, body="hi"), other.begin(Ping)]
            for id in ids:
                await other.answered(id)
            assert next(iter(other.raw)) == ids[0]
            assert all(isinstance(other.replies[id], Ok) for id in ids)


async def test_what_is_sent_right_behind_a_failed_sign_in_is_refused():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        other = Person(world)
        other.begin(SignIn, handle="ann", password="wrong horse")
        refused = await other.refused(SendMessage, room=ann.room, body="hi")
        assert refused.code == codes.SIGN_IN_REQUIRED.code
        assert await ann.settled() == []


async def test_two_sign_ins_at_once_are_one():
    async with world_of() as world:
        await world.person("ann")
        await world.person("bob")
        one = Person(world)
        first = one.begin(SignIn, handle="ann", password=PASSWORD)
        second = one.begin(SignIn, handle="bob", password=PASSWORD)
        assert (await one.reply(first, SignIn.Reply)).account.handle == "ann"
        with pytest.raises(Refuse, match=codes.SIGNED_IN_ALREADY.code):
            await one.reply(second, SignIn.Reply)


async def test_passwords_and_tokens_are_not_taken_where_others_may_listen():
    async with world_of() as world:
        ann = await world.person("ann")
        hashed = world.app.services.passwords.hashed
        far = Person(world, secure=False)
        for refused in (
            await far.refused(SignIn, token=ann.token),
            await far.refused(SignIn, handle="ann", password=PASSWORD),
            await far.refused(SignUp, handle="bob", password=PASSWORD),
        ):
            assert refused.code == codes.INSECURE.code
        assert world.app.services.passwords.hashed == hashed


async def test_a_handle_belongs_to_one_and_some_to_nobody():
    async with world_of() as world:
        await world.person("ann")
        eve = Person(world)
        wrong = {
            "ann": codes.HANDLE_TAKEN,
            "ANN": codes.HANDLE_TAKEN,
            "a.nn": codes.HANDLE_LOOKALIKE,
            "adm1n": codes.HANDLE_RESERVED,
            "admin": codes.HANDLE_RESERVED,
            "Everyone": codes.HANDLE_RESERVED,
            "an n": codes.FIELD_INVALID,
            "-ann": codes.FIELD_INVALID,
            "аnn": codes.FIELD_INVALID,  # the first letter is Cyrillic
            "ab": codes.FIELD_INVALID,
            "a" * 33: codes.FIELD_TOO_LONG,
        }
        for handle, code in wrong.items():
            refused = await eve.refused(SignUp, handle=handle, password=PASSWORD)
            assert (refused.code, refused.field) == (code.code, "handle"), handle
        refused = await eve.refused(SignUp, handle="eve", password="short")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "password")
        assert len(world.heads()) == 1


async def test_two_who_want_the_same_handle_at_once():
    async with world_of() as world:
        people = [Person(world), Person(world)]
        ids = [person.begin(SignUp, handle="ann", password=PASSWORD) for person in people]
        for person, id in zip(people, ids, strict=True):
            await person.answered(id)
        replies = [person.replies[id] for person, id in zip(people, ids, strict=True)]
        assert sorted(type(reply).__name__ for reply in replies) == ["Ok", "Refused"]
        (refused,) = [reply for reply in replies if isinstance(reply, Refused)]
        assert refused.code == codes.HANDLE_TAKEN.code


async def test_sign_up_by_invite_alone():
    async with world_of(sign_up="invite") as world:
        assert world.app.services.hello.sign_up == "invite"
        await world.app.store.add_invite(hashlib.sha256(b"come in").digest(), uses=2)
        eve = Person(world)
        assert (await eve.refused(SignUp, handle="eve", password=PASSWORD)).code == codes.SIGN_UP_CLOSED.code
        refused = await eve.refused(SignUp, handle="eve", password=PASSWORD, invite="let me in")
        assert (refused.code, refused.field) == (codes.INVITE_INVALID.code, "invite")
        for handle in ("ann", "bob"):
            signed = await Person(world).sign_up(handle, invite="come in")
            assert not signed.account.owner
        refused = await eve.refused(SignUp, handle="eve", password=PASSWORD, invite="come in")
        assert refused.code == codes.INVITE_INVALID.code


async def test_an_invite_does_not_tell_which_handles_there_are():
    async with world_of(sign_up="invite") as world:
        await world.app.store.add_invite(hashlib.sha256(b"come in").digest())
        await Person(world).sign_up("ann", invite="come in")
        answers = []
        for handle in ("ann", "nobody-here"):
            eve = Person(world)
            await eve.refused(SignUp, handle=handle, password=PASSWORD, invite="guess")
            answers.append(without_id(eve.raw["1"]))
        assert answers[0] == answers[1]


async def test_an_owners_invite_makes_one_owner():
    async with world_of(sign_up="closed") as world:
        await world.app.store.add_invite(hashlib.sha256(b"mine").digest(), owner=True)
        eve = Person(world)
        assert (await eve.refused(SignUp, handle="eve", password=PASSWORD)).code == codes.SIGN_UP_CLOSED.code
        ann = Person(world)
        assert (await ann.sign_up("ann", invite="mine")).account.owner
        await eve.refused(SignUp, handle="eve", password=PASSWORD, invite="mine")
        again = await Person(world).ask(SignIn, token=ann.token)
        assert again.account.owner


async def test_a_closed_server_takes_nobody_more():
    async with world_of(sign_up="closed") as world:
        for code in (b"one", b"two"):
            await world.app.store.add_invite(hashlib.sha256(code).digest(), owner=code == b"one")
        await Person(world).sign_up("ann", invite="one")
        refused = await Person(world).refused(SignUp, handle="bob", password=PASSWORD, invite="two")
        assert refused.code == codes.SIGN_UP_CLOSED.code


async def test_auz_04_signing_out_ends_the_session_everywhere_it_lives_and_no_other():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        same = await ann.device()
        other = Person(world)
        await other.ask(SignIn, handle="ann", password=PASSWORD)
        await other.sync()
        await other.settled()
        id = ann.begin(SignOut)
        await ann.answered(id)
        assert isinstance(ann.replies[id], Ok)
        assert (ann.closed, same.closed, other.closed) == (CloseCode.SIGNED_OUT, CloseCode.SIGNED_OUT, None)
        counts = len(ann.frames), len(same.frames)
        await bob.say("is she gone?")
        await bob.settled()
        assert (len(ann.frames), len(same.frames)) == counts
        assert [event.body for event in await other.settled()] == ["is she gone?"]
        refused = await Person(world).refused(SignIn, token=ann.token)
        assert (refused.code, refused.field) == (codes.TOKEN_INVALID.code, "token")


async def test_auz_04_a_token_that_ends_while_it_signs_in_lets_nobody_in():
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        session, standing = store.hold("session"), store.hold("standing")
        late, later = Person(world), Person(world)
        ids = [late.begin(SignIn, token=ann.token), later.begin(SignIn, token=ann.token)]
        await session.is_asked(2)
        session.let_one_go()  # one has its row and is on its way in, one has not even that
        await ann.ask(SignOut)
        session.let_go()
        standing.let_go()
        await world.quiet()
        for person, id in zip((late, later), ids, strict=True):
            assert person.closed is CloseCode.SIGNED_OUT or isinstance(person.replies[id], Refused)
            assert person.session.person is None
        assert not world.app.services.sessions


@pytest.mark.parametrize("held", ["session", "standing"])
@pytest.mark.parametrize("alone", [True, False])
async def test_who_is_cut_while_signing_in_is_not_here(held, alone):
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        if alone:
            ann.leave()
        hold = store.hold(held)
        other = Person(world)
        other.begin(SignIn, token=ann.token)
        if alone or held == "session":
            await hold.is_asked(1)
        other.leave()
        hold.let_go()
        await world.quiet()
        sessions = {session for live in world.app.services.sessions.values() for session in live}
        assert sessions == (set() if alone else {ann.session})
        assert len(world.app.services.people) == (0 if alone else 1)
        assert ann.session.person is None or ann.session.person.sessions == {ann.session}


async def test_two_devices_that_come_while_the_standing_changes_know_the_change():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        ann.leave()
        hold = store.hold("standing")
        one, two = Person(world), Person(world)
        first = one.begin(SignIn, token=ann.token)
        await hold.is_asked(1)
        room = (await bob.ask(OpenDirect, handles=["ann"])).entry.room  # her standing changes after it was read
        second = two.begin(SignIn, token=ann.token)
        await hold.is_asked(2)
        hold.let_go()
        await one.reply(first, SignIn.Reply)
        await two.reply(second, SignIn.Reply)
        await one.ask(SendMessage, room=room, body="I know of it")
        assert room in one.session.person.rooms  # type: ignore[union-attr]  # signed in


@pytest.mark.parametrize("first", ["gone", "came", "told"])
async def test_auz_04_who_is_kicked_while_the_second_of_two_devices_comes_hears_nothing_more_there(first):
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        ann.leave()
        hold = store.hold("standing")
        one, two = Person(world), Person(world)
        one.begin(SignIn, token=ann.token)
        await hold.is_asked(1)
        second = two.begin(SignIn, token=ann.token)
        await hold.is_asked(2)
        if first == "gone":
            one.leave()
        hold.let_one_go()
        await until(lambda: (one.session.person is not None) or world.app.dispatch.running == 1)
        if first == "came":
            one.leave()
        await world.founder("garden").ask(KickMember, community=world.id("garden"), member=ann.member, reason="rude")
        if first == "told":
            one.leave()
        hold.let_go()
        await two.reply(second, SignIn.Reply)
        await two.sync()
        start = len(two.heard)
        await bob.say("among us")
        await two.settled()
        assert two.heard[start:] == []
        assert world.id("garden") not in two.session.person.members  # type: ignore[union-attr]  # signed in
        assert world.app.services.people._loading == {}


async def test_a_sign_in_whose_reading_fails_leaves_nothing_behind():
    store = HeldStore()
    async with world_of(store) as world:
        ann = await world.person("ann")
        ann.leave()
        store.standing = failing  # a disk that can't be read
        refused = await Person(world).refused(SignIn, token=ann.token)
        assert refused.kind == "bug"
        world.mistakes.clear()
        del store.standing
        assert world.app.services.people._loading == {}
        assert (await (await ann.again()).sync()).epoch == world.app.store.epoch


async def failing(account: str) -> None:
    raise OSError("the disk can't be read")


async def test_ping_and_extensions():
    async with world_of() as world:
        guest = Person(world)
        assert (await guest.ask(Ping)).at.endswith("Z")
        assert (await guest.ask(Enable, extensions=["x.nobody/knows"])).extensions == []


@pytest.mark.parametrize("turns", range(8))
async def test_when_all_have_gone_nothing_of_them_is_kept(turns):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await ann.device()
        await ann.say("@bob hi")
        bob.begin(SendMessage, room=bob.room, body="said with the last breath")
        for _ in range(turns):
            await asyncio.sleep(0)
        for person in (bob, phone, ann, world.founder("garden")):
            person.leave()
        await world.quiet()
        services = world.app.services
        assert len(services.people) == 0
        assert services.sessions == {}
        assert [log.id for log in services.logs] == []
        assert services.presence._here == {}
        assert services.presence._absent == {}
        assert services.presence._watchers == {}


@pytest.mark.parametrize(("held", "reads"), [("unread", 0), ("unread", 1), ("entries", 0), ("entries", 1)])
async def test_who_is_cut_in_the_middle_of_a_sync_leaves_nothing_behind(held, reads):
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for person in (ann, bob, world.founder("garden")):
            person.leave()
        other = await ann.again()
        hold = store.hold(held)
        positions = dict.fromkeys((ann.account, ann.room, world.id("garden")), 0)
        other.begin(Sync, epoch=store.epoch, positions=positions)
        for answer in range(reads + 1):
            await hold.is_asked(answer + 1)
            if answer < reads:
                hold.let_one_go()
        other.leave()
        hold.let_go()
        await world.quiet()
        assert [log.id for log in world.app.services.logs] == []
        assert len(world.app.services.people) == 0
