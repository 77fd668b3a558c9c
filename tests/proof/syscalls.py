"""What a server did, as the kernel saw it: strace's lines, read back into frames, commits and flushes.

`kill -9` proves nothing about a power cut: what was written but not flushed survives the one and not the other. So the
order of the system calls is looked at. For each acknowledgement that was written to a socket:

1. its write is on a page that was written to the write-ahead log, and so is the frame that commits it (a frame header
   whose second word, the size of the database, is not 0);
2. after that, a flush of the log was begun and ended without an error;
3. only after that the acknowledgement was handed to the kernel, and so was every live copy of the entry.

Before the first of them, the folder that holds a file made anew was flushed too, or the file itself may be gone. But for
`search.db`, which nothing is promised of: it is made again from what the other holds.
A line's place in strace's output is its moment: strace stops a thread at the beginning and end of each call.
"""

import codecs
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

INDEX = "search.db"  # with a log of its own, whose flushes keep nobody's messages
TRACED = "pwrite64,fdatasync,fsync,sendto,sendmsg,write,writev,openat"

LINE = re.compile(r"^(?P<pid>\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<name>\w+)\()(?P<rest>.*)$", re.DOTALL)
RESULT = re.compile(r"\)\s+= (-?\d+)(?:<(.*?)>)?(?: [A-Z]+ \(.*\))?$")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\.\.\.)?')
FD = re.compile(r"^\d+<([^>]*)>")


def prefix(output: Path) -> list[str]:
    """Runs a command under strace, which leaves the process id to the command."""
    return ["strace", "-D", "-f", "-y", "-q", "-s", "1000000", "-e", f"trace={TRACED}", "-o", str(output)]


def unavailable() -> str:
    """Why strace can't be used here; empty when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()}"


@dataclass(slots=True)
class Call:
    name: str
    target: str  # what the descriptor is: a path, or socket:[inode]
    data: bytes  # written, or the path that is opened
    flags: str  # of openat, with all else
    began: int  # number of its line
    ended: int = 0
    result: int = -1
    opened: str = ""


def calls(output: Path) -> list[Call]:
    """The calls in the order of their beginnings."""
    found: list[Call] = []
    open_calls: dict[str, Call] = {}
    for number, line in enumerate(output.read_text("latin-1").splitlines(), 1):
        match = LINE.match(line)
        if match is None:
            continue  # a signal, or the end of a thread
        pid, rest = match["pid"], match["rest"]
        if match["resumed"] is not None:
            call = open_calls.pop(pid)
        else:
            data = b"".join(_bytes(text, cut, line) for text, cut in STRING.findall(rest))
            target = FD.match(rest)
            call = Call(match["name"], target[1] if target else "", data, rest, number)
            found.append(call)
            if rest.endswith("<unfinished ...>"):
                open_calls[pid] = call
                continue
        done = RESULT.search(rest)
        if done is not None:
            call.ended, call.result, call.opened = number, int(done[1]), done[2] or ""
    return found


def _bytes(text: str, cut: str, line: str) -> bytes:
    assert not cut, f"strace cut a string short: {line[:100]}"
    return codecs.escape_decode(text.encode("latin-1"))[0]


@dataclass
class Told:
    """Something told to a client that stands for a write."""

    mark: bytes  # what is written with it, and with nothing else
    what: str
    at: int  # line of the call that hands it to the kernel


@dataclass
class Trace:
    """The story of one life of a server on `data`, as its calls end one after the other."""

    data: str
    told: list[Told]
    problems: list[str] = field(default_factory=list)
    commits: int = 0
    flushes: int = 0
    waiting: set[bytes] = field(default_factory=set)  # marks that are written, not committed
    committed: dict[bytes, int] = field(default_factory=dict)  # -> line at which the commit was written
    durable: dict[bytes, int] = field(default_factory=dict)  # -> line at which a flush that covers it had ended
    made: dict[str, int] = field(default_factory=dict)  # files -> line at which they were made
    kept: set[str] = field(default_factory=set)  # those of them whose folder was flushed after
    commit_frame: bool = False

    def see(self, call: Call) -> None:
        log = call.target.endswith("-wal") and not call.target.startswith(f"{self.data}/{INDEX}")
        if call.name == "openat" and "O_CREAT" in call.flags:
            ours = call.opened.startswith(self.data) and not call.opened.startswith(f"{self.data}/{INDEX}")
            if ours and call.opened.endswith((".db", "-wal")):
                self.made.setdefault(call.opened, call.ended)
        elif call.name in ("fsync", "fdatasync") and call.result == 0:
            if call.target == self.data:
                self.kept |= {path for path, at in self.made.items() if at < call.began < self.told[0].at}
            elif log:
                self.flushes += 1
                for mark in [mark for mark, at in self.committed.items() if at < call.began]:
                    self.durable.setdefault(mark, call.ended)
        elif call.name == "pwrite64" and log and call.result > 0:
            self.written(call)

    def written(self, call: Call) -> None:
        """To the write-ahead log: a frame's header, or its page."""
        if len(call.data) == 24:
            self.commit_frame = call.data[4:8] != bytes(4)
            return
        self.waiting |= {told.mark for told in self.told if told.mark in call.data} - self.committed.keys()
        if self.commit_frame:
            self.commits += 1
            self.committed.update(dict.fromkeys(self.waiting, call.ended))
            self.waiting.clear()

    def judge(self) -> None:
        for told in self.told:
            if told.mark not in self.committed:
                self.problems.append(f"line {told.at}: {told.what} was told and never committed")
            elif self.durable.get(told.mark, told.at) >= told.at:
                self.problems.append(f"line {told.at}: {told.what} was told before its commit was flushed")
        for path in self.made.keys() - self.kept:
            self.problems.append(f"{path} was made, and its folder not flushed before the first answer")


