"""The commands of those who keep a community, and of those who call on them. Each is about the community of the open
room, or about the only one there is."""

from among_protocol import text
from among_protocol.messages import ReadMessages
from among_protocol.moderation import (
    LONGEST_SILENCE,
    Ban,
    BanMember,
    KickMember,
    ListBans,
    SetRole,
    SilenceMember,
    UnbanMember,
    UnsilenceMember,
)
from among_protocol.reports import FileReport, ListReports, Report, ResolveReport

from .care import a_role, place_of, said
from .lines import Line, Part, Said, note, told
from .link import Cannot, Link
from .lists import REPORTS
from .moment import SPANS, span, when
from .places import Community
from .rooms import member_of
from .words import discreet

PAGE = 20  # reports or bans on the screen
MOST = 200  # of a page, by the protocol
HAND_OVER = "handover"
ROLES = ("owner", "steward", "member", HAND_OVER)
OUTCOMES = ("acted", "declined")


async def role(link: Link, rest: str) -> None:
    """Give somebody another role; or hand the community over."""
    handle, wanted, reason = _three(rest)
    if wanted not in ROLES:
        raise Cannot("Say /role HANDLE owner, steward, member, or handover (they become owner, and you a steward).")
    here = this_community(link)
    member = await _member(link, here, handle)
    name = "owner" if wanted == HAND_OVER else wanted
    hand_over = wanted == HAND_OVER
    await link.among.ask(SetRole, community=here.id, member=member, role=name, hand_over=hand_over, reason=reason)
    if link.model.room is None or link.model.room.community != here.id:  # else it is seen as everybody sees it
        link.screen.show([told(("who", handle), f" is now {a_role(name)} of ", ("place", here.slug), ".")])


async def kick(link: Link, rest: str) -> None:
    """Remove somebody, who may come back."""
    handle, reason = _two(rest)
    _because(reason, f"/kick {handle} REASON")
    here = this_community(link)
    await link.among.ask(KickMember, community=here.id, member=await _member(link, here, handle), reason=reason)
    link.screen.show([told(("who", handle), " was removed from ", ("place", here.slug), ", and told why.")])


async def ban(link: Link, rest: str) -> None:
    """Keep somebody out, for a time or for good."""
    handle, more = _two(rest)
    first, _, others = more.partition(" ")
    for_ms = span(first)
    reason = more if for_ms is None else others.strip()
    _because(reason, f"/ban {handle} [{SPANS.replace(', ', '|')}] REASON")
    here = this_community(link)
    written = await link.among.ask(
        BanMember, community=here.id, handle=text.handle(handle), reason=reason, for_ms=for_ms or 0
    )
    until = f" until {when(written.entry.until, link.model.zone)}" if written.entry.until else ", until /unban"
    link.screen.show([told(("who", handle), " may not be in ", ("place", here.slug), f"{until}.")])


async def unban(link: Link, rest: str) -> None:
    """Let somebody join again."""
    handle, reason = _two(rest)
    here = this_community(link)
    found = await _ban_of(link, here, handle)
    await link.among.ask(UnbanMember, community=here.id, member=found.persona.member, reason=reason)
    link.screen.show([told(("who", handle), " may join ", ("place", here.slug), " again.")])


async def bans(link: Link, _: str) -> None:
    """Who may not join."""
    here = this_community(link)
    page = await link.among.ask(ListBans, community=here.id, limit=PAGE)
    await link.learn((one.by, 0) for one in page.bans)
    lines: list[Line] = [_ban(link, one) for one in page.bans] or [note(f"Nobody is banned from {here.slug}.")]
    if not page.complete:
        lines.append(note(f"These are the newest {len(page.bans)}; /unban HANDLE finds any."))
    link.screen.show(lines)


async def silence(link: Link, rest: str) -> None:
    """Ask somebody to only read, for a time."""
    handle, how_long, reason = _three(rest)
    for_ms = span(how_long)
    if for_ms is None:
        raise Cannot(f"Say for how long: /silence {handle} 2h REASON ({SPANS}; 28 days at most).")
    if for_ms > LONGEST_SILENCE:
        raise Cannot("28 days at most: somebody who may not speak for longer had better be /ban-ned for a time.")
    _because(reason, f"/silence {handle} {how_long} REASON")
    here = this_community(link)
    member = await _member(link, here, handle)
    written = await link.among.ask(SilenceMember, community=here.id, member=member, reason=reason, for_ms=for_ms)
    until = when(written.entry.until, link.model.zone)
    link.screen.show([told(("who", handle), " may only read in ", ("place", here.slug), f" until {until}.")])


async def unsilence(link: Link, rest: str) -> None:
    """Let somebody speak again, before the time."""
    handle, reason = _two(rest)
    here = this_community(link)
    await link.among.ask(UnsilenceMember, community=here.id, member=await _member(link, here, handle), reason=reason)
    link.screen.show([told(("who", handle), " may speak in ", ("place", here.slug), " again.")])


async def report(link: Link, rest: str) -> None:
    """Ask the stewards to look at what somebody said last in this room; or, where they said nothing, at them."""
    handle, reason = _two(rest)
    _because(reason, f"/report {handle} REASON")
    visit, room = link.model.visit, link.model.room
    last = visit.newest.get(handle) if visit is not None and room is not None else None
    if room is not None and (last is not None or room.kind == "direct"):
        await link.among.ask(FileReport, room=room.id, message=last.seq if last else 1, reason=reason)
        what = _what(last) if last else []
    else:
        here = this_community(link)
        await link.among.ask(FileReport, community=here.id, member=await _member(link, here, handle), reason=reason)
        what = []
    slug = link.model.communities[room.community].slug if room and room.community else this_community(link).slug
    rest_of_it = " They see that it comes from you, unless it is about one of them. You will hear what becomes of it."
    link.screen.show(
        [told("The stewards of ", ("place", slug), " will look at ", ("who", handle), *what, ".", ("dim", rest_of_it))]
    )


