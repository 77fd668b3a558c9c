"""Error codes and close codes: each says what the client does next, so that no client needs a table."""

import re

import pytest

from among_protocol import codes
from among_protocol.asking import refuse_of
from among_protocol.base import Refused
from among_protocol.codes import CLASSES, ERROR_CODES, CloseCode, ErrorCode, Refuse, comes_back


@pytest.mark.parametrize("code", ERROR_CODES.values(), ids=list(ERROR_CODES))
def test_an_error_code(code: ErrorCode):
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", code.code)
    assert code.kind in CLASSES
    assert code.message[0].isupper()
    assert code.message.endswith(".")


def test_every_class_has_a_code():
    assert {code.kind for code in ERROR_CODES.values()} == set(CLASSES)


def test_every_code_is_listed_once():
    listed = [value for value in vars(codes).values() if isinstance(value, ErrorCode)]
    assert len(listed) == len(ERROR_CODES)


def test_what_is_gone_says_no_more_than_that():
    """What one may not see looks as if it had never been."""
    for code in ERROR_CODES.values():
        if code.kind == "gone":
            assert code.code.endswith(".gone")
            assert code.message.startswith("There is no such ")


@pytest.mark.parametrize("code", CloseCode)
def test_a_close_code_says_whether_to_come_back(code: CloseCode):
    assert 4000 <= code <= 4999
    assert comes_back(code) == (code < 4500)


@pytest.mark.parametrize(
    ("code", "back"),
    [(1000, True), (1001, True), (1006, True), (1009, True), (3999, True), (4000, True), (4499, True), (4500, False), (4999, False), (5000, True)],
)  # fmt: skip
def test_no_table_is_needed(code: int, back: bool):
    assert comes_back(code) == back


def test_a_refusal_says_what_it_is():
    why = Refuse(codes.BUSY, "Later.", field="body", retry_after_ms=7)
    assert str(why) == "server.busy: Later."
    assert (why.message, why.field, why.retry_after_ms) == ("Later.", "body", 7)
    assert Refuse(codes.BUSY).message == codes.BUSY.message


def test_a_code_that_a_client_does_not_know_keeps_its_class():
    why = refuse_of(Refused(id="1", code="weather.bad", kind="wait", message="It rains.", retry_after_ms=9))
    assert why.code == ErrorCode("weather.bad", "wait", "It rains.")
    assert why.retry_after_ms == 9
    assert refuse_of(Refused(id="1", code="room.gone", kind="gone", message="Gone.")).code == codes.ROOM_GONE
