"""What the doctor finds, on data that is well and on data that is not; and that it leaves all as it was."""

import asyncio
import errno
import fcntl
import json
import os
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from among_server import app
from among_server.admin import doctor, health, interpreter
from among_server.admin.doctor import Finding
from among_server.admin.interpreter import Built
from among_server.admin.running import SOCKET, address
from among_server.admin.settings import read, shortest
from among_server.app import DATABASE, LOCK
from among_server.config import Config
from among_server.store.api import StoreError
from among_server.store.sqlite.schema import APPLICATION, UNFINISHED
from tests.proof.process import Server, free_port, server_in


def findings(data: Path, **given: object) -> dict[str, Finding]:
    """The worst about each."""
    found: dict[str, Finding] = {}
    for finding in doctor.examine(read(None, {}, {"data": str(data), "port": str(free_port()), **given})):
        order = ("ok", "warn", "fail")
        if finding.about not in found or order.index(finding.state) > order.index(found[finding.about].state):
            found[finding.about] = finding
    return found


def lie_of(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.iterdir()}


async def test_a_server_that_runs_is_well(tmp_path: Path):
    async with server_in(tmp_path) as server:
        found = findings(server.data, port=str(server.port))
        assert [finding for finding in found.values() if finding.state == "fail"] == []
        assert found["server"].what == f"runs on this data (process {server.pid})"
        assert found["ready"].state == "ok"
        assert found["database"].what.startswith("whole")
        elsewhere = findings(server.data)
        assert elsewhere["port"].state == "fail"
        assert await server.stop() == 0
    before = lie_of(server.data)
    stopped = findings(server.data)
    assert stopped["server"].what == "does not run on this data"
    assert stopped["database"].what.startswith("whole")
    assert lie_of(server.data) == before, "the doctor changed something"


async def test_a_server_that_was_killed_left_something_to_do(tmp_path: Path):
    async with server_in(tmp_path) as server:
        await server.kill()
    before = lie_of(server.data)
    assert findings(server.data)["database"] == Finding(
        "database", "warn", "was not closed: the server was killed", "start it: that brings it in order"
    )
    assert lie_of(server.data) == before


def test_data_that_is_not_there_yet_is_no_fault(tmp_path: Path):
    assert not [found for found in findings(tmp_path / "none").values() if found.state == "fail"]


def test_a_database_that_lost_all_it_held_is_no_new_one(tmp_path: Path):
    (tmp_path / DATABASE).touch(0o600)
    assert findings(tmp_path)["database"].state == "ok"
    (tmp_path / "revocations").write_text("of a server")
    for state in ("is empty", "is missing"):
        found = findings(tmp_path)["database"]
        assert f"{DATABASE} {state}, and revocations beside it" in found.what
        assert (found.state, "restore" in found.mend) == ("fail", True)
        (tmp_path / DATABASE).unlink(missing_ok=True)


def of_a_newer_version(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        db.executescript(f"CREATE TABLE t (x); PRAGMA application_id = {APPLICATION}; PRAGMA user_version = 9999;")


def of_another_program(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        db.execute("CREATE TABLE t (x)")


def of_a_restore_that_was_broken_off(folder: Path) -> None:
    (folder / UNFINISHED).touch()


def on_a_disk_that_is_not_mounted(folder: Path) -> None:
    (folder / DATABASE).symlink_to("/mnt/none")


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        (of_a_newer_version, "run `pip install --upgrade among` and start again."),
        (of_another_program, "choose another folder."),
        (of_a_restore_that_was_broken_off, "run it again, with --replace."),
        (on_a_disk_that_is_not_mounted, "is that disk mounted?"),
    ],
)
async def test_data_on_which_no_server_would_start_fail_in_the_words_of_the_start(
    tmp_path: Path, spoil: Callable[[Path], None], mend: str
):
    spoil(tmp_path)
    before = lie_of(tmp_path)
    found = findings(tmp_path)["database"]
    assert lie_of(tmp_path) == before
    assert found.state == "fail"
    assert found.mend.startswith(mend)
    with pytest.raises(StoreError) as refused:
        await app.store_of(Config(data=str(tmp_path))).open()
    assert str(refused.value) == f"{found.what}: {found.mend}"


