"""A room as a file: JSON in the protocol's own shapes, or a page to read, in HTML or Markdown. Pure: what there is comes in a
page at a time, and goes out as text, so that a room of any length needs no memory.

Rules: what was deleted is not in it. What people wrote stays in its place (protocol document.py): in HTML as its marks say, with
spoilers hidden until one points at them, in Markdown as it was typed. In what is to be read nothing of it is obeyed by a
terminal either.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Literal, Protocol

import msgspec

from among_protocol.document import HTML_END, html_head, markdown_lines, paragraphs, plain
from among_protocol.export import Transcript
from among_protocol.markup import Block, Span, parse
from among_protocol.members import Persona
from among_protocol.messages import QUOTED, Forwarded, Message, Quoted

from .places import NOBODY
from .safe_text import safe_lines, safe_text
from .words import glimpse

Format = Literal["json", "html", "md"]
FORMATS: tuple[Format, ...] = ("json", "html", "md")
People = Mapping[tuple[str, int], Persona]  # by membership and revision
Places = Mapping[str, str]  # titles of rooms, by id

NOWHERE: Places = {}
GONE = "What was said before is no longer kept there."
REMOVED = "#{0}: no longer there; what was said in its thread:"
STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1.25rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
header p, footer, time, .re, .no { color: color-mix(in srgb, currentColor 65%, transparent); }
time, .re, .no { font-size: .875rem; }
article { margin: .75rem 0; }
article p { margin: .125rem 0; overflow-wrap: anywhere; }
article:target { background: color-mix(in srgb, currentColor 8%, transparent); }
.re { display: block; }
a { text-decoration: none; }
article.thread { margin-inline-start: 1.5rem; }
article .in { padding-inline-start: 1.25rem; }
blockquote { margin: 0; padding-inline-start: .75rem; border-inline-start: 3px solid color-mix(in srgb, currentColor 30%, transparent); }
pre { overflow-x: auto; margin: .25rem 0; }
.hid:not(:hover, :focus) { color: transparent; background: color-mix(in srgb, CanvasText 40%, transparent); }
@media print { body { margin: 0 auto; } }
"""


class Writing(Protocol):
    """A form of the file."""

    def begin(self) -> str: ...
    def page(self, messages: Sequence[Message], people: People, places: Places = NOWHERE) -> str:
        """These messages, which come after those before. `people`: at least those who wrote them or are quoted or shown;
        `places`: rooms that something is shown of, as far as they are known."""
        ...

    def end(self) -> str: ...


def writing(form: Format, room: Transcript, title: str) -> Writing:
    """`room`: without messages and personas."""
    if form == "json":
        return Json(room, title)
    return Html(room, title) if form == "html" else Markdown(room, title)


def name_of(people: People, member: str, rev: int) -> str:
    """As whoever it was is named."""
    who = people.get((member, rev))
    if who is None or not who.handle:
        return NOBODY
    return safe_text(who.handle if who.display_name in ("", who.handle) else f"{who.display_name} ({who.handle})")


class _Roots:
    """Which roots are missing: what was said in a thread comes behind its root, where there is one."""

    def __init__(self) -> None:
        self._last = 0  # number of the message that what comes next may hang from

    def missing(self, message: Message) -> int:
        """The number of the root that should stand before this one and does not; 0: nothing is missing."""
        root = message.thread or message.seq
        before, self._last = self._last, root
        return root if message.thread and root != before else 0


class Json:
    """One object, a Transcript: a message on each line of its own."""

    def __init__(self, room: Transcript, title: str) -> None:
        self._room = room
        self._first = True
        self._people: dict[tuple[str, int], Persona] = {}  # few for many messages
        self._roots, self._removed = _Roots(), list[int]()

    def begin(self) -> str:
        head = _encoded(self._room)
        return f'{head[:-1]},"messages":['

    def page(self, messages: Sequence[Message], people: People, places: Places = NOWHERE) -> str:
        rows = []
        for message in messages:
            if missing := self._roots.missing(message):
                self._removed.append(missing)
            rows.append(f"{'' if self._first else ','}\n{_encoded(message)}")
            self._first = False
            for key in _named_in(message):
                if key in people:
                    self._people.setdefault(key, people[key])
        return "".join(rows)

    def end(self) -> str:
        people = ",\n".join(_encoded(one) for one in self._people.values())
        removed = f',"removed":{self._removed}' if self._removed else ""
        return f'\n],"personas":[\n{people}\n]{removed}}}\n'


