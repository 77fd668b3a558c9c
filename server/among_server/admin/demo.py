"""`among-server demo`: a server with a first community, and the terminal client in it. Leaving the client stops both.

The server runs as a process of its own with its log in DIR/server.log, so the terminal belongs to the client. What is
made on an empty store is made through the protocol, as any client would.
"""

import asyncio
import contextlib
import getpass
import os
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from among_protocol import text

from ..app import OWNER_INVITE
from ..config import Config
from .settings import Settings, look

COMMUNITY = "commons"
ROOMS = {
    "hall": "Say hello: who are you, and what brings you here?",
    "workshop": "What are you making?",
    "help": "Questions about Among itself.",
}
TOKEN = "demo-token"  # noqa: S105  # a file name in the data folder, 0600
LOG = "server.log"  # likewise
ENDING = (signal.SIGTERM, signal.SIGHUP)
SERVE = [sys.executable, "-m", "among_server.admin.main", "serve"]


def demo(settings: Settings, *, file: Path | None, handle: str | None) -> int:
    """`file`: where else the configuration came from. Exit code: the client's, or 1 when the server did not start. Raises
    ConfigError when a key can't be followed."""
    look(settings)
    config = settings.config
    for number in ENDING:
        signal.signal(number, _end)
    data = Path(config.data)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    token_file = data / TOKEN
    if not token_file.exists() and (handle := _handle(handle)) is None:
        return 2
    with os.fdopen(os.open(data / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as server_log:
        before = server_log.tell()
        server = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            serving(config, file),
            stdout=subprocess.PIPE,
            stderr=server_log,
            text=True,
            start_new_session=True,  # Ctrl-C in the client is the client's
        )
    try:
        url = _url(server)
        if url is None:
            print(_reason(data / LOG, before), file=sys.stderr)
            return 1
        if not token_file.exists():
            try:
                asyncio.run(_first(url, data, handle or "", token_file))
            except Exception as error:  # noqa: BLE001  # whatever it was, one line says it
                print(f"among-server: could not make the first community: {error}", file=sys.stderr)
                return 1
        print(f"Server: {url}   its log: {data / LOG}")
        print(f"A second terminal: {_among()} --server {url} {COMMUNITY}/hall\n", flush=True)
        environ = {**os.environ, "AMONG_TOKEN": token_file.read_text().strip()}
        client = [sys.executable, "-m", "among_cli.start", "--server", url, f"{COMMUNITY}/hall"]
        return _until_left(subprocess.Popen(client, env=environ))  # noqa: S603  # our own interpreter and module
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        if server.stdout is not None:
            server.stdout.close()


def serving(config: Config, file: Path | None) -> list[str]:
    """The command of the server: what is in the environment it has anyway."""
    given = {
        "data": config.data,
        "host": config.host,
        "port": config.port,
        "log-format": "json",
        "log-level": config.log_level,
    }
    words = [word for key, value in given.items() for word in (f"--{key}", str(value))]
    return [*SERVE, *(["--config", str(file)] if file else []), *words]


def _end(number: int, _: object) -> NoReturn:
    """Told to end, as by a window that is closed. That is often said twice, and once is enough."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def _until_left(client: "subprocess.Popen[bytes]") -> int:
    """Its exit code. Told to end it puts away what is half written, which takes the server."""
    try:
        return client.wait()
    except SystemExit:
        client.terminate()
        client.wait()
        raise


def _reason(server_log: Path, begin: int) -> str:
    """Why the server did not start, in its own words where it had any."""
    with server_log.open(errors="replace") as lines:
        lines.seek(begin)
        said = [line.strip() for line in lines if line.startswith("among-server: ")]
    return said[-1] if said else f"among-server: the server did not start; see {server_log}"


def _handle(given: str | None) -> str | None:
    """Who you are there: as given, or asked for."""
    while True:
        if given is None:
            guess = _guess()
            try:
                given = input(f"Your handle here [{guess}]: ").strip() or guess
            except (EOFError, KeyboardInterrupt):
                print()
                if not sys.stdin.isatty():
                    print("among-server: nobody is here to be asked: say who you are with --handle", file=sys.stderr)
                return None
        try:
            folded = text.handle(given)
            if not text.is_reserved(folded):
                return folded
            print(f"The handle {folded} is reserved.")
        except text.TextError as error:
            print(f"A handle has {error}.")
        if not sys.stdin.isatty():
            return None
        given = None


def _guess() -> str:
    with contextlib.suppress(OSError, KeyError, text.TextError):
        name = text.handle(getpass.getuser())
        if not text.is_reserved(name):
            return name
    return "founder"


def _among() -> str:
    """The client as it can be typed here: it need not be on the path."""
    if shutil.which("among"):
        return "among"
    beside = Path(sys.executable).with_name("among")
    return str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else str(beside)


def _url(server: "subprocess.Popen[str]") -> str | None:
    """Where the server listens, as it says on its first line."""
    assert server.stdout is not None
    line = server.stdout.readline()
    return line.split(" ", 1)[1].strip() if line.startswith("among-server: ws://") else None


async def _first(url: str, data: Path, handle: str, token_file: Path) -> None:
    """The first account owns the server and the first community."""
    from among_protocol.aio import connect  # noqa: PLC0415  # needed once in the life of a data folder
    from among_protocol.communities import CreateCommunity  # noqa: PLC0415  # needed once in the life of a data folder
    from among_protocol.rooms import CreateRoom  # noqa: PLC0415  # needed once in the life of a data folder

    invite_file = data / OWNER_INVITE
    invite = invite_file.read_text().strip().partition("#invite=")[2] if invite_file.exists() else None
    password = secrets.token_urlsafe(12)
    async with connect(url, handle=handle, password=password, sign_up=True, invite=invite, device="terminal") as among:
        made = await among.ask(CreateCommunity, slug=COMMUNITY, name="The Commons", about="Where it begins.")
        for slug, topic in ROOMS.items():
            await among.ask(CreateRoom, community=made.entry.log, slug=slug, topic=topic)
        descriptor = os.open(token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(among.token + "\n")
    print(f"You are @{handle}, owner of this server. Your password, shown once: {password}")
