"""The client for asyncio: one connection that comes back by itself. Needs the extra `client` (websockets).

    async with connect("ws://127.0.0.1:8080/v1", token=token) as among:
        room = among.room("garden/hall")
        await among.send(room.id, "hello")
        async for event in among:
            match event:
                case MessageSent() if not among.mine(event): ...

Signing in: `token=`; or `handle=` and `password=`, with `sign_up=True` (and `invite=`) to make the account; or `reset=`,
the code of the operator's link, and the new `password=`. Keep
`among.token`: it signs in again without the password. `connect` raises Refuse (signing in was refused), Unreachable
(no server within `open_within` seconds; None tries for ever) or Stopped.

Reading: `async for` gives each entry of each log one follows (message.sent, member.joined, ...) exactly once and in
order, over any number of connections; notices (markers, presence, typing), which may be lost; and what happens to the
link and the logs: Up, Down, Opened, Closed, Reset, Card, Synced (see happenings.py). It ends when the `async with` is left,
and raises Stopped when the server says not to come back. A log without a known position starts at its head;
`from_start=True` gives all of it.

Reading exactly once over restarts of the program: keep `among.positions` (plain data; msgspec or json take it) and
hand it to the next `connect(positions=...)`. An event counts in it once the next one was taken, or
`among.done(event)` was called: never while it is being worked on.

Wanting less: `want="calls"` gives of rooms only the messages that mention me, `want="talk"` only messages; one's directs
and one's own account come whole. `communities=[ids]`: only these, beside the directs. `notices=["typing"]`, of typing,
presence and markers: only these. What is left out costs nothing, and what is wanted still comes exactly once. Names of
places that come or change meanwhile are not told: ask for them.

Asking: `await among.ask(ReadMessages, room=id, limit=20)`, or with a struct, gives the command's Reply or raises Refuse.
It waits for a connection if need be: use asyncio.timeout. Writes reach the log exactly once, over reconnects too; with
a `nonce` of one's own (say, made of the message it answers) over restarts as well. Cancelling means: don't try again.
`among.begin(...)` and `among.sending(room, body)` don't wait: they return a Sending, with `.state` for a screen
(sending, unconfirmed, sent, failed) and a callback.

A slow reader: when `queue` events wait to be taken, the socket is no longer read for a while. After some seconds it is,
since the server wants to know who is there; and at once while something is asked, since the reply must come: entries are
then let go and fetched from the log later. Memory stays bounded.
"""

import asyncio
import contextlib
import ssl as ssl_module
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Any, Literal, Self, cast

from ..asking import AskState
from ..base import Command
from ..client import Client
from ..codes import Refuse
from ..communities import JoinCommunity, Membership, ReadCommunity
from ..happenings import (
    Card,
    ClientError,
    Closed,
    ConnectionLost,
    Down,
    Happening,
    Opened,
    Overfull,
    Positions,
    Reset,
    Stopped,
    Unreachable,
    Unreadable,
    Up,
    Withdrawn,
)
from ..known import Known
from ..logs import Want
from ..members import Persona, PersonaRef, ResolveMembers
from ..messages import MessageSent, SendMessage, SentWritten
from ..personas import PersonaWish
from ..replies import Asking
from ..rooms import DirectOpened, OpenDirect, Room
from ..signing import Credentials
from ..view import NoSuchRoom
from ..wire import JSON, MSGPACK
from .link import Link
from .sending import Sending

__all__ = [
    "Among",
    "AskState",
    "Card",
    "ClientError",
    "Closed",
    "ConnectionLost",
    "Down",
    "Happening",
    "NoSuchRoom",
    "Opened",
    "Overfull",
    "Positions",
    "Refuse",
    "Reset",
    "Sending",
    "Stopped",
    "Unreachable",
    "Unreadable",
    "Up",
    "Withdrawn",
    "connect",
]

ANSWER_WITHIN = 2.0  # seconds for what is still asked when the client is closed
PERSONAS_AT_ONCE = 200  # as the command allows


