"""`among-server doctor`: looks over data, machine and server, and says what to do about what it finds.

It works while the server runs and while it is stopped, and changes nothing. Each look is a function that gives findings;
one that fails by itself is a finding too.
"""

import contextlib
import fcntl
import os
import platform
import resource
import shutil
import socket
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from .. import app
from ..app import DATABASE, LOCK, SAFEST_SQLITE
from ..config import Config, ConfigError, elsewhere, is_loopback
from ..edge.memory import container, resident
from ..store.api import StoreError
from . import interpreter
from .health import ANYWHERE, PATIENCE, readiness, silence
from .running import address
from .settings import Settings, closed, look

State = Literal["ok", "warn", "fail"]

MIB = 1 << 20
SCARCE = 100 * MIB  # bytes of disk: a busy evening fills that
LOW = 1024 * MIB
LATE = 600  # seconds after which an erasure that is due should long be under way
FILES = 4_096  # open files: each connection is one
SMALLEST = 256  # MiB of memory for a small community
BUILT = 1_767_225_600  # Unix time before which no clock can be right: 2026 has begun
REMOTE = ("nfs", "cifs", "smb", "9p", "fuse", "ceph", "glusterfs", "afs")  # how their names begin
FLEETING = ("tmpfs", "ramfs", "overlay", "aufs")

DATA = "data"
OF_ITS_USER = (DATA, "database", "erasing", "clock", "server")  # what only whoever may open the data can look at

MARK = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
COLOUR = {"ok": "\x1b[32m", "warn": "\x1b[33m", "fail": "\x1b[31;1m"}


class Finding(NamedTuple):
    about: str
    state: State
    what: str
    mend: str = ""


def doctor(settings: Settings, *, json: bool) -> int:
    """Exit code: 0 when nothing fails, 1 otherwise."""
    findings = list(examine(settings))
    if json:
        print(msgspec.json.encode([finding._asdict() for finding in findings]).decode())
    else:
        colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        for finding in findings:
            mark = f"{COLOUR[finding.state]}{MARK[finding.state]}\x1b[0m" if colours else MARK[finding.state]
            print(f"{mark}  {finding.about + ':':<14} {finding.what}")
            if finding.mend:
                print(f"{'':22}{finding.mend}")
    return 1 if any(finding.state == "fail" for finding in findings) else 0


def examine(settings: Settings) -> Iterator[Finding]:
    config = settings.config
    shut = closed(Path(config.data))
    running = not shut and holder(Path(config.data)) is not None
    looks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("configuration", lambda: configuration(settings)),
        ("Python", lambda: python(interpreter.built())),
        ("SQLite", sqlite),
        (DATA, lambda: data(config)),
        ("file system", lambda: file_system(Path(config.data))),
        ("disk", lambda: disk(Path(config.data))),
        ("database", lambda: database(Path(config.data), running=running)),
        ("erasing", lambda: erasing(Path(config.data), running=running)),
        ("open files", lambda: open_files(config)),
        ("memory", memory),
        ("clock", lambda: clock(Path(config.data))),
        ("server", lambda: server(settings, running=running)),
        ("reach", lambda: reach(config)),
    ]
    for about, find in looks:
        if shut and about in OF_ITS_USER:
            if about == DATA:
                yield Finding(about, "fail", shut.why, shut.mend)
            continue
        try:
            yield from find()
        except (OSError, ValueError, sqlite3.Error) as error:
            yield Finding(about, "warn", f"could not be looked at: {error}")


def configuration(settings: Settings) -> Iterator[Finding]:
    try:
        look(settings)
    except ConfigError as error:
        for line in error.lines:
            yield Finding("configuration", "fail", line)
        return
    yield Finding("configuration", "ok", "every key can be used (`among-server check-config` shows them)")
    secret = settings.config.metrics_token_file
    if secret and Path(secret).stat().st_mode & stat.S_IROTH:
        yield Finding("metrics", "warn", f"everybody may read {secret}", f"chmod o= {secret}")


def python(built: interpreter.Built) -> Iterator[Finding]:
    what = f"{platform.python_version()}, {platform.system()} {platform.release()}"
    if built.slow:
        yield Finding(
            "Python",
            "warn",
            f"{what}; built without profile-guided optimisation: the server runs about a third slower",
            "take the distribution's python3, or build with --enable-optimizations",
        )
    else:
        yield Finding("Python", "ok", what)


def sqlite() -> Iterator[Finding]:
    if sqlite3.sqlite_version_info < SAFEST_SQLITE:
        yield Finding(
            "SQLite",
            "warn",
            f"{sqlite3.sqlite_version}: safe while only the server writes to the file",
            f"{'.'.join(map(str, SAFEST_SQLITE))} or newer is safe even then; it comes with Python or the system",
        )
    else:
        yield Finding("SQLite", "ok", sqlite3.sqlite_version)
    if not app.can_search():
        mend = "use a Python whose SQLite has FTS5; everything else works"
        yield Finding("search", "warn", "what was said can't be searched", mend)


