"""The portrait of a community as one document, in Markdown and in HTML. Pure.

Rule: what people wrote is text, and stays in its place (protocol document.py).
"""

from collections.abc import Iterator
from html import escape

from among_protocol.document import HTML_END, html_head, html_lines, markdown_lines, paragraphs, plain
from among_protocol.members import Persona
from among_protocol.portrait import Content, Milestone, Portrait, Quote

TITLES = {"about": "What we are about", "story": "How it came about", "milestones": "Milestones"}
QUOTES = "In the words of members"
INTERESTS = "Interests"


def markdown(portrait: Portrait) -> str:
    parts = [f"# {plain(portrait.name)}", f"*{plain(portrait.slug)}{_as_of(portrait)}*"]
    for title, content in _sections(portrait):
        parts.append(f"## {title}")
        if content.text:
            parts += [markdown_lines(lines) for lines in paragraphs(content.text)]
        if content.milestones:
            parts.append("\n".join(f"- **{one.date}** {plain(one.text)}" for one in content.milestones))
    if portrait.quotes:
        parts.append(f"## {QUOTES}")
        parts += [_quoted(one.text, who) for one, who in _by(portrait)]
    if portrait.interests:
        parts += [f"## {INTERESTS}", ", ".join(map(plain, portrait.interests))]
    return "\n\n".join(parts) + "\n"


def _quoted(text: str, who: str) -> str:
    parts = [*map(markdown_lines, paragraphs(text)), f"— {plain(who)}"]
    return "\n>\n".join("\n".join(f"> {row}" for row in one.split("\n")) for one in parts)


_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 42rem; margin: 3rem auto; padding: 0 1.25rem; font: 1.0625rem/1.6 Georgia, "Times New Roman", serif; }
h1 { font-size: 2.25rem; line-height: 1.15; margin: 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
header p, footer { color: color-mix(in srgb, currentColor 65%, transparent); font-size: .9375rem; margin: .25rem 0 0; }
p { overflow-wrap: break-word; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; }
dt { font-variant-numeric: tabular-nums; color: color-mix(in srgb, currentColor 65%, transparent); }
dd { margin: 0; overflow-wrap: anywhere; }
blockquote { margin: 1.5rem 0; padding-left: 1.25rem; border-left: 3px solid color-mix(in srgb, currentColor 25%, transparent); }
blockquote footer { margin-top: .25rem; }
@media print { body { margin: 0 auto; } }
"""


def html(portrait: Portrait) -> str:
    parts = [
        f"<header>\n<h1><bdi>{escape(portrait.name)}</bdi></h1>\n<p>{escape(portrait.slug)}{_as_of(portrait)}</p>\n</header>"
    ]
    for title, content in _sections(portrait):
        parts.append(f"<section>\n<h2>{title}</h2>\n{''.join(_marked_up(content))}</section>")
    if portrait.quotes:
        said = "".join(
            f"<blockquote>\n{html_lines(one.text)}<footer>— <bdi>{escape(who)}</bdi></footer>\n</blockquote>\n"
            for one, who in _by(portrait)
        )
        parts.append(f"<section>\n<h2>{QUOTES}</h2>\n{said}</section>")
    if portrait.interests:
        words = ", ".join(f"<bdi>{escape(word)}</bdi>" for word in portrait.interests)
        parts.append(f"<section>\n<h2>{INTERESTS}</h2>\n<p>{words}</p>\n</section>")
    body = "\n".join(parts)
    return f"{html_head(portrait.name, _STYLE)}{body}{HTML_END}"


def _marked_up(content: Content) -> Iterator[str]:
    yield html_lines(content.text)
    if content.milestones:
        yield f"<dl>\n{''.join(map(_milestone, content.milestones))}</dl>\n"


def _milestone(one: Milestone) -> str:
    return f'<dt><time>{escape(one.date)}</time></dt><dd dir="auto">{escape(one.text)}</dd>\n'


def _by(portrait: Portrait) -> Iterator[tuple[Quote, str]]:
    """Each quote, with the name of whom it is by."""
    people = {(one.member, one.rev): one for one in portrait.people} | {(one.member, 0): one for one in portrait.people}
    for one in portrait.quotes:
        who = people.get((one.member, one.rev)) or people.get((one.member, 0))
        yield one, "a former member" if who is None else _named(who)


def _named(who: Persona) -> str:
    return who.handle if who.display_name == who.handle else f"{who.display_name} ({who.handle})"


def _sections(portrait: Portrait) -> Iterator[tuple[str, Content]]:
    """Those that say something, under their titles, in the order in which one reads them."""
    found = {one.section: one.content for one in portrait.sections}
    for section, title in TITLES.items():
        content = found.get(section)
        if content is not None and content != Content():
            yield title, content


def _as_of(portrait: Portrait) -> str:
    return f", version {portrait.version} of {portrait.at[:10]}" if portrait.version else ""
