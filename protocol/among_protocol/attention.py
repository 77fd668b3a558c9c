"""Whether something that was said is worth a bell: the one place that says what one's choices (notify.py) and one's times
of rest (dnd.py) mean. Pure, and without a clock: the moment is that at which it was said.

A word is found whole and whatever its case: what stands before and after it is no letter, digit or mark. In scripts that
put no blanks between words it is found anywhere. However hostile the text, a look costs less than it took to send.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime

from .dnd import Dnd, DndChanged, is_on
from .notify import NotifyChanged, NotifyChoice
from .status import Appearance
from .threads import ThreadState

LOOKS = 1_000  # places in one text at which a word is tried
_LEVELS = ("all", "mentions", "nothing")


class Attention:
    """What one account chose."""

    def __init__(self) -> None:
        self.choices: dict[str, NotifyChoice] = {}  # by place
        self.words: dict[str, NotifyChoice] = {}  # by word, folded
        self.dnd: Dnd | None = None

    def stated(self, choices: Iterable[NotifyChoice], dnd: Dnd | None) -> None:
        """As the server states it."""
        choices = list(choices)
        self.choices = {one.place: one for one in choices if not one.word}
        self.words = {one.word: one for one in choices if one.word}
        self.dnd = dnd

    def apply(self, event: NotifyChoice | NotifyChanged | Dnd | DndChanged) -> None:
        if isinstance(event, Dnd | DndChanged):
            self.dnd = Dnd(times=event.times, zone=event.zone, shown=event.shown)
            return
        kept: dict[str, NotifyChoice] = self.words if event.word else self.choices
        key = event.word or event.place
        kept.pop(key, None)
        if event.level != "inherit":
            kept[key] = NotifyChoice(place=event.place, word=event.word, level=event.level, until=event.until)

    def level(self, room: str, community: str, *, direct: bool, at: str, thread: ThreadState | None = None) -> str:
        """`all`, `mentions` or `nothing`, for a room at a moment; or for a `thread` of it that one follows."""
        one = self.decides(room, community, at=at, thread=thread)
        if one is None:
            return "all" if direct else "mentions"
        return "all" if direct and one.place != room and one.level == "mentions" else one.level

    def decides(self, room: str, community: str, *, at: str, thread: ThreadState | None = None) -> NotifyChoice | None:
        """The choice that holds. What was chosen for the thread goes before what was chosen for its room, that before what
        was chosen for its community, and that before what was chosen for everywhere. None: nothing was chosen."""
        places = [self.choices.get(place) for place in (room, *([community] if community else []), "")]
        if thread is not None:
            places.insert(
                0,
                NotifyChoice(place=room, thread=thread.thread, word="", level=thread.level, until=thread.until),
            )
        return next((one for one in places if one and one.level in _LEVELS and not _is_over(one, at)), None)

    def waits_for(self, body: str, at: str) -> bool:
        """Whether a text has a word that one waits for."""
        words = [word for word, one in self.words.items() if not _is_over(one, at)]
        if not words:
            return False
        text = folded(body)
        return any(has_word(text, word) for word in words)

    def rests(self, at: str) -> bool:
        """Whether it is a time at which one is not to be disturbed."""
        if self.dnd is None or not self.dnd.times:
            return False
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return False
        return moment.tzinfo is not None and is_on(self.dnd, moment)

    def wants(
        self,
        body: str,
        *,
        room: str,
        community: str,
        direct: bool,
        for_me: bool,
        at: str,
        seen: bool = False,
        thread: ThreadState | None = None,
    ) -> bool:
        """Whether one wants to be told of what somebody else said, whom one neither blocks nor mutes. `for_me`: it mentions
        or answers one. `at`: when it was said. `seen`: one is looking at the room, and is told of what is meant for one.
        `thread`: it was said in this one, which one follows."""
        level = self.level(room, community, direct=direct, at=at, thread=thread)
        if level == "nothing":
            return False
        return (level == "all" and not seen) or for_me or self.waits_for(body, at)

    def rings(
        self,
        body: str,
        *,
        room: str,
        community: str,
        direct: bool,
        for_me: bool,
        at: str,
        seen: bool = False,
        thread: ThreadState | None = None,
    ) -> bool:
        """Likewise, and whether a bell may say so."""
        return not self.rests(at) and self.wants(
            body, room=room, community=community, direct=direct, for_me=for_me, at=at, seen=seen, thread=thread
        )


def is_dnd(appearances: Mapping[str, Appearance], community: str) -> bool:
    """Whether one chose not to be disturbed: there, or everywhere where nothing else was chosen."""
    here = appearances.get(community)
    chosen = here if here is not None and here.appear != "inherit" else appearances.get("")
    return chosen is not None and chosen.appear == "dnd"


def folded(text: str) -> str:
    """As words are compared."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def word(text: str) -> str:
    """A word that one waits for, as it is kept: folded, its parts joined by single blanks."""
    return " ".join(folded(text).split())


def has_word(text: str, word: str) -> bool:
    """Whether a folded text has this folded word, whole."""
    at = text.find(word) if word else -1
    for _ in range(LOOKS):
        if at < 0:
            return False
        if _is_edge(text, at - 1, word[0]) and _is_edge(text, at + len(word), word[-1]):
            return True
        at = text.find(word, at + 1)
    return False


def _is_edge(text: str, beside: int, last: str) -> bool:
    """Whether a word may begin or end between its last character and the one beside it."""
    if not 0 <= beside < len(text) or _is_unspaced(last) or not _is_part(last):
        return True
    return not _is_part(text[beside])


def _is_part(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] in "LNM"


def _is_unspaced(char: str) -> bool:
    """Of a script that puts no blanks between words: Thai and its kin, Khmer, kana, Chinese characters."""
    code = ord(char)
    return (
        0x0E00 <= code <= 0x0EFF
        or 0x1000 <= code <= 0x109F
        or 0x1780 <= code <= 0x17FF
        or 0x3040 <= code <= 0x30FF
        or 0x3400 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
    )


def _is_over(one: NotifyChoice, at: str) -> bool:
    return bool(one.until) and one.until <= at
