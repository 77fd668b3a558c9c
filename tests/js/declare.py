"""`make schema`, or `python -m tests.js.declare`: write the declarations of protocol/js (client.d.ts and the like) anew from its code.

They are made by TypeScript from the comments of the code, and committed, since a user has no TypeScript of ours."""

import asyncio
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .node import CLIENT, MODULES, missing, run

HEAD = "// Made by `python -m tests.js.declare` from the code: not to be edited.\n\n"
TSC = MODULES / "typescript/bin/tsc"


async def declarations() -> dict[str, str]:
    """The text of each declaration, by file name. What is there already is not looked at."""
    MODULES.joinpath(".scripts").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=MODULES / ".scripts") as folder:  # there TypeScript finds the types of Node
        _copy(Path(folder))
        made = Path(folder, "made")
        await run(TSC, "-p", folder, "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", made)
        return _texts(made)


def _copy(folder: Path) -> None:
    for path in (*CLIENT.glob("*.js"), *(CLIENT / name for name in ("types.d.ts", "happenings.d.ts", "tsconfig.json"))):
        shutil.copy(path, folder)


def _texts(made: Path) -> dict[str, str]:
    """A program that is only run has no declarations."""
    return {
        path.name: HEAD + path.read_text("utf-8") for path in sorted(made.glob("*.d.ts")) if "driver" not in path.name
    }


def main() -> int:
    why = missing("typescript")
    if why:
        sys.stderr.write(f"among: the declarations of protocol/js stay as they are; writing them {why}\n")
        return 0
    for name, text in asyncio.run(declarations()).items():
        (CLIENT / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
