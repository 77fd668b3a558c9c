"""Keeping the door: what a community says of itself, who asks to be let in, and invites. Each is about the community of
the open room, or about the only one there is."""

from typing import Any

from among_protocol import text
from among_protocol.communities import UpdateCommunity
from among_protocol.invites import CreateInvite, ListInvites, RevokeInvite
from among_protocol.joining import AnswerJoin, JoinRequest, ListRequests
from among_protocol.preview import PreviewCommunity

from . import kept
from .address import with_invite
from .door import DOORS, members
from .keeping import of_here
from .lines import Line, Part, note, to_copy, told
from .link import Cannot, Link
from .lists import is_one
from .moment import now, span, when
from .places import Community

MOST = 200  # of a page, by the protocol
REQUESTS = "/requests"
SETTINGS = ("name", "about", "tags", "door", "listed", "rules", "question", "invites", "keep")
YES_OR_NO = {"yes": True, "no": False}
USAGE = (
    "Say /community name, about or rules TEXT; tags +TAG -TAG; door open, ask or invite; listed yes or no; question add TEXT or drop "
    "NUMBER; invites members or stewards; rules required or optional; keep 30d, 500 or forever."
)


async def community(link: Link, rest: str) -> None:
    """What this community says of itself; or change it."""
    here = _here(link)
    what, _, value = rest.partition(" ")
    what, value = what.lower(), value.strip()
    if not what:
        await _show(link, here)
        return
    change = await _change(link, here, what, value)
    await link.among.ask(UpdateCommunity, community=here.id, **change)
    await _show(link, here)


async def _change(link: Link, here: Community, what: str, value: str) -> dict[str, Any]:
    """What to ask for. Raises Cannot, TextError."""
    limits = link.among.hello.limits
    word = value.lower()
    match what:
        case "name":
            return {"name": text.line(value, longest=limits.name_chars)}
        case "about":
            return {"about": text.line(value, longest=limits.about_chars, empty=True)}
        case "tags" if value:
            return {"tags": await _tags(link, here, value.split())}
        case "door" if word in DOORS:
            return {"door": word}
        case "listed" if word in YES_OR_NO:
            return {"listed": YES_OR_NO[word]}
        case "rules" if word in ("required", "optional"):
            return {"rules_required": word == "required"}
        case "rules" if word == "none":
            return {"rules": ""}
        case "rules" if value:
            return {"rules": text.passage(value, longest=limits.rules_bytes)}
        case "invites" if word in ("members", "stewards"):
            return {"members_invite": word == "members"}
        case "keep" if (retention := kept.asked(value)) is not None:
            return {"retention": retention}
        case "question":
            return {"questions": await _questions(link, here, value)}
        case _:
            raise Cannot(USAGE)


async def _tags(link: Link, here: Community, words: list[str]) -> list[str]:
    """Those that it carries, with +TAG and without -TAG; a bare word is added."""
    tags: list[str] = (await link.among.ask(PreviewCommunity, community=here.id)).community.tags
    dropped = {text.tag(word[1:]) for word in words if word.startswith("-")}
    added = [text.tag(word.removeprefix("+")) for word in words if not word.startswith("-")]
    return list(dict.fromkeys(tag for tag in [*tags, *added] if tag not in dropped))


async def _questions(link: Link, here: Community, value: str) -> list[str]:
    how, _, what = value.partition(" ")
    questions = (await link.among.ask(PreviewCommunity, community=here.id)).questions
    if how == "add" and what.strip():
        return [*questions, text.line(what, longest=link.among.hello.limits.question_chars)]
    if how != "drop" or not is_one(what, link.lists.questions):
        raise Cannot("Say /community question add TEXT, or drop NUMBER: /community numbers them.")
    place, question = link.lists.questions[int(what) - 1]
    if place != here.id or question not in questions:
        raise Cannot(f"What stood at {what} is not asked any more: /community shows what is.")
    return [one for one in questions if one != question]


async def _show(link: Link, here: Community) -> None:
    seen = await link.among.ask(PreviewCommunity, community=here.id)
    card = seen.community
    door = DOORS.get(card.door, card.door) + ("" if card.listed else ", not in the directory")
    version = f"version {seen.rules_version}" if seen.rules_version else "none"
    must = ", to be accepted: /rules" if seen.rules_required else ", which nobody must accept: /rules"
    must = must if seen.rules_version else ""
    lines: list[Line] = [
        told(("place", card.slug), f"  {card.name}", ("dim", f"  {members(card)}")),
        told(("dim", "  about  "), card.about or "–"),
        told(("dim", "  tags   "), " ".join(f"#{tag}" for tag in card.tags) or "–"),
        told(("dim", "  door   "), door),
        told(("dim", "  rules  "), version, ("dim", must)),
        told(
            ("dim", "  keeps  "),
            *kept.parts(card.retention, None, ""),
            ("dim", kept.since(card.retention, card.retention_since, now(), link.model.zone)),
        ),
    ]
    link.lists.questions = [(here.id, question) for question in seen.questions]
    for number, question in enumerate(seen.questions, 1):
        lines.append(told(("dim", f"  asks {number} "), question))
    link.screen.show(lines)


