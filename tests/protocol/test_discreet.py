"""What is secret, and what people said, is not in what a struct shows of itself (OPS-07)."""

import msgspec
import pytest

from among_protocol import wire
from among_protocol.base import Command, Discreet, Event, Shape
from among_protocol.messages import MessageSent
from among_protocol.passwords import ChangePassword, ResetPassword
from among_protocol.session import SignedIn, SignIn, SignUp
from among_protocol.signing import Credentials
from among_server.store.rows import Appended, Entries, Stored

CANARY = "canary-7f3a"
SECRET = ("password", "token", "secret", "invite", "link", "body")


def structs() -> list[type[msgspec.Struct]]:
    replies = {command.Reply for command in wire.COMMANDS}
    return [*wire.COMMANDS, *wire.EVENTS, *replies, Credentials]


@pytest.mark.parametrize("struct", structs(), ids=lambda struct: struct.__name__)
def test_ops_07_no_struct_shows_a_secret(struct: type[msgspec.Struct]):
    assert issubclass(struct, Discreet)
    filled = {
        field.name: CANARY if field.name.endswith(SECRET) else None
        for field in msgspec.structs.fields(struct)
        if field.required or field.name.endswith(SECRET)
    }
    one = struct(**filled)
    for shown in (repr(one), str(one), f"{[one]}", repr(list(one.__rich_repr__()))):
        assert CANARY not in shown
    for name in filled:
        assert f"{name}=" in repr(one), "a field may be hidden, not missing"


def test_ops_07_a_changed_password_and_a_code_are_not_shown():
    change = ChangePassword(id="1", old=CANARY, new=CANARY)
    reset = ResetPassword(id="1", code=CANARY, password=CANARY)
    assert CANARY not in repr([change, reset])


def test_ops_07_something_is_secret_in_these():
    assert [SECRET[0] in struct.__struct_fields__ for struct in (SignUp, SignIn, Credentials)] == [True] * 3
    assert "token" in SignedIn.__struct_fields__
    assert all(issubclass(struct, Discreet) for struct in (Command, Event, Shape))


def test_ops_07_what_a_store_hands_around_shows_no_body():
    sent = MessageSent(log="r", seq=1, at="", body=CANARY)
    stored = Stored(sent, wire.JSON.encode(sent))
    page = Entries([stored.json], 1, 0, complete=True)
    assert CANARY not in repr([stored, Appended(stored, repeat=False), page])
