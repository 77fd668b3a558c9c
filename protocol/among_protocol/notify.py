"""What of all that is said is worth a bell: one's choices for everywhere, a community, a room, a thread that one follows,
and words that one waits for. A register of the account: the last value wins, it has no number, all of it is in every sync,
and every other device is told. A choice for a thread is a part of following it (threads.py): it is in the sync, and told,
with that, and ends with it.

The server keeps the choices and never looks at a text for them. What they mean is said once, in attention.py, which is
pure: a client asks it of everything that comes.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import NOTIFY_WORD_CHARS, Command, Event, OptionalId, Seq, Shape, Time
from .status import MINUTE

LONGEST_CHOICE = 366 * 24 * 60 * MINUTE  # of one that ends by itself

# all: everything that is said. mentions: what mentions one, answers one, or has a word that one waits for; in a direct
# that is everything, unless it was chosen for that direct. nothing. inherit: nothing was chosen, the next wider place
# decides, and in the end it is `mentions`.
NotifyLevel = str  # all, mentions, nothing, inherit (nothing was chosen); unknown: as inherit

WordText = Annotated[str, Meta(max_length=NOTIFY_WORD_CHARS)]  # code points, folded; empty: none
ChoiceTime = Annotated[int, Meta(ge=0, le=LONGEST_CHOICE)]  # milliseconds


class NotifyChoice(Shape, omit_defaults=False, kw_only=True):
    """What I chose for a place, or that I wait for a word."""

    hidden: ClassVar[frozenset[str]] = frozenset({"word"})

    place: str  # id of a room or a community; empty: everywhere
    word: str  # folded; empty: none. One waits for words everywhere, so that `place` is empty then
    level: NotifyLevel
    until: Time  # it ends by itself then, and is as if it had not been chosen; empty: it does not
    thread: Seq = 0  # number of the root of a thread in that room, for which it is; 0: for none


class NotifyChanged(Event, tag="notify.changed", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced: what it chose for one place, or one word."""

    hidden: ClassVar[frozenset[str]] = frozenset({"word"})

    place: str  # empty: everywhere
    word: str  # folded; empty: none
    level: NotifyLevel  # inherit: nothing is chosen any more
    until: Time  # it ends by itself then; empty: it does not


class SetNotify(Command, tag="notify.set", kw_only=True):
    """Choose what is worth a bell: everywhere, in a community, a room or a thread that one follows; or wait for a word, whoever
    says it.

    A word is matched whole, whatever its case, by the client: a few words in a row may be one. With `all` one waits for
    it, with `inherit` no longer. The reply says what is chosen now."""

    Reply: ClassVar[type[Shape]] = NotifyChoice
    hidden: ClassVar[frozenset[str]] = frozenset({"word"})

    place: OptionalId = ""  # a room that one may see, or a community that one is in; empty: everywhere
    thread: Seq = 0  # only for a thread of that room, which one follows: the number of its root; 0: no thread
    word: WordText = ""  # a word that one waits for, everywhere; empty: none
    level: Literal["all", "mentions", "nothing", "inherit"]  # inherit: take back what was chosen
    for_ms: ChoiceTime = 0  # how long, in milliseconds; 0: until it is changed
