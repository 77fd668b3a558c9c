"""What every frame has in common: commands, replies, events, and the field types they are made of.

Rules: a frame is one object with a `type`. A client sends commands, each with an `id` of its choosing; exactly one
reply, `ok` or `refused`, carries that `id` back. Everything else the server sends is an event. Unknown fields are
ignored on both sides, so fields are only ever added, and always with a default.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta, Struct

MAX_INT = 2**53 - 1  # numbers on the wire stay exact in languages whose only number is a double

HANDLE_CHARS = 32
HANDLE_LEAST = 3
NAME_CHARS = 64
ABOUT_CHARS = 500
TOPIC_CHARS = 250
REASON_CHARS = 500
PASSWORD_CHARS = 1_024
KEY_CHARS = 64  # of what only names something
SECRET_CHARS = 256
CURSOR_CHARS = 160  # of where a page ended
BODY_BYTES = 8_000
PAGE_ENTRIES = 200
POSITIONS = 1_100  # named in one sync
WATCHED = 200
PERSONAS = 200  # resolved in one batch
DIRECT_PEOPLE = 10  # with oneself
PRONOUNS_CHARS = 32
PLACE_CHARS = 64
WHY_CHARS = 250
INTRO_CHARS = 2_000
LINKS = 5  # of one persona
LABEL_CHARS = 40
LINK_CHARS = 250
CARDS = 100  # read at once
TITLE_CHARS = 200
POST_BYTES = 20_000
CORNERS = 100  # asked for by name at once
DRAFTS = 100  # of one account
THREADS = 300  # that one account follows
EXTENSIONS = 32
NOTIFY_CHOICES = 500  # of one account
NOTIFY_WORDS = 50  # likewise
NOTIFY_WORD_CHARS = 40
DND_TIMES = 7  # of one account's schedule
TAG_CHARS = 32
TAGS = 8  # of one community
INTERESTS = 8  # of one person in one place
FOUND = 50  # members in one answer
SUGGESTIONS = 25  # in one answer
RULES_BYTES = 8_000
QUESTIONS = 5  # at the door of one community
QUESTION_CHARS = 200
ANSWER_CHARS = 500
QUERY_CHARS = 400  # of a search
QUERY_TERMS = 16  # words, phrases and filters of a search
HITS = 50  # of a search, in one answer

CommandId = Annotated[str, Meta(min_length=1, max_length=KEY_CHARS)]
Nonce = Annotated[str, Meta(min_length=1, max_length=KEY_CHARS, description="printable ASCII")]
Id = Annotated[str, Meta(min_length=1, max_length=KEY_CHARS)]
OptionalId = Annotated[str, Meta(max_length=KEY_CHARS)]  # empty: none
KeyText = Annotated[str, Meta(max_length=KEY_CHARS)]
SecretText = Annotated[str, Meta(max_length=SECRET_CHARS)]
Cursor = Annotated[str, Meta(max_length=CURSOR_CHARS)]  # where a page ended, as the server said; empty: nowhere
Seq = Annotated[int, Meta(ge=0, le=MAX_INT)]  # number of an entry in its log; the first entry is 1, 0 is "before it"
Rev = Annotated[int, Meta(ge=0, le=MAX_INT)]  # revision of a persona; the first is 1
Time = str  # RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers

MomentText = Annotated[str, Meta(max_length=KEY_CHARS)]  # RFC 3339, with its offset

HandleText = Annotated[str, Meta(min_length=HANDLE_LEAST, max_length=HANDLE_CHARS)]  # grammar in text.py
NameText = Annotated[str, Meta(min_length=1, max_length=NAME_CHARS)]  # code points after NFC
AboutText = Annotated[str, Meta(max_length=ABOUT_CHARS)]  # code points after NFC
TopicText = Annotated[str, Meta(max_length=TOPIC_CHARS)]  # code points after NFC
BodyText = Annotated[str, Meta(min_length=1, max_length=BODY_BYTES)]  # UTF-8 bytes; code points are checked first
PronounsText = Annotated[str, Meta(max_length=PRONOUNS_CHARS)]  # code points after NFC, one line
PlaceText = Annotated[str, Meta(max_length=PLACE_CHARS)]  # likewise
WhyText = Annotated[str, Meta(max_length=WHY_CHARS)]  # likewise
IntroText = Annotated[str, Meta(max_length=INTRO_CHARS)]  # code points; may have several lines
LabelText = Annotated[str, Meta(min_length=1, max_length=LABEL_CHARS)]  # code points after NFC, one line
LinkText = Annotated[str, Meta(min_length=1, max_length=LINK_CHARS)]  # printable ASCII
TitleText = Annotated[str, Meta(min_length=1, max_length=TITLE_CHARS)]  # code points after NFC, one line
PostText = Annotated[
    str, Meta(min_length=1, max_length=POST_BYTES)
]  # UTF-8 bytes; code points are only the first check
ReasonText = Annotated[str, Meta(min_length=1, max_length=REASON_CHARS)]  # code points after NFC, one line
OptionalReason = Annotated[str, Meta(max_length=REASON_CHARS)]  # likewise; empty: none was given
RulesText = Annotated[str, Meta(max_length=RULES_BYTES)]  # UTF-8 bytes; lines may break
QuestionText = Annotated[str, Meta(min_length=1, max_length=QUESTION_CHARS)]  # code points after NFC, one line
AnswerText = Annotated[str, Meta(max_length=ANSWER_CHARS)]  # likewise
Questions = Annotated[list[QuestionText], Meta(max_length=QUESTIONS)]
Answers = Annotated[list[AnswerText], Meta(max_length=QUESTIONS)]
PasswordText = Annotated[str, Meta(min_length=1, max_length=PASSWORD_CHARS)]
PageLimit = Annotated[int, Meta(ge=1, le=PAGE_ENTRIES)]

# Words that the server says from a set that may grow. They are open text to whoever reads, so that a client of today
# understands a server of tomorrow; a word that one does not know is to be treated as the comment beside it says.
BudgetOwner = str  # account (before signing in: of this connection), address; unknown: as account
ErrorClass = str  # fix, auth, wait, gone, bug; unknown: as fix


_UNSAID = (
    "password",
    "token",
    "secret",
    "invite",
    "link",
    "body",
    "reason",
    "note",
    "answer",
)  # as a part of a field's name


class Discreet(Struct):
    """A struct that can be shown to whoever reads a log: not what is secret in it, nor what people said."""

    hidden: ClassVar[frozenset[str]] = frozenset()  # names of fields that are secret, though they don't sound so

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [(name, self._told(name)) for name in self.__struct_fields__]

    def _told(self, name: str) -> object:
        value = getattr(self, name)
        unsaid = name in self.hidden or any(part in name for part in _UNSAID)
        return Ellipsis if unsaid and value and isinstance(value, str | bytes | list) else value


class Shape(Discreet, kw_only=True, omit_defaults=True):
    """A plain object inside a frame; fields at their default are left out."""


class Command(Discreet, kw_only=True, omit_defaults=True, tag_field="type"):
    """What a client asks. `Reply` names the struct that arrives as `result` of the `ok`."""

    Reply: ClassVar[type[Shape]]

    id: CommandId  # of the client's choosing: the reply carries it back, and then it is free again


class Write(Command, kw_only=True):
    """A command that writes entries. The same account, nonce and content give the first result again, marked
    `repeat`, for as long as that result exists; other content under a used nonce is refused (`nonce.conflict`)."""

    nonce: Nonce  # of the client's choosing, new for each write


class Event(Discreet, kw_only=True, omit_defaults=True, tag_field="type"):
    """What the server says without being asked. Unknown types are safe to skip."""


class Entry(Event, kw_only=True):
    """A durable event: an entry in the log of a place.

    `log` is the id of the place (a room, a community, one's own account). `seq` follows the one before it without a
    hole; where an entry covers more than itself, `from` is the first number that it covers. A client is whole when
    `from` (or `seq`) is not later than the number after the last one it has.
    """

    words: ClassVar[tuple[str, ...]] = ()  # the fields that are its body: blank.py

    log: Id
    seq: Seq
    at: Time
    by: str = ""  # the author's membership; empty when the place itself or its owner speaks
    rev: Rev = 0  # revision of the author's persona at that moment
    nonce: str = ""  # of the author's command: lets every device of the author know its own
    first: Seq = msgspec.field(default=0, name="from")  # 0: covers itself alone
    blank: bool = False  # what it said was deleted: its text is empty, and its number stays


class Span(Event, kw_only=True):
    """An event that covers numbers of a log. It is no entry, but counts like one: a client's position goes on to `seq`."""

    log: Id
    seq: Seq  # the last number that it covers
    first: Seq = msgspec.field(default=0, name="from")  # the first one; 0: `seq` alone


class Budget(Shape, kw_only=True):
    """How much one may still ask. Told when less than half is left, and in every refusal for rate."""

    left: int  # units that may be spent now
    of: int  # units when full
    full_in_ms: int  # until it is full again, when nothing more is asked
    whose: BudgetOwner = "account"


class Ok(Struct, kw_only=True, omit_defaults=True, tag_field="type", tag="ok"):
    """The reply to a command that was carried out. `result` is what this command answers with."""

    id: str  # of the command
    result: msgspec.Raw  # what the command answers with
    budget: Budget | None = None  # told when less than half of it is left


class WrittenRaw(Shape, kw_only=True):
    """The result of a write, around an entry that is encoded already."""

    entry: msgspec.Raw
    repeat: bool = False


class OkRaw(Struct, kw_only=True, omit_defaults=True, tag_field="type", tag="ok"):
    """An `ok` around it."""

    id: str
    result: WrittenRaw
    budget: Budget | None = None


class Refused(Struct, kw_only=True, omit_defaults=True, tag_field="type", tag="refused"):
    """The reply to a command that was not carried out; nothing has changed."""

    id: str | None  # null when the frame was too broken to tell
    code: str  # stable: see the error codes
    kind: ErrorClass = msgspec.field(name="class")  # what to do next
    message: str  # a sentence for people
    field: str = ""  # path of the offending field, where there is one
    retry_after_ms: int = 0  # class `wait` only
    until: Time = ""  # when what stands in the way ends by itself, where it does
    budget: Budget | None = None  # told when less than half of it is left


class Done(Shape, kw_only=True):
    """The result of a command with nothing to tell."""
