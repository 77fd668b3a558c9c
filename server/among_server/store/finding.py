"""The law of a store, the part about finding members; and how texts are cut for it. Pure but for the law.

A text is folded, so that case, accents and width don't count, and every end of it is kept: whoever has some characters
anywhere has an end that begins with them. So a search is one range of an ordered table, and needs no
other index. Who changes what `folded` or `ends` give adds a migration that makes the stored ones anew.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol

from among_protocol.finding import Found

PIECE = 24  # characters of an end that are kept; a longer query is held against the texts themselves
LONGEST = 96  # characters of a folded text that are looked at: a name is shorter, but some letters fold into eighteen

End = tuple[int, str]  # 0 where it begins a word, 1 within one; the first characters of the end


def folded(text: str) -> str:
    """A text as it is searched: any way to write the same letters gives the same."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(char for char in text if not "\u0300" <= char <= "\u036f").split())


def ends(*texts: str) -> set[End]:
    """What finds somebody with these texts."""
    found: set[End] = set()
    for text in texts:
        kept = folded(text)[:LONGEST]
        before = " "
        for at, char in enumerate(kept):
            if char != " ":
                found.add((int(before.isalnum()), kept[at : at + PIECE]))
            before = char
    return found


def span(query: str, kept: int = PIECE) -> tuple[str, str]:
    """Ends from the first on, before the second, begin with a (folded) query; so much of it is looked at."""
    head = query[:kept]
    return head, head + "\U0010ffff"


def holds(query: str, texts: Iterable[str]) -> bool:
    """Whether a (folded) query occurs in one of the texts."""
    return any(query in folded(text)[:LONGEST] for text in texts)


class FindingStore(Protocol):
    """The part of `api.Store`."""

    async def find(self, community: str, account: str, query: str, interest: str, limit: int) -> Sequence[Found]:
        """Members that have not left. With a query: who has it, folded, in handle, name or a former handle that is not hidden,
        those first in whom a word begins with it, then by what follows it; then by former handles, from
        their beginning. With an interest: who shows it to members and
        wants to be found by it, but nobody who blocks this account or is blocked by it."""
        ...
