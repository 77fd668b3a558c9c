"""Quotes: what a member said, in the portrait of their community, with their consent.

Nobody is quoted who has not agreed to the very words, having seen what stood around them; and who has agreed may take
that back at any time: the quote is gone then from the portrait, and from every version that it ever had. Its words are in
no log. Once its author has agreed, a quote waits for the stewards as any change to the portrait does.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Command, Entry, Id, OptionalId, OptionalReason, Seq, Shape, Time, Write
from .members import Persona
from .messages import Message
from .portrait import PortraitProposed

QUOTE_BYTES = 1_000

QuoteText = Annotated[
    str, Meta(min_length=1, max_length=QUOTE_BYTES)
]  # UTF-8 bytes; code points are only the first check
OptionalQuote = Annotated[str, Meta(max_length=QUOTE_BYTES)]  # likewise; empty: as it was asked for


class AskedQuote(Shape, kw_only=True):
    """A quote that its author was asked to agree to, with what stood around it."""

    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    quote: str  # its id
    at: Time  # when it was asked for
    asker: str  # membership of who asks
    text: str  # the words, out of the message
    room: str  # where they were said
    message: Seq  # number of the message
    around: list[Message] = []  # the message, and those next to it


class OwnQuote(Shape, kw_only=True):
    """A quote of mine."""

    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    quote: str  # its id
    text: str  # what I agreed to
    version: Seq = 0  # of the portrait, that took it in; 0: it waits for the stewards


class QuoteAsked(Entry, tag="quote.asked", kw_only=True):
    """In the own log of the account whose words they are, and in that of whoever asks. `quote.list` has the words."""

    community: str
    quote: str  # its id
    member: str  # whose words they are
    asker: str  # membership of who asks
    room: str  # where they were said
    message: Seq  # number of the message


class QuoteAnswered(Entry, tag="quote.answered", kw_only=True):
    """In the own log of the account whose words they are, and in that of whoever had asked."""

    community: str
    quote: str  # its id
    agreed: bool = False  # it waits for the stewards now


class QuoteWithdrawn(Entry, tag="quote.withdrawn", kw_only=True):
    """In the own logs of whoever took it back and of the account whose words they were; and, where it had been merged, in
    the stewards' log (`by` whoever did it)."""

    words: ClassVar[tuple[str, ...]] = ("reason",)

    community: str
    quote: str  # its id
    reason: str = ""  # of a steward


class QuoteList(Shape, kw_only=True):
    asked: list[AskedQuote]  # that wait for my answer; oldest first, a few at a time
    mine: list[OwnQuote]  # that I agreed to; oldest first
    people: list[Persona]  # who asks
    complete: bool  # none waits beside those


class ListQuotes(Command, tag="quote.list", kw_only=True):
    """The quotes of mine in a community: those that I am asked for, and those that I agreed to."""

    Reply: ClassVar[type[Shape]] = QuoteList

    community: Id


class QuoteAskWritten(Shape, kw_only=True):
    entry: QuoteAsked | PortraitProposed  # in one's own log; of one's own words, at once what waits for the stewards
    repeat: bool = False


class AskQuote(Write, tag="quote.ask", kw_only=True):
    """Ask whoever said something in an open room whether it may be quoted in the portrait; of one's own words, that is one's
    consent. `quote.refused`, for whichever reason: they are not there any more, one of the two blocks the other, they said
    no to this before, or are asked for much already."""

    Reply: ClassVar[type[Shape]] = QuoteAskWritten
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    community: Id
    room: OptionalId = ""  # where it was said; without one: words of one's own
    message: Seq = 0  # its number there
    text: QuoteText  # the words: a part of the message, to the letter


class ConsentWritten(Shape, kw_only=True):
    entry: QuoteAnswered
    repeat: bool = False


class ConsentToQuote(Write, tag="quote.consent", kw_only=True):
    """Agree to be quoted, or not. `text`: in other words of one's own."""

    Reply: ClassVar[type[Shape]] = ConsentWritten
    hidden: ClassVar[frozenset[str]] = frozenset({"text"})

    community: Id
    quote: Id  # its id
    agree: bool  # no: nobody is told why, and this message is not asked for again
    text: OptionalQuote = ""  # empty: as it was asked for


class QuoteWithdrawWritten(Shape, kw_only=True):
    entry: QuoteWithdrawn
    repeat: bool = False


class WithdrawQuote(Write, tag="quote.withdraw", kw_only=True):
    """Take back a quote that one agreed to, at any time, also after having left; or, as a steward, take one out and say
    why. It is gone from every version of the portrait. Who took it back is not asked for it again."""

    Reply: ClassVar[type[Shape]] = QuoteWithdrawWritten

    quote: Id  # its id
    reason: OptionalReason = ""  # of a steward: needed


QuoteCommand = ListQuotes | AskQuote | ConsentToQuote | WithdrawQuote
QuoteWrite = AskQuote | ConsentToQuote | WithdrawQuote
QuoteEntry = QuoteAsked | QuoteAnswered | QuoteWithdrawn
