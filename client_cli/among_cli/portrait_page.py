"""The portrait of a community on the screen, and what would change in it. Pure.

Rules: all of it is text of other people, and lines of it begin at the third column, so that none can pose as a line of
the client. A long section is cut, and says how to read on. What is added and what goes is told by a sign, not by colour.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Literal

from among_protocol.base import Entry
from among_protocol.greeters import GreeterChanged
from among_protocol.portrait import (
    Content,
    Portrait,
    PortraitDeclined,
    PortraitMerged,
    PortraitProposed,
    PortraitSection,
    PortraitUpdated,
    PortraitVersion,
    Proposal,
)
from among_protocol.quotes import QuoteAsked, QuoteWithdrawn

from .lines import Line, Rule, Style, Told, note, told
from .moment import moment
from .places import Community

SECTIONS = ("about", "story", "milestones")
TITLES = dict(zip(SECTIONS, ("What we are about", "How it came about", "Milestones"), strict=True))
ALL_TITLES = {**TITLES, "quotes": "Quotes"}
GLANCE = 700  # characters of a section that are shown with the others
DATED = 10  # columns of a date
AROUND = 1  # lines shown around what changed
COMPARED = 250_000  # pairs of lines that are compared with each other: a tenth of a second


def page(portrait: Portrait, zone: tzinfo | None) -> list[Line]:
    """All of it; of a long section the beginning."""
    lines: list[Line] = [Rule(portrait.name, "place")]
    shown = {one.section: one.content for one in portrait.sections if one.content != Content()}
    for name, title in TITLES.items():
        if name in shown:
            lines += [told(("strong", title)), *_glance(name, shown[name]), told("")]
    if portrait.quotes:
        people = {(one.member, one.rev): one.handle for one in portrait.people}
        lines.append(told(("strong", "In the words of members")))
        for number, quote in enumerate(portrait.quotes, 1):
            who = people.get((quote.member, quote.rev), "a former member")
            lines += [told(f"  “{quote.text}”"), told(("dim", "      — "), ("who", who), ("dim", f"  ({number})"))]
        lines.append(told(""))
    if portrait.interests:
        lines += [told(("strong", "Interests")), told(f"  {', '.join(portrait.interests)}"), told("")]
    if not shown and not portrait.quotes:
        lines += [
            told("  This community has not said yet what it is about."),
            note("  Make a start: /portrait propose about TEXT"),
        ]
    lines.append(note(_version(portrait, zone)))
    return lines


def from_outside(sections: Iterable[PortraitSection]) -> list[Line]:
    """How each section begins, for who looks in."""
    shown = {one.section: one.content for one in sections if one.content != Content()}
    return [
        line
        for name, title in TITLES.items()
        if name in shown
        for line in (told(("strong", title)), *_glance(name, shown[name]))
    ]


def section(portrait: Portrait, name: str, zone: tzinfo | None) -> list[Line]:
    """One section, whole."""
    found = next((one for one in portrait.sections if one.section == name), None)
    head = Rule(f"{portrait.name}: {TITLES[name]}", "place")
    if found is None or found.content == Content():
        return [head, note(f"  Nothing yet: /portrait propose {name} {_usage(name)}")]
    return [head, *_said(found.content), note(_version(portrait, zone))]


def to_all(event: PortraitUpdated, who: str) -> Told:
    """There is a new version."""
    title = ALL_TITLES.get(event.section, event.section)
    return told(
        ("place", title), ("dim", " of the portrait was written anew, by "), ("who", who), ("dim", ": /portrait")
    )


def to_me(event: PortraitMerged | PortraitDeclined | QuoteAsked | QuoteWithdrawn, slug: str, asker: str) -> Line:
    """What became of what one proposed; who would like to quote one."""
    place: tuple[Style, str] = ("place", slug or "a community")
    if isinstance(event, QuoteAsked):
        return told(
            ("who", asker), " would like to quote you in the portrait of ", place, ("dim", ": /quotes"), alert=True
        )
    if isinstance(event, PortraitMerged):
        return told(
            "What you proposed is in the portrait of ", place, ": thank you. ", ("dim", "/portrait"), alert=True
        )
    because = f" The reason: {event.reason}" if event.reason else ""
    if isinstance(event, QuoteWithdrawn):
        return told("A quote of yours was taken out of the portrait of ", place, f".{because}", alert=True)
    return told("What you proposed for the portrait of ", place, f" is not to be.{because}", alert=True)


def to_stewards(community: Community, event: Entry, who: str) -> Line | None:
    """In the stewards' log. What one did oneself, one was told already."""
    if event.by == community.me:
        return None
    head: tuple[tuple[Style, str], ...] = (("place", community.slug), ("dim", ", for stewards: "), ("who", who))
    match event:
        case PortraitProposed():
            title = ALL_TITLES.get(event.section, event.section)
            return told(*head, " proposes a change: ", ("place", title), ("dim", "  /portrait proposals"), alert=True)
        case GreeterChanged(state="volunteers"):
            return told(*head, " would like to greet newcomers", ("dim", f": /greet yes {who}"), alert=True)
        case PortraitMerged():
            return told(*head, f" merged proposal {event.proposal}")
        case PortraitDeclined():
            return told(*head, f" declined proposal {event.proposal}", f": {event.reason}" if event.reason else "")
        case _:
            return None


