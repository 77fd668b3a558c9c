"""Hostile bytes, kept: what a stranger may send in a frame, in either encoding, and as frames.

`EITHER` is malformed in both encodings, `JSON` and `PACKED` in one; `STREAMS` are bytes behind a handshake and `REQUESTS`
before one, well or badly formed. What a fuzzer finds goes into `found/`, a file each, and is tried in every run.
"""

import struct
from pathlib import Path

import msgspec

FOUND = Path(__file__).with_name("found")

DEEP = 100_000

EITHER: dict[str, bytes] = {
    "nothing": b"",
    "blank": b"   ",
    "null": b"null",
    "a number": b"7",
    "a string": b'"session.ping"',
    "a list": b"[]",
    "an empty object": b"{}",
    "deep lists": b"[" * DEEP,
    "deep lists, closed": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "deep in a field": b'{"type":"session.ping","id":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep in an unknown field": b'{"type":"session.ping","id":"1","x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep in an unknown command": b'{"type":"x.y","id":"1","x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "bad UTF-8": b'{"type":"session.ping","id":"\xff\xfe"}',
    "bad UTF-8 in an unknown field": b'{"type":"session.ping","id":"1","x":"\xff"}',
    "half of a character": b'{"type":"session.ping","id":"\xe2\x82"}',
    "a lone surrogate": b'{"type":"session.ping","id":"\\ud800"}',
    "a lone surrogate as bytes": b'{"type":"session.ping","id":"\xed\xa0\x80"}',
    "a surrogate and no other": b'{"type":"session.ping","id":"\\ud800\\u0041"}',
    "a huge number": b'{"type":"marker.set","id":"1","room":"r","seq":' + b"9" * 100_000 + b"}",
    "a number of a million digits": b'{"type":"marker.set","id":"1","room":"r","seq":' + b"9" * 1_000_000 + b"}",
    "2^63": b'{"type":"marker.set","id":"1","room":"r","seq":9223372036854775808}',
    "-2^63": b'{"type":"marker.set","id":"1","room":"r","seq":-9223372036854775808}',
    "2^53": b'{"type":"marker.set","id":"1","room":"r","seq":9007199254740992}',
    "-1": b'{"type":"marker.set","id":"1","room":"r","seq":-1}',
    "1e400": b'{"type":"marker.set","id":"1","room":"r","seq":1e400}',
    "1.5": b'{"type":"marker.set","id":"1","room":"r","seq":1.5}',
    "NaN": b'{"type":"marker.set","id":"1","room":"r","seq":NaN}',
    "Infinity": b'{"type":"marker.set","id":"1","room":"r","seq":Infinity}',
    "a number as a string": b'{"type":"marker.set","id":"1","room":"r","seq":"1"}',
    "true for a number": b'{"type":"marker.set","id":"1","room":"r","seq":true}',
    "an object for a string": b'{"type":"message.send","id":"1","nonce":"n","room":"r","body":{"$ne":""}}',
    "a list for a string": b'{"type":"message.send","id":"1","nonce":"n","room":["r"],"body":"b"}',
    "null for a string": b'{"type":"message.send","id":"1","nonce":"n","room":"r","body":null}',
    "a missing field": b'{"type":"message.send","id":"1","nonce":"n","room":"r"}',
    "no id": b'{"type":"session.ping"}',
    "an empty id": b'{"type":"session.ping","id":""}',
    "a long id": b'{"type":"session.ping","id":"' + b"x" * 65 + b'"}',
    "an id that is a number": b'{"type":"session.ping","id":1}',
    "no type": b'{"id":"1"}',
    "a type that is a number": b'{"type":1,"id":"1"}',
    "a type that is null": b'{"type":null,"id":"1"}',
    "trailing": b'{"type":"session.ping","id":"1"} {}',
    "a second frame": b'{"type":"session.ping","id":"1"}\n{"type":"session.ping","id":"2"}',
    "cut off": b'{"type":"session.ping","id":"1"',
    "a byte order mark": b'\xef\xbb\xbf{"type":"session.ping","id":"1"}',
    "a comment": b'{"type":"session.ping","id":"1" /* hi */}',
    "single quotes": b"{'type':'session.ping','id':'1'}",
    "another key order of nothing": b'{"":""}',
    "an array of a million": b"[" + b"0," * 1_000_000 + b"0]",
    "control bytes": bytes(range(32)),
    "msgpack: deep": b"\x91" * DEEP,
    "msgpack: a map that promises four billion": b"\xdf\xff\xff\xff\xff",
    "msgpack: a string that promises four billion": b"\xdb\xff\xff\xff\xff",
    "msgpack: an extension": b"\xc7\x04\x01abcd",
    "msgpack: never used": b"\xc1",
    "msgpack: number keys": msgspec.msgpack.encode({1: 2}),
    "msgpack: bytes for a string": msgspec.msgpack.encode({"type": "session.ping", "id": b"1"}),
}

JSON: dict[str, bytes] = {
    "nothing": b"",
    "a nest": b"[" * 100_000,
    "a closed nest": b"[" * 30_000 + b"]" * 30_000,
    "a nest of objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a nest in an unknown field": b'{"type":"session.ping","id":"1","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "bad UTF-8": b'{"type":"session.ping","id":"\xff\xfe"}',
    "a cut UTF-8 sequence": b'{"type":"session.ping","id":"\xe2\x82"}',
    "an encoded surrogate": b'{"type":"session.ping","id":"\xed\xa0\x80"}',
    "an escaped surrogate": b'{"type":"session.ping","id":"\\ud800"}',
    "a huge number": b'{"type":"log.entries","id":"1","log":"r","after":' + b"9" * 60_000 + b"}",
    "a number past 64 bits": b'{"type":"log.entries","id":"1","log":"r","after":18446744073709551616}',
    "a number past a double's": b'{"type":"log.entries","id":"1","log":"r","after":9007199254740993}',
    "less than nothing": b'{"type":"log.entries","id":"1","log":"r","after":-1}',
    "a fraction": b'{"type":"log.entries","id":"1","log":"r","after":1.5}',
    "infinity": b'{"type":"log.entries","id":"1","log":"r","after":1e400}',
    "not a number": b'{"type":"log.entries","id":"1","log":"r","after":NaN}',
    "something behind": b'{"type":"session.ping","id":"1"} {}',
    "a list": b'[{"type":"session.ping","id":"1"}]',
    "null": b"null",
    "an id that is none": b'{"type":"session.ping","id":null}',
    "a type that is none": b'{"type":["session.ping"],"id":"1"}',
    "a type that is long": b'{"type":"' + b"x" * 60_000 + b'","id":"1"}',
    "a null byte": b'{"type":"session.ping","id":"1"}\x00',
    "a mark of byte order": b'\xef\xbb\xbf{"type":"session.ping","id":"1"}',
    "another encoding": msgspec.msgpack.encode({"type": "session.ping", "id": "1"}),
}
PACKED: dict[str, bytes] = {
    "nothing": b"",
    "a nest": b"\x91" * 60_000,
    "a nest of maps": b"\x81\xa1a" * 20_000 + b"\xc0",
    "a list that is said to be huge": b"\xdd\xff\xff\xff\xff",
    "a map that is said to be huge": b"\xdf\xff\xff\xff\xff",
    "a text that is said to be huge": b"\xdb\xff\xff\xff\xffabc",
    "bytes that are said to be huge": b"\xc6\xff\xff\xff\xff",
    "an unknown extension": b"\xc7\x01\x63x",
    "a time that is none": b"\xd7\xff" + b"\xff" * 8,
    "a byte that is never used": b"\xc1",
    "bad UTF-8": b"\x82\xa4type\xacsession.ping\xa2id\xa2\xff\xfe",
    "a number past a double's": msgspec.msgpack.encode(
        {"type": "log.entries", "id": "1", "log": "r", "after": 2**64 - 1}
    ),
    "a float": b"\x84\xa4type\xablog.entries\xa2id\xa11\xa3log\xa1r\xa5after\xcb" + struct.pack(">d", 1.5),
    "a key that is no text": b"\x81\x01\x02",
    "something behind": msgspec.msgpack.encode({"type": "session.ping", "id": "1"}) + b"\x00",
    "another encoding": b'{"type":"session.ping","id":"1"}',
}


def framed(payload: bytes, first: int = 0x81, mask: bytes = b"\x00\x00\x00\x00") -> bytes:
    """A frame of a client; without a change in the bytes when the mask is naught, so that a fuzzer can read it."""
    size = len(payload)
    head = bytes([first, 0x80 | size]) if size < 126 else bytes([first, 0xFE]) + size.to_bytes(2, "big")
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return head + mask + masked


_PING = b'{"type":"session.ping","id":"1"}'

STREAMS: dict[str, bytes] = {
    "a command": framed(_PING),
    "two": framed(_PING) * 2,
    "masked": framed(_PING, mask=b"\x01\x02\x03\x04"),
    "binary for text": framed(_PING, 0x82),
    "in pieces": framed(_PING[:9], 0x01) + framed(_PING[9:20], 0x00) + framed(_PING[20:], 0x80),
    "a ping between the pieces": framed(_PING[:9], 0x01) + framed(b"hi", 0x89) + framed(_PING[9:], 0x80),
    "binary pieces": framed(_PING[:9], 0x02) + framed(_PING[9:], 0x80),
    "a piece of nothing": framed(b"x", 0x80),
    "a second beginning": framed(b"x", 0x01) + framed(b"x", 0x01),
    "never finished": framed(b"x" * 200, 0x01) * 3,
    "ping, pong": framed(b"a", 0x89) + framed(b"b", 0x8A),
    "pieces of a ping": framed(b"a", 0x09),
    "a long ping": framed(b"a" * 126, 0x89),
    "close": framed(b"\x03\xe8bye", 0x88) + framed(_PING),
    "close without a word": framed(b"", 0x88),
    "half a close code": framed(b"\x03", 0x88),
    "a close code that is none": framed(b"\x00\x01", 0x88),
    "a close that is no text": framed(b"\x03\xe8\xff", 0x88),
    "not masked": b"\x81\x02hi",
    "reserved bits": framed(_PING, 0xC1) + framed(_PING, 0xA1) + framed(_PING, 0x91),
    "an opcode that is none": framed(b"", 0x83) + framed(b"", 0x8B),
    "nothing, often": framed(b"") * 12,
    "a length of two bytes that one would do for": b"\x81\xfe\x00\x02\x00\x00\x00\x00{}",
    "a length of eight bytes that one would do for": b"\x81\xff\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00{}",
    "too long": b"\x81\xff\x00\x00\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00",
    "longer than anything": b"\x81\xff\x7f" + b"\xff" * 7 + b"\x00\x00\x00\x00",
    "a negative length": b"\x81\xff\xff" + b"\xff" * 7 + b"\x00\x00\x00\x00",
    "pieces too long together": framed(b"x" * 40_000, 0x01) + framed(b"x" * 40_000, 0x80),
    "another protocol": b"GET / HTTP/1.1\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}

_ASK = b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
_KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

REQUESTS: dict[str, bytes] = {
    "a handshake": _ASK + _KEY + b"\r\n",
    "with a frame behind": _ASK + _KEY + b"\r\n" + framed(_PING),
    "of MessagePack": _ASK + _KEY + b"Sec-WebSocket-Protocol: among.v1.msgpack\r\n\r\n",
    "of another protocol": _ASK + _KEY + b"Sec-WebSocket-Protocol: mqtt\r\n\r\n",
    "without a key": _ASK + b"\r\n",
    "a header twice": _ASK + b"Connection: keep-alive\r\n" + _KEY + b"\r\n",
    "of an old version": _ASK + _KEY.replace(b"13", b"8") + b"\r\n",
    "a token in the query": _ASK.replace(b"/v1", b"/v1?token=x") + _KEY + b"\r\n",
    "health": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "readiness, its head": b"HEAD /readyz HTTP/1.1\r\nHost: x\r\n\r\n",
    "another method": b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
    "no request": b"\r\n\r\n",
    "no HTTP": b"HELO there\r\n\r\n",
    "a path that is no text": b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "a header of control bytes": b"GET / HTTP/1.1\r\nHost: \x00\x1b\r\n\r\n",
    "lines without a return": b"GET / HTTP/1.1\nHost: x\n\n",
    "a head without an end": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 4_000,
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1_000 + b"\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


def found(target: str) -> list[bytes]:
    """What a fuzzer of this target found once."""
    return [path.read_bytes() for path in sorted(FOUND.glob(f"{target}-*"))]
