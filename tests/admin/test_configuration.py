"""What an operator is told about the configuration: one line for each mistake, with its key, its origin and the mend."""

import errno
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from among_server.admin import check_config, main, reference, settings
from among_server.admin.settings import FIELDS, read
from among_server.app import DATABASE, LOCK
from among_server.config import DEAREST, Config, ConfigError
from among_server.handlers import ROUTES
from among_server.store import revocations
from among_server.store.sqlite import index
from tests.proof.process import free_port

SERVER = [sys.executable, "-m", "among_server.admin.main"]


def lines(file: Path | None = None, environ: dict[str, str] | None = None, **given: object) -> list[str]:
    """What is said about a configuration that is wrong."""
    with pytest.raises(ConfigError) as wrong:
        settings.look(read(file, environ or {}, given))
    return wrong.value.lines


def written(folder: Path, text: str) -> Path:
    file = folder / "among.toml"
    file.write_text(text, "utf-8")
    return file


def run(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AMONG_")}
    return subprocess.run(
        [*SERVER, *arguments], env=kept | environ, capture_output=True, text=True, timeout=60, check=False
    )


def test_file_environment_and_command_line_in_this_order(tmp_path: Path):
    file = written(tmp_path, 'data = "from-file"\nport = 1\nlog_level = "error"\n')
    found = read(file, {"AMONG_PORT": "2", "AMONG_LOG_LEVEL": "debug", "HOME": "/"}, {"port": "3", "host": None})
    assert (found.config.data, found.config.log_level, found.config.port) == ("from-file", "debug", 3)
    assert found.origins["data"] == f"{file}:1"
    assert (found.origins["log_level"], found.origins["port"]) == ("AMONG_LOG_LEVEL", "--port")
    assert found.origins["host"] == "default"
    assert read(None, {"AMONG_CONFIG": str(file)}, {}).config.port == 1


def test_a_list_in_the_environment_has_commas():
    found = read(None, {"AMONG_TRUSTED_PROXIES": "192.0.2.7, 2001:db8::/32,"}, {})
    assert found.config.trusted_proxies == ("192.0.2.7", "2001:db8::/32")


@pytest.mark.parametrize("key", FIELDS)
def test_ops_03_every_key_is_told_when_its_value_is_of_a_wrong_type(tmp_path: Path, key: str):
    wrong = '"some"' if isinstance(settings.default(key), int) else "12.5"
    file = written(tmp_path, f"# a comment\n\n{key} = {wrong}\n")
    (line,) = lines(file)
    assert line.startswith(f"{file}:3: {key} must be {settings.needs(key)}, not ")
    if isinstance(settings.default(key), int):
        name = f"AMONG_{key.upper()}"
        assert lines(environ={name: "many"}) == [f'{name}: {key} must be {settings.needs(key)}, not "many"']
        assert lines(environ={name: "-1"}) == [f'{name}: {key} must be {settings.needs(key)}, not "-1"']


def test_ops_03_every_mistake_is_told_at_once(tmp_path: Path):
    file = written(tmp_path, 'prot = 8080\nport = "8080"\n\n[server]\nhost = "::1"\n')
    assert lines(file, {"AMONG_SIGNUP": "open"}, log_level="loud") == [
        f"{file}:1: no such key: prot; did you mean port?",
        f"{file}:4: there are no sections: move what is in [server] to the top, and drop the line",
        "AMONG_SIGNUP: no such key: signup; did you mean AMONG_SIGN_UP?",
        f'{file}:2: port must be a whole number from 0 to 65535, not "8080"',
        '--log-level: log_level must be one of debug, error, info, warning, not "loud"',
    ]


def test_ops_03_a_mistake_is_told_also_where_something_else_takes_its_place(tmp_path: Path):
    file = written(tmp_path, 'data = 5\nurl = "https://chat.example.org"\n')
    assert lines(file, {"AMONG_PORT": "abc"}, data=str(tmp_path), port="0", url="wss://chat.example.org/v1") == [
        f"{file}:1: data must be a text that is not empty, not 5",
        f'{file}:2: url: "https://chat.example.org" is no URL like wss://chat.example.org/v1',
        'AMONG_PORT: port must be a whole number from 0 to 65535, not "abc"',
    ]


def test_the_variables_of_the_terminal_client_are_not_the_servers():
    read(None, {"AMONG_TOKEN": "x", "AMONG_SERVER": "y", "AMONG_DEBUG": "1"}, {})


def test_ops_03_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    assert lines(tmp_path / "none.toml") == [f"{tmp_path / 'none.toml'}: can't be read: no such file or directory"]
    assert lines(tmp_path) == [f"{tmp_path}: can't be read: is a directory"]
    (line,) = lines(written(tmp_path, "port = 1\nhost = localhost\n"))
    assert line.startswith(f"{tmp_path / 'among.toml'}:2: is not TOML: ")
    (tmp_path / "latin.toml").write_bytes(b'# fine\ndata = "caf\xe9"\n')
    assert lines(tmp_path / "latin.toml") == [f"{tmp_path / 'latin.toml'}:2: is not UTF-8: save the file as UTF-8"]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("trusted_proxies", "proxy.example", "is no address"),
        ("trusted_proxies", "0.0.0.0/0", "is everybody"),
        ("private_networks", "::/0", "is everybody"),
        ("url", "https://chat.example.org/v1", "is no URL like wss://"),
        ("url", "wss://chat.example.org/", "the path is /v1"),
        ("url", "wss://chat.example.org/v1?x=1", "is no URL like wss://"),
        ("host", "", "a text that is not empty"),
        ("url", "ws://[::1/v1", "is no URL like wss://"),
        ("url", "ws://x:99999/v1", "is no URL like wss://"),
        ("budget", "49", f"from {DEAREST} to"),
        ("address_budget", "36893488147419103232", "from"),
        ("ping_ms", "9007199254740993", "from 1 to"),
        ("backlog", "99999999999", "from 1 to"),
        ("send_buffer_kib", "99999999", "more than a gibibyte"),
        ("memory_mib", "1", "too little to start with"),
    ],
)
def test_ops_03_what_cannot_be_meant_is_told(key: str, value: str, says: str):
    (line,) = lines(environ={f"AMONG_{key.upper()}": value})
    assert line.startswith(f"AMONG_{key.upper()}: {key}")
    assert says in line


