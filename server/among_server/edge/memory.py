"""How much memory there is, and what is done when it runs short: a server that a kernel kills has refused nobody.

Above NEARLY newcomers are told to come later, and /readyz says so. Above FULL those who have most waiting unread are cut.
"""

import contextlib
import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

NEARLY = 0.85  # of the limit
FULL = 0.92
CGROUP = Path("/sys/fs/cgroup")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Memory(NamedTuple):
    """A limit, and what is used of it, in bytes; no limit: 0."""

    limit: int
    used: Callable[[], int]  # reads a file or two of the kernel's; raises OSError


def memory(mib: int) -> Memory:
    """What was configured (0: nothing was), else the container's, else none."""
    if mib:
        return Memory(mib << 20, resident)
    return container() or Memory(0, resident)


def give_back() -> None:
    """Have the allocator return what it keeps for later, or what was freed would count as used for ever. Any thread."""
    with contextlib.suppress(OSError, AttributeError):  # only the GNU library has it
        ctypes.CDLL(None).malloc_trim(0)


def resident() -> int:
    """Bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def container(root: Path = CGROUP, of: Path = Path("/proc/self/cgroup")) -> Memory | None:
    """The limit that a container or a service manager has set for this process; None when there is none."""
    with contextlib.suppress(OSError, ValueError):
        for line in of.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                found = _limit(root, path, "memory.max", "memory.current", "")
            elif "memory" in controllers.split(","):
                found = _limit(root / "memory", path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
            else:
                continue
            if found is not None:
                return found
    return None


def _limit(root: Path, path: str, limit: str, usage: str, prefix: str) -> Memory | None:
    """The nearest group with a limit, from this one upwards. Inside a container the path may be the host's."""
    inner = root / path.strip("/")
    for folder in (inner, *inner.parents):
        if not folder.is_relative_to(root):
            break
        with contextlib.suppress(OSError, ValueError):
            most = int((folder / limit).read_text())
            if most < 1 << 50:  # a number this large means none
                return Memory(most, lambda folder=folder: _used(folder, usage, prefix))  # type: ignore[misc]  # bound now
    return None


def _used(folder: Path, usage: str, prefix: str) -> int:
    """What the kernel could not take back: without the pages of files."""
    used = int((folder / usage).read_text())
    for line in (folder / "memory.stat").read_text().splitlines():
        name, _, value = line.partition(" ")
        if name in (f"{prefix}inactive_file", f"{prefix}active_file"):
            used -= int(value)
    return used