def history(versions: Iterable[PortraitVersion], names: Mapping[str, str], zone: tzinfo | None) -> list[Line]:
    """Who changed what, and when. `names`: handles by membership."""
    return [_changed(one, names, zone) for one in versions]


def proposal(one: Proposal, who: str, now: Content, zone: tzinfo | None, *, steward: bool) -> list[Line]:
    """What somebody proposes, as the difference to what the section says now."""
    head = told(
        ("strong", f"{one.proposal:>3}  "), ("who", who), " on ", ("place", ALL_TITLES.get(one.section, one.section)),
        ("dim", f", {_day(one.at, zone)}"), f": {one.note}" if one.note else "",
    )  # fmt: skip
    quoted: list[Line] = [told(f"  + “{one.quote.text}”")] if one.quote else []
    lines: list[Line] = [head, *(quoted or difference(now, one.content))]
    if one.stale:
        lines.append(
            told(("problem", "  The section has changed since it was written."), " Above is what would change.")
        )
    if steward:
        lines.append(note(f"  /portrait merge {one.proposal}, or /portrait decline {one.proposal} REASON"))
    else:
        lines.append(note(f"  It waits for the stewards. /portrait decline {one.proposal} takes it back."))
    return lines


def difference(before: Content, after: Content) -> list[Line]:
    """What goes, and what comes, with a line or so around it."""
    old, new = list(_rows(before)), list(_rows(after))
    if old == new:
        return [note("  They say the same.")]
    if len(old) * len(new) > COMPARED:
        return [*(_row("-", row) for row in old), *(_row("+", row) for row in new)]
    lines: list[Line] = []
    for kind, *at in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = old[at[0] : at[1]], new[at[2] : at[3]]
        if kind != "equal":
            lines += [*(_row("-", row) for row in gone), *(_row("+", row) for row in come)]
        elif len(come) <= 2 * AROUND + 1:
            lines += [_row(" ", row) for row in come]
        else:
            head, tail = come[:AROUND] if at[0] else [], come[-AROUND:] if at[1] < len(old) or at[3] < len(new) else []
            lines += [*(_row(" ", row) for row in head), note("    …"), *(_row(" ", row) for row in tail)]
    return lines


def _row(mark: Literal["-", "+", " "], text: str) -> Line:
    look: Style = "good" if mark == "+" else "problem" if mark == "-" else "dim"
    return told((look, f"  {'−' if mark == '-' else mark} "), ("dim" if mark == " " else "", text))


def _rows(content: Content) -> Iterator[str]:
    yield from content.text.split("\n") if content.text else ()
    for one in content.milestones:
        yield f"{one.date:<{DATED}}  {one.text}"


def _said(content: Content) -> list[Line]:
    lines: list[Line] = [told(f"  {row}") for row in content.text.split("\n")] if content.text else []
    lines += [told(("dim", f"  {one.date:<{DATED}}  "), one.text) for one in content.milestones]
    return lines


def _glance(name: str, content: Content) -> list[Line]:
    if len(content.text) <= GLANCE:
        return _said(content)
    begun = content.text[:GLANCE].rpartition(" ")[0] or content.text[:GLANCE]
    return [*_said(Content(text=f"{begun} …")), note(f"  read on: /portrait {name}")]


def _version(portrait: Portrait, zone: tzinfo | None) -> str:
    if not portrait.version:
        return "  Nothing was merged yet."
    old = f", of {portrait.newest}" if portrait.version != portrait.newest else ""
    return f"  version {portrait.version}{old}, {_day(portrait.at, zone)}. /portrait history tells who wrote it."


def _changed(one: PortraitVersion, names: Mapping[str, str], zone: tzinfo | None) -> Line:
    author, steward = names.get(one.author, "somebody"), names.get(one.by, "somebody")
    merged = f", merged by {steward}" if one.by != one.author else ""
    return told(
        ("strong", f"{one.version:>3}  "), ("place", ALL_TITLES.get(one.section, one.section)), ", by ", ("who", author),
        ("dim", f"{merged}, {_day(one.at, zone)}"), f": {one.note}" if one.note else "",
    )  # fmt: skip


def _usage(name: str) -> str:
    return "2019-05-17 SENTENCE" if name == "milestones" else "TEXT"


def _day(at: str, zone: tzinfo | None) -> str:
    found = moment(at, zone)
    return f"{found.day} {found:%B %Y}" if found else "some day"