def test_without_the_means_to_search_it_says_so(tmp_path: Path, monkeypatch):
    assert "search" not in findings(tmp_path)
    monkeypatch.setattr(app, "can_search", lambda: False)
    found = findings(tmp_path)["search"]
    assert (found.state, "FTS5" in found.mend) == ("warn", True)


def test_a_broken_database_and_open_modes_are_found(tmp_path: Path):
    tmp_path.chmod(0o755)
    db = sqlite3.connect(tmp_path / DATABASE)
    db.executescript("CREATE TABLE t (x); CREATE INDEX i ON t (x);")
    db.executemany("INSERT INTO t VALUES (?)", [(f"{number}" * 100,) for number in range(500)])
    db.commit()
    db.close()
    with (tmp_path / DATABASE).open("r+b") as file:
        file.seek(4096 * 5)
        file.write(os.urandom(4096 * 3))
    found = findings(tmp_path)
    assert found["data"].state == "warn"
    assert found["data"].mend.startswith("chmod go= ")
    assert found["database"].state == "fail"
    assert "restore the last backup" in found["database"].mend


@pytest.mark.parametrize(
    ("kind", "state"),
    [("ext4", "ok"), ("nfs4", "fail"), ("fuse.sshfs", "fail"), ("tmpfs", "warn"), ("overlay", "warn")],
)
def test_the_kind_of_file_system_is_judged(tmp_path: Path, kind: str, state: str):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / xfs rw 0 0\nsomething {tmp_path} {kind} rw 0 0\n")
    (found,) = doctor.file_system(tmp_path / "data", mounts)
    assert found.state == state
    assert kind in found.what


def test_an_address_from_which_nobody_could_sign_in_is_found(tmp_path: Path):
    assert findings(tmp_path, host="0.0.0.0")["reach"].state == "warn"


def test_for_programs_it_speaks_json_and_ends_with_1_when_something_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").touch()
    settings = read(None, {}, {"data": str(tmp_path / "file"), "port": "0"})
    assert doctor.doctor(settings, json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert {"about", "state", "what", "mend"} == set(found[0])
    assert "not a folder" in found[0]["what"]


async def test_health_is_what_readyz_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with server_in(tmp_path) as server:
        settings = read(None, {}, {"data": str(tmp_path / "elsewhere"), "port": str(server.port)})
        assert health.health(settings) == 0
        assert capsys.readouterr().out == "ready\n"
        assert await server.stop() == 0
        assert health.health(settings) == 1
        told = capsys.readouterr().out
        assert told.startswith(
            f"not ready: nothing listens at 127.0.0.1:{server.port}. Start it with among-server serve"
        )
    assert health.health(read(None, {}, {"data": str(tmp_path / "elsewhere"), "port": "0"})) == 2


@pytest.mark.parametrize("port", [None, "0"])
async def test_where_a_server_listens_is_known_by_its_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], port: str | None
):
    async with server_in(tmp_path) as server:
        assert health.health(read(None, {}, {"data": str(server.data), "port": port})) == 0
        assert capsys.readouterr().out == "ready\n"
        found = findings(server.data, port=port)
        assert "port" not in found
        assert found["ready"].what == f"newcomers are welcome at 127.0.0.1:{server.port}"


async def test_a_port_that_is_given_is_asked_whatever_runs_on_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    async with server_in(tmp_path) as server:
        for given in ({"port": str(free_port())}, {"host": "127.0.0.2"}):
            assert health.health(read(None, {}, {"data": str(server.data), **given})) == 1
            where = f"{given.get('host', '127.0.0.1')}:{given.get('port', 8080)}"
            assert f"nothing listens at {where}" in capsys.readouterr().out


