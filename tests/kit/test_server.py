"""The kit judges servers: ours conforms, and each server that breaks a rule is caught by the checks of that rule."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from among_protocol.kit.report import in_words
from among_protocol.kit.server import Ground, carry_out, checks, run
from among_server.app import App
from among_server.config import Config
from among_server.store.memory import MemoryStore
from tests.kit.mutants import MUTANTS
from tests.kit.relay import Mutant, Relay

SETTINGS = {  # of the server, for rules that would otherwise take long
    "refusals.retry_after": {"budget": 100, "budget_per_second": 40},
    "refusals.budget": {"budget": 100, "budget_per_second": 40},
    "signing_in.late": {"sign_in_ms": 400},
    "connection.ping": {"ping_ms": 100, "deadline_ms": 1_100},
}
WIDE = dict.fromkeys(("budget", "budget_per_second", "address_budget", "address_budget_per_second"), 1_000_000)


@asynccontextmanager
async def server(**config: Any) -> AsyncIterator[int]:
    """A server in memory, on a port of its own."""
    app = App(Config(**{"port": 0, **WIDE, **config}), MemoryStore())
    await app.start()
    app.services.passwords.cost(passes=1, kib=8)
    try:
        yield app.listener.port
    finally:
        await app.stop()


async def test_our_server_conforms():
    async with server(sign_in_ms=2_000, ping_ms=1_000, deadline_ms=1_500) as port:
        report = await run(f"ws://127.0.0.1:{port}/v1")
    assert report.conforms, in_words(report)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.rule}-{mutant.name}")
async def test_whoever_breaks_a_rule_is_caught(mutant: Mutant):
    async with server(**SETTINGS.get(mutant.rule, {})) as port, Relay(port) as relay:
        ground = Ground(relay.url)
        await ground.prepare()
        relay.mutant, ground.patience = mutant, 0.5
        outcomes = await carry_out(checks.chosen([mutant.rule]), ground)
        await ground.drop()
    assert relay.mistakes == [], "the mutant stumbled, and would be caught for that"
    assert "failed" in [one.verdict for one in outcomes], "the kit did not notice"


def test_each_rule_that_is_checked_has_a_server_that_breaks_it():
    broken = {mutant.rule for mutant in MUTANTS}
    assert sorted({check.rule for check in checks.all} - broken) == []
