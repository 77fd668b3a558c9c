"""A small fuzzer that is led by coverage: an input that reaches a line nobody reached before is kept and changed further.

It needs nothing but the interpreter's own tracing, so it runs wherever the tests run, and the same for the same seed.
"""

import sys
from collections.abc import Callable
from random import Random
from types import FrameType
from typing import Any

TRACED = ("among_protocol", "among_server", "websockets")
LONGEST = 4_096  # bytes of an input that is changed
TOKENS = (
    b'"type":"', b'"id":"1"', b"{", b"}", b"[", b"]", b'"', b"\\ud800", b"1e400", b"NaN", b"-9223372036854775808",
    b"9007199254740993", b"\x00", b"\xff", b"\xed\xa0\x80", b"\x81\xfe", b"\x81\xff", b"\x88\x82", b"\x01\x80", b"\x00\x80",
    b"\x89\x80", b"\r\n\r\n", b"Upgrade: websocket\r\n", b"\xdf\xff\xff\xff\xff", b"\xc1", b"\x91",
)  # fmt: skip

Place = tuple[str, int, int]  # file, line before, line


class Fuzzer:
    def __init__(self, target: Callable[[bytes], None], corpus: list[bytes], seed: int = 0) -> None:
        self.target = target
        self.corpus = [data for data in corpus if len(data) <= LONGEST]
        self.seen: set[Place] = set()
        self.tried = 0
        self._random = Random(seed)
        self._fresh: set[Place] = set()
        for data in self.corpus:
            self._traced(data)

    def run(self, tries: int) -> tuple[bytes, BaseException] | None:
        """So many inputs; the first that breaks the target, with what it raised."""
        for _ in range(tries):
            data = self._changed()
            try:
                new = self._traced(data)
            except Exception as error:
                return data, error
            if new:
                self.corpus.append(data)
        return None

    def _traced(self, data: bytes) -> bool:
        """Whether it reached something new."""
        self.tried += 1
        before = len(self.seen)
        sys.settrace(self._call)
        try:
            self.target(data)
        finally:
            sys.settrace(None)
        return len(self.seen) > before

    def _call(self, frame: FrameType, event: str, arg: Any) -> Any:
        file = frame.f_code.co_filename
        if not any(name in file for name in TRACED):
            return None
        last = 0

        def line(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal last
            if event == "line":
                self.seen.add((file, last, frame.f_lineno))
                last = frame.f_lineno
            return line

        return line

    def _changed(self) -> bytes:
        random = self._random
        data = bytearray(random.choice(self.corpus))
        for _ in range(random.choice((1, 1, 2, 4, 8))):
            at = random.randrange(len(data) + 1)
            match random.randrange(7):
                case 0 if data:
                    data[at - 1] ^= 1 << random.randrange(8)
                case 1 if data:
                    data[at - 1] = random.choice((0, 1, 0x7E, 0x7F, 0x80, 0xFE, 0xFF, random.randrange(256)))
                case 2:
                    data[at:at] = random.choice(TOKENS)
                case 3:
                    del data[at : at + random.choice((1, 2, 4, 16))]
                case 4:
                    data[at:at] = data[at : at + random.randrange(1, 32)]
                case 5:
                    other = random.choice(self.corpus)
                    start = random.randrange(len(other) + 1)
                    data[at:at] = other[start : start + random.randrange(1, 64)]
                case _:
                    data[at:at] = random.randbytes(random.randrange(1, 5))
        return bytes(data[: 2 * LONGEST])
