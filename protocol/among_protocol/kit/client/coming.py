"""Signing in, coming back, and staying away."""

import asyncio
import contextlib
import itertools
import time

from ...codes import CloseCode
from ...session import SignIn
from ..checks import demand
from .stage import Stage, checks

AWAY = 1.5  # seconds in which nobody may come back
WATCHED = 2.0  # seconds for which tries are counted while nobody is there
TIGHT = 20  # tries in that time that are a tight loop; with 250 ms, doubled with each failure, there are five
ALIKE = 1.3  # the longest of the waits, as a multiple of the shortest: below it they did not grow


@checks("signing_in.token")
async def the_token_that_was_given(stage: Stage) -> None:
    """Start without a token, cut: the client comes back with the token that it was given for its password."""
    await stage.begin(token="")
    await stage.cut()
    await stage.returns()
    first, *others = [said.command for said in stage.asked(SignIn) if isinstance(said.command, SignIn)]
    demand(first.password is not None, "a first sign-in with handle and password", first)
    demand(
        others and all(one.token is not None and one.password is None for one in others),
        "the next sign-in with the token, without the password",
        others,
    )
    await stage.shows()


async def _refused_once(stage: Stage, token: str) -> None:
    def tries() -> int:
        commands = [said.command for said in stage.asked(SignIn)]
        return sum(isinstance(one, SignIn) and one.token == token for one in commands)

    before = tries()
    await stage.until(lambda: tries() > before, "a try to sign in with the token")
    refused = tries()
    await stage.quiet(AWAY)
    demand(tries() == refused, "no second try with a token that was refused as invalid", f"{tries()} tries")


@checks("signing_in.token_invalid")
async def a_token_that_is_none(stage: Stage) -> None:
    """Start with a token that nobody gave out."""
    token = "among_nobody_gave_this_out"  # noqa: S105  # nobody did
    await stage.launch(token)
    await _refused_once(stage, token)


@checks("signing_in.token_invalid")
async def a_token_that_was_revoked(stage: Stage) -> None:
    """Revoke the token while the connection is cut."""
    await stage.begin()
    (token,) = list(stage.town.sessions)
    await stage.delivered()
    stage.town.sessions.clear()
    stage.server.cut()
    await _refused_once(stage, token)


async def _comes_back(stage: Stage, code: CloseCode | int) -> None:
    await stage.begin()
    await stage.shows()
    await stage.server.close(code, "come back")
    await stage.returns()
    await stage.shows()


@checks("closing.come_back")
async def after_a_restart(stage: Stage) -> None:
    """Close with 4000."""
    await _comes_back(stage, CloseCode.RESTARTING)


@checks("closing.come_back")
async def after_an_unknown_code_that_says_come_back(stage: Stage) -> None:
    """Close with 4242, which means nothing yet."""
    await _comes_back(stage, 4242)


@checks("closing.come_back")
async def after_a_cut_without_a_code(stage: Stage) -> None:
    """Cut the connection, twice."""
    await stage.begin()
    for _ in range(2):
        await stage.says(*stage.some(1))
        await stage.cut()
        await stage.returns()
    await stage.shows()


@checks("closing.come_back")
async def waiting_longer_after_each_failure(stage: Stage) -> None:
    """Refuse every connection for two seconds: the tries are few, and not all after the same time."""
    await stage.begin()
    await stage.delivered()
    port = int(stage.server.url.split(":")[2].split("/")[0])
    await stage.server.stop()
    tries: list[float] = []

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.append(time.monotonic())
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(refuse, "127.0.0.1", port):
        await asyncio.sleep(WATCHED)
    waits = [later - earlier for earlier, later in itertools.pairwise(tries)]
    demand(tries or stage.patience > WATCHED, "a client that connects again", "nobody")
    demand(len(tries) <= TIGHT, f"no more than {TIGHT} tries in {WATCHED:.0f} seconds", f"{len(tries)} tries")
    demand(
        not _alike(waits),
        "longer waits after each try that failed",
        ", ".join(f"{wait:.2f} s" for wait in waits),
    )


@checks("closing.no_sooner")
async def no_sooner_than_it_was_told(stage: Stage) -> None:
    """Restart, and say to come back after 1.5 s: longer than any first wait."""
    await stage.begin()
    await stage.shows()
    connected, began = stage.server.connected, time.monotonic()
    await stage.server.restart(come_back_ms=int(1000 * AWAY))
    await stage.until(lambda: stage.server.connected > connected, "a client that connects again")
    back = await stage.returns()
    stayed = next(crossed.at for crossed in stage.server.wire if crossed.connection is back) - began
    demand(stayed >= AWAY, f"nobody who comes back within {AWAY:.1f} s", f"another connection after {stayed:.2f} s")
    await stage.shows()


def _alike(waits: list[float]) -> bool:
    """Whether these did not grow: four or five that are all alike; of more, the middle half, where the last is no longer."""
    middle = sorted(waits)
    if len(middle) > 5:
        middle = middle[len(middle) // 4 : -(len(middle) // 4)]
        if waits[-1] > 2 * middle[-1]:  # by chance: who waits at random, up to a bound that grows
            return False
    return len(waits) >= 4 and middle[-1] <= ALIKE * middle[0]


async def _stays_away(stage: Stage, code: CloseCode | int) -> None:
    await stage.begin()
    await stage.shows()
    connected = stage.server.connected
    await stage.server.close(code, "stay away")
    await stage.quiet(AWAY)
    demand(stage.server.connected == connected, f"nobody who comes back after {int(code)}", "another connection")


@checks("closing.stay_away")
async def after_being_crowded_out(stage: Stage) -> None:
    """Close with 4503."""
    await _stays_away(stage, CloseCode.CROWDED_OUT)


@checks("closing.stay_away")
async def after_being_signed_out(stage: Stage) -> None:
    """Revoke the session: close with 4501."""
    await _stays_away(stage, CloseCode.SIGNED_OUT)


@checks("closing.stay_away")
async def after_an_unknown_code_that_says_stay_away(stage: Stage) -> None:
    """Close with 4777, which means nothing yet."""
    await _stays_away(stage, 4777)