def test_who_hangs_or_is_out_of_reach_is_told_of_by_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(health, "readiness", partial(health.readiness, patience=0.05))
    with socket.create_server(("127.0.0.1", 0)) as hangs:
        port = hangs.getsockname()[1]
        assert health.health(read(None, {}, {"data": str(tmp_path), "port": str(port)})) == 1
        assert capsys.readouterr().out.startswith(f"not ready: no answer from 127.0.0.1:{port} in 3 s. ")

    def unreachable(host: str, port: int) -> health.Ready:
        raise OSError(errno.EHOSTUNREACH, "No route to host")

    monkeypatch.setattr(health, "readiness", unreachable)
    assert health.health(read(None, {}, {"data": str(tmp_path), "host": "::1", "port": "8080"})) == 1
    assert capsys.readouterr().out.startswith("not ready: [::1]:8080 can't be asked: No route to host. ")


async def test_a_server_that_does_not_say_where_it_listens_is_not_ready(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """It hangs: another process takes no connection from the socket."""
    for module in (health, doctor):
        monkeypatch.setattr(module, "PATIENCE", 0.05)
    with socket.socket(socket.AF_UNIX) as hangs, (tmp_path / LOCK).open("w") as lock:
        hangs.bind(str(shortest(tmp_path) / SOCKET))
        hangs.listen()
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert health.health(read(None, {}, {"data": str(tmp_path)})) == 1
        why = f"the server on {tmp_path} does not say where it listens (timed out). Its log says more."
        assert capsys.readouterr().out == f"not ready: {why}\n"
        found = findings(tmp_path, port=None)["port"]
        assert (found.state, found.what) == ("fail", "it does not say where it listens: timed out")


async def test_who_asks_a_server_that_does_not_know_where_asks_the_port_of_the_configuration(tmp_path: Path):
    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'{"ok":false,"message":"this server does not know the request"}\n')
        writer.close()

    async with await asyncio.start_unix_server(refuses, shortest(tmp_path) / SOCKET):
        settings = read(None, {}, {"data": str(tmp_path)})
        assert await asyncio.to_thread(address, settings, 30.0) == ("127.0.0.1", 8080)


async def test_an_owners_link_makes_an_owner_on_a_server_that_runs(tmp_path: Path):
    from tests.admin.test_configuration import run
    from tests.proof.peer import Peer

    server = Server(tmp_path)
    try:
        await server.start()
        for handle, command, owns in (("bob", "invite", False), ("ann", "owner-link", True)):
            done = run(command, "--data", str(server.data), AMONG_URL="wss://chat.example.org/v1")
            url, _, invite = done.stdout.strip().partition("#invite=")
            assert url == "wss://chat.example.org/v1"
            peer = await Peer.open(server.url)
            signed = await peer.ask("session.sign_up", handle=handle, password="correct horse", invite=invite)
            assert signed["account"].get("owner", False) is owns
            await peer.close()
        assert await server.stop() == 0
    finally:
        await server.give_up()


@pytest.mark.parametrize(
    ("options", "times", "state"),
    [
        ("'--enable-optimizations' '--with-lto'", 1.4, "ok"),  # it says so: a machine may be slow for other reasons
        ("'--prefix=/usr' '--enable-shared'", 0.78, "ok"),  # Debian's, which says nothing
        ("'--prefix=/usr' '--enable-shared'", 1.05, "warn"),
        ("'--enable-optimizations' '--with-pydebug'", 2.0, "warn"),
        ("", 0.6, "ok"),
        ("", 1.4, "warn"),
    ],
)
def test_an_interpreter_that_was_built_to_be_slow_is_told(options: str, times: float, state: str):
    (found,) = doctor.python(Built(options, times))
    assert found.state == state
    assert ("about a third slower" in found.what) is (state == "warn")
    assert ("--enable-optimizations" in found.mend) is (state == "warn")


def test_how_fast_python_is_does_not_hang_on_how_fast_the_machine_is():
    """A moment in which the machine did something else moves nothing, nor does a slower machine."""

    def clock(*, second: float, python: float, sql: float):
        now = 0.0
        for number in range(interpreter.ROUNDS):
            yield now
            yield (now := now + second * (python if number % 5 else python * 40))
            yield (now := now + second * (sql if number % 7 else sql * 30))

    for second in (0.001, 0.02):
        assert interpreter.timed(clock(second=second, python=3, sql=4).__next__) == pytest.approx(0.75)
