"""DUR-12 and OPS-05: what a server says about itself when it starts, and when it will not."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from among_server.store.sqlite import disk

from . import syscalls
from .disks import http
from .peer import Peer
from .process import Server, operator, server_in
from .restored import backed_up, restored


def told(server: Server) -> dict[str, dict[str, Any]]:
    """The lines of its log, by event."""
    lines = [json.loads(line) for line in server.log.read_text("utf-8").splitlines() if line.startswith("{")]
    return {line["event"]: line for line in lines}


def weaker(*durability: str) -> str:
    return max(durability, key=["full", "relaxed", "memory"].index)


@pytest.mark.parametrize(("synchronous", "durability"), [("full", "full"), ("normal", "relaxed")])
async def test_dur_12_weaker_settings_are_told_to_clients_and_operators(
    tmp_path: Path, synchronous: str, durability: str
):
    durability = weaker(durability, disk.kind_of(tmp_path).durability)  # where the tests run on no disk
    async with server_in(tmp_path, synchronous=synchronous) as server:
        peer = await Peer.open(server.url)
        assert peer.hello["durability"] == durability
        await peer.close()
        for path in ("/healthz", "/readyz"):
            status, document = await http(server, path)
            assert (status, document["durability"]) == (200, durability)
        assert told(server)["server.listening"]["durability"] == durability
        warned = told(server).get("store.relaxed")
        assert (warned is not None) == (synchronous == "normal")
        if warned is not None:
            assert warned["level"] == "warning"
            assert "power cut" in warned["why"]


@pytest.mark.skipif(bool(syscalls.unavailable()), reason=syscalls.unavailable())
async def test_dur_12_that_it_is_relaxed_is_flushed_before_anything_is_told(tmp_path: Path):
    """Else a power cut may undo the note with all that was acknowledged under it, and nobody is told of a new epoch."""
    server = Server(tmp_path)
    try:
        await server.start()
        assert await server.stop() == 0  # data of full durability, closed: the worst to find after the cut
        server.environment["AMONG_SYNCHRONOUS"] = "normal"
        server.prefix = syscalls.prefix(tmp_path / "strace")
        await server.start()
        peer = await Peer.open(server.url)
        await peer.close()
        assert await server.stop() == 0
    finally:
        await server.give_up()
    note = syscalls.Told(b"openrelaxed", "that durability is relaxed", 0)
    trace = syscalls.judge(tmp_path / "strace", server.data, note)
    assert trace.problems == []


async def test_dur_12_data_in_memory_are_told_to_clients_and_operators(tmp_path: Path, small: Path):
    server = Server(tmp_path)
    server.data = small / "data"
    try:
        await server.start()
        peer = await Peer.open(server.url)
        assert peer.hello["durability"] == "memory"
        await peer.close()
        assert (await http(server, "/healthz"))[1]["durability"] == "memory"
        assert told(server)["store.weak_disk"]["level"] == "warning"
        assert "tmpfs" in told(server)["store.weak_disk"]["why"]
        assert (server.data / "owner-invite").exists(), "for all else it is a server like any other"
        assert await server.stop() == 0
        await server.start()
        assert await server.stop() == 0
    finally:
        await server.give_up()


async def test_dur_12_an_sqlite_with_a_known_fault_is_told_to_the_operator(tmp_path: Path):
    async with server_in(tmp_path) as server:
        warned = told(server).get("store.sqlite_old")
        assert (warned is not None) == (sqlite3.sqlite_version_info < (3, 51, 3))
        if warned is not None:
            assert warned["level"] == "warning"
            assert warned["version"] == sqlite3.sqlite_version


@pytest.mark.parametrize("value", ["off", "", "FULL", "extra"])
async def test_dur_12_no_setting_turns_flushing_off(tmp_path: Path, value: str):
    server = Server(tmp_path, synchronous=value)
    await server.spawn()
    assert await server.ended() == 2
    assert "synchronous" in server.log.read_text("utf-8")
    assert not server.data.exists()


def lost(folder: Path, way: str) -> None:
    """What happened to the data."""
    if way == "is empty":
        os.truncate(folder / "among.db", 0)
    else:
        (folder / "among.db").unlink()


@pytest.mark.parametrize("way", ["is empty", "is missing"])
async def test_dur_12_a_database_that_lost_all_it_held_is_no_new_store(tmp_path: Path, way: str):
    async with server_in(tmp_path) as server:
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_up", handle="ann", password="correct horse")
        await peer.close()
        taken = await backed_up(server.data, tmp_path / "backups")
        assert await server.stop() == 0
        lost(server.data, way)
        before = {path.name: path.stat().st_size for path in server.data.iterdir()}
        server.log.unlink()
        await server.spawn()
        assert await server.ended() == 1
        told = server.log.read_text("utf-8").splitlines()
        (sentence,) = [line for line in told if line.startswith("among-server:")]
        assert f"among.db {way}, and revocations beside it" in sentence
        assert "restore BACKUP --replace" in sentence
        for command in (
            ["check-config"],
            ["backup", "--fast"],
            ["accounts"],
            ["reset", "ann"],
            ["invite"],
            ["owner-link"],
        ):
            code, _, err = await operator(*command, "--data", server.data)
            assert (code, f"among.db {way}, and revocations beside it" in err) == (1, True), (command, err)
        assert {path.name: path.stat().st_size for path in server.data.iterdir()} == before, "something was changed"
        assert (await restored(taken["path"], server.data, "--replace"))["manifest"]["accounts"] == 1
        await server.start()
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_in", handle="ann", password="correct horse")
        await peer.close()


def another_way(folder: Path, data: Path, way: str) -> Path:
    """To the same data."""
    match way:
        case "symlink to the folder":
            (folder / "link").symlink_to(data)
            return folder / "link"
        case "symlink above it":
            (folder / "above").symlink_to(folder)
            return folder / "above" / data.name
        case "roundabout":
            return data.parent / "data" / ".." / data.name
        case "relative":
            return Path(os.path.relpath(data))
        case _:
            return data


@pytest.mark.parametrize("way", ["same path", "symlink to the folder", "symlink above it", "roundabout", "relative"])
async def test_ops_05_a_second_server_on_the_same_data_is_refused_and_harms_nothing(tmp_path: Path, way: str):
    async with server_in(tmp_path) as server:
        second = Server(tmp_path / "second")
        second.data = another_way(tmp_path, server.data, way)
        try:
            await second.spawn()
            assert await second.ended() == 1
        finally:
            await second.give_up()
        said = second.log.read_text("utf-8")
        (sentence,) = [line for line in said.splitlines() if line.startswith("among-server:")]
        assert "Another server uses" in sentence
        assert "Traceback" not in said
        peer = await Peer.open(server.url)
        await peer.ask("session.sign_up", handle="ann", password="correct horse")
        await peer.close()
        assert await server.stop() == 0


@pytest.mark.parametrize("way", ["same path", "symlink to the folder"])
async def test_ops_05_after_a_kill_the_next_server_starts_by_whatever_path(tmp_path: Path, way: str):
    async with server_in(tmp_path) as server:
        peer = await Peer.open(server.url)
        signed = await peer.ask("session.sign_up", handle="ann", password="correct horse")
        await server.kill()
        await peer.ended()
        second = Server(tmp_path / "second")
        second.data = another_way(tmp_path, server.data, way)
        try:
            await second.start()
            peer = await Peer.open(second.url)
            await peer.ask("session.sign_in", token=signed["token"])
            await peer.close()
            await server.spawn()  # the first one's supervisor comes too late
            assert await server.ended() == 1
            assert await second.stop() == 0
            await server.start()
            assert await server.stop() == 0
        finally:
            await second.give_up()