def test_no_command_is_dearer_than_the_smallest_budget():
    assert max(route.cost for route in ROUTES.values()) <= DEAREST


def test_ops_03_a_folder_and_a_token_that_cannot_be_used_are_told(tmp_path: Path):
    (tmp_path / "file").touch()
    (line,) = lines(data=str(tmp_path / "file"))
    assert line.startswith("--data: data: ")
    assert "is not a folder" in line
    for content in (None, "", "short", "two words of many letters"):
        secret = tmp_path / "token"
        if content is not None:
            secret.write_text(content)
        (line,) = lines(environ={"AMONG_METRICS_TOKEN_FILE": str(secret), "AMONG_DATA": str(tmp_path)})
        assert line.startswith("AMONG_METRICS_TOKEN_FILE: metrics_token_file: ")
        assert "makes one" in line


def strange_files(folder: Path) -> list[Path]:
    """What one may name by mistake: it never ends, or holds far too much, or nothing."""
    os.mkfifo(folder / "pipe")
    (folder / "huge").write_bytes(b"x" * (2 << 20))
    (folder / "link").symlink_to("/dev/zero")
    return [Path("/dev/zero"), folder / "pipe", folder / "link", folder / "huge", folder]


def test_ops_03_a_token_that_never_ends_is_told_at_once(tmp_path: Path):
    for file in strange_files(tmp_path):
        for command in ("check-config", "serve"):
            done = run(command, AMONG_METRICS_TOKEN_FILE=str(file), AMONG_DATA=str(tmp_path / "data"))
            assert done.returncode == 2, done
            (line,) = done.stderr.splitlines()
            assert line.startswith(
                f"among-server: AMONG_METRICS_TOKEN_FILE: metrics_token_file: {file} can't be read: "
            )
            assert "makes one" in line


def test_ops_03_a_configuration_that_never_ends_is_told_at_once(tmp_path: Path):
    for file in strange_files(tmp_path):
        (line,) = lines(file)
        assert line.startswith(f"{file}: can't be read: ")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no folder like that")
def test_ops_03_a_folder_that_nobody_can_make_is_told_and_by_check_config_as_by_serve():
    for data in ("/proc/nope", "/proc/nope/below"):
        checked, served = (run(command, "--data", data) for command in ("check-config", "serve"))
        assert (checked.returncode, served.returncode, checked.stdout) == (2, 2, "")
        assert checked.stderr == served.stderr
        assert checked.stderr.startswith(f"among-server: --data: data: /proc, where {data} would be made, ")
        assert checked.stderr.count("\n") == 1


