"""The language of searches: what people type into one line. Pure: what it means is the server's.

    bean soup            both words, anywhere, in any order
    "bean soup"          in a row
    bean*                words that begin so
    -soup                not with this; also before a phrase, and before from: in: mentions: has:
    from:ana from:me     said by her, by oneself
    in:hall in:garden/hall in:garden in:@ana   a room, a community, the directs with somebody
    mentions:ana         that mention her; mentions:room the whole room, as @room does
    has:link             link, reply, edit, mention, post, comment
    before:2026-01-31    said before that day (a day, a month 2026-01, or a moment 2026-01-31T18:00Z; all in UTC: a client
                         says which moment a day of its user's is, as `at_home` does)
    after:2026-01-31     said on that day or later
    before:120           in one room: before this number; likewise after:

Several `from:` or `in:` mean any of them; everything else must be so at once. Names of filters are the same in capitals and
in wide characters, with a wide colon too. One that is a slip away from a filter (form: mention: befor:) is refused, since what
it would find is not what was meant; every other name is words. In quotes everything is words.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from .base import QUERY_TERMS

FILTERS = ("from", "in", "mentions", "has", "before", "after")
HAS = ("link", "reply", "edit", "mention", "post", "comment")
PREFIX_LEAST = 2  # characters before a *
SLIP_LEAST = 4  # letters of a filter that may be mistyped

_NAMED = re.compile(r'([^\s":\uff1a\ufe13\ufe55]{1,16})[:\uff1a\ufe13\ufe55]')  # and what stands behind it
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,3})?)?Z?)?)?", re.IGNORECASE)
_QUOTES = str.maketrans("“”„‟«»", '""""""')


class QueryError(ValueError):
    """The query can't be understood; the sentence says what to do."""


class Term(NamedTuple):
    """Words to look for, in a row."""

    text: str  # as it was typed
    prefix: bool = False  # the last word may go on
    without: bool = False


class Filter(NamedTuple):
    name: str
    value: str
    without: bool = False


class Query(NamedTuple):
    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()

    def values(self, name: str, *, without: bool = False) -> list[str]:
        """Of the filters with this name."""
        return [one.value for one in self.filters if one.name == name and one.without == without]


def parse(text: str) -> Query:
    """Raises QueryError."""
    found = _CONTROL.search(text)
    if found:
        raise QueryError(f"A search must not contain the character U+{ord(found.group()):04X}.")
    terms: list[Term] = []
    filters: list[Filter] = []
    for one in _pieces(text.translate(_QUOTES)):
        if one.name in FILTERS:
            filters.append(_filter(one.name, one.value.strip(), without=one.without))
        elif (meant := _meant(one.name)) is not None:
            raise QueryError(
                f'{one.name}: is no filter: say {meant}: for the filter, or "{one.name}:" in quotes for the word.'
            )
        elif one.value.strip():
            terms.append(Term(one.value, one.prefix, one.without))
        if len(terms) + len(filters) > QUERY_TERMS:
            raise QueryError(f"A search has at most {QUERY_TERMS} words and filters.")
    if not terms and not filters:
        raise QueryError("Say what to look for: some words, or a filter as from:ana.")
    return Query(tuple(terms), tuple(filters))


def at_home(text: str, zone: tzinfo | None, today: date) -> str:
    """For a client: the same query, where days, months and moments without a Z are those of this zone (None: of this machine),
    and before: and after: take today and yesterday, too. What is no day stays as it is: the server says so."""
    text = text.translate(_QUOTES)
    parts, done = list[str](), 0
    for one in _pieces(text):
        if one.name in ("before", "after") and (at := _home(one.value.strip().lower(), zone, today)):
            parts += text[done : one.begins], f'"{at}"' if text[one.begins] == '"' else at
            done = one.ends
    return "".join((*parts, text[done:]))


def _home(value: str, zone: tzinfo | None, today: date) -> str:
    """A moment in UTC; empty where the value is no day, or says itself that it is in UTC."""
    ago = {"today": 0, "yesterday": 1}.get(value)
    found = _DAY.fullmatch(value if ago is None else f"{today - timedelta(days=ago)}")
    if found is None or value.endswith("z"):
        return ""
    try:
        at = _at(found, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


class _Piece(NamedTuple):
    """Something between blanks."""

    name: str  # before a colon, folded; empty: none
    value: str  # of a filter; else all of it
    begins: int  # where the value does, with its quotes
    ends: int
    prefix: bool = False
    without: bool = False


def _pieces(text: str) -> Iterator[_Piece]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        without = text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace()
        at += without
        named = _NAMED.match(text, at)
        name = unicodedata.normalize("NFKC", named.group(1)).lower() if named else ""
        if named and name in FILTERS:
            begins = named.end()
            value, _, at = _value(text, begins)
            yield _Piece(name, value, begins, at, without=without)
        else:
            begins = at
            value, quoted, at = _value(text, begins)
            prefix = value.endswith("*") if not quoted else text[at : at + 1] == "*"
            at += quoted and prefix
            yield _Piece(name, value if quoted else value.rstrip("*"), begins, at, prefix, without)


def _meant(name: str) -> str | None:
    """The filter of which this is a slip: a letter too many or too few, or two that changed places. Short names have none:
    there everything would be one."""
    for one in FILTERS:
        if len(one) >= SLIP_LEAST and name != one:
            less = {one[:at] + one[at + 1 :] for at in range(len(one))}
            more = one in {name[:at] + name[at + 1 :] for at in range(len(name))}
            turned = {one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(len(one) - 1)}
            if more or name in less or name in turned:
                return one
    return None


def _value(text: str, at: int) -> tuple[str, bool, int]:
    """What stands here up to a blank, or between quotes; whether it was quoted; and where it ends. A quote that nobody
    closes goes to the end."""
    if text[at : at + 1] == '"':
        end = text.find('"', at + 1)
        return (text[at + 1 :], True, len(text)) if end < 0 else (text[at + 1 : end], True, end + 1)
    end = at
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[at:end], False, end


def _filter(name: str, value: str, *, without: bool) -> Filter:
    if not value:
        example = {"has": "link", "in": "hall", "before": "2026-01-31", "after": "2026-01-31"}.get(name, "ana")
        raise QueryError(f"Say what stands behind {name}: as in {name}:{example}.")
    if name == "has":
        value = value.lower().removesuffix("s")
        if value not in HAS:
            raise QueryError(f"has: is followed by one of {', '.join(HAS)}.")
    elif name in ("from", "mentions"):
        value = value.lower().removeprefix("@")
    elif name == "in":
        value = value.lower()
    else:
        if without:
            raise QueryError(f"There is no -{name}: say {'after' if name == 'before' else 'before'}: instead.")
        value = value[1:] if value[:1] == "#" and value[1:].isdecimal() else value
        moment(value)
    return Filter(name, value, without)


def moment(value: str) -> int:
    """What stands behind before: and after:, as Unix time in milliseconds; a message's number as a negative number.
    Raises QueryError."""
    if value.isascii() and value.isdecimal() and len(value) < 16:
        return -int(value)
    found = _DAY.fullmatch(value)
    try:
        if found:
            at = _at(found, UTC)
            return int((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
    except ValueError:
        pass
    raise QueryError(f"{value!r:.40} is no day, as 2026-01-31, and no number of a message.")


def _at(found: re.Match[str], zone: tzinfo | None) -> datetime:
    """Raises ValueError."""
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups())
    return datetime(year or 0, month or 0, day or 1, hour or 0, minute or 0, second or 0, tzinfo=zone)
