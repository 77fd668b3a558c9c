"""Guessing: slowed at each handle and from each address, and no owner is kept out by it."""

from contextlib import suppress

import pytest

from among_protocol import codes
from among_protocol.base import Command
from among_protocol.codes import Refuse
from among_protocol.erasure import EraseAccount
from among_protocol.passwords import ChangePassword, ResetPassword
from among_protocol.session import Ping, SignIn, SignUp
from among_server.core import tries
from among_server.core.tries import Tries
from among_server.limits import (
    ADDRESS_SIGN_UP_SECONDS,
    ADDRESS_SIGN_UPS,
    ADDRESS_TRIES,
    ADDRESS_TRY_SECONDS,
    HANDLE_TRIES,
    HANDLE_TRY_SECONDS,
)
from tests.world import PASSWORD, Person, World, world_of

WRONG = "wrong horse"


async def guess(world: World, handle: str, address: str, password: str = WRONG) -> tuple[str, int]:
    """The code of the refusal, and when to come back."""
    person = Person(world, address=address)
    refused = await person.refused(SignIn, handle=handle, password=password)
    person.leave()
    return refused.code, refused.retry_after_ms


async def test_ath_02_a_handle_is_guessed_at_so_often_and_no_more():
    """From as many addresses as one likes, whether there is such a handle or not."""
    async with world_of() as world:
        await world.person("ann")
        for handle in ("ann", "nobody-here"):
            for number in range(HANDLE_TRIES):
                assert await guess(world, handle, f"192.0.2.{number}") == (codes.BAD_CREDENTIALS.code, 0)
            hashed = world.app.services.passwords.hashed
            for number in range(200):
                code, wait = await guess(world, handle, f"198.51.100.{number}")
                assert code == codes.TOO_MANY_TRIES.code
                assert HANDLE_TRY_SECONDS * 1000 - 1 <= wait <= HANDLE_TRY_SECONDS * 1000 + 1
            assert world.app.services.passwords.hashed == hashed, "a try that is not judged costs no hash"
        world.clock.now += HANDLE_TRY_SECONDS
        assert await guess(world, "ann", "203.0.113.1") == (codes.BAD_CREDENTIALS.code, 0)
        assert (await guess(world, "ann", "203.0.113.1"))[0] == codes.TOO_MANY_TRIES.code


async def test_ath_02_an_address_guesses_so_often_and_no_more():
    async with world_of() as world:
        for number in range(ADDRESS_TRIES):
            assert (await guess(world, f"handle-{number}", "192.0.2.7"))[0] == codes.BAD_CREDENTIALS.code
        code, wait = await guess(world, "another", "192.0.2.7")
        assert code == codes.TOO_MANY_TRIES.code
        assert 0 < wait <= ADDRESS_TRY_SECONDS * 1000 + 1
        assert (await guess(world, "another", "192.0.2.8"))[0] == codes.BAD_CREDENTIALS.code
        world.clock.now += ADDRESS_TRY_SECONDS
        assert (await guess(world, "another", "192.0.2.7"))[0] == codes.BAD_CREDENTIALS.code


async def test_ath_02_wrong_tokens_invites_and_codes_are_tries_too():
    async with world_of(sign_up="invite") as world:
        ways: list[tuple[type[Command], dict[str, str]]] = [
            (SignIn, {"token": "among_x"}),
            (SignUp, {"handle": "eve", "password": PASSWORD, "invite": "x"}),
            (ResetPassword, {"code": "x", "password": PASSWORD}),
        ]
        judged = (codes.TOKEN_INVALID.code, codes.INVITE_INVALID.code, codes.RESET_INVALID.code)
        for number, (command, fields) in enumerate(ways):
            address = f"192.0.2.{number}"
            for _ in range(ADDRESS_TRIES):
                assert (await Person(world, address=address).refused(command, **fields)).code in judged
            refused = await Person(world, address=address).refused(command, **fields)
            assert (refused.code, refused.kind) == (codes.TOO_MANY_TRIES.code, "wait")
            assert refused.retry_after_ms > 0


async def test_ath_02_an_address_makes_so_many_accounts_and_no_more():
    async with world_of() as world:
        for number in range(ADDRESS_SIGN_UPS):
            await Person(world, address="192.0.2.7").sign_up(f"person-{number}")
        refused = await Person(world, address="192.0.2.7").refused(SignUp, handle="eve", password=PASSWORD)
        assert refused.code == codes.TOO_MANY_TRIES.code
        assert 0 < refused.retry_after_ms <= ADDRESS_SIGN_UP_SECONDS * 1000 + 1
        await Person(world, address="192.0.2.8").sign_up("eve")
        world.clock.now += ADDRESS_SIGN_UP_SECONDS
        await Person(world, address="192.0.2.7").sign_up("fay")


