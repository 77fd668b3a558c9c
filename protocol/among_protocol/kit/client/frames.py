"""The wire: pieces, pings, and what no version of today knows."""

from typing import Any

import msgspec

from ...codes import RIGHT_MISSING
from ...messages import SendMessage
from ...testing import Connection
from ..checks import demand
from .stage import ROOM, Stage, checks

MANY = 11  # more than a replay holds
NUMBERS = ("positions", "logs", "rooms")  # maps by id: another key in them would be another log


def remade(connection: Connection, frame: bytes, remake: Any) -> bytes:
    """A frame, decoded, changed, encoded."""
    codec = msgspec.msgpack if connection.encoding.binary else msgspec.json
    made: bytes = codec.encode(remake(codec.decode(frame)))
    return made


def richer(value: Any, name: str = "") -> Any:
    """With fields of a version to come, wherever there may be some."""
    if isinstance(value, list):
        return [richer(one, name) for one in value]
    if not isinstance(value, dict):
        return value
    made = {key: richer(inner, key) for key, inner in value.items()}
    if not (name in NUMBERS and all(isinstance(inner, int) for inner in value.values())):
        made = {"x_future": {"deep": [1, None, "two"]}, **made, "x_later": True}
    return made


def reworded(words: dict[tuple[str, str], str]) -> Any:
    """Words replaced where they stand under these names."""

    def remake(value: Any) -> Any:
        if isinstance(value, list):
            return [remake(one) for one in value]
        if isinstance(value, dict):
            return {
                key: words.get((key, inner), inner) if isinstance(inner, str) else remake(inner)
                for key, inner in value.items()
            }
        return value

    return remake


@checks("connection.ping")
async def a_ping_is_answered(stage: Stage) -> None:
    """Send a WebSocket ping while nothing else goes on."""
    await stage.begin()
    await stage.delivered()
    await stage.shows()


@checks("connection.fragments")
async def a_slow_hello_and_messages_in_pieces(stage: Stage) -> None:
    """Say hello late, and send every message in five WebSocket frames."""
    stage.server.fragments = 5
    stage.server.hold()
    await stage.launch()
    await stage.until(lambda: stage.server.connections, "a client that connects")
    await stage.quiet(0.5)
    await stage.server.release()
    await stage.until(stage.live, "the client is signed in and has synced")
    await stage.says(*stage.some(3))
    await stage.delivered()
    await stage.shows()


@checks("frames.unknown_fields")
async def fields_of_a_version_to_come(stage: Stage) -> None:
    """Add unknown fields to every object of every frame: hello, replies, entries, a replay, a page."""
    stage.server.change = lambda connection, frame: remade(connection, frame, richer)
    await stage.begin()
    await stage.says(*stage.some(2))
    await stage.shows()
    await stage.cut()
    await stage.says(*stage.some(2))
    await stage.returns()
    await stage.shows()


@checks("frames.unknown_events")
async def entries_of_unknown_types(stage: Stage) -> None:
    """Put entries of an unknown type between messages, live: they count, and there is no hole."""
    await stage.begin()
    await stage.says(*stage.some(1))
    stage.town.novelty(stage.room)
    stage.town.novelty(stage.room)
    await stage.says(*stage.some(1))
    await stage.shows()
    stage.asks_for_nothing("an entry of an unknown type counts")


@checks("frames.unknown_events")
async def unknown_entries_at_the_end(stage: Stage) -> None:
    """Say something, add an entry of an unknown type, cut: the client comes back with the number of that entry."""
    await stage.begin()
    await stage.says(*stage.some(2))
    stage.town.novelty(stage.room)
    head = stage.head
    await stage.cut()
    await stage.returns()
    named = stage.syncs()[-1].positions.get(stage.room)
    demand(named == head, f"the position {head} in the sync", named)
    await stage.shows()


@checks("frames.unknown_events")
async def notices_of_unknown_types(stage: Stage) -> None:
    """Send events of unknown types that have no number, also in mid-replay, and one with a number in an unknown log."""
    await stage.begin()
    for told in (
        {"type": "x.weather/sunny", "degrees": 21},
        {"type": "poll.moved", "room": stage.room, "votes": {"yes": 2}},
        {"type": "x.other", "log": "r_somewhereelse", "seq": 7},
    ):
        stage.client.say(told)
        await stage.says(*stage.some(1))
    await stage.shows()


@checks("frames.unknown_words")
async def words_of_a_version_to_come(stage: Stage) -> None:
    """Use unknown words for the kind of the room's log, for the kind of the room and for roles."""
    words = {("kind", "open"): "lounge", ("role", "member"): "gardener"}

    def remake(value: Any) -> Any:
        made = reworded(words)(value)
        for state in made.get("result", {}).get("logs", []):
            if state["log"] == stage.room:
                state["kind"] = "plot"
        return made

    stage.server.change = lambda connection, frame: remade(connection, frame, remake)
    await stage.begin()
    await stage.says(*stage.some(2))
    await stage.cut()
    await stage.says(*stage.some(2))
    await stage.returns()
    await stage.shows()


@checks("frames.unknown_words")
async def an_unknown_status_is_a_gap(stage: Stage) -> None:
    """Answer the sync after a cut with an unknown `status` where it would say `gap`."""
    words = {("status", "gap"): "backlog"}
    stage.server.change = lambda connection, frame: remade(connection, frame, reworded(words))
    await stage.begin()
    await stage.shows()
    await stage.cut()
    await stage.says(*stage.some(MANY))
    await stage.returns()
    await stage.shows()


@checks("frames.unknown_words")
async def an_unknown_class_means_fix(stage: Stage) -> None:
    """Refuse a message with a class of errors that nobody knows: it is not sent again, and the next one is."""
    await stage.begin()
    first, second = stage.some(2)

    def remake(value: Any) -> Any:
        return {**value, "code": "moon.full", "class": "later"} if value["type"] == "refused" else value

    stage.server.change = lambda connection, frame: remade(connection, frame, remake)
    stage.town.refuse(RIGHT_MISSING, SendMessage)
    await stage.tell(first, second)
    await stage.until(lambda: stage.stored(second), f"the message {second!r} sent after the other was refused")
    await stage.quiet(0.5)
    times = len(stage.sent(first))
    demand(times == 1, "a message that was refused is sent once", f"sent {times} times")
    stage.expect(*stage.server.messages(ROOM)[-1:])
    await stage.shows()