class Markdown:
    def __init__(self, room: Transcript, title: str) -> None:
        self._room, self._title = room, title
        self._day = ""
        self._roots = _Roots()

    def begin(self) -> str:
        parts = [f"# {plain(self._title)}"]
        if self._room.room.topic:
            parts.append(f"*{plain(safe_text(self._room.room.topic))}*")
        parts.append(_about(self._room))
        if self._room.floor:
            parts.append(GONE)
        return "\n\n".join(parts) + "\n"

    def page(self, messages: Sequence[Message], people: People, places: Places = NOWHERE) -> str:
        return "".join(f"\n{part}\n" for message in messages for part in self._message(message, people, places))

    def _message(self, message: Message, people: People, places: Places) -> Iterator[str]:
        if missing := self._roots.missing(message):
            yield plain(REMOVED.format(missing))
        if message.at[:10] != self._day and not message.thread:
            self._day = message.at[:10]
            yield f"## {self._day}"
        facts = _facts(message, self._room.floor)
        thread = f" in the thread of #{message.thread}" if message.thread else ""
        yield f"**{plain(name_of(people, message.by, message.rev))}** {_time(message)} #{message.seq}{thread}{facts}"
        if message.reply_to:
            yield f"> {plain(_answers(message.quote, message.reply_to, people))}"
        yield from map(markdown_lines, paragraphs(_safe(message.body)))
        if message.forwarded is not None:
            yield plain(_credit(message.forwarded, people, places))
            if said := [markdown_lines(lines) for lines in paragraphs(_safe(message.forwarded.body))]:
                yield "\n".join(f"> {line}" for line in "\n\n".join(said).split("\n"))
        if message.reactions:
            yield plain(_reactions(message))

    def end(self) -> str:
        return ""


class Html:
    def __init__(self, room: Transcript, title: str) -> None:
        self._room, self._title = room, title
        self._day = ""
        self._roots = _Roots()

    def begin(self) -> str:
        room = self._room
        topic = f"<p><bdi>{escape(safe_text(room.room.topic))}</bdi></p>\n" if room.room.topic else ""
        gone = f"<p>{GONE}</p>\n" if room.floor else ""
        head = f"<header>\n<h1><bdi>{escape(self._title)}</bdi></h1>\n{topic}<p>{_about(room)}</p>\n{gone}</header>\n"
        return html_head(self._title, STYLE) + head

    def page(self, messages: Sequence[Message], people: People, places: Places = NOWHERE) -> str:
        return "".join(self._message(message, people, places) for message in messages)

    def _message(self, message: Message, people: People, places: Places) -> str:
        day = ""
        if message.at[:10] != self._day and not message.thread:
            self._day = message.at[:10]
            day = f"<h2>{escape(self._day)}</h2>\n"
        who = escape(name_of(people, message.by, message.rev))
        number = f'<a class="no" href="#m{message.seq}">#{message.seq}</a>'
        facts = _facts(message, self._room.floor)
        time = f'<time datetime="{escape(message.at)}">{escape(_time(message))}</time> {number}{facts}'
        thread = ' class="thread"' if message.thread else ""
        answers = ""
        if message.reply_to:
            said = escape(_answers(message.quote, message.reply_to, people))
            answers = f'<a class="re" href="#m{message.reply_to}">↩ <bdi>{said}</bdi></a>\n'
        reactions = f'<p class="re">{escape(_reactions(message))}</p>\n' if message.reactions else ""
        missing = self._roots.missing(message)
        removed = f'<p class="re" id="m{missing}">{REMOVED.format(missing)}</p>\n' if missing else ""
        return (
            f'{day}{removed}<article id="m{message.seq}"{thread}>\n<b><bdi>{who}</bdi></b> {time}\n'
            f"{answers}{_html(_safe(message.body))}{_shown(message.forwarded, people, places)}{reactions}</article>\n"
        )

    def end(self) -> str:
        return HTML_END


