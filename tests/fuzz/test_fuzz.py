"""The corpus of hostile bytes, and a short run of the fuzzer; `make fuzz` is the long one (INP-02)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.fuzz import targets
from tests.fuzz.mutate import Fuzzer
from tests.fuzz.targets import TARGETS, seeds

TRIES = 400


@pytest.mark.parametrize("target", TARGETS)
def test_inp_02_the_corpus_breaks_nothing(target: str):
    for data in seeds(target):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_inp_02_a_short_run_of_the_fuzzer_breaks_nothing(target: str):
    fuzzer = Fuzzer(TARGETS[target], seeds(target))
    assert fuzzer.run(TRIES) is None
    assert fuzzer.tried > TRIES


# --- the fuzzer sees what it is there to see


def test_the_fuzzer_is_led_to_what_is_behind_several_steps():
    from tests.fuzz import mutate

    steps = {"done": 0}

    def target(data: bytes) -> None:
        if data[:1] == b"{":
            steps["done"] += 1
            if data[1:2] == b"[":
                steps["done"] += 1
                if data[2:3] == b"\xff":
                    raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mutate, "TRACED", (__file__,))
        broken = Fuzzer(target, [b"abc"]).run(60_000)
    assert broken is not None
    assert isinstance(broken[1], ZeroDivisionError)


@contextmanager
def broken(patch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    """The server's parser with a mistake in it."""
    from among_server.edge import connection

    with patch.context() as here:
        if name == "no mask":
            here.setattr(connection, "apply_mask", lambda data, mask: data)
        else:
            here.setattr(connection, "FRAME_BYTES", 100)
        yield


@pytest.mark.parametrize("name", ["no mask", "another limit"])
def test_a_parser_that_differs_from_the_library_is_seen(name: str, monkeypatch: pytest.MonkeyPatch):
    with broken(monkeypatch, name):
        found = None
        try:
            for data in seeds("stream"):
                targets.stream(data)
        except Exception as error:
            found = error
        assert found is not None or Fuzzer(targets.stream, seeds("stream")).run(2_000) is not None
