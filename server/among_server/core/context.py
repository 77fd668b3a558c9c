"""What a handler may reach: the services of the server, and the session that asks."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from among_protocol.base import Event
from among_protocol.codes import COMMUNITY_GONE, FIELD_INVALID, RIGHT_MISSING, ROOM_GONE, SIGN_IN_REQUIRED, Refuse
from among_protocol.session import Hello
from among_protocol.wire import AnyWrite

from ..config import Config
from ..limits import DISCOVERIES, DISCOVERY_SECONDS, JOIN_SECONDS, JOINS
from ..rights import RIGHTS, Right
from ..store.api import Store
from ..store.rows import Appended, MemberRow, RoomRow
from .admission import Admission
from .blocklists import Blocklists
from .budget import Buckets
from .days import Days
from .erasing import Erasing
from .logs import Logs
from .notices import Notices
from .passwords import Passwords
from .people import People, Person
from .presence import Presence
from .recounts import Recounts
from .replay import Replay
from .retention import Retaining
from .session import Session
from .sessions import LiveSessions
from .tries import Tries
from .watchdog import Watchdog

ACCOUNTS_SPENDING = 100_000  # whose budgets are not full; more than one server carries


def wall() -> int:
    """Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


async def nothing() -> None:
    """What is done about what nobody minds."""


class Services:
    """Everything that there is once per server."""

    def __init__(self, config: Config, store: Store, logs: Logs, now: Callable[[], float]) -> None:
        self.config = config
        self.store = store
        self.logs = logs
        self.now = now  # monotonic seconds
        self.admission = Admission(lambda: store.backlog)
        self.budgets: Buckets[str] = Buckets(config.budget, config.budget_per_second, ACCOUNTS_SPENDING)
        self.tries = Tries()
        self.joins: Buckets[str] = Buckets(JOINS, 1 / JOIN_SECONDS, ACCOUNTS_SPENDING)  # of communities, by account
        # Suggestions, and searches by interest, by account: whoever asks often learns more than any answer tells.
        self.discoveries: Buckets[str] = Buckets(DISCOVERIES, 1 / DISCOVERY_SECONDS, ACCOUNTS_SPENDING)
        self.searches: Counter[str] = Counter()  # under way, by account; who has none is not in it
        self.people = People(store, self.budgets, lambda: self.now())  # noqa: PLW0108  # `now` may be another clock later
        self.notices = Notices(lambda: self.now(), lambda: logs.write_cost, logs.headway)  # noqa: PLW0108  # `now` may be another clock later
        self.wall = wall  # Unix time in milliseconds
        self.presence = Presence(self.notices, lambda: self.wall())  # noqa: PLW0108  # `wall` may be another clock later
        self.people.entered = self.presence.refresh
        self.people.left = self.presence.left
        self.people.renamed = self.presence.renamed
        self.replay = Replay(store, logs, lambda: self.now())  # noqa: PLW0108  # `now` may be another clock later
        days = Days(store, self.people, self.replay.tasks, lambda: self.wall())  # noqa: PLW0108  # `wall` may be another clock later
        self.presence.seen_today = days.note
        self.passwords = Passwords(config.password_workers)
        self.cut: dict[str, int] = {}  # stored session -> close code that its peer could not be told
        self.most_silent: Callable[[Iterable[Session]], Session] = oldest  # which connection to give up
        self.background = self.replay.tasks
        self.sessions = LiveSessions(store, self.background, self.replay.departed)
        self.erasing = Erasing(store, self.people, self.background)
        self.recounts = Recounts(store, self.people, self.background)
        self.people.stale = self.recounts.stale
        blocklists = Blocklists(store, self.people, self.background)
        self.people.meant, self.people.came = blocklists.moved, blocklists.came
        self.retaining = Retaining(store, self.recounts, self.background, lambda: self.wall())  # noqa: PLW0108  # `wall` may be another clock later
        self.owner_came: Callable[[], Awaitable[None]] = nothing  # somebody signed up who owns the server
        self.watchdog: Watchdog
        self.hello: Hello


class Context:
    """A session's view of the services; one for each connection."""

    __slots__ = ("_services", "appends", "logs", "now", "session", "store")

    def __init__(self, services: Services, session: Session) -> None:
        self._services = services
        self.session = session
        self.store = services.store
        self.logs = services.logs
        self.now = services.now
        self.appends = 0  # how many writes have reached the writer

    @property
    def services(self) -> Services:
        return self._services

    @property
    def person(self) -> Person:
        """Who asks. The guard has seen to it that somebody does; a session that ended meanwhile raises Refuse."""
        if self.session.person is None:
            raise Refuse(SIGN_IN_REQUIRED)
        return self.session.person

    def append(self, command: AnyWrite) -> asyncio.Future[Appended]:
        """Hand a write to the store, as the account that asks. Raises Refuse."""
        if not (command.nonce.isascii() and command.nonce.isprintable()):
            raise Refuse(FIELD_INVALID, "A nonce is made of printable ASCII characters.", field="nonce")
        self.admit()
        self.appends += 1
        return self.store.append(self.person.account.id, command)

    def tell_devices(self, account: str, register: str, value: Event) -> None:
        """What the session that asks has changed, to the others of its account: also where it has ended meanwhile."""
        person = self._services.people.get(account)
        if person is not None:
            person.tell(register, value, asking=self.session)

    def admit(self) -> None:
        """Raises Refuse `server.busy` when too much waits to be written."""
        self._services.admission.admit(self.session)

    def member_of(self, community: str, right: Right | None = None) -> MemberRow:
        """Who asks, in a community, by id. Raises Refuse: `community.gone`, `right.missing`."""
        member = self.person.members.get(community)
        if member is None:
            raise Refuse(COMMUNITY_GONE, field="community")
        if right is not None and right not in RIGHTS[member.role]:
            raise Refuse(RIGHT_MISSING)
        return member

    async def room(self, id: str) -> tuple[RoomRow, MemberRow]:
        """A room that the asker may see, and who they are in it. Raises Refuse `room.gone`."""
        person = self.person
        room = person.rooms.get(id)
        if room is None:
            room = await self.store.room(id)
            if room is None or not room.for_all:
                raise Refuse(ROOM_GONE, field="room")
        member = person.member_in(room)
        if member is None:
            raise Refuse(ROOM_GONE, field="room")
        return room, member

    def may_read(self, room: RoomRow) -> bool:
        """For after something was read of it: whether whoever asks has not lost the room meanwhile."""
        person = self.person
        return person.member_in(room) is not None and (room.for_all or room.id in person.rooms)


def oldest(sessions: Iterable[Session]) -> Session:
    """That of the oldest connection."""
    return min(sessions, key=lambda session: session.number)
