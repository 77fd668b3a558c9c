"""The commands about cards: who somebody is here, who I am, and who sees what of me."""

from typing import Literal

import msgspec

from among_protocol import text
from among_protocol.accounts import ReadAccount
from among_protocol.cards import MemberCard, ReadCards
from among_protocol.codes import MEMBER_GONE, Refuse
from among_protocol.personas import FindMember, PersonaWish, ReadPersona, ShownWish, UpdatePersona

from .card import card, going, hidden
from .lines import Line, Part, Rule, note, told
from .link import Cannot, Link
from .places import Community

APART = "By another handle you still come and go when you do elsewhere, for who watches both: /invisible here hides it."
View = Literal["", "members", "stewards"]
AUDIENCES = ("members", "stewards", "nobody")
SHOWN = ("bio", "pronouns", "place", "links", "why", "intro", "lineage", "common", "elsewhere")


async def whois(link: Link, rest: str) -> None:
    """Who somebody is: in this community, by the handle that they have or had here; or else on this server."""
    handle = text.handle(rest.removeprefix("@"))
    room = link.model.room
    here = link.model.communities.get(room.community) if room else None
    if here is not None:
        try:
            found = await link.among.ask(FindMember, community=here.id, handle=handle)
        except Refuse as refused:
            if refused.code != MEMBER_GONE:
                raise
        else:
            lines: list[Line] = [note(f"@{handle} goes by @{found.member.handle} now.")] if found.former else []
            one = await read(link, found.member.member)
            you = one.member == here.me
            more = _kept_away(link, one.handle, one.member)
            link.screen.show([*lines, *card(one, link.model.zone, community=here.slug, more=more, you=you)])
            return
    profile = await link.among.ask(ReadAccount, handle=handle)
    facts = " · ".join(filter(None, (f"not in {here.slug}" if here else "", _kept_away(link, profile.handle))))
    name = "" if profile.display_name == profile.handle else f"  {profile.display_name}"
    lines = [told(("who", f"@{profile.handle}"), ("strong", name), ("dim", f"  {facts}" if facts else ""))]
    if profile.bio:
        lines.append(told(f"  {profile.bio}"))
    link.screen.show(lines)


async def mine(link: Link) -> None:
    """My own card, and what I might still say."""
    here = place(link)
    one = await read(link, here.me)
    persona = await link.among.ask(ReadPersona, community=here.id)
    link.lists.links[here.id] = one.links
    lines = [*card(one, link.model.zone, community=here.slug, you=True), *hidden(persona), *going(persona)]
    if one.handle != link.among.account.handle and link.model.appearances.appear(here.id) != "invisible":
        lines.append(note(f"  {APART}"))
    link.screen.show(lines)


async def seen_as(link: Link, view: View) -> None:
    """My card as others get it."""
    here = place(link)
    one = await read(link, here.me, view)
    head = Rule(
        f"as other members of {here.slug} see you" if view == "members" else f"as stewards of {here.slug} see you"
    )
    link.screen.show([head, *card(one, link.model.zone, community=here.slug), Rule("end of what they see")])


async def show(link: Link, rest: str) -> None:
    """Who sees a field of mine."""
    field, _, audience = rest.lower().partition(" ")
    if field not in SHOWN or audience.strip() not in AUDIENCES:
        raise Cannot(f"Say /me show FIELD members, stewards or nobody. Fields: {', '.join(SHOWN)}.")
    audience = audience.strip()
    if field == "lineage" and audience == "nobody":
        raise Cannot("Stewards always see former handles: /me show lineage stewards hides them from members.")
    if field == "elsewhere" and audience == "stewards":
        raise Cannot("It is for people you talk with elsewhere: /me show elsewhere members, or nobody.")
    if field == "common" and audience == "stewards":
        raise Cannot("Common ground is between members: /me show common members, or nobody.")
    here = place(link)
    if field == "elsewhere":
        await _elsewhere(link, here, counted=audience == "members")
        return
    shown = msgspec.convert({field: audience}, ShownWish)
    await link.among.ask(UpdatePersona, community=here.id, persona=PersonaWish(shown=shown))
    who = {"members": "All members", "stewards": "Stewards alone", "nobody": "Nobody but you"}[audience]
    what = {"lineage": "your former handles", "common": "that you are here, where you let more than this be named"}
    said = [Part("", f"{who} of " if audience != "nobody" else f"{who} in "), Part("place", here.slug)]
    link.screen.show([told(*said, f" see{'s' if audience == 'nobody' else ''} {what.get(field, f'your {field}')}.")])


async def _elsewhere(link: Link, here: Community, *, counted: bool) -> None:
    """Whether one counts among those whom people elsewhere talk with."""
    shown = ShownWish(elsewhere="members" if counted else "nobody")
    await link.among.ask(UpdatePersona, community=here.id, persona=PersonaWish(shown=shown))
    who = "People you talk with elsewhere may be told" if counted else "Nobody elsewhere is told"
    link.screen.show(
        [told(f"{who} that one of those they talk with is in ", ("place", here.slug), ". You are not named.")]
    )


async def read(link: Link, member: str, view: View = "") -> MemberCard:
    """A card. Raises Cannot where there is none any more."""
    found = await link.among.ask(ReadCards, members=[member], as_=view)
    if not found.cards:
        raise Cannot("There is no such member any more.")
    return found.cards[0]


def place(link: Link) -> Community:
    """The community that is meant. Raises Cannot."""
    model = link.model
    if model.room is not None and model.room.community:
        return model.communities[model.room.community]
    if len(model.communities) != 1:
        raise Cannot("Go to a room of the community first; /rooms lists yours.")
    return next(iter(model.communities.values()))


def _kept_away(link: Link, handle: str, member: str = "") -> str:
    """What I have done about them."""
    kind = link.model.blocks.kind(handle, member)
    return kind and ("muted by you" if kind == "mute" else "blocked by you")
