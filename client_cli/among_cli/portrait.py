"""The commands about the portrait of a community: reading it, proposing what it is to say, and deciding on that.

Rule: what somebody typed is never lost: where it can't be taken, it is shown again. A change is against what one read
last, so that nothing is overwritten unseen.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from among_protocol.codes import PORTRAIT_CHANGED, Refuse
from among_protocol.portrait import (
    Content,
    DeclineProposal,
    ExportPortrait,
    ListProposals,
    ListVersions,
    MergeProposal,
    Milestone,
    Portrait,
    ProposePortrait,
    ReadPortrait,
)
from among_protocol.quotes import WithdrawQuote

from . import portrait_page as page
from .going import a_file
from .keeping import of_here, this_community
from .lines import Line, note, told
from .link import Cannot, Link
from .places import Community
from .portrait_file import FileError, file_name, write

SHOWN = 20  # versions on the screen
WORDS = ("about", "story", "milestones", "propose", "write", "proposals", "merge", "decline", "history", "compare", "back", "takeout", "export")  # fmt: skip
DROP = "drop"
PROPOSALS = "/portrait proposals"


async def portrait(link: Link, rest: str) -> None:
    """The face of this community; or what follows, about it."""
    word, _, more = rest.partition(" ")
    word, more = word.lower(), more.strip()
    place = this_community(link)
    if word in ACTIONS:
        await ACTIONS[word](link, place, more)
    elif word in page.SECTIONS and not more:
        link.screen.show(page.section(await _read(link, place), word, link.model.zone))
    elif (not word or word.isdecimal()) and not more:
        found = await _read(link, place, int(word) if word else None)
        link.lists.portrait = [one.quote for one in found.quotes]
        link.screen.show(page.page(found, link.model.zone))
    else:
        raise Cannot(f"Say /portrait, or /portrait and one of: {', '.join(WORDS)}; or the number of a version.")


async def _read(link: Link, place: Community, version: int | None = None) -> Portrait:
    """What was read, and is now what one's changes are against."""
    found: Portrait = await link.among.ask(ReadPortrait, community=place.id, version=version)
    if version is None:
        link.portraits[place.id] = found
    return found


async def _propose(link: Link, place: Community, more: str) -> None:
    await _put(link, place, more, merge=False)


async def _write(link: Link, place: Community, more: str) -> None:
    await _put(link, place, more, merge=True)


async def _put(link: Link, place: Community, more: str, *, merge: bool) -> None:
    name, _, text = more.partition(" ")
    name, text = name.lower(), text.strip()
    verb = "write" if merge else "propose"
    if name not in page.SECTIONS or not text:
        raise Cannot(f"Say /portrait {verb} about TEXT, story TEXT, or milestones 2019-05-17 SENTENCE.")
    read = link.portraits.get(place.id) or await _read(link, place)
    base, now = _of(read, name)
    fields: dict[str, Any] = {"milestones": _dated(now, text)} if name == "milestones" else {"text": text}
    asked = {"community": place.id, "section": name, "base": base, "merge": merge}
    try:
        await link.among.ask(ProposePortrait, **asked, **fields)
    except Refuse as refused:
        if refused.code == PORTRAIT_CHANGED:
            link.portraits.pop(place.id, None)
            raise Cannot(
                f"{page.TITLES[name]} has changed since you read it: look at /portrait {name}, and say it again: {text}"
            ) from None
        raise
    if merge:
        link.portraits.pop(place.id, None)
        link.screen.show([told("Written: /portrait shows it.")])
    else:
        link.screen.show([told("Proposed, thank you. The stewards of ", ("place", place.slug), " look at it next.")])


def _of(read: Portrait, name: str) -> tuple[int, Content]:
    """The version that gave a section what it says, and that."""
    return next(((one.version, one.content) for one in read.sections if one.section == name), (0, Content()))


def _dated(now: Content, text: str) -> list[Milestone]:
    """The milestones with one more, or with those of a date less. Raises Cannot."""
    date, _, sentence = text.partition(" ")
    sentence = sentence.strip()
    if date.lower() == DROP:
        left = [one for one in now.milestones if one.date != sentence]
        if len(left) == len(now.milestones):
            raise Cannot(f"There is no milestone of {sentence or 'no date'}: /portrait milestones has them.")
        return left
    if not sentence:
        raise Cannot(
            "Say when and what: milestones 2019-05-17 SENTENCE (or 2019-05, or 2019); or milestones drop DATE."
        )
    return sorted([*now.milestones, Milestone(date=date, text=sentence)], key=lambda one: one.date)


async def _proposals(link: Link, place: Community, _: str) -> None:
    found = await link.among.ask(ListProposals, community=place.id)
    link.lists.of(place.id, PROPOSALS, (one.proposal for one in found.proposals))
    read = await _read(link, place)
    handles = {one.member: one.handle for one in found.people}
    lines: list[Line] = []
    for one in found.proposals:
        now = _of(read, one.section)[1]
        who = handles.get(one.by, "somebody")
        lines += [*page.proposal(one, who, now, link.model.zone, steward=bool(place.stewards)), told("")]
    if not lines:
        lines = [note("Nothing waits. /portrait propose SECTION TEXT proposes a change.")]
    elif not found.complete:
        lines.append(note("There are more, once these are answered."))
    link.screen.show(lines)


