"""Two hundred people sign in by password at once. So many passwords are judged at a time, so many wait, and the others are
told when to come back; who is in goes on talking."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from among_protocol import codes
from among_protocol.messages import MessageSent
from among_protocol.session import SignIn, SignUp
from among_server.core.passwords import Passwords
from among_server.limits import WAITING_PASSWORDS
from tests.world import PASSWORD, Person, world_of

CROWD = 200


class Judge:
    """Looks at no password until it is let, and counts how many are looked at at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.let = threading.Event()
        self.now = self.most = 0
        self._lock = threading.Lock()
        matches = Passwords._matches

        def judged(passwords: Passwords, hash: str, password: str) -> bool:
            with self._lock:
                self.now += 1
                self.most = max(self.most, self.now)
            self.let.wait(10)  # a test that fails is to end
            try:
                return matches(passwords, hash, password)
            finally:
                with self._lock:
                    self.now -= 1

        monkeypatch.setattr(Passwords, "_matches", judged)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    return Judge(monkeypatch)


async def test_ath_06_two_hundred_sign_ins_at_once_stop_nobody(judge: Judge):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        workers = world.config.password_workers
        world.app.services.passwords._pool = ThreadPoolExecutor(workers)  # as it is on a server
        crowd = [Person(world) for _ in range(CROWD)]
        asked = [person.begin(SignIn, handle=f"person{n}", password=PASSWORD) for n, person in enumerate(crowd)]
        taken = WAITING_PASSWORDS * workers
        async with asyncio.timeout(30):
            late = [(person, id) for person, id in zip(crowd, asked, strict=True)][taken:]
            for person, id in late:
                await person.answered(id)
        told = [person.replies[id] for person, id in late]
        assert {(one.code, one.field) for one in told} == {(codes.BUSY.code, "")}
        assert all(one.retry_after_ms for one in told), "they are told when to come back"
        assert len(told) == CROWD - taken > 0

        await ann.say("is somebody at the door?")
        assert (await bob.hears(MessageSent)).body == "is somebody at the door?"
        await Person(world).ask(SignIn, token=bob.token)  # a token costs no hash, and waits for none

        judge.let.set()
        for person, id in zip(crowd[:taken], asked, strict=False):
            await person.answered(id)
            assert person.replies[id].code == codes.BAD_CREDENTIALS.code, "each of those who waited is judged"
        assert judge.most <= workers, "so much memory at once, and no more"
        assert len((await Person(world).ask(SignIn, handle="ann", password=PASSWORD)).token) > 20


async def test_ath_06_a_password_without_end_is_hashed_for_nobody():
    async with world_of() as world:
        await world.person("ann")
        hashed = world.app.services.passwords.hashed
        for command in (SignIn, SignUp):
            refused = await Person(world).refused(command, handle="ann", password="x" * 1025)
            assert refused.code == codes.FIELD_TOO_LONG.code
        assert world.app.services.passwords.hashed == hashed


async def test_ath_06_a_password_is_the_same_however_a_keyboard_makes_its_letters():
    async with world_of() as world:
        made = await Person(world).ask(SignUp, handle="ann", password="cre\u0300me bru\u0302le\u0301e \ufb01n")
        again = await Person(world).ask(SignIn, handle="ann", password="cr\u00e8me br\u00fbl\u00e9e fin")
        assert again.account.id == made.account.id
        other = await Person(world).refused(SignIn, handle="ann", password="creme brulee fin")
        assert other.code == codes.BAD_CREDENTIALS.code
