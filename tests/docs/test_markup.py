"""The page about markup shows the examples that clients are held to."""

from .markup import PAGE, written


def test_the_page_has_the_examples_that_are_tests():
    assert PAGE.read_text("utf-8") == written(), "run `python -m tests.docs.markup`"
