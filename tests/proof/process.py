"""The server as a process that can be killed, and its data as a stranger finds them on disk.

Every process started here is ended here, by its own id. `prefix` puts a tool in front (strace, faketime) that must
leave the process id to the server itself.
"""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from . import shown

READY = "among-server: ws://"  # how the line on stdout begins
PATIENCE = 30.0  # seconds for anything at all; a promise is asserted where it is promised

BESIDE = {  # messages: what is kept, by its room
    "pin": "SELECT id, message, seq FROM pins JOIN logs ON key = room",
    "thread": "SELECT id, root & ((1 << 36) - 1), messages, head, speakers FROM threads JOIN logs ON key = room",
    "count": "SELECT id, message, emoji, count FROM reaction_counts JOIN logs ON key = room",
    "reaction": "SELECT id, message, emoji, member, seq FROM reactions JOIN logs ON key = room"
    " WHERE (room, message) NOT IN (SELECT room, message FROM unreacted)",  # rows that are nobody's any more
}

Event = dict[str, Any]


class Server:
    """A server on `folder`, started and ended as often as one likes, always at the same address."""

    def __init__(
        self, folder: Path, *, prefix: Sequence[str] = (), module: str = "among_server.admin.main", **settings: Any
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "server.log"  # what all its lives wrote on stderr
        self.prefix = list(prefix)
        self.program = ["-m", module]  # what the interpreter is given, before its arguments
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}/v1"
        self.starts = 0
        self.slowest = 0.0  # seconds from starting the process to its line on stdout
        self._process: asyncio.subprocess.Process | None = None
        settings = {"log_format": "json", "budget": 1_000_000_000, "budget_per_second": 1_000_000_000, **settings}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AMONG_")}
        self.environment = kept | {f"AMONG_{name.upper()}": str(value) for name, value in settings.items()}

    def patch(self, code: str) -> None:
        """Run this in the process before the server: a server that differs in one thing."""
        self.program = ["-c", f"import sys\n{code}\nfrom among_server.admin.main import main\nsys.exit(main())"]

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def spawn(self) -> None:
        """Start the process, without waiting for it to be ready."""
        assert self._process is None
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [*self.prefix, sys.executable, *self.program, "serve", "--data", str(self.data)]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self.environment,
                start_new_session=True,  # a Ctrl-C at the tests is not one at the server
            )

    async def start(self) -> float:
        """Start, and wait until it says where it is. Gives the seconds that took."""
        began = time.monotonic()
        await self.spawn()
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = (await self._process.stdout.readline()).decode()
        took = time.monotonic() - began
        assert line.startswith(READY), f"the server did not start: {line!r}\n{self.tail()}"
        self.starts += 1
        self.slowest = max(self.slowest, took)
        return took

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE):
            await self._process.communicate()
        code = self._process.returncode
        assert code is not None
        self._process = None
        return code

    async def kill(self) -> None:
        """kill -9."""
        self.signal(signal.SIGKILL)
        assert await self.ended() == -signal.SIGKILL

    async def stop(self) -> int:
        """As an operator stops it. The exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def give_up(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()
            self._process = None

    def tail(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-20:])

    def complaints(self) -> list[str]:
        """Lines of its log that tell of a mistake of ours."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if "Traceback" in line or '"level":"error"' in line.replace(" ", "")]


@contextlib.asynccontextmanager
async def server_in(
    folder: Path, *, prefix: Sequence[str] = (), module: str = "among_server.admin.main", **settings: Any
) -> AsyncIterator[Server]:
    """A started server, which is gone afterwards whatever happened."""
    server = Server(folder, prefix=prefix, module=module, **settings)
    try:
        await server.start()
        yield server
    finally:
        await server.give_up()


async def operator(*command: str | Path) -> tuple[int, str, str]:
    """`among-server COMMAND`, as an operator types it: exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "among_server.admin.main", *map(str, command)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
    except BaseException:
        process.kill()
        await process.communicate()
        raise
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def free_port() -> int:
    """A port below those that the system hands to outgoing connections, so that nobody takes it during a restart."""
    for _ in range(1000):
        port = random.SystemRandom().randint(12_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


def judged(data: Path) -> list[str]:
    """What SQLite's own checks say against the database, in a copy: nothing is touched but by the server."""
    with _copy(data) as db:
        found = [str(row[0]) for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"foreign key: {row}" for row in db.execute("PRAGMA foreign_key_check")]


