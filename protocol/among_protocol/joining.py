"""Asking to be let in, where a community's door is `ask`: the question goes to its stewards, and one of them answers.

A request is named by the number of its entry: stewards name it by that in the stewards' log. An account has one at most
in each community. Who is let in joins at that moment, as the one who they said they would be; it is judged again then.
"""

from typing import ClassVar, Literal

from .base import (
    Answers,
    Command,
    Entry,
    Id,
    OptionalReason,
    PageLimit,
    Seq,
    Shape,
    Time,
    Write,
)
from .personas import PersonaWish

Verdict = str  # accepted, declined; unknown: as declined


class Answer(Shape, kw_only=True):
    question: str  # as it was asked
    answer: str  # in their words


class JoinAsked(Entry, tag="join.asked", kw_only=True):
    """In the stewards' log, with who would join, and in the own log of the account that asks, without."""

    words: ClassVar[tuple[str, ...]] = ("handle", "display_name", "answers", "note")

    community: str
    slug: str = ""  # in one's own log
    member: str = ""  # in the stewards' log: who they would be; they are no member yet
    handle: str = ""  # likewise
    display_name: str = ""  # likewise
    answers: list[Answer] = []  # likewise
    note: str = ""  # likewise: of who asks
    rules: Seq = 0  # version of the rules that was accepted with it


class JoinWithdrawn(Entry, tag="join.withdrawn", kw_only=True):
    """In the own log of the account, and in the stewards' log: nobody has to answer any more. The account took it back,
    came in another way, or was banned."""

    community: str
    request: Seq = 0  # in the stewards' log: its number there


class JoinAnswered(Entry, tag="join.answered", kw_only=True):
    """In the stewards' log. `by` answered."""

    words: ClassVar[tuple[str, ...]] = ("reason",)

    community: str
    request: Seq  # its number in this log
    member: str
    verdict: Verdict
    reason: str = ""


class JoinDeclined(Entry, tag="join.declined", kw_only=True):
    """In the own log of the account that asked; who of the stewards it was is not told. Who is let in hears
    `community.joined`."""

    words: ClassVar[tuple[str, ...]] = ("reason",)

    community: str
    slug: str
    reason: str = ""
    until: Time = ""  # they may ask again after that


class AskWritten(Shape, kw_only=True):
    entry: JoinAsked  # of one's own log
    repeat: bool = False


class AskToJoin(Write, tag="join.ask", kw_only=True):
    """Ask the stewards of a community to be let in. What it takes is told by `community.preview`."""

    Reply: ClassVar[type[Shape]] = AskWritten

    community: Id  # its id or slug
    rules: Seq = 0  # version of the rules that I have read and accept, where there are some
    answers: Answers = []  # one for each of its questions, in their order
    note: OptionalReason = ""  # for the stewards, of whatever one likes
    persona: PersonaWish | None = None  # who I want to be there; left out: as in my profile


class WithdrawWritten(Shape, kw_only=True):
    entry: JoinWithdrawn  # of one's own log
    repeat: bool = False


class WithdrawJoin(Write, tag="join.withdraw", kw_only=True):
    """Take back what one asked, before it is answered."""

    Reply: ClassVar[type[Shape]] = WithdrawWritten

    community: Id  # its id or slug


class AnsweredWritten(Shape, kw_only=True):
    entry: JoinAnswered  # of the stewards' log
    repeat: bool = False


class AnswerJoin(Write, tag="join.answer", kw_only=True):
    """Let somebody in, or don't: for stewards. Who is declined is told the reason, and may ask again after a while."""

    Reply: ClassVar[type[Shape]] = AnsweredWritten

    community: Id
    request: Seq  # its number in the stewards' log
    verdict: Literal["accepted", "declined"]  # let them in, or not
    reason: OptionalReason = ""  # told to whoever is declined


class JoinRequest(Shape, kw_only=True):
    """Somebody who waits for an answer."""

    seq: Seq  # of its entry in the stewards' log
    at: Time
    member: str
    handle: str = ""  # empty, as all that follows, where the entry was blanked
    display_name: str = ""
    answers: list[Answer] = []  # in the order of the questions
    note: str = ""  # whatever else they say
    rules: Seq = 0  # version of the rules that was accepted with it


class RequestPage(Shape, kw_only=True):
    requests: list[JoinRequest]  # oldest first
    complete: bool  # none is newer than the last one


class ListRequests(Command, tag="join.list", kw_only=True):
    """Who waits to be let in: for stewards, a page at a time."""

    Reply: ClassVar[type[Shape]] = RequestPage

    community: Id
    after: Seq = 0  # the `seq` of the last one of the page before
    limit: PageLimit = 50