async def test_ath_02_the_owner_is_never_locked_out():
    """Neither a session nor a token nor an address where the owner was before suffers from strangers who guess."""
    async with world_of() as world:
        ann = Person(world, address="192.0.2.1")
        await ann.sign_up("ann")
        for number in range(1_000):
            assert (await guess(world, "ann", f"198.51.{number % 200}.{number % 7}"))[1] >= 0
        await ann.ask(Ping)
        await ann.again()
        await Person(world, address="203.0.113.99").ask(SignIn, token=ann.token)
        home = Person(world, address="192.0.2.1")
        await home.ask(SignIn, handle="ann", password=PASSWORD)
        roaming = Person(world, address="203.0.113.99")  # it was there by token just now
        await roaming.ask(SignIn, handle="ann", password=PASSWORD)
        anew = Person(world, address="203.0.113.7")  # never seen: waits, and gets in
        refused = await anew.refused(SignIn, handle="ann", password=PASSWORD)
        assert refused.code == codes.TOO_MANY_TRIES.code
        world.clock.now += refused.retry_after_ms / 1000
        await anew.ask(SignIn, handle="ann", password=PASSWORD)


async def test_ath_02_a_valid_token_passes_where_all_tries_of_the_address_are_used_up():
    async with world_of() as world:
        ann = Person(world, address="192.0.2.7")
        await ann.sign_up("ann")
        for number in range(ADDRESS_TRIES + 5):
            await guess(world, f"handle-{number}", "192.0.2.7")
        await Person(world, address="192.0.2.7").ask(SignIn, token=ann.token)


async def test_ath_02_the_right_password_costs_nothing():
    async with world_of() as world:
        await Person(world, address="192.0.2.1").sign_up("ann")
        for _ in range(3 * HANDLE_TRIES):
            await Person(world, address="192.0.2.2").ask(SignIn, handle="ann", password=PASSWORD)


@pytest.mark.parametrize("command", [SignIn, ChangePassword, EraseAccount])
async def test_a_password_that_there_was_no_time_to_look_at_costs_no_try(command):
    async with world_of() as world:
        ann = Person(world, address="192.0.2.1")
        await ann.sign_up("ann")
        passwords = world.app.services.passwords
        asks = Person(world, address="192.0.2.1") if command is SignIn else ann
        fields: dict[type[Command], dict[str, str]] = {
            SignIn: {"handle": "ann", "password": WRONG},
            ChangePassword: {"old": WRONG, "new": "another horse"},
            EraseAccount: {"handle": "ann", "password": WRONG, "keep": "words"},
        }
        room, passwords._room = passwords._room, 0
        for _ in range(ADDRESS_TRIES + HANDLE_TRIES):
            assert (await asks.refused(command, **fields[command])).code == codes.BUSY.code
        passwords._room = room
        for _ in range(HANDLE_TRIES):
            assert (await asks.refused(command, **fields[command])).code == codes.BAD_CREDENTIALS.code
        assert (await asks.refused(command, **fields[command])).code == codes.TOO_MANY_TRIES.code


def test_ath_02_what_is_remembered_is_bounded_and_flooding_it_forgets_nobody(monkeypatch):
    monkeypatch.setattr(tries, "KEPT", 50)
    made = Tries()
    now = 0.0
    for _ in range(HANDLE_TRIES):
        made.password("ann", "", now)
    for number in range(5_000):
        now += 0.001
        with suppress(Refuse):
            made.password(f"handle-{number}", f"address-{number}", now)
            made.belongs(f"handle-{number}", f"address-{number}", now)
    assert len(made) <= 4 * 50 + 1
    with pytest.raises(Refuse):
        made.password("ann", "", now)
    assert made.refused > 0


def test_ath_02_a_day_of_guessing_at_one_handle_is_a_few_thousand_tries():
    made, judged, now = Tries(), 0, 0.0
    for number in range(24 * 3600):
        now = float(number)
        with suppress(Refuse):
            made.password("ann", f"address-{number}", now)
            judged += 1
    assert judged <= HANDLE_TRIES + 24 * 3600 / HANDLE_TRY_SECONDS