def halves(data: Path) -> list[str]:
    """What is only half there: posts, personas, reactions, pins and threads whose rows and entries don't say the same."""
    with _copy(data) as db:
        logs = _logs(db)
        community = {key for (key,) in db.execute("SELECT l.id FROM communities c JOIN logs l ON l.key = c.key")}
        corners = {key for (key,) in db.execute("SELECT l.id FROM corners c JOIN logs l ON l.key = c.room")}
        posts = {
            (room, seq): (title, newest)
            for room, seq, title, newest in db.execute(
                "SELECT l.id, p.seq, p.title, p.newest FROM posts p JOIN logs l ON l.key = p.room"
            )
        }
        members = {
            member: (rev, handle)
            for member, rev, handle in db.execute(
                "SELECT m.id, m.rev, m.handle FROM members m JOIN communities c ON c.key = m.place"
            )
        }
        revisions = set(db.execute("SELECT member, rev, handle FROM personas").fetchall())
        unlike = list(_unlike(db, logs))
    told = {}
    for log in corners:
        for event in logs.get(log, []):
            if event["type"] in ("post.published", "post.edited") and not event.get("blank"):
                told[log, event.get("post", event["seq"])] = (event["title"], event["seq"])
    known = {}
    for log in community:
        for event in logs.get(log, []):
            if event["type"] in ("member.joined", "member.updated"):
                known[event["by"]] = (event["rev"], event["handle"])
    return [
        *unlike,
        *(f"post {post}: {posts.get(post)}, the log says {told.get(post)}" for post in told.keys() | posts.keys()
          if posts.get(post) != told.get(post)),
        *(f"{member} is {members.get(member)}, the log says {known.get(member)}" for member in known.keys() | members.keys()
          if members.get(member) != known.get(member)),
        *(f"{member} has no persona {rev}" for member, (rev, handle) in known.items() if (member, rev, handle) not in revisions),
    ]  # fmt: skip


def _unlike(db: sqlite3.Connection, logs: dict[str, list[Event]]) -> Iterator[str]:
    """Of what is kept beside messages: what the rows have and the log does not say, or the other way round."""
    rows: set[Any] = set()
    for what, sql in BESIDE.items():
        rows |= {(what, *row) for row in db.execute(sql)}
    said: set[Any] = set()
    for log, events in logs.items():
        room, wrong = shown.room((event["seq"], shown.step_of(event)) for event in events)
        yield from (f"{log} {text}" for text in wrong)
        said |= {("pin", log, *pin) for pin in room.pins.items()}
        for root, (messages, head, speakers) in room.threads.items():
            said.add(("thread", log, root, messages, head, msgspec.json.encode(speakers).decode()))
        for (message, emoji), who in room.reactions.items():
            said.add(("count", log, message, emoji, len(who)))
            said |= {("reaction", log, message, emoji, member, seq) for member, seq in who.items()}
    yield from (f"{row}: kept, and the log does not say so" for row in sorted(rows - said))
    yield from (f"{row}: the log says so, and it is not kept" for row in sorted(said - rows))


def on_disk(data: Path) -> dict[str, list[Event]]:
    """Every log as it is in the file, oldest entry first; read without any code of the server."""
    with _copy(data) as db:
        logs = _logs(db)
        for log, head in db.execute("SELECT id, head FROM heads JOIN logs ON key = log"):
            newest = logs[log][-1]["seq"] if log in logs else 0
            assert head == newest, f"{log}: its head says {head}, its newest entry is {newest}"
    return logs


def _logs(db: sqlite3.Connection) -> dict[str, list[Event]]:
    logs: dict[str, list[Event]] = {}
    for log, seq, json in db.execute("SELECT log, seq, json FROM log_entries ORDER BY log, seq"):
        event = msgspec.json.decode(json)
        assert (event["log"], event["seq"]) == (log, seq), "an entry is filed under another number than its own"
        logs.setdefault(log, []).append(event)
    return logs


@contextlib.contextmanager
def _copy(data: Path) -> Iterator[sqlite3.Connection]:
    copy = data.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("among.db", "among.db-wal"):
        if (data / name).exists():
            shutil.copyfile(data / name, copy / name)
    db = sqlite3.connect(copy / "among.db")
    try:
        yield db
    finally:
        db.close()
        shutil.rmtree(copy)
