"""The language of searches: every line is understood, or refused with a sentence that says what to do."""

import contextlib
import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from among_protocol.base import QUERY_TERMS
from among_protocol.query import FILTERS, Filter, Query, QueryError, Term, at_home, moment, parse


@pytest.mark.parametrize(
    ("line", "understood"),
    [
        ("bean soup", Query((Term("bean"), Term("soup")))),
        ('"bean soup" tea', Query((Term("bean soup"), Term("tea")))),
        ("\u201cbean soup\u201d", Query((Term("bean soup"),))),
        ('"never closed', Query((Term("never closed"),))),
        ("bean*", Query((Term("bean", prefix=True),))),
        ('"hot bean"*', Query((Term("hot bean", prefix=True),))),
        ('-soup -"hot tea" -be*', Query((Term("soup", without=True), Term("hot tea", without=True), Term("be", prefix=True, without=True)))),
        ("e-mail - --x", Query((Term("e-mail"), Term("-"), Term("-x", without=True)))),
        ("from:Ana IN:@bob", Query((), (Filter("from", "ana"), Filter("in", "@bob")))),
        ("from:@ana -from:bob", Query((), (Filter("from", "ana"), Filter("from", "bob", without=True)))),
        ('in:"garden/hall" has:Links', Query((), (Filter("in", "garden/hall"), Filter("has", "link")))),
        ("https://example.org note:this", Query((Term("https://example.org"), Term("note:this")))),
        ("after:#120", Query((), (Filter("after", "120"),))),
        ("before:2026-01-31 after:120", Query((), (Filter("before", "2026-01-31"), Filter("after", "120")))),
        ('"from:ana"', Query((Term("from:ana"),))),
        ("from\uff1aana -\uff49\uff4e:hall", Query((), (Filter("from", "ana"), Filter("in", "hall", without=True)))),
        ('"form:" 7', Query((Term("form:"), Term("7")))),
        ("farm:7 firm: after-all: had:7 is:new", Query(tuple(map(Term, ("farm:7", "firm:", "after-all:", "had:7", "is:new"))))),
    ],
)  # fmt: skip
def test_a_line_is_understood(line: str, understood: Query):
    assert parse(line) == understood


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "Say what to look for"),
        ("  * ** ", "Say what to look for"),
        ("from:", "as in from:ana"),
        ('has:""', "as in has:link"),
        ("has:gold", "link, reply, edit"),
        ("before:yesterday", "is no day"),
        ("before:2026-13-01", "is no day"),
        ("after:2026-02-30", "is no day"),
        ("after:#2026-02", "is no day"),
        ("-before:2026-01-01", "say after: instead"),
        ("nul\x00byte", "U+0000"),
        ("esc\x1b[2J", "U+001B"),
        ("form:ana", 'say from: for the filter, or "form:" in quotes'),
        ("-Mention:me", "say mentions: for the filter"),
        ("befroe\uff1a2026-01", "say before: for the filter"),
        ("afters:2026-01", "say after: for the filter"),
        ("a " * (QUERY_TERMS + 1), f"at most {QUERY_TERMS}"),
    ],
)
def test_what_is_wrong_is_said(line: str, says: str):
    with pytest.raises(QueryError, match=re.escape(says)):
        parse(line)


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        ("1970-01-02", 86_400_000),
        ("1970-02", 31 * 86_400_000),
        ("1970-01-01T00:01", 60_000),
        ("1970-01-01T00:00:02Z", 2_000),
        ("1970-01-01T00:00:02.500z", 2_000),
        ("120", -120),
        ("0", 0),
    ],
)
def test_days_and_numbers(value: str, ms: int):
    assert moment(value) == ms


PIECES = [*'ab"*-:@ \n\x00\u4e2d\u00e9', *(f"{name}:" for name in FILTERS), "fro", "\uff1a", "2026-01-01", "9" * 20]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_line_is_understood_or_refused(line: str):
    with contextlib.suppress(QueryError):
        found = parse(line)
        assert 0 < len(found.terms) + len(found.filters) <= QUERY_TERMS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("beans after:2026-11-28", "beans after:2026-11-27T11:00:00Z"),
        ("before:2026-06-01 -soup", "before:2026-05-31T12:00:00Z -soup"),  # no summer there
        ("before:2026-07 after:2026-06", "before:2026-06-30T12:00:00Z after:2026-05-31T12:00:00Z"),
        ("After:YESTERDAY before:today", "After:2026-11-26T11:00:00Z before:2026-11-27T11:00:00Z"),
        ("after:2026-11-28T09:30", "after:2026-11-27T20:30:00Z"),
        ('after:"2026-11-28"soup', 'after:"2026-11-27T11:00:00Z"soup'),
        ("after:2026-11-28T09:30Z", "after:2026-11-28T09:30Z"),
        ("after:#120 in:hall", "after:#120 in:hall"),
        ("after:120 before:soon", "after:120 before:soon"),
        ("before:2026-13-01 before:0001-01-01", "before:2026-13-01 before:0001-01-01"),
        ('"before:2026-11-28" today yesterday', '"before:2026-11-28" today yesterday'),
        ("in:today mentions:yesterday", "in:today mentions:yesterday"),
    ],
)
def test_a_day_is_that_of_whoever_types_it(typed: str, meant: str):
    assert at_home(typed, ZoneInfo("Pacific/Auckland"), date(2026, 11, 28)) == meant


@given(st.text(alphabet='befor:ta 2026-1"*-z', max_size=40))
def test_a_query_with_the_days_of_ones_own_differs_in_nothing_else(typed: str):
    def rest(text: str) -> object:
        try:
            found = parse(text)
        except QueryError as error:
            return str(error)
        return found.terms, [one for one in found.filters if one.name not in ("before", "after")]

    assert rest(at_home(typed, ZoneInfo("Pacific/Auckland"), date(2026, 11, 28))) == rest(typed)