def data(config: Config) -> Iterator[Finding]:
    folder = Path(config.data)
    if not folder.exists():
        yield Finding("data", "ok", f"{folder.absolute()} is not there yet: the first start makes it")
        return
    good = True
    for path in (folder, folder / DATABASE, *folder.glob(f"{DATABASE}-*"), folder / LOCK):
        if not path.exists():
            continue
        found = path.stat()
        if found.st_uid != os.geteuid() and os.geteuid():
            good = False
            yield Finding("data", "fail", f"{path} belongs to user {found.st_uid}", f"chown {os.geteuid()} {path}")
        if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            good = False
            yield Finding("data", "warn", f"others may read {path}", f"chmod go= {path}")
    if good:
        yield Finding("data", "ok", f"{folder.absolute()} is its owner's alone")


def file_system(folder: Path, mounts: Path = Path("/proc/mounts")) -> Iterator[Finding]:
    if not mounts.exists():
        yield Finding("file system", "ok", "not told by this system; it must be a local disk")
        return
    kind, where = "", ""
    for line in mounts.read_text("utf-8").splitlines():
        _, point, name, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if folder.absolute().is_relative_to(point) and len(point) >= len(where):
            kind, where = name, point
    if kind.startswith(REMOTE):
        yield Finding(
            "file system",
            "fail",
            f"{kind} at {where}: its locks and flushes can't be trusted",
            "put the data folder on a local disk; what was acknowledged may be lost here",
        )
    elif kind in FLEETING:
        yield Finding(
            "file system",
            "warn",
            f"{kind} at {where}: what is there is gone with the machine or the container",
            "put the data folder on a disk, or a volume",
        )
    else:
        yield Finding("file system", "ok", f"{kind or 'unknown'} at {where or '?'}")


def disk(folder: Path) -> Iterator[Finding]:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    state: State = "fail" if free < SCARCE else "warn" if free < LOW else "ok"
    mend = "" if state == "ok" else "make room: a full disk refuses every write until there is some"
    yield Finding("disk", state, f"{free // MIB:,} MiB free", mend)


def database(folder: Path, *, running: bool) -> Iterator[Finding]:
    file = folder / DATABASE
    wal = file.with_name(f"{DATABASE}-wal")
    try:
        app.look_around(folder)
    except StoreError as error:
        yield _refused(error)
        return
    if not file.exists():
        yield Finding("database", "ok", "not there yet")
        return
    if not running and wal.exists():
        # To read it, SQLite would make a file beside it, owned by whoever runs this: nothing is changed here.
        yield Finding("database", "warn", "was not closed: the server was killed", "start it: that brings it in order")
        return
    how = "mode=ro" if running else "mode=ro&immutable=1"
    db = sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, timeout=5)
    try:
        wrong = [str(row[0]) for row in db.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
        (step,) = db.execute("PRAGMA user_version").fetchone()
        if not wrong:
            app.check(db, file)
    except StoreError as error:
        yield _refused(error)
        return
    finally:
        db.close()
    if wrong:
        mend = "stop the server, keep a copy of the folder, and restore the last backup"
        yield Finding("database", "fail", f"SQLite's check says: {'; '.join(wrong)}", mend)
    else:
        size = file.stat().st_size
        yield Finding("database", "ok", f"whole ({size / MIB:.1f} MiB, schema {step})")
    if wal.exists() and wal.stat().st_size > 256 * MIB:
        yield Finding(
            "database",
            "warn",
            f"its write-ahead log has {wal.stat().st_size // MIB} MiB",
            "something reads the file for very long and holds it up: a copy, or another program",
        )


def _refused(error: StoreError) -> Finding:
    """Data on which no server would start, in the words that it has for them."""
    what, _, mend = str(error).partition(": ")
    return Finding("database", "fail", what, mend)


def erasing(folder: Path, *, running: bool) -> Iterator[Finding]:
    """What is left to do of those who go."""
    file = folder / DATABASE
    if not file.exists() or (not running and file.with_name(f"{DATABASE}-wal").exists()):
        return
    how = "mode=ro" if running else "mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, timeout=5)) as db:
        if not db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'erasures'").fetchone()[0]:
            return
        sql = "SELECT count(*), min(due_ms) FROM erasures WHERE name NOT LIKE 'seal %' AND name NOT LIKE 'close %'"
        waiting, due_ms = db.execute(sql).fetchone()
    late = (time.time() * 1000 - due_ms) / 1000 if waiting else 0.0
    if not waiting:
        yield Finding("erasing", "ok", "nothing is left to be erased")
    elif running and late > LATE:
        mend = "look for erasing.failed in the server's log"
        yield Finding("erasing", "warn", f"{waiting} erasures are not done, {late / 60:.0f} minutes late", mend)
    else:
        yield Finding("erasing", "ok", f"{waiting} erasures are under way, or wait for a report to be answered")


def open_files(config: Config) -> Iterator[Finding]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FILES:
        mend = "LimitNOFILE=65536 in the unit, `ulimit -Hn 65536` in root's shell, or ulimits in compose.yaml"
        yield Finding("open files", "warn", f"{most} at most for this user here: each connection takes one", mend)
    else:
        yield Finding("open files", "ok", f"{most} at most for this user here")


def memory() -> Iterator[Finding]:
    found = container()
    if found is None:
        yield Finding("memory", "ok", f"no limit but the machine's (this command uses {resident() // MIB} MiB)")
    elif found.limit < SMALLEST * MIB:
        mend = f"give it {SMALLEST} MiB or more"
        yield Finding("memory", "warn", f"the limit is {found.limit // MIB} MiB", mend)
    else:
        yield Finding("memory", "ok", f"the limit is {found.limit // MIB} MiB, {found.used() // MIB} MiB are used")


def clock(folder: Path) -> Iterator[Finding]:
    now = time.time()
    file = folder / DATABASE
    if now < BUILT:
        yield Finding("clock", "warn", f"it is {time.strftime('%Y-%m-%d')} here", "set the clock: invites expire by it")
    elif file.exists() and file.stat().st_mtime > now + 60:
        ahead = int(file.stat().st_mtime - now)
        yield Finding("clock", "warn", f"the data was written {ahead} s in the future", "set the clock, or wait")
    else:
        yield Finding("clock", "ok", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now)))


