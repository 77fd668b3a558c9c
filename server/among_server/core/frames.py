"""A finished WebSocket frame (RFC 6455, section 5.2): server frames are unmasked, so all members share the bytes."""

from among_protocol.wire import Encoding

PING = b"\x89\x00"


def frame(encoding: Encoding, payload: bytes) -> bytes:
    """One whole frame around an encoded event or reply: binary for MessagePack, text for JSON."""
    opcode = b"\x82" if encoding.binary else b"\x81"
    size = len(payload)
    if size < 126:
        return opcode + size.to_bytes(1, "big") + payload
    if size < 65_536:
        return opcode + b"\x7e" + size.to_bytes(2, "big") + payload
    return opcode + b"\x7f" + size.to_bytes(8, "big") + payload
