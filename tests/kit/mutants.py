"""Servers that break one rule each: what the kit must catch."""

from collections.abc import Callable
from typing import Any

from tests.kit.relay import Frame, Mutant, Wire

MUTANTS: list[Mutant] = []


def mutant(rule: str, hook: str = "down") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function the hook of a mutant of this rule, named for the function."""

    def take(change: Callable[..., Any]) -> Callable[..., Any]:
        hooks: dict[str, Any] = {hook: change}
        MUTANTS.append(Mutant(rule, change.__name__, **hooks))
        return change

    return take


# --- connection


@mutant("connection.default", "request")
def takes_msgpack_for_the_default(wire: Wire, head: str) -> str:
    if "Sec-WebSocket-Protocol" in head:
        return head
    return head.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: among.v1.msgpack\r\n\r\n")


@mutant("connection.default", "response")
def serves_nobody_without_a_subprotocol(wire: Wire, head: str) -> str:
    if "Sec-WebSocket-Protocol" in head or "101" not in head.splitlines()[0]:
        return head
    return "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


@mutant("connection.subprotocol", "request")
def serves_json_where_both_are_named(wire: Wire, head: str) -> str:
    return head.replace("among.v1.msgpack, among.v1.json", "among.v1.json")


@mutant("connection.unknown_subprotocol", "request")
def serves_unknown_subprotocols(wire: Wire, head: str) -> str:
    lines = [line for line in head.split("\r\n") if not ("Protocol:" in line and "among.v1." not in line)]
    return "\r\n".join(lines)


@mutant("connection.unknown_subprotocol", "response")
def does_not_name_what_it_speaks(wire: Wire, head: str) -> str:
    return head if " 400 " not in head else "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"


@mutant("connection.hello")
def says_no_hello(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "hello" else frame


@mutant("connection.hello")
def speaks_no_known_version(wire: Wire, frame: Frame) -> Any:
    return {**frame, "versions": [2]} if frame["type"] == "hello" else frame


@mutant("connection.same_names")
def says_it_otherwise_in_msgpack(wire: Wire, frame: Frame) -> Any:
    if wire.binary and "entries" in frame.get("result", {}):
        frame["result"]["entries"][0]["slug"] = "other"
    return frame
