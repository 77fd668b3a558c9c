"""What fails among the things that are looked after each second costs the others nothing, and stopping nothing either."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from among_server.edge import listener
from among_server.edge.connection import Connection
from tests.wire.house import serving, until

SWEEP = 0.01  # seconds


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "SWEEP", SWEEP)
    monkeypatch.setattr(listener, "PASSED_SWEEPS", 1)


def fails(*_: Any) -> None:
    raise ZeroDivisionError("a mistake of ours")


async def test_a_mistake_in_one_thing_costs_the_others_nothing(tmp_path, monkeypatch):
    async with serving(tmp_path) as house:
        services = house.app.services
        rounds: list[int] = []
        with capture_logs() as log:
            for owner, name in (
                (services.sessions, "sweep"),
                (services.erasing, "sweep"),
                (services.retaining, "sweep"),
                (house.app.listener, "mind"),
                (services.presence, "catch_up"),
                (services.logs, "catch_up"),
            ):
                monkeypatch.setattr(owner, name, fails)
            monkeypatch.setattr(services.admission, "more_room", lambda: rounds.append(1))  # the last of each round
            await house.person("ann")
            rounds.clear()
            await until(lambda: len(rounds) > 2)
        told = {line["what"] for line in log if line["event"] == "sweep.failed"}
        assert told == {"sessions", "erasing", "retention", "connections", "presence", "logs"}


async def test_a_connection_that_a_mistake_is_made_about_costs_the_others_no_deadline(tmp_path, monkeypatch):
    async with serving(tmp_path) as house:
        ann, bob = await house.person("ann"), await house.person("bob")
        for peer in (ann, bob):
            await peer.result("session.ping")
        broken, minded = house.connection(ann), []

        def mind(connection: Connection, now: float) -> None:
            if connection is broken:
                fails()
            minded.append(connection)

        with capture_logs() as log:
            monkeypatch.setattr(house.app.listener, "mind", mind)
            await until(lambda: minded.count(house.connection(bob)) > 2)
        assert {line["what"] for line in log if line["event"] == "sweep.failed"} == {"connections"}


async def test_avl_04_stopping_closes_the_store_whatever_the_sweeper_ended_with(tmp_path):
    async def ends() -> None:
        fails()

    async with serving(tmp_path) as house:
        await house.person("ann")
        sweeper = house.app.listener._sweeper
        assert sweeper is not None
        sweeper.cancel()
        house.app.listener._sweeper = failed = asyncio.ensure_future(ends())
        await asyncio.wait([failed])
        await house.app.stop()
        assert not house.app.store._writer._thread.is_alive()  # type: ignore[attr-defined]  # of SQLite
