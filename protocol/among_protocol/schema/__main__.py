"""`python -m among_protocol.schema`: write what is made from the structs; or hold it to what was published."""

import difflib
import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path

from .. import __version__
from . import FOLDER, asyncapi, document, golden, typescript
from .compatible import breaks

SCHEMA = FOLDER / "v1.json"
RELEASED = FOLDER / "released"  # VERSION.json: the schema; VERSION.sha256: a line for each golden frame


def schema() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


# What is made, in this order, and how.
FILES: dict[Path, Callable[[], str]] = {
    SCHEMA: schema,
    golden.FILE: golden.text,
    asyncapi.FILE: asyncapi.text,
    typescript.FILE: typescript.text,
    typescript.WORDS: typescript.words,
}


def write(files: dict[Path, Callable[[], str]]) -> None:
    for file, make in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(make(), "utf-8")
        print(f"among: wrote {file}")


def stale(files: dict[Path, Callable[[], str]]) -> list[str]:
    """Lines that show what is not as the structs say; empty when all is fresh."""
    lines: list[str] = []
    for file, make in files.items():
        kept = file.read_text("utf-8") if file.exists() else ""
        lines += difflib.unified_diff(
            kept.splitlines(), make().splitlines(), str(file), "as the structs say", lineterm=""
        )
    return lines


def digest(frame: golden.Frame) -> str:
    return hashlib.sha256(json.dumps([frame.frame, frame.msgpack], sort_keys=True).encode()).hexdigest()


def broken(released: Path) -> list[str]:
    """What no longer holds of what was published. A version in the making may still change its golden frames."""
    now, found = document(), []
    digests = {frame.key: digest(frame) for frame in golden.frames()}
    for file in sorted(released.glob("*.json")):
        found += [f"since {file.stem}: {what}" for what in breaks(json.loads(file.read_text("utf-8")), now)]
        if file.stem == __version__:
            continue
        for line in file.with_suffix(".sha256").read_text("utf-8").splitlines():
            was, key = line.split(" ", 1)
            if digests.get(key) != was:
                found.append(
                    f"since {file.stem}: golden frame {key!r} was {'changed' if key in digests else 'removed'}"
                )
    return found


def release(released: Path) -> None:
    """Keep what this version is, for all later ones to be held to."""
    kept = released / f"{__version__}.json"
    lines = [f"{digest(frame)} {frame.key}\n" for frame in golden.frames()]
    write({kept: schema, kept.with_suffix(".sha256"): lambda: "".join(lines)})


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 written, fresh or compatible; 1 stale or broken; 2 not in a checkout, or asked wrongly."""
    parser = ArgumentParser(prog="python -m among_protocol.schema", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="show what is stale, and fail")
    what.add_argument("--compatible", action="store_true", help="show what breaks a published version, and fail")
    what.add_argument("--release", action="store_true", help="keep this version as published")
    asked = parser.parse_args(arguments)
    if not FOLDER.parent.joinpath("pyproject.toml").exists():
        print(f"among: {FOLDER} is not in a checkout of the project", file=sys.stderr)
        return 2
    if asked.compatible and (found := broken(RELEASED)):
        print(*found, sep="\n")
        print("among: this breaks what was published. See docs/reference/stability.md.", file=sys.stderr)
        return 1
    if asked.check and (lines := stale(FILES)):
        print(*lines, sep="\n")
        print("among: the schema is stale. Run `make schema`, and look at what has changed.", file=sys.stderr)
        return 1
    if asked.release:
        release(RELEASED)
    elif not asked.check and not asked.compatible:
        write(FILES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
