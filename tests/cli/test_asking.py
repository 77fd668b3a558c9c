"""The first start: questions on the terminal, against a real server."""

import asyncio
import builtins
import getpass
import hashlib

import pytest

from among_cli.address import Address, AddressError
from among_cli.asking import ask_reset, ask_who
from among_protocol import codes
from among_protocol.aio import Stopped
from among_protocol.codes import Refuse
from among_protocol.session import Ping

from .house import PASSWORD, House


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


class Answers:
    """What somebody types, in turn; keeps what was asked."""

    def __init__(self, monkeypatch, *answers: str) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)
        monkeypatch.setattr(builtins, "input", self._next)
        monkeypatch.setattr(getpass, "getpass", self._next)

    def _next(self, question: str) -> str:
        self.asked.append(question.split(maxsplit=1)[0])
        if not self._answers:
            raise EOFError
        return self._answers.pop(0)


async def ask(house: House, *, handle: str = "", invite: str = "") -> str:
    account = await asyncio.to_thread(ask_who, Address(house.url, invite), handle, house.saved)
    assert account == house.saved.get(house.url)
    return account.handle


async def test_somebody_new_signs_up(house, monkeypatch):
    answers = Answers(monkeypatch, "n", "@Ana", "Ana B.", PASSWORD, PASSWORD)
    assert await ask(house) == "ana"
    assert answers.asked == ["Do", "Handle", "Name", "Password:", "Once"]


async def test_somebody_known_signs_in(house, monkeypatch):
    await house.person("ana")
    answers = Answers(monkeypatch, "yes", PASSWORD)
    assert await ask(house, handle="ana") == "ana"
    assert answers.asked == ["Do", "Password:"]


async def test_who_answers_something_else_than_yes_or_no_is_told_what_to_type(house, monkeypatch, capsys):
    Answers(monkeypatch, "ana", "n", "ana", "", PASSWORD, PASSWORD)
    assert await ask(house) == "ana"
    assert "Type y for yes, or n for no." in capsys.readouterr().out.splitlines()


async def test_only_what_was_wrong_is_asked_again(house, monkeypatch, capsys):
    await house.person("ana")
    answers = Answers(
        monkeypatch, "maybe", "n", "a", "ana", "", "one", "two", "", PASSWORD, PASSWORD, "admin", "", "bob", "Bob"
    )
    assert await ask(house) == "bob"
    out = capsys.readouterr().out
    assert "A handle has 3 to 32" in out
    assert "These were not the same." in out
    assert "An account needs one." in out
    assert "This handle belongs to somebody else." in out
    assert "This handle is reserved." in out
    assert answers.asked.count("Password:") == 3


async def test_a_wrong_password_is_asked_again(house, monkeypatch, capsys):
    await house.person("ana")
    Answers(monkeypatch, "y", "ana", "wrong", "ana", PASSWORD)
    assert await ask(house) == "ana"
    assert "No account has this handle and password." in capsys.readouterr().out


async def test_who_gives_up_gives_up(house, monkeypatch):
    Answers(monkeypatch, "n", "ana")
    with pytest.raises(EOFError):
        await ask(house)
    Answers(monkeypatch, "y", *["ana", "wrong"] * 9)
    with pytest.raises(EOFError):
        await ask(house)


@pytest.mark.parametrize("given", ["CODE", "http://127.0.0.1:8080/#invite=CODE"])
async def test_an_invite_that_is_wrong_is_asked_for(house, monkeypatch, given, capsys):
    answers = Answers(monkeypatch, "n", "ana", "", PASSWORD, PASSWORD, given)
    with pytest.raises(EOFError):
        await ask(house, invite="WRONG")
    assert "This invite is not valid" in capsys.readouterr().out
    assert answers.asked.count("Invite") == 2


async def offered(house: House, handle: str) -> Address:
    """A link with which somebody sets a password."""
    await house.store.add_reset(handle, hashlib.sha256(b"CODE").digest(), 2**52)
    return Address(house.url, reset="CODE")


async def test_a_password_is_set_with_the_operators_link(house, monkeypatch, capsys):
    ana = await house.person("ana")
    link = await offered(house, "ana")
    answers = Answers(monkeypatch, "short", "short", "another horse", "typo", "another horse", "another horse")
    account = await asyncio.to_thread(ask_reset, link, house.saved)
    assert account == house.saved.get(house.url)
    assert (account.handle, set(answers.asked)) == ("ana", {"Password:", "Once"})
    out = capsys.readouterr().out
    assert "A password has at least 8 characters." in out
    assert "signed in as ana" in out
    with pytest.raises(Stopped):
        await ana.among.ask(Ping)
    Answers(monkeypatch, "another horse", "another horse")
    with pytest.raises(Refuse, match=codes.RESET_INVALID.code):
        await asyncio.to_thread(ask_reset, link, house.saved)


async def test_the_link_is_asked_for_where_none_was_given(house, monkeypatch):
    await house.person("ana")
    link = await offered(house, "ana")
    answers = Answers(monkeypatch, f"{link.server}#reset=CODE", "another horse", "another horse")
    assert (await asyncio.to_thread(ask_reset, Address(house.url), house.saved)).handle == "ana"
    assert answers.asked[0] == "The"
    Answers(monkeypatch, house.url)
    with pytest.raises(AddressError, match="ends in #reset="):
        await asyncio.to_thread(ask_reset, Address(house.url), house.saved)


async def test_a_refusal_that_asking_does_not_mend_is_told(house, monkeypatch):
    monkeypatch.setattr("among_cli.asking.opened", _refuses)
    Answers(monkeypatch, "y", "ana", PASSWORD)
    with pytest.raises(Refuse):
        await ask(house)


def _refuses(*_: object) -> object:
    from among_protocol.codes import INSECURE

    raise Refuse(INSECURE)
