"""What an operator does with accounts: with the server running, through its socket, and while it is stopped."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from among_protocol import codes
from among_protocol.aio import Among, Refuse, Stopped, connect
from among_protocol.codes import CloseCode
from among_protocol.session import Ping
from among_server.admin import accounts, control, invite
from among_server.admin.main import main
from among_server.admin.running import SOCKET
from among_server.admin.serve import run
from among_server.admin.settings import WRITTEN, Settings, shortest
from among_server.app import App
from among_server.config import Config
from tests.proof.process import server_in
from tests.world import PASSWORD

NEW = "another horse"


class Server:
    """A server on loopback with the operator's socket; what the operator types is done beside its loop."""

    def __init__(self, folder: Path) -> None:
        self.config = Config(data=str(folder / "data"), port=0, synchronous="normal", password_workers=1)
        self.app: App | None = None

    async def start(self) -> None:
        self.app = App(self.config)
        await self.app.start()
        self.app.services.passwords.cost(passes=1, kib=8)  # what a password costs is tested elsewhere
        self._control = await control.listen(self.app, Path(self.config.data))

    async def stop(self) -> None:
        if self.app is not None:
            self._control.close()
            await self.app.stop()
            self.app = None

    @property
    def url(self) -> str:
        assert self.app is not None
        return self.app.url

    async def operator(self, work: Callable[..., int], *given: Any, **named: Any) -> int:
        return await asyncio.to_thread(work, self.config, *given, **named)

    def signs_up(self, handle: str) -> Among:
        return connect(self.url, handle=handle, password=PASSWORD, sign_up=True)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path)
    with capture_logs():
        await server.start()
        yield server
        await server.stop()


def kept(server: Server) -> bytes:
    """All that is in the database's files."""
    return b"".join(path.read_bytes() for path in Path(server.config.data).glob("among.db*"))


def link_in(out: str) -> str:
    (link,) = [line for line in out.splitlines() if "#reset=" in line]
    return link.partition("#reset=")[2]


@pytest.mark.parametrize("running", [True, False])
async def test_ath_05_a_link_sets_a_password_once(server: Server, running: bool, capsys: pytest.CaptureFixture[str]):
    async with server.signs_up("ana") as ana:
        if not running:
            await server.stop()
        assert await server.operator(accounts.reset, "@Ana", hours=24) == 0
        out, err = capsys.readouterr()
        assert re.fullmatch(r"ws://[\d.:]+/v1#reset=[\w-]{32}\n", out), "192 bits, and nothing else to copy"
        assert "works once" in err
        if not running:
            await server.start()
        code = link_in(out)
        async with connect(server.url, reset=code, password=NEW, device="found again") as back:
            assert back.account.handle == "ana"
            if running:
                with pytest.raises(Stopped):
                    await ana.ask(Ping)
    for reset, password in ((code, NEW), ("", PASSWORD)):
        with pytest.raises(Refuse):
            async with connect(server.url, reset=reset, handle="" if reset else "ana", password=password):
                pass
    async with connect(server.url, handle="ana", password=NEW):
        pass


async def test_a_link_leads_to_where_the_running_server_listens(server: Server, capsys: pytest.CaptureFixture[str]):
    """Which the operator's command line may not say: here it has another port."""
    async with server.signs_up("ana"):
        for work, given, named in (
            (accounts.reset, ("ana",), {"hours": 1}),
            (invite.make, (), {"uses": 1, "days": 1}),
            (invite.make, (), {"uses": 1, "days": 1, "owner": True}),
        ):
            assert await server.operator(work, *given, **named) == 0
            out, _ = capsys.readouterr()
            assert out.startswith(f"{server.url}#")


@pytest.mark.parametrize("running", [True, False])
async def test_an_account_is_disabled_and_enabled(server: Server, running: bool, capsys: pytest.CaptureFixture[str]):
    async with server.signs_up("eve") as eve:
        token = eve.token
        if not running:
            await server.stop()
        assert await server.operator(accounts.disable, "EVE", disabled=True) == 0
        assert "among-server enable eve" in capsys.readouterr().out
        if running:
            with pytest.raises(Stopped) as stopped:
                await eve.ask(Ping)
            assert stopped.value.code == CloseCode.DISABLED
    if not running:
        await server.start()
    for way in ({"token": token}, {"handle": "eve", "password": PASSWORD}):
        with pytest.raises(Refuse) as refused:
            async with connect(server.url, **way):  # type: ignore[arg-type]  # texts all
                pass
        assert refused.value.code.code == codes.ACCOUNT_DISABLED.code
    assert await server.operator(accounts.disable, "eve", disabled=False) == 0
    async with connect(server.url, token=token):
        pass


