"""Every field, word and close code means something, and says so in one place: behind it in the source."""

import inspect

import pytest

from among_protocol import meanings
from among_protocol.advice import ADVICE
from among_protocol.base import Ok, Refused
from among_protocol.codes import ERROR_CODES, CloseCode
from among_protocol.communities import CommunityJoined
from among_protocol.logs import LogState, ReadEntries, Sync
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.wire import COMMANDS, EVENTS

ALL = meanings.within(*COMMANDS, *EVENTS, *(command.Reply for command in COMMANDS), Ok, Refused)


@pytest.mark.parametrize("struct", ALL, ids=lambda struct: struct.__name__)
def test_each_field_has_a_meaning(struct):
    assert [name for name, means in meanings.of_fields(struct).items() if not means] == []


@pytest.mark.parametrize("struct", [*COMMANDS, *EVENTS], ids=lambda struct: struct.__name__)
def test_each_command_and_event_says_what_it_is(struct):
    assert inspect.cleandoc(struct.__doc__ or "").endswith((".", "?"))
    assert not struct.__doc__.startswith(f"{struct.__name__}(")


def test_a_meaning_is_the_comment_behind_the_field_or_that_of_its_name_or_of_its_type():
    assert meanings.of_fields(SendMessage)["body"] == "the text; `@handle` mentions somebody"
    assert meanings.of_fields(SendMessage)["room"] == meanings.EVERYWHERE["room"]
    assert meanings.of_fields(Sync)["positions"].startswith("log id -> number")
    assert meanings.of_fields(MessageSent)["from"] == "0: covers itself alone"  # as it is called on the wire
    assert meanings.of_fields(ReadEntries)["until"] == "left out: up to the head"


def test_a_field_with_words_says_which():
    words = meanings.words()
    assert words["Outcome"] == (("acted", "declined"), "as declined", words["Outcome"].comment)
    assert meanings.of_fields(LogState)["kind"] == f"words: {words['LogKind'].comment}"
    assert meanings.of_fields(CommunityJoined)["role"].endswith(f". Words: {words['Role'].comment}")


def test_each_set_of_words_says_what_an_unknown_one_is():
    for name, known in meanings.words().items():
        assert len(known.words) > 1, name
        assert known.unknown, name
        told_as = known.unknown.removeprefix("as ")
        assert told_as in known.words or " " in told_as, name


def test_each_close_code_says_why():
    assert all(meanings.of_members(CloseCode).values())
    assert set(meanings.of_members(CloseCode)) == set(CloseCode.__members__)


def test_each_error_has_an_advice():
    assert set(ADVICE) == set(ERROR_CODES.values())
    assert all(advice[0].isupper() and advice.endswith(".") for advice in ADVICE.values())