async def reports(link: Link, _: str) -> None:
    """What waits for an answer."""
    here = this_community(link)
    page = await link.among.ask(ListReports, community=here.id, limit=PAGE)
    await link.learn([(one.by, 0) for one in page.reports] + [(one.member, 0) for one in page.reports])
    link.lists.of(here.id, REPORTS, (one.seq for one in page.reports))
    lines: list[Line] = [await _report(link, one) for one in page.reports]
    if not lines:
        lines = [note(f"No report waits for an answer in {here.slug}.")]
    elif not page.complete:
        lines.append(note("There are more, once these are answered."))
    link.screen.show(lines)


async def waiting(link: Link) -> None:
    """What has waited for an answer while one was away."""
    for here in [one for one in link.model.communities.values() if one.stewards]:
        page = await link.among.ask(ListReports, community=here.id, limit=MOST)
        if page.reports:
            count = f"{len(page.reports)}{'' if page.complete else ' and more'}"
            wait = "report waits" if count == "1" else "reports wait"
            link.screen.show([told(("place", here.slug), f", for stewards: {count} {wait} for an answer. /reports")])


async def resolve(link: Link, rest: str) -> None:
    """Answer a report."""
    number, outcome, remark = _three(rest)
    number = number.removeprefix("#")
    if not (number.isdecimal() and len(number) < 16) or outcome not in OUTCOMES:
        raise Cannot("Say /resolve NUMBER acted, or declined, and what you want to note; /reports has the numbers.")
    here = this_community(link)
    of_here(link, here, REPORTS, int(number))
    await link.among.ask(ResolveReport, community=here.id, report=int(number), outcome=outcome, note=remark)
    link.screen.show([note(f"Report {number} is answered. Whoever filed it hears: {outcome}.")])


def this_community(link: Link) -> Community:
    """The community that is meant."""
    model = link.model
    if model.room is not None and model.room.community:
        return model.communities[model.room.community]
    if len(model.communities) != 1:
        raise Cannot("Go to a room of the community first; /rooms lists yours.")
    return next(iter(model.communities.values()))


def of_here(link: Link, here: Community, name: str, number: int) -> None:
    """Raises Cannot where a number is on the screen that another community gave: it is meant, and here it is something else's."""
    place = link.lists.places.get((name, number), here.id)
    if place != here.id:
        other = link.model.communities.get(place)
        go = f"{other.slug}: /go {other.slug} first" if other is not None else "a community that you are no longer in"
        raise Cannot(f"The number {number} that you saw is of {go}. {name} lists those of {here.slug}.")


async def _member(link: Link, here: Community, handle: str) -> str:
    """Who somebody is here. Raises Cannot, TextError."""
    found = await member_of(link, here.id, handle)
    if found is None:
        raise Cannot(f"There is no {handle} in {here.slug}. /members lists who is there.")
    return found.member


async def _ban_of(link: Link, here: Community, handle: str) -> Ban:
    """The ban of somebody. Raises Cannot."""
    before: int | None = None
    while True:
        page = await link.among.ask(ListBans, community=here.id, before=before, limit=MOST)
        for one in page.bans:
            if one.persona.handle == handle:
                return one
            before = one.seq
        if page.complete or not page.bans:
            raise Cannot(f"{handle} is not banned from {here.slug}. /bans lists who is.")


def _ban(link: Link, one: Ban) -> Line:
    zone = link.model.zone
    until = f"until {when(one.until, zone)}" if one.until else "for good"
    by = f"  ({link.model.who(one.by)}, {when(one.at, zone)})"
    return told("  ", ("who", f"{one.persona.handle:<16} "), f"{until}: {one.reason}", ("dim", by))


async def _report(link: Link, one: Report) -> Line:
    """With what was said, where one may read it."""
    body = one.body
    if one.room in link.model.rooms and not body:
        page = await link.among.ask(ReadMessages, room=one.room, around=one.message, limit=1)
        body = next((message.body for message in page.messages if message.seq == one.message), "")
    by: list[Part] = [Part("dim", ", from "), Part("who", link.model.who(one.by))] if one.by else []
    where = place_of(link.model, one.room)
    number, about = Part("strong", f"  {one.seq:>3}  "), Part("who", link.model.who(one.member))
    return told(
        number, about, *where, f": {one.reason}", *said(body), *by, ("dim", f", {when(one.at, link.model.zone)}")
    )


def _what(last: Said) -> list[Part]:
    time = f" at {last.at:%H:%M}" if last.at else ""
    return [Part("", f", and what was said{time}:"), *said(discreet(last.body))]


def _because(reason: str, usage: str) -> None:
    """Raises Cannot where no reason is given."""
    if not reason:
        raise Cannot(f"Say why, people deserve to be told: {usage}")


def _two(rest: str) -> tuple[str, str]:
    """A handle, and the rest."""
    handle, _, more = rest.partition(" ")
    return handle.removeprefix("@").lower(), more.strip()


def _three(rest: str) -> tuple[str, str, str]:
    """A handle, a word, and the rest."""
    handle, more = _two(rest)
    word, _, more = more.partition(" ")
    return handle, word.lower(), more.strip()
