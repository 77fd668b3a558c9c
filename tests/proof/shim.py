"""A process whose clock and disk do what a test says: shim.c, compiled here, and its block of settings.

    shim = Shim(tmp_path, server)
    shim.clock(hours=-1)
    shim.fail_writes(errno.ENOSPC, every=7)

It is in front of the C library (LD_PRELOAD): no tracing, no rights, no waiting; the process runs at its usual speed.
"""

import atexit
import functools
import mmap
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .process import Server

SOURCE = Path(__file__).with_name("shim.c")
FIELDS = (
    "clock_frozen", "clock_ns", "write_error", "write_every", "write_halves", "writes", "writes_failed", "flush_error",
    "flush_from", "flush_times", "flushes", "flushes_failed",
)  # fmt: skip
FOR_EVER = 1 << 40


@functools.cache
def library() -> Path:
    """Compiled once for each run. Raises OSError or CalledProcessError."""
    folder = Path(tempfile.mkdtemp(prefix="among-shim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built = folder / "shim.so"
    command = ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(built), str(SOURCE), "-ldl", "-pthread"]
    subprocess.run(command, capture_output=True, text=True, check=True)
    return built


@functools.cache
def unavailable() -> str:
    """Why it can't be used here; empty when it can. Tried on this interpreter."""
    if not sys.platform.startswith("linux"):
        return "written for Linux and its C library"
    if shutil.which("cc") is None:
        return "no C compiler"
    try:
        built = library()
    except subprocess.CalledProcessError as error:
        return f"it does not compile here: {error.stderr.splitlines()[:1]}"
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "settings")
        settings["clock_ns"] = 10**15
        environment = {**os.environ, "LD_PRELOAD": str(built), "SHIM_SETTINGS": str(settings.path)}
        command = [sys.executable, "-c", "import time; print(time.time())"]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        moved = float(told.stdout or 0) - time.time()
    return "" if abs(moved - 10**6) < 60 else f"this interpreter does not go through it: {told.stderr[-200:]}"


class Settings:
    """Numbers that a running process sees at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(bytes(8 * len(FIELDS)))
        with path.open("r+b") as file:
            self._block = mmap.mmap(file.fileno(), 8 * len(FIELDS))

    def __getitem__(self, field: str) -> int:
        return int(struct.unpack_from("=q", self._block, 8 * FIELDS.index(field))[0])

    def __setitem__(self, field: str, value: int) -> None:
        struct.pack_into("=q", self._block, 8 * FIELDS.index(field), value)


class Shim:
    """In front of a server from its next start on."""

    def __init__(self, folder: Path, server: Server, *, log: bool = False) -> None:
        self.settings = Settings(folder / "shim-settings")
        self.log = folder / "shim-log"
        server.environment |= {
            "LD_PRELOAD": str(library()),
            "SHIM_SETTINGS": str(self.settings.path),
            "SHIM_ROOT": str(server.data.resolve()),
        }
        if log:
            self.log.touch()
            server.environment["SHIM_LOG"] = str(self.log)

    def clock(self, *, hours: float = 0, days: float = 0) -> None:
        """The wall clock is off by so much from now on."""
        self.settings["clock_ns"] = int((hours + days * 24) * 3600 * 10**9)
        self.settings["clock_frozen"] = 0

    def freeze(self) -> None:
        """The wall clock stands still."""
        self.settings["clock_ns"] = time.time_ns()
        self.settings["clock_frozen"] = 1

    def fail_writes(self, error: int, *, every: int = 1, halves: bool = False) -> None:
        """Each so-many-th write to a file of the data, from now on; 0 is no error."""
        self.settings["write_error"] = 0
        self.settings["writes"] = self.settings["writes_failed"] = 0
        self.settings["write_every"] = every
        self.settings["write_halves"] = halves
        self.settings["write_error"] = error

    def fail_flushes(self, error: int, *, after: int = 0, times: int = FOR_EVER) -> None:
        """Flushes of the data, after so many that succeed from now on."""
        self.settings["flush_error"] = 0
        self.settings["flushes"] = self.settings["flushes_failed"] = 0
        self.settings["flush_from"] = after + 1
        self.settings["flush_times"] = times
        self.settings["flush_error"] = error

    def heal(self) -> None:
        """The disk is as new."""
        self.settings["write_error"] = self.settings["flush_error"] = 0