async def requests(link: Link, _: str) -> None:
    """Who asks to be let in."""
    here = _here(link)
    page = await link.among.ask(ListRequests, community=here.id, limit=MOST)
    link.lists.of(here.id, REQUESTS, (one.seq for one in page.requests))
    lines = [line for one in page.requests for line in _request(link, one)]
    lines = lines or [note(f"Nobody waits to be let into {here.slug}.")]
    if page.requests:
        lines.append(note("/accept NAME lets somebody in, /decline NAME REASON does not."))
    link.screen.show(lines)


async def accept(link: Link, rest: str) -> None:
    """Let somebody in."""
    here = _here(link)
    one = await _asking(link, here, rest)
    await link.among.ask(AnswerJoin, community=here.id, request=one.seq, verdict="accepted")
    link.screen.show([told(("who", one.handle), " is in ", ("place", here.slug), " now.")])


async def decline(link: Link, rest: str) -> None:
    """Don't let somebody in."""
    here = _here(link)
    name, _, reason = rest.partition(" ")
    one = await _asking(link, here, name)
    reason = text.line(reason, longest=link.among.hello.limits.reason_chars, empty=True)
    await link.among.ask(AnswerJoin, community=here.id, request=one.seq, verdict="declined", reason=reason)
    told_why = "and told why" if reason else "without a reason"
    link.screen.show([told(("who", one.handle), f" is not let into {here.slug}, {told_why}.")])


async def invite(link: Link, rest: str) -> None:
    """Make a link that lets people in; or revoke one."""
    here = _here(link)
    first, _, more = rest.partition(" ")
    if first.lower() == "revoke":
        await _revoke(link, here, more.strip())
        return
    said: dict[str, Any] = {}
    if first.isdecimal():
        said["uses"], rest = int(first), more.strip()
        first, _, more = rest.partition(" ")
    if (for_ms := span(first)) is not None:
        said["for_ms"], rest = for_ms, more.strip()
    said["note"] = text.line(rest, longest=link.among.hello.limits.reason_chars, empty=True)
    made = await link.among.ask(CreateInvite, community=here.id, **said)
    link.screen.show(
        [
            told("This lets ", _people(made.invite.left), f" in, until {when(made.invite.until, link.model.zone)}:"),
            to_copy(with_invite(link.server, here.slug, made.code)),
            note("It is shown this once. Who has no account there can make one with it where the server allows that."),
        ]
    )


async def invites(link: Link, _: str) -> None:
    """The invites that are valid, numbered."""
    here = _here(link)
    found = (await link.among.ask(ListInvites, community=here.id)).invites
    await link.learn((one.by, 0) for one in found)
    link.lists.invites = [one.invite for one in found]
    lines: list[Line] = []
    for number, one in enumerate(found, 1):
        by = "" if one.by == here.me else f"  by {link.model.who(one.by)}"
        until = f"until {when(one.until, link.model.zone)}"
        lines.append(told(f"{number:>3} ", f"{one.left} of {one.uses} left, {until}", ("dim", f"{by}  {one.note}")))
    lines = lines or [note(f"There is no invite to {here.slug}. /invite makes one.")]
    if found:
        lines.append(note("/invite revoke NUMBER ends one."))
    link.screen.show(lines)


async def _revoke(link: Link, here: Community, number: str) -> None:
    if not is_one(number, link.lists.invites):
        raise Cannot("Say /invite revoke NUMBER, with a number out of /invites.")
    await link.among.ask(RevokeInvite, community=here.id, invite=link.lists.invites[int(number) - 1])
    link.screen.show([note(f"Invite {number} lets nobody in any more.")])


async def waiting(link: Link) -> None:
    """Who has waited to be let in while one was away."""
    for here in [one for one in link.model.communities.values() if one.stewards]:
        page = await link.among.ask(ListRequests, community=here.id, limit=MOST)
        if page.requests:
            count = len(page.requests)
            more = "" if page.complete else " and more"
            who = "asks" if count == 1 and page.complete else "ask"
            link.screen.show(
                [told(("place", here.slug), f", for stewards: {count}{more} {who} to be let in. /requests")]
            )


async def _asking(link: Link, here: Community, name: str) -> JoinRequest:
    """Who asks, by handle or by the number in /requests. Raises Cannot."""
    name = name.removeprefix("@").removeprefix("#").lower()
    after = 0
    while True:
        page = await link.among.ask(ListRequests, community=here.id, after=after, limit=MOST)
        for one in page.requests:
            if name == one.handle:
                return one
            if name == str(one.seq):
                of_here(link, here, REQUESTS, one.seq)
                return one
            after = one.seq
        if page.complete or not page.requests:
            raise Cannot(f"No {name} asks to be let into {here.slug}. /requests lists who does.")


def _request(link: Link, one: JoinRequest) -> list[Line]:
    name = "" if one.display_name == one.handle else f"  {one.display_name}"
    at = Part("dim", f"  {when(one.at, link.model.zone)}")
    lines: list[Line] = [told(("strong", f"{one.seq:>3} "), ("who", one.handle), name, at)]
    for said in one.answers:
        lines += [told(("dim", f"      {said.question}")), told(f"      {said.answer}")]
    if one.note:
        lines.append(told(f"      «{one.note}»"))
    return lines


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count} people"


def _here(link: Link) -> Community:
    """The community that is meant."""
    here = link.model.here()
    if here is None:
        raise Cannot("Go to a room of the community first; /rooms lists yours.")
    return here
