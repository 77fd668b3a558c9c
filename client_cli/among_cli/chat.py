"""The interactive client, from its start to its end: where to begin, and what is left to say.

Rule: leaving never loses a line in silence. What is on its way has a moment to arrive, but for Ctrl-C; what is not stored
then is printed, and the exit code says so.
"""

import asyncio
import contextlib
import signal
import sys
from functools import partial

from among_protocol.aio import Stopped

from . import doorkeeping, keeping, keepsakes, rooms
from .address import shown
from .line_ui import LineUi
from .lines import Line, note, problem
from .link import WITHIN, Link
from .model import Model
from .opening import Entry, opened
from .plain import Plain
from .saved import Saved
from .settings import Alert
from .streams import tell

PARTING = 3.0  # seconds that what is on its way has to arrive
LAST_WORD = 0.5  # seconds that the link has to end by itself, once it is closed
OK, REFUSED, UNSURE = 0, 1, 3


async def chat(entry: Entry, saved: Saved, room: str, invite: str = "", *, plain: bool, alert: Alert) -> int:
    """Talk until the user leaves; the exit code."""
    ui = Plain(sys.stdin, sys.stdout, alert) if plain else LineUi(alert)
    loop = asyncio.get_running_loop()
    waiting = loop.call_later(1.0, print, f"Connecting to {shown(entry.server)} …")
    try:
        async with opened(entry, saved) as among:
            waiting.cancel()
            link = Link(among, Model(), ui, entry.server)
            if isinstance(ui, LineUi):
                ui.link = link
            try:
                ended = await _talk(link, ui, room, invite)
            except asyncio.CancelledError:  # Ctrl-C waits for nothing
                _parting(link, ui)
                raise
            code = _parting(link, ui, next((error for error in ended if isinstance(error, Stopped)), None))
            told = (Stopped, BrokenPipeError) if code else (Stopped,)  # that nobody reads is less than what was lost
            for error in ended:
                if error is not None and not isinstance(error, told):
                    raise error
            refused = any(ended) or (ui.refused and not sys.stdin.isatty())  # a script reads the code
            return code or (REFUSED if refused else OK)
    finally:
        waiting.cancel()


async def _talk(link: Link, ui: LineUi | Plain, room: str, invite: str) -> list[BaseException | None]:
    """Until the user leaves or the connection is over: what ended it, if it was an error."""
    following = asyncio.create_task(link.run())
    talking = asyncio.create_task(_begin_and_run(link, ui, room, invite))
    stopped = asyncio.Event()
    leaving = asyncio.create_task(stopped.wait())
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        await asyncio.wait({following, talking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        ui.stop()
        if not following.done():
            await link.drafting.left(ending=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PARTING):
                await link.voice.settled()
        if leaving.done():
            await asyncio.wait({following, talking}, timeout=WITHIN, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        await link.close()
        talking.cancel()
        if ui.refused:  # nobody chose to leave: why it is over may be on its way
            await asyncio.wait({following}, timeout=LAST_WORD)
        following.cancel()
        ended = await asyncio.gather(following, talking, return_exceptions=True)
    return [None if isinstance(error, asyncio.CancelledError) else error for error in ended]


async def _begin_and_run(link: Link, ui: LineUi | Plain, room: str, invite: str) -> None:
    await link.placed.wait()
    placed = await link.attempt(partial(_start, link, room, invite), within=None)
    link.spawn(partial(keeping.waiting, link), quiet=True)
    link.spawn(partial(doorkeeping.waiting, link), quiet=True)
    if placed or sys.stdin.isatty():
        await ui.run(link)
    else:
        ui.refused = True  # what is piped in was meant for that room, not for another


async def _start(link: Link, place: str, invite: str) -> None:
    if not await keepsakes.start(link, place):
        await rooms.start(link, place, invite)


def _parting(link: Link, ui: LineUi | Plain, ended: Stopped | None = None) -> int:
    """Say what did not get through, whole, so that it can be kept; the exit code. Where nobody reads that, how much it is."""
    left = list(link.model.outgoing.values())
    # What is stored only had not come back yet.
    undecided = [one.body for one in left if one.state not in ("sent", "failed")]
    failed = [one.body for one in left if one.state == "failed"] + list(filter(None, [ui.draft]))
    lines: list[Line] = []
    if ended is not None:
        why = ended.reason or str(ended)
        lines.append(problem(f"The server ended this session: {why}. Start again to sign in."))
    if undecided:
        lines += [problem("Not confirmed by the server, which may or may not have it:"), *map(note, undecided)]
    if failed:
        lines += [problem("Not sent:"), *map(note, failed)]
    if ui.cut:
        lines.append(problem("What was piped in was not read to its end: what follows there is not sent."))
    try:
        if lines:
            ui.show(lines)
        ui.flush()
    except OSError as error:
        counts = ((len(undecided), "not confirmed"), (len(failed), "not sent"))
        told = [f"{count} {state}" for count, state in counts if count] + ["the rest not read"] * ui.cut
        if told:
            tell(f"{error.strerror}; of what you said: {', '.join(told)}")
    return UNSURE if undecided else REFUSED if failed or ui.cut else OK