def judge(output: Path, data: Path, *before: Told) -> Trace:
    """Hold one life of a server on `data` to the order. What is given as `before` must be flushed before the first
    byte is written to a socket."""
    seen = calls(output)
    trace = Trace(str(data), list(_told(seen)))
    if before:
        first = min(call.began for call in seen if call.target.startswith("socket:"))
        trace.told += [Told(told.mark, told.what, first) for told in before]
    for call in sorted(seen, key=lambda call: call.ended or call.began):
        trace.see(call)
    trace.judge()
    return trace


def _told(seen: list[Call]) -> Iterator[Told]:
    """Every acknowledgement and every live copy, out of what was written to sockets."""
    streams: dict[str, bytes] = {}
    binary: dict[str, bool] = {}
    for call in seen:
        if not call.target.startswith("socket:") or call.result <= 0:
            continue
        stream = streams.get(call.target, b"") + call.data[: call.result]
        if stream.startswith(b"HTTP/"):
            head, end, stream = stream.partition(b"\r\n\r\n")
            assert end, "a handshake in pieces"
            binary[call.target] = b"among.v1.msgpack" in head
        while (frame := _frame(stream)) is not None:
            opcode, payload, size = frame
            stream = stream[size:]
            if opcode in (1, 2):
                decode = msgspec.msgpack.decode if binary[call.target] else msgspec.json.decode
                yield from _meant(decode(payload), call.began)
        streams[call.target] = stream


def _frame(stream: bytes) -> tuple[int, bytes, int] | None:
    """The first WebSocket frame: opcode, payload, size."""
    if len(stream) < 2:
        return None
    length, start = stream[1], 2
    if length == 126:
        length, start = int.from_bytes(stream[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(stream[2:10], "big"), 10
    end = start + length
    return (stream[0] & 0x0F, stream[start:end], end) if len(stream) >= end else None


def _meant(frame: dict[str, Any], at: int) -> Iterator[Told]:
    result = frame.get("result", {})
    if frame["type"] == "ok" and "entry" in result:
        nonce = result["entry"]["nonce"]
        yield Told(nonce.encode(), f"the acknowledgement of {nonce}", at)
    elif frame["type"] == "ok" and "token" in result:
        yield Told(result["session"].encode(), f"the token of session {result['session']}", at)
    elif frame.get("nonce") and frame.get("seq"):
        yield Told(frame["nonce"].encode(), f"a live copy of {frame['nonce']}", at)
