"""What the client asks: refusals that say wait, refusals that say no, and nonces."""

import itertools

from ... import codes
from ...codes import ErrorCode
from ...logs import ReadEntries, Sync
from ...messages import SendMessage
from ...session import SignIn
from ..checks import demand
from .stage import ROOM, Said, Stage, checks

WAIT = 400  # milliseconds
EARLY = 0.01  # seconds that clocks may differ by


def waited(asked: list[Said], tries: int) -> None:
    """Between a try and the next at least the time that was told. Raises Fault."""
    times = [said.at for said in asked]
    gaps = [round(1000 * (later - earlier)) for earlier, later in itertools.pairwise(times[:tries])]
    demand(len(times) >= tries, f"{tries} tries, each after the wait that was told", f"{len(times)} tries")
    demand(
        all(gap >= WAIT - 1000 * EARLY for gap in gaps),
        f"no try earlier than {WAIT} ms after the one that was refused",
        f"{', '.join(map(str, gaps))} ms",
    )


@checks("refusals.wait")
async def a_message_that_is_to_wait(stage: Stage) -> None:
    """Refuse a message for rate, twice: it comes again with the same nonce, and not before the time."""
    await stage.begin()
    (body,) = stage.some(1)
    stage.town.refuse(codes.RATE_LIMITED, SendMessage, retry_after_ms=WAIT, times=2)
    await stage.tell(body)
    await stage.until(lambda: stage.stored(body), "the message sent again once the time has passed")
    waited(stage.asked(SendMessage), 3)
    nonces = {command.nonce for command, _ in stage.sent(body)}
    demand(len(nonces) == 1, "one nonce for all tries", sorted(nonces))
    stage.expect(*stage.stored(body))
    await stage.shows()


@checks("refusals.wait")
async def signing_in_that_is_to_wait(stage: Stage) -> None:
    """Refuse signing in, and then the sync, because the server is busy."""
    stage.town.refuse(codes.BUSY, SignIn, retry_after_ms=WAIT)
    await stage.begin()
    waited(stage.asked(SignIn), 2)
    await stage.cut()
    stage.town.refuse(codes.BUSY, Sync, retry_after_ms=WAIT)
    await stage.returns()
    waited(stage.asked(Sync)[-2:], 2)
    await stage.shows()


@checks("refusals.wait")
async def a_page_that_is_to_wait(stage: Stage) -> None:
    """Make a hole, and refuse the page that would fill it for rate."""
    await stage.begin()
    await stage.shows()
    stage.town.refuse(codes.RATE_LIMITED, ReadEntries, retry_after_ms=WAIT)
    stage.server.hold()
    stage.utter(*stage.some(2))
    stage.client.out.popleft()
    await stage.server.release()
    await stage.shows()
    waited(stage.asked(ReadEntries), 2)


async def _refused(stage: Stage, code: ErrorCode) -> None:
    await stage.begin()
    first, second = stage.some(2)
    stage.town.refuse(code, SendMessage)
    await stage.tell(first, second)
    await stage.until(lambda: stage.stored(second), f"{second!r} sent after {first!r} was refused")
    await stage.quiet(0.5)
    times = len(stage.sent(first))
    demand(times == 1, f"a message that was refused as {code.code} is sent once", f"sent {times} times")
    stage.expect(*stage.stored(second))
    await stage.shows()


@checks("refusals.fix")
async def a_message_that_is_wrong(stage: Stage) -> None:
    """Refuse a message with class `fix`."""
    await _refused(stage, codes.FIELD_INVALID)


@checks("refusals.fix")
async def a_message_without_the_right(stage: Stage) -> None:
    """Refuse a message with class `auth`."""
    await _refused(stage, codes.RIGHT_MISSING)


@checks("refusals.fix")
async def a_message_into_nowhere(stage: Stage) -> None:
    """Refuse a message with class `gone`."""
    await _refused(stage, codes.ROOM_GONE)


def _once(stage: Stage, body: str) -> None:
    """Every try of this message was the same, and it is there once."""
    sent = [command for command, _ in stage.sent(body)]
    demand(len(sent) >= 2, "the message sent again on the next connection", f"sent {len(sent)} times")
    demand(len({command.nonce for command in sent}) == 1, "the same nonce", [command.nonce for command in sent])
    demand(len(stage.stored(body)) == 1, "the message stored once", f"stored {len(stage.stored(body))} times")


@checks("nonces.again")
async def a_reply_that_was_lost(stage: Stage) -> None:
    """Store a message, and cut the connection before the reply and the client's own copy have gone out."""
    await stage.begin()
    first, second = stage.some(2)
    stage.server.hold()
    await stage.tell(first)
    await stage.until(lambda: stage.stored(first), "the message sent")
    stage.server.cut()
    await stage.server.release()
    await stage.returns()
    await stage.until(lambda: len(stage.sent(first)) > 1, "the message sent again on the next connection")
    await stage.tell(second)
    await stage.until(lambda: stage.stored(second), "the next message sent")
    _once(stage, first)
    stage.expect(*stage.stored(first), *stage.stored(second))
    await stage.shows()


@checks("nonces.again")
async def a_message_that_was_never_read(stage: Stage) -> None:
    """Lose a message on the way to the server, and cut the connection."""
    await stage.begin()
    (body,) = stage.some(1)
    stage.server.answering = False
    await stage.tell(body)
    await stage.until(lambda: stage.sent(body), "the message sent")
    stage.server.cut()
    stage.server.answering = True
    await stage.returns()
    await stage.until(lambda: stage.stored(body), "the message sent again on the next connection")
    _once(stage, body)
    stage.expect(*stage.stored(body))
    await stage.shows()


@checks("nonces.again")
async def a_message_in_doubt(stage: Stage) -> None:
    """Store a message, and answer that nobody knows if it was stored."""
    await stage.begin()
    (body,) = stage.some(1)
    stage.town.refuse(codes.STORAGE_UNCERTAIN, SendMessage, retry_after_ms=WAIT, carried_out=True)
    await stage.tell(body)
    await stage.until(lambda: len(stage.sent(body)) > 1, "the message sent again")
    _once(stage, body)
    stage.expect(*stage.stored(body))
    await stage.shows()


@checks("nonces.fresh")
async def the_same_words_twice(stage: Stage) -> None:
    """Say the same words twice: two messages."""
    await stage.begin()
    (body,) = stage.some(1)
    await stage.tell(body, body)
    await stage.until(lambda: len(stage.stored(body)) == 2, "two messages stored")
    stage.expect(*stage.stored(body))
    await stage.shows()


@checks("nonces.fresh")
async def the_same_words_by_the_next_process(stage: Stage) -> None:
    """Say something, end, and say the same as a new process of the same account: two messages."""
    await stage.begin()
    (body,) = stage.some(1)
    await stage.tell(body)
    await stage.until(lambda: stage.stored(body), "the message sent")
    await stage.delivered()
    await stage.once_more()
    await stage.tell(body)
    await stage.until(
        lambda: len(stage.stored(body)) == 2, "a second message stored: a nonce that the process before did not use"
    )
    stage.expect(stage.server.messages(ROOM)[-1])
    await stage.shows()