class Among(Known):
    """One account on one server; made by `connect`, see the module. What it knows is in known.py."""

    def __init__(
        self, url: str, core: Client, *, queue: int, open_within: float | None, options: dict[str, Any]
    ) -> None:
        super().__init__(core, queue)
        self._url = url
        self._options = options
        self._open_within = open_within
        self._link: Link | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._linked: asyncio.Task[None] | None = None  # of those, the one that ends by being cancelled alone
        self._news = asyncio.Event()  # something to take, or the end
        self._ready = asyncio.Event()  # signed in for the first time, or it will never be
        self._answered = asyncio.Event()  # something was, perhaps
        self._wanted: set[tuple[str, int]] = set()
        self._resolving: asyncio.Task[dict[tuple[str, int], Persona]] | None = None

    @staticmethod
    def now() -> float:
        """The loop's clock, which the core is given."""
        return asyncio.get_running_loop().time()

    # --- asking

    @property
    def ask(self) -> Asking:
        """`await ask(command)` or `await ask(Command, field=...)`: the command's Reply. Raises Refuse."""
        return cast("Asking", self._ask)

    async def _ask(self, command: Command | type[Command], /, **fields: Any) -> Any:
        return await self.begin(command, **fields)

    def begin(
        self,
        command: Command | type[Command],
        /,
        *,
        changed: Callable[[Sending], object] | None = None,
        **fields: Any,
    ) -> Sending:
        """Like `ask`, without waiting. `changed` is called (soon, on the loop) at each change of state."""
        if isinstance(command, type):
            fields.setdefault("id", "")
            if "nonce" in command.__struct_fields__:
                fields.setdefault("nonce", "")
            command = command(**fields)
        return Sending(self.core, command, changed, self._asked)

    def _asked(self) -> None:
        if self._link is not None:
            self._link.asked()

    def sending(
        self,
        room: str,
        body: str,
        *,
        nonce: str = "",
        reply_to: int = 0,
        thread: int = 0,
        changed: Callable[[Sending], object] | None = None,
    ) -> Sending:
        """Say something, without waiting."""
        said = SendMessage(id="", nonce=nonce, room=room, body=body, reply_to=reply_to, thread=thread)
        return self.begin(said, changed=changed)

    async def send(self, room: str, body: str, *, nonce: str = "", reply_to: int = 0, thread: int = 0) -> MessageSent:
        """Say something in a room, or in a thread of it (by the number of its root): exactly once, whatever happens to the
        link. The message as it is stored."""
        written: SentWritten = await self.sending(room, body, nonce=nonce, reply_to=reply_to, thread=thread)
        return written.entry

    async def join(
        self, community: str, *, rules: int = 0, invite: str = "", persona: PersonaWish | None = None
    ) -> Membership:
        """Join a community, by id or slug: `rules` is the version that one accepts, where there are some; `persona` who one
        wants to be there."""
        joined = await self.ask(JoinCommunity, community=community, rules=rules, invite=invite, persona=persona)
        return await self.ask(ReadCommunity, community=joined.entry.community)

    async def direct(self, *handles: str, members: Sequence[str] = ()) -> Room:
        """The direct with these people, by the handles of their accounts; or by their memberships in one community, as who
        one is there oneself."""
        opened: DirectOpened = (await self.ask(OpenDirect, handles=list(handles), members=list(members))).entry
        self.view.apply(opened)
        return self.rooms[opened.room]

    async def persona(self, member: str, rev: int = 0) -> Persona | None:
        """Who this is, or was at that revision (0: is now); None when that is not for us to know.

        Those that are not known yet are asked for in one batch with all others wanted at this moment."""
        known = self.view.personas.get((member, rev))
        if known is not None:
            return known
        self._wanted.add((member, rev))
        if self._resolving is None:
            self._resolving = asyncio.create_task(self._resolve())
            self._tasks.add(self._resolving)
            self._resolving.add_done_callback(self._resolved)
        found = await asyncio.shield(self._resolving)
        return found.get((member, rev)) or found.get((member, 0))

    async def _resolve(self) -> dict[tuple[str, int], Persona]:
        await asyncio.sleep(0)  # whoever wants one in this turn of the loop joins
        wanted, self._wanted, self._resolving = sorted(self._wanted), set(), None
        found: dict[tuple[str, int], Persona] = {}
        for start in range(0, len(wanted), PERSONAS_AT_ONCE):
            refs = [PersonaRef(member=member, rev=rev) for member, rev in wanted[start : start + PERSONAS_AT_ONCE]]
            for persona in (await self.ask(ResolveMembers, members=refs)).personas:
                self.view.learn(persona)
                newest = found.get((persona.member, 0), persona)
                found[persona.member, persona.rev] = persona
                found[persona.member, 0] = persona if persona.rev >= newest.rev else newest
        return found

    def _resolved(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # who wanted it may be gone: then nobody needs to hear of it

    # --- reading

    def __aiter__(self) -> AsyncIterator[Happening]:
        return self

    async def __anext__(self) -> Happening:
        while (taken := self._take()) is None:
            if isinstance(self.core.error, _Left):
                raise StopAsyncIteration
            if self.core.error is not None:
                raise self.core.error
            if self._link is not None:
                self._link.taken()  # the queue may have been full of what was left out
            self._news.clear()
            await self._news.wait()
        if self._link is not None and self._roomy:
            self._link.taken()
        return taken

    # --- from beginning to end

    async def __aenter__(self) -> Self:
        self._link = Link(self._url, self.core, told=self._tell, full=lambda: self._full, options=self._options)
        self._linked = asyncio.create_task(self._link.run())
        self._tasks.add(self._linked)
        try:
            async with asyncio.timeout(self._open_within):
                await self._ready.wait()
        except TimeoutError:
            await self._leave()
            reasons = [event.reason for event in self._queue if isinstance(event, Down) and event.reason]
            raise Unreachable(": ".join([f"{self._url} could not be reached in time", *reasons[-1:]])) from None
        except BaseException:
            await self._leave()
            raise
        if self.core.error is not None:
            error = self.core.error
            await self._leave()
            raise error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_WITHIN):
                    while kind is None and self.live and self.core.asking:
                        self._answered.clear()
                        await self._answered.wait()
        finally:
            await self._leave()

    async def _leave(self) -> None:
        self.core.stop(_Left(1000, "this client was closed"))
        if self._linked is not None:
            self._linked.cancel()
        try:
            await asyncio.wait(self._tasks)  # which cancels nobody: whoever wants a persona is told that it is over
        finally:
            self._news.set()

    def _tell(self, told: list[Happening]) -> None:
        self._put(told)
        if self.view.account is not None or self.core.error is not None:
            self._ready.set()
        if told or self.core.error is not None:
            self._news.set()
        self._answered.set()


