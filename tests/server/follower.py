"""A program that follows along: the core of the Python client, at a connection of the world."""

from collections.abc import Iterable

from among_protocol.asking import Ask
from among_protocol.base import Command
from among_protocol.client import Client
from among_protocol.known import Known
from among_protocol.logs import LogState
from among_protocol.signing import Credentials
from tests.world import Person, until


class Follower:
    """One more device of somebody. What it was sent waits in `person.frames` until it turns to it."""

    def __init__(self, owner: Person) -> None:
        self.owner = owner
        self.person = Person(owner.world)
        self.known = Known(Client(Credentials(token=owner.token)), 10_000)
        self._seen = 0
        self.known.core.connected(self.now)
        self.person.session.notice(owner.world.app.services.hello)

    @property
    def now(self) -> float:
        return self.person.world.clock()

    def turn(self) -> bool:
        """Look at what has come, and send what is to be asked. Whether there was any."""
        core, frames = self.known.core, self.person.frames[self._seen :]
        self._seen += len(frames)
        for payload in frames:
            self.known._put(core.received(payload, self.now))
        out = core.outgoing()
        for frame in out:
            self.person.send(frame)
        return bool(frames or out)

    def begin(self, command: Command) -> Ask:
        """Ask, and don't wait."""
        ask = self.known.core.ask(command, self.now)
        self.turn()
        return ask

    async def settled(self) -> None:
        """It is live, and has all that there is for it."""
        core = self.known.core

        def has_all() -> bool:
            self.turn()
            return core.state == "live" and not core.asking and not core.whole.ahead()

        await until(has_all)
        await self.person.world.quiet()
        while self.turn():
            await until(has_all)
            await self.person.world.quiet()

    async def check(self) -> None:
        """What is known here of what is unread is what the server tells whoever comes now."""
        fresh = await (await self.owner.again()).sync()
        told, known = counts(fresh.logs), counts(self.known.logs.values())
        known = {id: known[id] for id in told}  # a marker can be in a room that one does not follow
        assert known == told, f"{known} where a recount says {told}"
        assert self.known.inbox == fresh.inbox, f"{self.known.inbox} where a recount says {fresh.inbox}"


def counts(states: Iterable[LogState]) -> dict[str, tuple[int, int, int]]:
    """How far each room is read, and what is unread and mentioned after that."""
    rooms = [state for state in states if state.log.startswith("r_")]
    return {state.log: (state.read, state.unread, state.mentions) for state in rooms}