def test_ops_03_data_on_which_no_server_would_start_are_told_by_check_config_as_by_serve(tmp_path: Path):
    (tmp_path / "among.db").mkdir()
    given = ["--data", str(tmp_path), "--port", "0", "--log-level", "error"]  # 8080 may be taken, as by `make run`
    said = [run(command, *given) for command in ("check-config", "serve")]
    assert [(done.returncode, done.stdout) for done in said] == [(1, "")] * 2
    assert said[0].stderr == f"among-server: {tmp_path / 'among.db'} is no plain file: choose another folder.\n"
    assert said[1].stderr == said[0].stderr


@pytest.mark.parametrize(
    ("number", "user", "says"),
    [
        (errno.EROFS, 0, "file system that can only be read: mount it for writing, or choose another folder"),
        (errno.EROFS, 1000, "file system that can only be read: mount it for writing, or choose another folder"),
        (errno.EACCES, 1000, "can't be written to by user 1000: `chown 1000 "),
        (errno.EPERM, 1000, "`, or choose another folder"),
        (errno.EPERM, 0, "takes no folder (operation not permitted): choose another folder"),
        (errno.EIO, 1000, "takes no folder (input/output error): choose another folder"),
        (errno.ENOSPC, 1000, ""),
        (errno.EDQUOT, 0, ""),
    ],
)
def test_ops_03_why_nothing_can_be_made_in_a_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, user: int, says: str
):
    def mkdir(path: Path, mode: int = 0o777) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "mkdir", mkdir)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    for data in (tmp_path, tmp_path / "data"):
        found = settings.read(None, {}, {"data": str(data)})
        if not says:
            settings.look(found)  # a disk that is full may have room again, and is told of by the server
            continue
        (line,) = lines(data=str(data))
        assert says in line
        assert line.startswith(f"--data: data: {tmp_path}")
        assert ("would be made" in line) == (data != tmp_path)


def test_ops_03_nothing_is_left_of_the_look(tmp_path: Path):
    settings.look(settings.read(None, {}, {"data": str(tmp_path)}))
    settings.look(settings.read(None, {}, {"data": str(tmp_path / "data")}))
    assert list(tmp_path.iterdir()) == []


def test_ops_03_a_folder_that_is_a_link_to_nothing_is_told(tmp_path: Path):
    (tmp_path / "data").symlink_to("/mnt/none")
    (tmp_path / "loop").symlink_to("loop")
    for data, leads in (("data", "/mnt/none"), ("data/below", "/mnt/none"), ("loop", "loop")):
        (line,) = lines(data=str(tmp_path / data))
        assert f"leads to {leads}, where nothing is" in line
    (line,) = lines(written(tmp_path, 'data = "a\\u0000b"\n'))
    assert line.endswith("data: is no path of a folder")