class _Left(Stopped):
    """The user has left: the one end that is no error to whoever reads."""


def connect(
    url: str,
    *,
    token: str = "",
    handle: str = "",
    password: str = "",
    sign_up: bool = False,
    display_name: str | None = None,
    invite: str | None = None,
    reset: str = "",
    device: str = "",
    positions: Positions | None = None,
    from_start: bool = False,
    want: str = "everything",
    communities: Sequence[str] | None = None,
    notices: Sequence[str] | None = None,
    encoding: Literal["json", "msgpack"] = "json",
    queue: int = 1000,
    open_within: float | None = 10.0,
    ssl: ssl_module.SSLContext | None = None,
    proxy: str | Literal[True] | None = None,
) -> Among:
    """Sign in at `url` (ws:// or wss://). Use with `async with`; see the module for all of it."""
    credentials = Credentials(
        token=token,
        handle=handle,
        password=password,
        sign_up=sign_up,
        display_name=display_name,
        invite=invite,
        reset=reset,
        device=device,
    )
    core = Client(
        credentials,
        encoding=MSGPACK if encoding == "msgpack" else JSON,
        positions=positions,
        from_start=from_start,
        want=_want(want, communities, notices),
    )
    options: dict[str, Any] = {"proxy": proxy}
    if ssl is not None:
        options["ssl"] = ssl
    return Among(url, core, queue=queue, open_within=open_within, options=options)


def _want(profile: str, communities: Sequence[str] | None, notices: Sequence[str] | None) -> Want | None:
    """None for everything: a server that knows nothing of interest is not asked."""
    if profile == "everything" and communities is None and notices is None:
        return None
    listed = [None if some is None else list(some) for some in (communities, notices)]
    return Want(profile=profile, communities=listed[0], notices=listed[1])
