"""How much one may ask: told before it runs out, refused with when to come back, and back with the clock."""

from hypothesis import given
from hypothesis import strategies as st

from among_protocol import codes
from among_protocol.messages import SendMessage
from among_protocol.session import Ping, SignUp
from among_server.core.budget import Bucket
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
        refused = await person.refused(SendMessage, room="r_nowhere", body="hi")
        assert refused.retry_after_ms == 501
        assert (await person.refused(Ping)).retry_after_ms == 101


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