async def _merge(link: Link, place: Community, more: str) -> None:
    number, word = _number(more, "merge NUMBER")
    of_here(link, place, PROPOSALS, number)
    base: int | None = None
    if word.lower() == "anyway":  # for who has seen what it replaces, which /portrait proposals shows
        waiting = await link.among.ask(ListProposals, community=place.id, after=number - 1, limit=1)
        section = next((one.section for one in waiting.proposals if one.proposal == number), "")
        read = link.portraits.get(place.id)
        if read is None:
            raise Cannot("Look at it first: /portrait proposals shows what would change.")
        base = _of(read, section)[0]
    try:
        made = await link.among.ask(MergeProposal, community=place.id, proposal=number, base=base)
    except Refuse as refused:
        if refused.code == PORTRAIT_CHANGED:
            raise Cannot(
                "The section has changed since this was written. /portrait proposals shows what would change now; "
                f"/portrait merge {number} anyway puts it in all the same."
            ) from None
        raise
    link.portraits.pop(place.id, None)
    link.screen.show([told(f"Version {made.entry.version}: /portrait shows it, and whoever proposed it is told.")])


async def _decline(link: Link, place: Community, more: str) -> None:
    number, reason = _number(more, "decline NUMBER REASON")
    of_here(link, place, PROPOSALS, number)
    await link.among.ask(DeclineProposal, community=place.id, proposal=number, reason=reason)
    link.screen.show([note(f"Proposal {number} is not to be." + (" Whoever made it reads why." if reason else ""))])


async def _history(link: Link, place: Community, more: str) -> None:
    before = int(more) if more.isdecimal() else None
    found = await link.among.ask(ListVersions, community=place.id, before=before, limit=SHOWN)
    await link.learn({(one.by, 0) for one in found.versions} | {(one.author, 0) for one in found.versions})
    people = {member: link.model.who(member) for one in found.versions for member in (one.by, one.author)}
    lines = page.history(found.versions, people, link.model.zone) or [note("Nothing was merged yet.")]
    if found.versions:
        lines.append(note("/portrait NUMBER shows one, /portrait compare NUMBER NUMBER what changed in between."))
    if found.versions and not found.complete:
        lines.append(note(f"Older ones: /portrait history {found.versions[-1].version}"))
    link.screen.show(lines)


async def _compare(link: Link, place: Community, more: str) -> None:
    first, second = _two(more, "compare NUMBER NUMBER")
    old = await link.among.ask(ReadPortrait, community=place.id, version=first)
    new = await link.among.ask(ReadPortrait, community=place.id, version=second)
    lines: list[Line] = []
    for name, title in page.TITLES.items():
        before, after = _of(old, name)[1], _of(new, name)[1]
        if before != after:
            lines += [told(("strong", title)), *page.difference(before, after)]
    link.screen.show(lines or [note(f"Versions {first} and {second} say the same.")])


async def _back(link: Link, place: Community, more: str) -> None:
    """A new version, with what a section said in an old one."""
    number, name = _number(more, "back NUMBER SECTION")
    if name not in page.SECTIONS:
        raise Cannot(f"Say /portrait back {number} and which: {', '.join(page.SECTIONS)}.")
    old = await link.among.ask(ReadPortrait, community=place.id, version=number)
    read = link.portraits.get(place.id) or await _read(link, place)
    content = _of(old, name)[1]
    await link.among.ask(
        ProposePortrait,
        community=place.id,
        section=name,
        base=_of(read, name)[0],
        text=content.text,
        milestones=content.milestones,
        note=f"as in version {number}",
        merge=bool(place.stewards),
    )
    link.portraits.pop(place.id, None)
    done = "says again what it said" if place.stewards else "is proposed to say what it said"
    link.screen.show([told(("place", page.TITLES[name]), f" {done} in version {number}.")])


async def _take_out(link: Link, place: Community, more: str) -> None:
    number, reason = _number(more, "takeout NUMBER REASON, with the number of a quote in /portrait")
    if not 0 < number <= len(link.lists.portrait):
        raise Cannot("There is no such quote on the screen: /portrait numbers them.")
    await link.among.ask(WithdrawQuote, quote=link.lists.portrait[number - 1], reason=reason)
    link.portraits.pop(place.id, None)
    link.screen.show([note("Taken out of every version. Whose words they were reads why.")])


async def _export(link: Link, place: Community, more: str) -> None:
    words = more.split()
    force = "--force" in words
    named = [word for word in words if word not in ("--force", "html", "markdown")]
    a_file(named[0] if named else "", f"among portrait {place.slug}")
    kind = "html" if "html" in words or (named and named[0].endswith((".html", ".htm"))) else "markdown"
    document = await link.among.ask(ExportPortrait, community=place.id, format=kind)
    try:
        written = write(document, Path(named[0] if named else file_name(document)), force=force)
    except FileError as error:
        raise Cannot(str(error)) from None
    link.screen.show([note(f"Written to {written}")])


def _number(more: str, usage: str) -> tuple[int, str]:
    """A number, and the rest. Raises Cannot."""
    number, _, rest = more.partition(" ")
    if not number.isdecimal() or not 0 < int(number) < 2**53:
        raise Cannot(f"Say /portrait {usage}.")
    return int(number), rest.strip()


def _two(more: str, usage: str) -> tuple[int, int]:
    words = more.split()
    if len(words) != 2 or not all(word.isdecimal() and int(word) < 2**53 for word in words):
        raise Cannot(f"Say /portrait {usage}.")
    return int(words[0]), int(words[1])


ACTIONS: dict[str, Callable[[Link, Community, str], Awaitable[None]]] = {
    "propose": _propose,
    "write": _write,
    "proposals": _proposals,
    "merge": _merge,
    "decline": _decline,
    "history": _history,
    "compare": _compare,
    "back": _back,
    "takeout": _take_out,
    "export": _export,
}