async def test_accounts_are_listed_page_after_page(
    server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(control, "PAGE", 2)
    monkeypatch.setattr(accounts, "PAGE", 2)
    for handle in ("cat", "ann", "bob", "dan"):
        async with server.signs_up(handle):
            pass
    await server.operator(accounts.disable, "bob", disabled=True)
    capsys.readouterr()
    assert await server.operator(accounts.list_accounts, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ann", "bob", "cat", "dan"]
    assert re.fullmatch(r"bob {31}opened \d{4}-\d\d-\d\d  seen \d{4}-\d\d-\d\d \d\d:\d\d  disabled", lines[1])
    assert await server.operator(accounts.list_accounts, as_json=True) == 0
    states = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(state["handle"], state["disabled"], state["owner"]) for state in states] == [
        ("ann", False, False),
        ("bob", True, False),
        ("cat", False, False),
        ("dan", False, False),
    ]
    assert all(state["opened"] <= f"{state['seen'][:-1]}.999Z" for state in states)


async def test_who_is_not_there_is_told_in_one_line(server: Server, capsys: pytest.CaptureFixture[str]):
    hostile = "e\x1b[2J\u202eve\n"
    for work in (
        lambda: server.operator(accounts.reset, "nobody", hours=1),
        lambda: server.operator(accounts.disable, hostile, disabled=True),
    ):
        assert await work() == 1
        out, err = capsys.readouterr()
        assert (out, err) == ("", "among-server: There is no such account.\n")
    assert await server.operator(accounts.reset, "nobody", hours=0) == 2
    assert "--hours" in capsys.readouterr().err


def test_nothing_is_made_where_there_is_no_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    config = Config(data=str(tmp_path / "typo"))
    assert accounts.list_accounts(config, as_json=False) == 1
    assert accounts.reset(config, "ana", hours=1) == 1
    assert "There is no server's data" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


async def test_ath_05_no_code_is_in_a_log_or_in_the_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    server = Server(tmp_path)
    with capture_logs() as logs:
        await server.start()
        async with server.signs_up("ana"):
            pass
        await server.operator(accounts.reset, "ana", hours=1)
        code = link_in(capsys.readouterr().out)
        async with connect(server.url, reset=code, password=NEW):
            pass
        await server.stop()
    assert {"password.reset_offered", "password.reset"} <= {entry["event"] for entry in logs}
    for secret in (code, NEW, PASSWORD):
        assert secret not in str(logs)
        assert secret.encode() not in kept(server)


async def test_a_request_of_another_version_is_refused_and_the_next_one_done(server: Server):
    reader, writer = await asyncio.open_unix_connection(Path(server.config.data) / SOCKET)
    writer.write(b'{"do":"juggle"}\n')
    answer = msgspec.json.decode(await reader.readline(), type=control.Answer)
    assert not answer.ok
    assert "does not know the request" in answer.message
    writer.close()
    assert await server.operator(accounts.list_accounts, as_json=True) == 0


@pytest.mark.parametrize("count", [0, -1, 10**9, 10**30])
def test_a_link_that_no_clock_can_end_is_wrong_use(tmp_path: Path, capsys, count: int):
    config = Config(data=str(tmp_path))
    assert invite.make(config, uses=count, days=7) == 2
    assert invite.make(config, uses=1, days=count) == 2
    assert accounts.reset(config, "ann", hours=count) == 2
    assert "from 1 to" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["invite", "owner-link"])
def test_a_link_to_a_server_that_was_not_there_says_that_it_begins(tmp_path: Path, capsys, monkeypatch, command: str):
    monkeypatch.setattr("among_server.admin.logging.configure", lambda config: None)
    told = []
    for _ in range(2):
        with capture_logs():
            assert main([command, "--data", str(tmp_path / "typo")]) == 0
        told.append(capsys.readouterr())
    assert "#invite=" in told[0].out
    assert f"no data in {tmp_path / 'typo'}: a new server begins there" in told[0].err
    assert "a new server" not in told[1].err


