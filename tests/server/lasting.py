"""What somebody in a story wants to last, or not to: quotes in a portrait, and how long rooms keep what is said."""

from typing import Any

from among_protocol.base import Command
from among_protocol.communities import UpdateCommunity
from among_protocol.portrait import DeclineProposal, MergeProposal
from among_protocol.quotes import AskQuote, ConsentToQuote, WithdrawQuote
from among_protocol.retention import FOR_EVER, Retention, SetRetention
from tests.server.chronicle import Chronicle

QUOTES = ("agree", "agree", "agree", "disagree", "withdraw")  # which only whose words they are may
TENDING = ("take in", "take in", "keep", "keep", "keep all")  # which only who keeps the place may
LASTING = ("quote", "quote", "quote", *QUOTES, *TENDING)

WISHES = (
    Retention(messages=2), Retention(messages=3, pinned=False), Retention(days=2), Retention(messages=1), None, FOR_EVER,
    Retention(days=1, messages=4, pinned=False), Retention(messages=5),
)  # fmt: skip
DAYS = (4, 4, 1, 0)  # that pass until it is looked what is due: what was said takes effect after three


def lasting(
    act: str, chronicle: Chronicle, room: str, message: int, word: str, drawn: tuple[int, int]
) -> tuple[type[Command], dict[str, Any]]:
    """The command. `word`: one that nobody else has."""
    one, two = drawn
    community = chronicle.rooms.get(room) or "c_nowhere"
    match act:
        case "quote":
            where = {"room": room, "message": message} if one else {}  # else in words of one's own
            return AskQuote, {"community": community, **where, "text": f"in {room}"}
        case "agree" | "disagree" | "withdraw":
            return _of_mine(act, chronicle, word, two)
        case "take in":
            waiting = list(chronicle.proposals) or [("c_nowhere", 1)]
            place, number = waiting[-1 - two % min(len(waiting), 3)]
            named = {"community": place, "proposal": number}
            return (MergeProposal, named) if one % 4 else (DeclineProposal, {**named, "reason": f"reason-{word[5:]}"})
        case "keep":
            return SetRetention, {"room": room, "retention": WISHES[two]}
        case _:
            return UpdateCommunity, {"community": community, "retention": WISHES[two] or FOR_EVER}


def quote_at(chronicle: Chronicle, number: int) -> str:
    """One of those that there are."""
    there = list(chronicle.quotes)
    return there[number % len(there)] if there else "q_none"


def _of_mine(act: str, chronicle: Chronicle, word: str, number: int) -> tuple[type[Command], dict[str, Any]]:
    quote = quote_at(chronicle, number)
    if act == "withdraw":
        return WithdrawQuote, {"quote": quote, "reason": f"reason-{word[5:]}"}
    community = chronicle.quotes[quote].place if quote in chronicle.quotes else "c_nowhere"
    own = "in words of my own" if number % 3 == 0 and act == "agree" else ""
    return ConsentToQuote, {"community": community, "quote": quote, "agree": act == "agree", "text": own}
