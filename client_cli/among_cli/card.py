"""A card on the screen: who somebody is here, in rows of a label and what it says. Pure.

Rules: what is empty has no row. Nothing is told by colour alone. The first row names the handle, which nobody can forge;
all else is what people say of themselves. Pictures will stand beside the first rows, and what a community thanks somebody
for behind the last ones: neither is there yet.
"""

from collections.abc import Iterable
from datetime import tzinfo

from among_protocol.cards import MemberCard
from among_protocol.personas import FormerHandle, OwnPersona

from .lines import Labelled, Line, Part, Quoted, Style, joined, note, told
from .moment import moment, when

STATES: dict[str, tuple[Style, str]] = {
    "online": ("good", "● online"),
    "dnd": ("problem", "⊘ do not disturb"),
    "away": ("dim", "◐ away"),
    "offline": ("dim", "○ offline"),
}
DAYS = {"today": "today", "week": "this week", "month": "this month", "longer": "more than a month ago"}
MARKS = {"new": "new here", "founding": "founding member"}
FIELDS = ("bio", "pronouns", "place", "why", "links", "intro")
SAID_WITH = {  # how one fills what is empty; nobody is asked for pronouns
    "bio": "/me bio I grow beans.",
    "why": "/me why To learn how to graft.",
    "place": "/me place city Lisbon",
    "links": "/me link My garden https://example.org",
    "intro": "/me intro What others read first.",
}


def card(one: MemberCard, zone: tzinfo | None, *, community: str = "", more: str = "", you: bool = False) -> list[Line]:
    """All that it says. `community`: its short name; `more`: what the reader has done about them."""
    return [*_head(one, community, more, zone, you=you), *_rows(one, zone), *_intro(one)]


def going(mine: OwnPersona) -> list[Line]:
    """What was to be erased when one left here before, and is not yet: coming back does not call it off."""
    match mine.going:
        case "":
            return []
        case "held":
            what = "waits: it was reported, and goes when the stewards have answered."
        case _:
            what = "is still going. Coming back does not call that off."
    return [note(f"  What you wanted erased when you left {what}")]


def hidden(mine: OwnPersona) -> list[Line]:
    """What not all members see of one's own card, and what is still empty; for who looks at it."""
    lines: list[Line] = []
    kept = [(name, getattr(mine.shown, name)) for name in (*FIELDS, "lineage")]
    for audience, who in (("stewards", "stewards alone see"), ("nobody", "nobody but you sees")):
        names = [name for name, of in kept if of == audience and (name == "lineage" or getattr(mine, name))]
        if names:
            lines.append(
                told(("dim", f"  {who} "), joined("former handles" if name == "lineage" else name for name in names))
            )
    empty = [name for name in SAID_WITH if not getattr(mine, name)]
    if empty:
        lines += [note(f"  Still empty: {joined(empty)}."), note(f"  {SAID_WITH[empty[0]]}")]
    return [told(""), *lines] if lines else []


def _head(one: MemberCard, community: str, more: str, zone: tzinfo | None, *, you: bool) -> list[Line]:
    name = "" if one.display_name == one.handle else f"  {one.display_name}"
    pronouns = f"  {one.pronouns}" if one.pronouns else ""
    lines: list[Line] = [told(("who", f"@{one.handle}"), ("strong", name), ("dim", pronouns))]
    state: tuple[Style, str] = ("dim", "") if one.left else STATES.get(one.state, STATES["online"])
    role = one.role if one.role != "member" else ""
    where = f"{role} of {community}" if role and community else role or (f"in {community}" if community else "")
    facts: list[tuple[Style, str]] = [
        ("dim", fact) for fact in ("has left" if one.left else "", "you" if you else "", where, more)
    ]
    lines.append(told("  ", *_dotted([state, *facts])))
    if one.status is not None:
        words = " ".join(filter(None, (one.status.emoji, one.status.text)))
        lines.append(told(f"  {words}", ("dim", f"  until {when(one.status.until, zone)}" if one.status.until else "")))
    if one.bio:
        lines.append(told(f"  {one.bio}"))
    return lines


def _rows(one: MemberCard, zone: tzinfo | None) -> list[Line]:
    rows: list[tuple[str, list[Part]]] = [
        ("place", _plain(one.at.name if one.at else "")),
        ("here for", _plain(one.why)),
        ("interests", _plain(" · ".join(one.interests))),
        *(
            ("links" if number == 0 else "", [Part("", link.label), Part("dim", f"  {link.url}")])
            for number, link in enumerate(one.links)
        ),
        ("joined", _joined(one)),
        *(("before" if number == 0 else "", _former(former, zone)) for number, former in enumerate(one.former)),
        ("in common", _common(one)),
        (
            "last here",
            _plain(DAYS.get(one.last_seen, DAYS["longer"]) if one.last_seen and one.state == "offline" else ""),
        ),
        ("stewards", _plain(_changes(one.changes))),
    ]
    laid: list[Line] = [Labelled(label, tuple(parts)) for label, parts in rows if parts]
    return [told(""), *laid] if laid else []


def _plain(text: str) -> list[Part]:
    return [Part("", text)] if text else []


def _joined(one: MemberCard) -> list[Part]:
    at = moment(f"{one.joined}-01T00:00:00Z", None) if one.joined else None
    said = [f"{at:%B %Y}"] if at else []
    years = [f"{one.years} year{'s' if one.years != 1 else ''}"] if one.years else []
    marks = [MARKS[mark] for mark in one.marks if mark in MARKS]
    return (
        [Part("", " · ".join([*said, *years])), Part("strong", f"  ✦ {' · '.join(marks)}" if marks else "")]
        if said
        else []
    )


def _former(one: FormerHandle, zone: tzinfo | None) -> list[Part]:
    since, until = moment(one.since, zone), moment(one.until, zone)
    span = f"{since:%b %Y} – {until:%b %Y}" if since and until else f"until {until:%b %Y}" if until else ""
    return [Part("", one.handle), Part("dim", f"  {span}")]


def _common(one: MemberCard) -> list[Part]:
    places = " · ".join(place.slug for place in one.common)
    shared = " · ".join(one.shared)
    return [
        *_plain(places),
        *([Part("dim", "  both into " if places else "both into ")] if shared else []),
        *_plain(shared),
    ]


def _changes(count: int) -> str:
    return f"the persona has changed {count} time{'s' if count != 1 else ''}" if count else ""


def _intro(one: MemberCard) -> list[Line]:
    return [told(""), Quoted(one.intro)] if one.intro else []


def _dotted(parts: Iterable[tuple[Style, str]]) -> list[tuple[Style, str]]:
    """The parts that say something, with dots between."""
    kept = [part for part in parts if part[1]]
    dotted: list[tuple[Style, str]] = []
    for part in kept:
        dotted += [("dim", " · "), part] if dotted else [part]
    return dotted
