"""Sessions that a document shows, played against a real server: what is typed is sent, and what is shown must come.

A session is a fenced block of lines that begin with `> ` (typed) and `< ` (what came), as `python -m websockets` prints
them. One that begins with `<` is a new connection. Ids, tokens and times differ from run to run; the same id in the
document is the same one in each run. `…` stands for what the document leaves out.

    python -m tests.docs.frames docs/howto/talk-by-hand.md      # write into the document what comes now
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from tests.proof.process import server_in

BLOCK = re.compile(r"(?<=^```text\n)[<>] .*?(?=^```$)", re.MULTILINE | re.DOTALL)
VARYING = re.compile(r"\b(?:[a-z]_[a-z0-9]{16}|among_[\w-]{43})")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
LIMITS = re.compile(r'("limits":\{(?:[^,}]+,){2}).*')
HELLO = re.compile(r'^< \{"type":"hello".*\}$', re.MULTILINE)
PATIENCE = 10.0  # seconds for any frame


class Player:
    """One server, and the connections to it, one after the other."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._link: ClientConnection | None = None
        self._known: dict[str, str] = {}  # as in the document -> as in this run
        self._seen: list[str] = []  # in this run
        self.typed: list[str] = []  # types of commands

    async def play(self, block: str) -> str:
        """Send what is typed; the block, with what came in place of what is shown."""
        lines: list[str] = []
        for typed, shown in steps(block):
            if not typed:
                await self.close()
                self._link = await connect(self._url, proxy=None)
                came = [await self._frame()]
            else:
                frame = VARYING.sub(lambda found: self._real(found[0]), typed)
                lines.append(f"> {frame}")
                came = await self._ask(frame)
            self._seen += [value for one in came for value in VARYING.findall(one)]
            for ours, theirs in zip(shown, came, strict=False):
                for old, new in zip(VARYING.findall(ours), VARYING.findall(theirs), strict=False):
                    self._known.setdefault(old, new)
            lines += [f"< {one}" for one in came]
        return "".join(f"{line}\n" for line in lines)

    def fits(self, shown: str, came: str) -> bool:
        """Whether the document shows what came."""
        known = VARYING.sub(lambda found: self._known.get(found[0], found[0]), shown)
        pattern = ".*".join(map(re.escape, re.sub(TIME, "🕰", known).split("…")))
        return bool(re.fullmatch(pattern.replace("🕰", TIME), came))

    async def close(self) -> None:
        if self._link is not None:
            await self._link.close()
            self._link = None

    async def _ask(self, typed: str) -> list[str]:
        """Everything that comes up to the reply, and right behind it."""
        command = msgspec.json.decode(typed)
        self.typed.append(command["type"])
        assert self._link is not None
        await self._link.send(typed)
        frames: list[str] = []
        try:
            last = "session.synced" if command["type"] == "session.sync" else "ok"
            while not frames or not _answers(frames[-1], command["id"], last):
                frames.append(await self._frame())
            await self._link.send('{"type":"session.ping","id":"fence"}')
            while not _answers(frame := await self._frame(), "fence"):
                frames.append(frame)
        except ConnectionClosed as closed:
            end = closed.rcvd or Close(1006, "")
            frames.append(f"closed with {end.code}: {end.reason}")
        return frames

    async def _frame(self) -> str:
        assert self._link is not None
        async with asyncio.timeout(PATIENCE):
            return str(await self._link.recv())

    def _real(self, ours: str) -> str:
        """What an id of the document is in this run; while it is being written, the newest of its kind."""
        alike = [real for real in self._seen if real[:2] == ours[:2]]
        return self._known.get(ours) or (alike[-1] if alike else ours)


def _answers(frame: str, id: str, last: str = "ok") -> bool:
    reply = msgspec.json.decode(frame)
    return reply["type"] in (last, "refused") and reply["id"] == id


def steps(block: str) -> Iterator[tuple[str, list[str]]]:
    """What is typed (nothing: a new connection), and the frames that are shown behind it."""
    for step in filter(None, re.split(r"^(?=> )", block, flags=re.MULTILINE)):
        typed, *shown = ["", *step.splitlines()] if step.startswith("< ") else step.splitlines()
        yield typed.removeprefix("> "), [line.removeprefix("< ") for line in shown]


def blocks(text: str) -> list[str]:
    return BLOCK.findall(text)


async def recorded(text: str) -> str:
    """A document, with what comes now."""
    with tempfile.TemporaryDirectory() as folder:
        async with server_in(Path(folder), budget=300, budget_per_second=30) as server:
            player = Player(server.url)
            for number, block in enumerate(blocks(text)):
                came = LIMITS.sub(r"\1…},…}", await player.play(block))
                text = text.replace(block, HELLO.sub('< {"type":"hello",…}', came) if number else came, 1)
            await player.close()
    return text


if __name__ == "__main__":
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(asyncio.run(recorded(page.read_text("utf-8"))), "utf-8")