@pytest.mark.parametrize("there", [False, True])
def test_a_server_that_began_by_mistake_is_undone_as_is_told(tmp_path: Path, capsys, monkeypatch, there: bool):
    """And with it nothing that was in the folder before."""
    monkeypatch.setattr("among_server.admin.logging.configure", lambda config: None)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "a typo"
    if there:
        folder.mkdir()
        (folder / "novel.txt").write_text("Once upon a time")
    with capture_logs():
        assert main(["invite", "--data", "a typo"]) == 0
    (undo,) = re.findall("`(rm .*)`", capsys.readouterr().err)
    subprocess.run(undo, shell=True, check=True, cwd="/")  # as it is pasted
    assert [path.name for path in tmp_path.rglob("*")] == (["a typo", "novel.txt"] if there else [])


@pytest.mark.parametrize(("command", "said"), [("invite", []), ("owner-link", ["owner.link_offered"])])
def test_that_somebody_may_own_the_server_by_a_link_is_told_in_the_log(
    tmp_path: Path, monkeypatch, command: str, said: list[str]
):
    """And nothing by which they may."""
    monkeypatch.setattr("among_server.admin.logging.configure", lambda config: None)
    with capture_logs() as log:
        assert main([command, "--data", str(tmp_path)]) == 0
    told = [line for line in log if line["event"].startswith("owner.")]
    assert told == [{"event": event, "log_level": "info"} for event in said]


@pytest.mark.parametrize("command", [["invite"], ["owner-link"], ["reset", "ana"]])
def test_a_link_that_leads_to_no_server_is_not_made(tmp_path: Path, capsys, monkeypatch, command: list[str]):
    monkeypatch.setattr("among_server.admin.logging.configure", lambda config: None)
    assert main([*command, "--data", str(tmp_path), "--url", "https://chat.example/v1"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith('among-server: --url: url: "https://chat.example/v1" is no URL like wss://')
    assert not list(tmp_path.iterdir())
    with capture_logs():
        assert main(["owner-link", "--data", str(tmp_path), "--url", "wss://chat.example/v1"]) == 0
    assert capsys.readouterr().out.startswith("wss://chat.example/v1#invite=")


@pytest.mark.parametrize("says", [b"", b'{"ok":', b"nonsense\n"])
async def test_a_server_that_ends_before_it_answers_is_told_as_what_nobody_knows(tmp_path: Path, capsys, says: bytes):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "among.db").touch()

    async def dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(says)
        writer.close()

    async with await asyncio.start_unix_server(dies, shortest(folder) / SOCKET):
        config = Config(data=str(folder))
        for ask in (
            partial(invite.make, uses=1, days=1),
            partial(accounts.disable, handle="ann", disabled=True),
        ):
            assert await asyncio.to_thread(ask, config) == 1
            assert "it is not known whether this was done" in capsys.readouterr().err


async def test_something_else_by_the_name_of_the_operators_socket_is_one_line(tmp_path: Path, capsys):
    (tmp_path / SOCKET).mkdir()
    settings = Settings(Config(data=str(tmp_path), port=0, synchronous="normal", password_workers=1), {})
    assert await run(settings) == 1
    told = capsys.readouterr()
    assert "control.sock can't be made" in told.err
    assert "ws://" not in told.out


async def test_a_server_that_was_stopped_leaves_no_socket(tmp_path: Path):
    async with server_in(tmp_path) as server:
        assert (server.data / SOCKET).is_socket()
        assert await server.stop() == 0
        assert not (server.data / SOCKET).exists()


def test_the_commands_as_they_are_typed(tmp_path: Path):
    """Their options, and that a folder without a server is one line and no traceback."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AMONG_")}
    for given in (
        ["accounts", "--json"],
        ["reset", "ana", "--hours", "2", "--url", "wss://chat.example/v1"],
        ["disable", "eve"],
        ["enable", "eve"],
    ):
        command = [sys.executable, "-m", "among_server.admin.main", *given, "--data", str(tmp_path / "none")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        assert done.stderr.startswith("among-server: There is no server's data")
        assert done.stderr.count("\n") == 1


async def test_what_root_makes_while_the_server_is_stopped_is_the_servers_to_open(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    """After a restore the index of the search is made anew by whoever comes first."""
    async with server.signs_up("ann"):
        pass
    await server.stop()
    data = Path(server.config.data)
    for name in ("search.db", "search.db-wal", "search.db-shm"):
        (data / name).unlink(missing_ok=True)
    handed: set[str] = set()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, *_, follow_symlinks: handed.add(Path(path).name))
    assert await server.operator(accounts.reset, "ann", hours=1) == 0
    made = {name for name in WRITTEN if (data / name).exists()}
    assert "search.db" in made
    assert handed == made