def server(settings: Settings, *, running: bool) -> Iterator[Finding]:
    config = settings.config
    if not running:
        yield Finding("server", "ok", "does not run on this data")
        if config.port:
            yield _free(config, f"{config.host}:{config.port}")
        return
    who = holder(Path(config.data))
    yield Finding("server", "ok", "runs on this data" + (f" (process {who})" if who else ""))
    try:
        asked = address(settings, PATIENCE)
    except OSError as error:
        yield Finding("port", "fail", f"it does not say where it listens: {error}", "the server's log says more")
        return
    if asked is None:
        yield Finding("port", "warn", "port 0 does not say where it listens", "give --port to have it asked")
        return
    where = f"{asked[0]}:{asked[1]}"
    try:
        found = readiness(*asked)
    except (OSError, ValueError) as error:
        mend = "is it the same --host and --port as the server's? its log says where it listens"
        yield Finding("port", "fail", silence(error, *asked), mend)
        return
    if found.ready:
        yield Finding("ready", "ok", f"newcomers are welcome at {where}")
    else:
        yield Finding("ready", "fail", found.why, "the server's log says more")


def _free(config: Config, where: str) -> Finding:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
            probe.listen()
        except OSError as error:
            mend = "stop what listens there, or choose another --port"
            return Finding("port", "fail", f"{where} can't be had: {error.strerror}", mend)
    return Finding("port", "ok", f"{where} is free")


def reach(config: Config) -> Iterator[Finding]:
    if is_loopback(config.host):
        yield Finding("reach", "ok", "this machine alone; a proxy on it carries it further")
        return
    if not elsewhere(_trusted(config)):
        yield Finding(
            "reach",
            "warn",
            f"it listens on {config.host}, and takes passwords from this machine alone",
            "put a proxy with TLS in front, on this machine, or name its address in trusted_proxies",
        )
    else:
        yield Finding("reach", "ok", f"{config.host}; passwords also from {', '.join(_trusted(config))}")
    if config.sign_up == "open":
        yield Finding("sign-up", "warn", "everybody who reaches it may make an account", 'sign_up = "invite"')
    if config.host not in ANYWHERE and config.port and not config.url:
        yield Finding("links", "warn", "invites name this machine's own address", "set url to what members use")


def _trusted(config: Config) -> list[str]:
    return [*config.trusted_proxies, *config.private_networks]


def holder(folder: Path) -> int | None:
    """The process that holds the lock of the data; 0 when there is one that can't be told; None without one."""
    file = folder / LOCK
    if not file.exists():
        return None
    fd = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _pid(os.fstat(fd))
    finally:
        os.close(fd)
    return None


def _pid(lock: os.stat_result) -> int:
    wanted = f"{os.major(lock.st_dev):02x}:{os.minor(lock.st_dev):02x}:{lock.st_ino}"
    locks = Path("/proc/locks")
    for line in locks.read_text().splitlines() if locks.exists() else ():
        parts = line.split()
        if parts[1] == "FLOCK" and parts[5] == wanted and parts[3] == "WRITE":
            return int(parts[4])
    return 0
