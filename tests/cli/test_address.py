"""Which server is meant, in every form that people type or paste."""

import pytest

from among_cli.address import Address, AddressError, is_link, parse, shown


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("ws://127.0.0.1:8080/v1", "ws://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/v1"),
        ("https://chat.example", "wss://chat.example/v1"),
        ("https://chat.example:443/", "wss://chat.example/v1"),
        ("https://Chat.Example/among/", "wss://chat.example/among/v1"),
        ("wss://chat.example/v1", "wss://chat.example/v1"),
        ("chat.example", "wss://chat.example/v1"),
        ("chat.example:8443", "wss://chat.example:8443/v1"),
        ("localhost", "ws://localhost:8080/v1"),
        ("localhost:9000", "ws://localhost:9000/v1"),
        ("127.0.0.1:9000", "ws://127.0.0.1:9000/v1"),
        ("[::1]:9000", "ws://[::1]:9000/v1"),
        (" chat.example \n", "wss://chat.example/v1"),
    ],
)
def test_every_form_becomes_one_address(text, server):
    assert parse(text) == Address(server)
    assert parse(server).server == server


def test_an_invite_is_taken_off_the_link():
    assert parse("https://chat.example/#invite=abc-DEF") == Address("wss://chat.example/v1", "abc-DEF")
    assert parse("http://localhost:8080/#invite=x") == Address("ws://localhost:8080/v1", "x")


def test_a_code_to_set_a_password_is_taken_off_the_link():
    assert parse("https://chat.example/#reset=abc-DEF") == Address("wss://chat.example/v1", reset="abc-DEF")


@pytest.mark.parametrize(
    "text", ["", "ftp://chat.example", "https://", "ws://ana:secret@chat.example", "a b", "chat.example:port", "[::1"]
)
def test_what_is_no_address_is_said_to_be_none(text):
    with pytest.raises(AddressError):
        parse(text)


def test_a_link_is_not_a_room():
    assert is_link("https://chat.example/#invite=x")
    assert is_link("chat.example#invite=x")
    assert is_link("chat.example#reset=x")
    assert not is_link("garden/hall")


def test_a_server_is_shown_without_what_is_the_same_everywhere():
    assert shown("wss://chat.example/v1") == "chat.example"
    assert shown("wss://chat.example/among/v1") == "chat.example/among"
