"""What all tests share. Keep it short: helpers that speak the domain live in tests/world.py."""

from hypothesis import settings

# No deadline: a loaded machine is not a failing test. Failing examples are printed so that they can be repeated.
settings.register_profile("among", deadline=None, max_examples=50, print_blob=True)
settings.load_profile("among")

# A test that proves a promise may not be skipped in silence.
pytest_plugins = ["tests.ledger"]
