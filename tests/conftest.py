"""What all tests share. Keep it short: helpers that speak the domain live in tests/world.py."""

import gc
import os
import signal
from collections.abc import Generator

import pytest
from hypothesis import Phase, settings

SHRINKING = {Phase.shrink, Phase.explain}

# No deadline: a loaded machine is not a failing test. A failing example is printed as it was found, so that it can be
# repeated: to make a story shorter takes up to five minutes, by which time a test is given up, and nobody would see it.
settings.register_profile("among", deadline=None, max_examples=50, print_blob=True, phases=set(Phase) - SHRINKING)
settings.register_profile("long", settings.get_profile("among"), max_examples=1_000)  # --hypothesis-profile long
settings.register_profile("soak", settings.get_profile("among"), max_examples=500)  # tests/soak/test_stories.py
# `make shrink`: it looks anew, since Hypothesis takes what it has kept for short already.
settings.register_profile("shrink", settings.get_profile("long"), phases=set(Phase) - {Phase.reuse})
settings.load_profile("among")

# A test that proves a promise may not be skipped in silence. What is new need not be made anew each time.
pytest_plugins = ["tests.ledger", "tests.fresh"]

# What runs in the background of a shell is deaf to Ctrl-C, and so would be every program that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay to the end: the garbage collector need not go through them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time a test waits for something."""
    return (os.cpu_count() or 1) + 1