def _facts(message: Message, floor: int) -> str:
    """What a pin alone keeps stands before the rest."""
    return f"{', pinned' if message.seq <= floor else ''}{', edited' if message.edited else ''}"


def _time(message: Message) -> str:
    """The hour, under the heading of its day; what was said in a thread stands on the day of its root."""
    return message.at[:16].replace("T", " ") if message.thread else message.at[11:16]


def _safe(body: str) -> str:
    return "\n".join(safe_lines(body))


def _html(body: str) -> str:
    """As its marks say. An address is text, as all is: the page leads nowhere but to itself."""
    return "".join(_block(block) for block in parse(body) if any(span.text.strip() for span in block.spans))


def _shown(origin: Forwarded | None, people: People, places: Places) -> str:
    """The message of another room that one shows, under whose it is: nothing that anybody types can stand there."""
    if origin is None:
        return ""
    said = _html(_safe(origin.body))
    credit = f'<p class="re"><bdi>{escape(_credit(origin, people, places))}</bdi></p>\n'
    return credit + (f"<blockquote>\n{said}</blockquote>\n" if said else "")


def _block(block: Block) -> str:
    said = "".join(
        f'<span class="hid" tabindex="0">{"".join(map(_span, spans))}</span>' if hidden else "".join(map(_span, spans))
        for hidden, spans in groupby(block.spans, lambda span: span.spoiler)
    )
    inside = block.level - (block.kind == "item")  # lists that this stands in
    before, after = (
        "<blockquote>" * block.quote + '<div class="in">' * inside,
        "</div>" * inside + "</blockquote>" * block.quote,
    )
    if block.kind == "code":
        return f'{before}<pre dir="auto">{said}</pre>{after}\n'
    mark = f"{escape(block.mark)} " if block.mark else ""
    return f'{before}<p dir="auto">{mark}{said}</p>{after}\n'


def _span(span: Span) -> str:
    said = escape(span.text)
    for so, tag in ((span.code, "code"), (span.strong, "strong"), (span.emphasis, "em"), (span.strike, "s")):
        said = f"<{tag}>{said}</{tag}>" if so else said
    return said


def _reactions(message: Message) -> str:
    return ", ".join(f"{safe_text(one.emoji)} {one.count}" for one in message.reactions)


def _encoded(shape: msgspec.Struct) -> str:
    return msgspec.json.encode(shape).decode()


def _about(room: Transcript) -> str:
    return f"As it was to read on {room.at[:16].replace('T', ' ')} UTC. Times are UTC."


def _answers(quote: Quoted | None, number: int, people: People) -> str:
    """What a message answers, as far as it is still there."""
    if quote is None or quote.blank:
        return f"#{number}: no longer there"
    return f"{name_of(people, quote.by, quote.rev)}: {safe_text(glimpse(quote.body, cut=len(quote.body) >= QUOTED, most=QUOTED, whole=True))}"


def _credit(origin: Forwarded, people: People, places: Places) -> str:
    """Whose message is shown, where it was said, and when."""
    if origin.gone:
        return "forwarded from somewhere that could not be read"
    where = f" in {safe_text(places[origin.room])} #{origin.seq}" if origin.room in places else ""
    when = f", {origin.at[:16].replace('T', ' ')}" if origin.at else ""
    edited, deleted = (", edited" if origin.edited else ""), (": deleted" if origin.blank else "")
    return f"forwarded from {name_of(people, origin.by, origin.rev)}{where}{when}{edited}{deleted}"


def _named_in(message: Message) -> Iterator[tuple[str, int]]:
    yield message.by, message.rev
    if message.quote is not None:
        yield message.quote.by, message.quote.rev
    if message.forwarded is not None and not message.forwarded.gone:
        yield message.forwarded.by, message.forwarded.rev


def asked_of(messages: Sequence[Message]) -> set[tuple[str, int]]:
    """Who wrote these, or is quoted or shown in them, at which revision."""
    return {key for message in messages for key in _named_in(message)}
