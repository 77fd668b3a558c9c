"""How much one may ask: told before it runs out, refused with when to come back, and back with the clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_protocol import codes
from among_protocol.base import Refused
from among_protocol.messages import SendMessage
from among_protocol.session import Ping, SignUp
from among_server.core.addresses import Addresses
from among_server.core.budget import Bucket, Buckets
from among_server.handlers import ROUTES
from tests.world import PASSWORD, Person, World, world_of


async def guest(world: World) -> Person:
    """Nobody yet: a ping costs one."""
    return Person(world)


async def test_the_budget_is_told_below_half_and_not_before():
    async with world_of(budget=10, budget_per_second=2) as world:
        person = await guest(world)
        told = []
        for _ in range(10):
            id = person.begin(Ping)
            told.append(person.replies[id].budget)
        assert told[:5] == [None] * 5
        assert [budget.left for budget in told[5:]] == [4, 3, 2, 1, 0]
        assert {budget.of for budget in told[5:]} == {10}
        assert [budget.full_in_ms for budget in told[5:]] == [3000, 3500, 4000, 4500, 5000]


async def test_over_budget_is_a_refusal_that_says_when_and_costs_nothing():
    async with world_of(budget=10, budget_per_second=2) as world:
        person = await guest(world)
        for _ in range(10):
            await person.ask(Ping)
        wait = 0
        for _ in range(3):
            refused = await person.refused(Ping)
            wait = refused.retry_after_ms
            assert (refused.code, refused.kind) == (codes.RATE_LIMITED.code, "wait")
            assert 500 <= refused.retry_after_ms <= 501
            assert refused.budget is not None
            assert refused.budget.left == 0
        world.clock.now += wait / 1000
        await person.ask(Ping)
        assert (await person.refused(Ping)).code == codes.RATE_LIMITED.code
        world.clock.now += 100
        for _ in range(10):
            await person.ask(Ping)
        await person.refused(Ping)
        assert person.closed is None


async def test_what_costs_more_waits_longer():
    async with world_of(budget=50, budget_per_second=10) as world:
        person = await guest(world)
        await person.ask(SignUp, handle="ann", password=PASSWORD)
        for _ in range(10):
            assert (await person.refused(SendMessage, room="r_nowhere", body="hi")).code == codes.ROOM_GONE.code
        refused = await person.refused(SendMessage, room="r_nowhere", body="hi")
        assert refused.code == codes.RATE_LIMITED.code
        assert refused.retry_after_ms == 501
        assert (await person.refused(Ping)).retry_after_ms == 101


async def test_all_sessions_of_an_account_spend_from_one_budget():
    async with world_of(budget=60, budget_per_second=1) as world:
        ann, bob = Person(world), Person(world)
        await ann.sign_up("ann")
        await bob.sign_up("bob")
        phone, laptop = await ann.again(), await ann.again()
        for _ in range(20):
            for device in (ann, phone, laptop):
                await device.ask(Ping)
        for device in (ann, phone, laptop):
            refused = await device.refused(Ping)
            assert refused.code == codes.RATE_LIMITED.code
            assert refused.budget is not None
            assert (refused.budget.left, refused.budget.of, refused.budget.whose) == (0, 60, "account")
        await bob.ask(Ping)
        world.clock.now += 1
        await laptop.ask(Ping)
        await ann.refused(Ping)


@pytest.mark.parametrize("swept", [False, True])
async def test_who_comes_back_has_no_fresh_budget(swept):
    async with world_of(budget=60, budget_per_second=1) as world:
        ann = Person(world)
        await ann.sign_up("ann")
        if swept:  # a budget that nobody has drawn on yet is as good as none
            world.app.services.budgets.sweep(world.clock())
        for _ in range(60):
            await ann.ask(Ping)
        ann.leave()
        back = await ann.again()
        refused = await back.refused(Ping)
        assert refused.code == codes.RATE_LIMITED.code
        world.clock.now += 100
        back.leave()
        back = await ann.again()
        for _ in range(60):
            await back.ask(Ping)
        await back.refused(Ping)


async def test_an_address_has_a_budget_of_everybody_there():
    async with world_of(budget=1000, budget_per_second=1, address_budget=400, address_budget_per_second=4) as world:
        people = [Person(world, address="192.0.2.7") for _ in range(3)]
        elsewhere = Person(world, address="192.0.2.8")
        home = Person(world)
        budgets, asked = [], 0
        while True:
            person = people[asked % 3]
            id = person.begin(Ping)
            reply = person.replies[id]
            if reply.budget is not None:
                assert (reply.budget.whose, reply.budget.of) == ("address", 400)
                budgets.append(reply.budget.left)
            if isinstance(reply, Refused):
                break
            asked += 1
        assert (reply.code, reply.kind) == (codes.RATE_LIMITED.code, "wait")
        assert 0 < reply.retry_after_ms <= 251
        assert 250 < asked <= 400, "drawn ahead in portions, but never more than there is"
        assert len(budgets) > 1, "told before it ran out"
        assert budgets == sorted(budgets, reverse=True)
        for other in (elsewhere, home):
            await other.ask(Ping)
        world.clock.now += 0.25
        await person.ask(Ping)
        await person.refused(Ping)
        world.clock.now += 100
        for _ in range(200):
            await person.ask(Ping)


async def test_what_a_session_has_not_used_is_its_addresss_again():
    async with world_of(address_budget=100, address_budget_per_second=1) as world:
        for _ in range(90):
            person = Person(world, address="192.0.2.7")
            await person.ask(Ping)
            person.leave()


def test_an_address_that_leaves_and_comes_back_has_spent_what_it_has():
    addresses = Addresses(budget=50, budget_per_second=1, connections=2, guests=2)
    now = 0.0
    for _ in range(10):
        address = addresses.enter("192.0.2.7", now)
        assert address is not None
        assert addresses.shake(address, now) == 0
        addresses.leave(address, now, guest=True)
    assert len(addresses) == 0
    address = addresses.enter("192.0.2.7", now)
    assert address is not None
    assert 0 < addresses.shake(address, now) <= 5_001
    assert addresses.shake(address, now + 5) == 0


@given(keys=st.lists(st.integers(0, 20), max_size=200), pause=st.floats(0, 2))
def test_however_many_are_named_only_so_many_are_kept_and_nobody_is_forgotten_early(keys, pause):
    buckets: Buckets[int] = Buckets(3, 0.5, most=5)
    now, spent = 0.0, dict.fromkeys(range(21), 0)
    for key in keys:
        now += pause
        spent[key] += not buckets.get(key, now).take(1, now)
        assert len(buckets) <= 5
        assert spent[key] <= 3 + now * 0.5 + 1e-6


async def test_a_refusal_that_the_guard_gives_costs_nothing():
    async with world_of(budget=1) as world:
        person = await guest(world)
        for _ in range(5):
            assert (await person.refused(SendMessage, room="r", body="hi")).code == codes.SIGN_IN_REQUIRED.code
        await person.ask(Ping)


async def test_a_full_budget_is_enough_for_anything():
    async with world_of() as world:
        config = type(world.config)()
        assert max(route.cost for route in ROUTES.values()) <= config.budget
        assert min(route.cost for route in ROUTES.values()) > 0


@given(
    of=st.integers(1, 100),
    per_second=st.integers(1, 50),
    asks=st.lists(st.tuples(st.integers(1, 100), st.floats(0, 10)), max_size=60),
)
def test_a_bucket_never_gives_more_than_it_holds_and_always_says_when(of, per_second, asks):
    now = 0.0
    bucket = Bucket(of, per_second, now)
    spent = 0
    for cost, pause in asks:
        now += pause
        wait = bucket.take(cost, now)
        if not wait:
            spent += cost
        elif cost <= of:
            now += wait / 1000
            assert bucket.take(cost, now) == 0, "it came back as told, and was refused"
            spent += cost
        assert spent <= of + now * per_second + 1e-6
        told = bucket.told()
        assert told is None or 0 <= told.left < of