def test_ops_03_files_that_another_user_left_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What `sudo among-server invite` does to a server that does not run as root."""
    for name in ("notes", "owner-invite", "lock"):
        (tmp_path / name).touch()
    monkeypatch.setattr(os, "access", lambda path, how: False)
    (line,) = lines(data=str(tmp_path))
    assert f"{tmp_path / 'lock'} belongs to user" in line
    assert f"chown -R {os.geteuid()} {tmp_path}" in line
    (tmp_path / "lock").unlink()
    settings.look(settings.read(None, {}, {"data": str(tmp_path)}))


def test_the_files_that_the_server_must_be_able_to_open_are_those_of_the_store():
    databases = {f"{name}{more}" for name in (DATABASE, index.FILE) for more in ("", "-wal", "-shm")}
    assert set(settings.WRITTEN) == {*databases, LOCK, revocations.FILE}


def test_the_file_of_a_token_is_made_for_whom_the_data_belong_to(tmp_path: Path):
    """Root makes it, and the server that reads it is no root."""
    made = f"`install -m 600 -o {tmp_path.stat().st_uid} /dev/null {tmp_path / 'token'} && "
    (line,) = lines(data=str(tmp_path), metrics_token_file=str(tmp_path / "token"))
    assert made in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path):
    tmp_path.chmod(0o500)
    (line,) = lines(data=str(tmp_path / "data"))
    assert "can't be written to" in line


def test_ops_03_a_server_that_cannot_start_says_why_in_one_line_and_ends_with_2(tmp_path: Path):
    data = str(tmp_path / "data")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        for arguments, environ, says in (
            (["--host", "nowhere.invalid"], {}, "--host: host: "),
            (["--host", "203.0.113.9"], {}, "--host: host: "),
            ([], {"AMONG_PORT": "x"}, "AMONG_PORT: port must be"),
            (["--config", "none.toml"], {}, "none.toml: can't be read"),
        ):
            done = run("serve", "--data", data, "--log-level", "error", *arguments, **environ)
            assert (done.returncode, done.stdout) == (2, ""), done
            assert done.stderr.startswith(f"among-server: {says}"), done.stderr
            assert done.stderr.count("\n") == 1, done.stderr
    import socket

    with socket.create_server(("127.0.0.1", port)):
        done = run("serve", "--data", data, "--log-level", "error", AMONG_PORT=str(port))
        assert done.returncode == 2
        assert done.stderr == (
            f"among-server: AMONG_PORT: port: {port} is in use on 127.0.0.1: "
            "stop what listens there, or choose another port\n"
        )


def test_a_pipe_is_no_configuration(tmp_path: Path):
    os.mkfifo(tmp_path / "among.toml")
    with pytest.raises(ConfigError) as told:
        read(None, {"AMONG_CONFIG": str(tmp_path / "among.toml")}, {})
    assert told.value.lines == [f"{tmp_path / 'among.toml'}: can't be read: it is no plain file"]


def test_check_config_prints_toml_that_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = written(tmp_path, f'data = "{tmp_path}"\nhost = "0.0.0.0"\ntrusted_proxies = ["192.0.2.7"]\n')
    found = read(file, {"AMONG_PORT": "9000"}, {})
    assert check_config.check(found) == 0
    said = capsys.readouterr().out
    assert msgspec.convert(tomllib.loads(said), Config) == found.config
    assert "port = 9000" in said
    assert "# AMONG_PORT" in said
    assert f"# {file}:3" in said
    assert "whoever reaches 0.0.0.0, port 9000" in said
    assert "with an invite" in said


def test_check_config_warns_who_nobody_can_reach():
    said = dict(check_config.meaning(Config(host="0.0.0.0")))
    assert "nobody can sign in from another machine" in said[""]


def test_the_example_holds_every_key_at_its_default():
    text = check_config.example_text()
    bare = "\n".join(line[1:] for line in text.splitlines() if line.startswith("#") and line[1:2].isalpha())
    assert msgspec.convert(tomllib.loads(bare), Config) == Config()
    assert sorted(tomllib.loads(bare)) == sorted(FIELDS)


def test_every_key_says_its_unit_and_its_reason():
    for key in FIELDS:
        unit, why = settings.explained(key)
        assert unit, key
        assert len(why) > 10, key


def test_the_reference_is_fresh(capsys: pytest.CaptureFixture[str]):
    assert reference.main(["--check"]) == 0, capsys.readouterr().out


def test_mistakes_end_every_command_with_2(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AMONG_PORT", "many")
    for command in ("serve", "invite", "owner-link", "check-config", "doctor", "health", "demo"):
        assert main.main([command]) == 2
        assert (
            capsys.readouterr().err
            == 'among-server: AMONG_PORT: port must be a whole number from 0 to 65535, not "many"\n'
        )


def test_ops_03_what_a_wrong_value_holds_does_nothing_to_the_terminal(capsys, monkeypatch):
    monkeypatch.setenv("AMONG_URL", "ws://x\x1b[31m/v1")
    assert main.main(["check-config"]) == 2
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err


def test_ops_03_a_folder_with_too_long_a_path_is_told_before_anything_listens(tmp_path: Path):
    config = Config(data=str(tmp_path / ("deep" * 40)))
    with pytest.raises(ConfigError, match="too long for the socket"):
        settings.look(settings.Settings(config, dict.fromkeys(FIELDS, "default")))


def test_ops_03_a_folder_named_in_a_roundabout_way_is_as_good_as_by_its_short_name(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    config = Config(data=str(tmp_path) + "/deep/.." * 20 + "/data")
    settings.look(settings.Settings(config, dict.fromkeys(FIELDS, "default")))
    assert settings.shortest(Path(config.data)) == Path("data")
