"""What a check is, for both sides: a small function that tries one thing and demands what a rule says.

    @checks("nonces.conflict")
    async def other_content_under_a_used_nonce(ground: Ground) -> None:
        "Say one thing, then another with the same nonce."

Rules: the docstring tells people what is tried. A check that finds the peer at fault raises `Fault` (mostly by way of
`demand`); one that cannot be asked of this peer raises `Skip`; whatever makes the whole run pointless is `CannotTest`.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from .report import Outcome
from .rules import PARTS, RULES, Side

G = TypeVar("G")
SHOWN = 400  # characters of a frame in a report
SECRETS = ("password", "token", "invite", "secret", "old", "new")  # fields whose text is in no report
UNUSABLE = (LookupError, TypeError, AttributeError, ValueError)


class Fault(Exception):
    """The peer broke the rule. `expected` is a sentence or a noun phrase; `came` what there was in its place."""

    def __init__(self, expected: str, came: object = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.came = "" if came is None else shown(came)


class Skip(Exception):
    """This cannot be asked here; the text says why."""


class CannotTest(Exception):
    """Nothing can be said about this peer at all: one clear line that tells what to do."""


class Check(NamedTuple, Generic[G]):
    rule: str  # its id
    name: str  # of the function
    tries: str  # what is tried, for people
    run: Callable[[G], Awaitable[None]]
    slow: bool  # only when asked for: takes minutes
    aside: bool  # waits more than it works: runs beside the others, from the start


class Checks(Generic[G]):
    """All checks of one side, by rule."""

    def __init__(self, side: Side) -> None:
        self.side: Side = side
        self.all: list[Check[G]] = []

    def __call__(
        self, rule: str, *, slow: bool = False, aside: bool = False
    ) -> Callable[[Callable[[G], Awaitable[None]]], Callable[[G], Awaitable[None]]]:
        """Make a function a check of this rule."""
        assert RULES[rule].of(self.side), f"{rule} is not a rule of the {self.side}"

        def take(run: Callable[[G], Awaitable[None]]) -> Callable[[G], Awaitable[None]]:
            name = getattr(run, "__name__", "")
            tries = " ".join((run.__doc__ or "").split())
            assert tries, f"{name} does not say what it tries"
            assert all(name != check.name for check in self.all), f"{name} is there twice"
            self.all.append(Check(rule, name, tries, run, slow, aside))
            return run

        return take

    def chosen(self, only: Iterable[str]) -> list[Check[G]]:
        """The checks of these rules or parts (all when none is named), in the order of the rules. Raises CannotTest."""
        order = {id: number for number, id in enumerate(RULES)}
        found = sorted(self.all, key=lambda check: order[check.rule])
        wanted = list(only)
        for word in wanted:
            if not any(belongs(check.rule, word) for check in found):
                known = ", ".join(part.id for part in PARTS)
                raise CannotTest(
                    f"no check of a {self.side} is of a rule {word!r}: --list shows all rules; parts are {known}"
                )
        return [check for check in found if not wanted or any(belongs(check.rule, word) for word in wanted)]


def belongs(rule: str, word: str) -> bool:
    """Whether a rule is the one with this id, or of the part with it."""
    return rule == word or rule.partition(".")[0] == word


def demand(true: object, expected: str, came: object = None) -> None:
    """Raises Fault where it is not true."""
    if not true:
        raise Fault(expected, came)


def shown(value: object) -> str:
    """What was sent or came, short and without secrets, as text."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "backslashreplace")
    else:
        text = json.dumps(_veiled(value), ensure_ascii=False, default=repr)
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 30]} … ({len(text)} characters)"


def _veiled(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "…" if key in SECRETS and isinstance(inner, str) and inner else _veiled(inner)
            for key, inner in value.items()
        }
    return [_veiled(inner) for inner in value] if isinstance(value, list) else value


async def judged(
    check: Check[Any], work: Awaitable[None], frames: Callable[[], Sequence[str]], *, limit: float
) -> Outcome:
    """Carry out one check, and say how it ended. Raises CannotTest. `frames`: what went over the wire, newest last;
    `limit`: seconds after which it is a failure, too."""
    began = time.monotonic()

    def outcome(verdict: str, **more: Any) -> Outcome:
        return Outcome(
            rule=check.rule,
            check=check.name,
            tries=check.tries,
            verdict=verdict,
            seconds=round(time.monotonic() - began, 3),
            **more,
        )

    try:
        async with asyncio.timeout(limit):
            await work
    except Fault as fault:
        return outcome("failed", expected=fault.expected, came=fault.came, frames=list(frames()))
    except Skip as why:
        return outcome("skipped", why=str(why))
    except UNUSABLE as error:  # a frame lacks what this check goes on with
        where = f"{type(error).__name__}: {error}"
        return outcome("failed", expected="an answer that the check can go on with", came=where, frames=list(frames()))
    except TimeoutError:
        return outcome("failed", expected=f"an end within {limit:.0f} seconds", came="nothing", frames=list(frames()))
    return outcome("passed")
