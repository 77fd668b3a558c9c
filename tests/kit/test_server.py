"""The kit judges servers: ours conforms, and each server that breaks a rule is caught by the checks of that rule."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from among_protocol.kit.checks import CannotTest
from among_protocol.kit.report import in_words, verdict_of
from among_protocol.kit.rules import RULES
from among_protocol.kit.server import Ground, carry_out, checks, leaving, run
from among_protocol.kit.server.ground import Scene
from among_protocol.testing import Clock, TestServer, Town
from among_protocol.testing.answers import COSTS, READS, WRITES
from among_server.app import App
from among_server.config import Config
from among_server.handlers import ROUTES
from among_server.store.memory import MemoryStore
from tests.kit.mutants import MUTANTS
from tests.kit.relay import Frame, Mutant, Relay, Wire

SETTINGS = {  # of the server, for rules that would otherwise take long
    "refusals.retry_after": {"budget": 100, "budget_per_second": 40},
    "refusals.budget": {"budget": 100, "budget_per_second": 40},
    "signing_in.late": {"sign_in_ms": 400},
    "connection.ping": {"ping_ms": 100, "deadline_ms": 1_100},
    "leaving.account": {"erase_grace_hours": 0},
}
WIDE = dict.fromkeys(("budget", "budget_per_second", "address_budget", "address_budget_per_second"), 1_000_000)


@asynccontextmanager
async def server(**config: Any) -> AsyncIterator[App]:
    """Ours, over a store in memory, on a port of its own."""
    app = App(Config(**{"port": 0, **WIDE, **config}), MemoryStore())
    await app.start()
    app.services.passwords.cost(passes=1, kib=8)
    try:
        yield app
    finally:
        await app.stop()


def url(app: App) -> str:
    return f"ws://127.0.0.1:{app.listener.port}/v1"


async def test_our_server_conforms():
    async with server(sign_in_ms=4_000, ping_ms=1_000, deadline_ms=2_000) as app:
        report = await run(url(app))
    assert report.conforms, in_words(report)
    beyond = {
        "refusals.retry_after",
        "refusals.budget",
        "leaving.account",
    }  # which are asked of mutants and their likes, with a small budget
    assert {rule for rule in RULES if report.of(rule) and verdict_of(report.of(rule)) == "skipped"} == beyond


async def test_our_server_conforms_when_it_is_frugal():
    async with server(budget=100, budget_per_second=40) as app:
        report = await run(url(app), only=["refusals"])
    assert report.conforms, in_words(report)
    assert report.counts["skipped"] == 0


async def test_our_server_conforms_when_it_erases_at_once():
    async with server(erase_grace_hours=0) as app:
        report = await run(url(app), only=["leaving"])
    assert report.conforms, in_words(report)
    assert [one.rule for one in report.outcomes if one.verdict == "skipped"] == ["leaving.undone"]


async def test_a_check_does_not_fail_for_what_the_checks_before_it_have_spent():
    async with server(budget=200, budget_per_second=200) as app:
        ground = Ground(url(app))
        await ground.prepare()
        for name in ("ann", "cid"):
            peer = await Scene(ground).person(name)
            while (await peer.reply(await peer.begin("session.ping")))["type"] == "ok":
                pass
        outcomes = await carry_out(checks.chosen(["reactions.short", "registers.as_of"]), ground)
        await ground.drop()
    assert [one.verdict for one in outcomes] == ["passed", "passed"], outcomes


async def test_a_check_does_not_fail_for_how_long_the_checks_before_it_took():
    async with server(ping_ms=100, deadline_ms=200) as app:
        ground = Ground(url(app))
        await ground.prepare()
        eve = await Scene(ground).person("eve")
        eve.link.answers_pings = False  # as while no check reads there
        assert (await eve.ends()).code == 4002
        assert await Scene(ground).person("eve") is not eve
        await ground.drop()


async def test_a_server_may_take_a_moment_to_forget_who_left():
    def late(wire: Wire, frame: Frame) -> Any:
        for entry in frame.get("result", {}).get("entries", []):
            if entry["type"] == "member.joined" and not entry.get("handle") and not wire.notes.get("late"):
                entry["handle"] = wire.notes["late"] = ground.accounts["cid"].handle
        return frame

    async with server() as app, Relay(app.listener.port) as relay:
        ground = Ground(relay.url)
        await ground.prepare()
        relay.mutant = Mutant("leaving.nobody", "late", down=late)
        (outcome,) = await carry_out(checks.chosen(["leaving.nobody"]), ground)
        await ground.drop()
    assert outcome.verdict == "passed", outcome


async def test_the_kit_signs_up_by_invite():
    async with server(sign_up="invite") as app:
        with pytest.raises(CannotTest, match="--invite"):
            await Ground(url(app)).prepare()
        await app.store.add_invite(hashlib.sha256(b"come in").digest(), uses=6)
        report = await run(url(app), invite="come in", only=["signing_in.sign_up", "text.handles", "nonces"])
    assert report.conforms, in_words(report)
    assert report.counts["skipped"] == 0


async def test_accounts_that_were_given_are_used_and_none_is_made():
    async with server() as app:
        first = Ground(url(app))
        await first.prepare()
        await first.drop()
        accounts = await app.store.accounts()
        given = [(account.handle, account.password) for account in first.accounts.values()]
        report = await run(url(app), given=given, only=["signing_in.sign_up", "nonces", "rooms"])
        assert await app.store.accounts() == accounts
    assert report.conforms, in_words(report)
    assert report.counts["skipped"] == 2


async def test_whoever_is_no_server_of_this_protocol_cannot_be_tested():
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listener:
        with pytest.raises(CannotTest, match="HTTP status 404"):
            await run(f"ws://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1")


# What the server in memory leaves out, since it does not know the commands: erasing an account and taking it along, what
# members propose for portraits, what a community says of itself and who comes in, finding members, and newcomers.
BEYOND_MEMORY = {
    *(f"leaving.{name}" for name in ("sure", "ended", "account", "export", "others")),
    *(f"portraits.{name}" for name in ("changed", "audience", "consent", "withdrawn", "export")),
    *(f"door.{name}" for name in ("rules", "ask", "quiet", "invite", "unlisted", "preview")),
    *(f"finding.{name}" for name in ("folded", "synonyms", "opted_in", "suggestions")),
    *(f"newcomers.{name}" for name in ("welcome", "told", "closed", "reach")),
    "retention.community",
}


async def test_the_server_in_memory_conforms_but_for_what_it_says_it_does_not_know():
    town = Town(clock=Clock(running=True))
    town.sign_in_ms, town.ping_ms, town.deadline_ms = 4_000, 1_000, 4_000
    async with TestServer(town=town) as memory:
        report = await run(memory.url)
    failed = [one for one in report.outcomes if one.verdict == "failed"]
    assert {one.rule for one in failed} == BEYOND_MEMORY, in_words(report)
    assert [one for one in failed if "in memory" not in one.came] == []


def test_the_server_in_memory_charges_what_ours_does():
    answered = {*WRITES, *READS}
    assert {one: COSTS.get(one, 5) for one in answered} == {one: ROUTES[one].cost for one in answered}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.rule}-{mutant.name}")
async def test_whoever_breaks_a_rule_is_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(leaving, "MOMENTS", 8)  # two seconds, in which ours has erased long before
    async with server(**SETTINGS.get(mutant.rule, {})) as app, Relay(app.listener.port) as relay:
        ground = Ground(relay.url)
        await ground.prepare()
        relay.mutant, ground.patience = mutant, 0.5
        outcomes = await carry_out(checks.chosen([mutant.rule]), ground)
        await ground.drop()
    assert relay.mistakes == [], "the mutant stumbled, and would be caught for that"
    assert "failed" in [one.verdict for one in outcomes], "the kit did not notice"


def test_each_rule_of_a_server_has_a_check():
    asked = {check.rule for check in checks.all}
    assert [rule.id for rule in RULES.values() if rule.of("server") and rule.kit and rule.id not in asked] == []
    assert [check.name for check in checks.all if not RULES[check.rule].kit] == []


def test_each_rule_that_is_checked_has_a_server_that_breaks_it():
    broken = {mutant.rule for mutant in MUTANTS}
    assert sorted({check.rule for check in checks.all} - broken) == []
