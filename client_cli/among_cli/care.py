"""What is said of the care for a community: to whom it concerns, and to its stewards. Pure.

Rules: one calm line for each thing that happened; whoever it concerns reads who did it, why, and until when.
"""

from datetime import tzinfo
from typing import Protocol

from among_protocol.base import Entry
from among_protocol.communities import CommunityUpdated
from among_protocol.edits import MessageRemoved
from among_protocol.invites import InviteCreated, InviteRevoked, InviteUsed
from among_protocol.joining import JoinAnswered, JoinAsked, JoinDeclined
from among_protocol.moderation import (
    Act,
    MemberBanned,
    MemberKicked,
    MemberSilenced,
    MemberUnbanned,
    MemberUnsilenced,
    RoleSet,
)
from among_protocol.posts import PostRemoved
from among_protocol.reports import ReportFiled, ReportResolved

from . import kept
from .lines import Line, Part, told
from .moment import when
from .places import Community, Room

QUOTED = 200  # characters of a reported message that are shown


class Known(Protocol):
    """What the model knows."""

    zone: tzinfo | None
    rooms: dict[str, Room]

    def who(self, member: str, rev: int = 0) -> str:
        """The handle of a member."""

    def here(self) -> Community | None:
        """The community in which one is."""


def a_role(role: str) -> str:
    return f"an {role}" if role[:1] in "aeiou" else f"a {role}"


def to_me(model: Known, event: Act | ReportResolved | JoinDeclined, slug: str, me: str) -> Line | None:
    """In the own log of the one concerned. `slug`: of the community, where the event doesn't say; `me`: who I am there."""
    zone = model.zone
    if isinstance(event, JoinDeclined):
        return _declined(model, event)
    if isinstance(event, ReportResolved):
        place = Part("place", slug or "a community")
        what = "they acted on it" if event.outcome == "acted" else "they saw no need to act"
        return told("The stewards of ", place, f" have looked at your report: {what}. Thank you.", alert=True)
    place = Part("place", event.slug or slug)
    by = Part("who", event.steward.handle if event.steward else "a steward")
    because = why(event.reason)
    match event:
        case RoleSet():
            whose = f", {by.text} decided" if event.by != me else ""
            return told("You are now ", ("strong", a_role(event.role)), " of ", place, f"{whose}.{because}", alert=True)
        case MemberKicked():
            back = Part("dim", f" You may come back: /join {place.text}")
            return told(by, " removed you from ", place, f".{because}", back, alert=True)
        case MemberBanned(until=""):
            return told("You may no longer be in ", place, ": ", by, f" decided so.{because}", alert=True)
        case MemberBanned():
            after = f" You may come back after {when(event.until, zone)}."
            return told(by, " asks you to stay away from ", place, f" for a time.{because}{after}", alert=True)
        case MemberUnbanned():
            return told("You may join ", place, " again", ("dim", f": /join {place.text}"), alert=True)
        case MemberSilenced():
            rest = f" until {when(event.until, zone)}.{because}"
            return told(by, " asks you to only read in ", place, rest, alert=True)
        case MemberUnsilenced():
            return told("You may speak in ", place, " again.", alert=True)
        case PostRemoved():
            return told(by, f" deleted your post #{event.post} in ", place, f".{because}", alert=True)
        case MessageRemoved():
            return told(by, " deleted a message of yours", *place_of(model, event.room), f".{because}", alert=True)
        case _:
            return None


def to_stewards(model: Known, community: Community, event: Entry) -> Line | None:
    """In the stewards' log. What one did oneself, one was told already."""
    if event.by == community.me:
        return None
    head = (Part("place", community.slug), Part("dim", ", for stewards: "))
    by = Part("who", model.who(event.by, event.rev))
    match event:
        case ReportFiled():
            filed = (by, Part("", " reports ")) if event.by else (Part("", "a report about "),)
            answer = Part("dim", f"  {_from_here(model, community)}/resolve {event.seq} acted|declined, all: /reports")
            about = Part("who", model.who(event.member))
            return told(
                *head,
                *filed,
                about,
                *place_of(model, event.room),
                f": {event.reason}",
                *said(event.body),
                answer,
                alert=True,
            )
        case ReportResolved():
            note = f": {event.note}" if event.note else ""
            return told(*head, by, f" answered report {event.report}, {event.outcome}{note}")
        case Act():
            return told(*head, by, *_done(model, event), f" ({event.reason})" if event.reason else "")
        case _:
            return _at_the_door(model, community, event, head, by)


def changed(event: CommunityUpdated) -> list[Part]:
    """What became different about a community, in a few words."""
    door = {"open": "its door is open", "ask": "one asks to be let in now", "invite": "one comes in by invite now"}
    rules = f"its rules are version {event.rules_version} now: /rules" if event.rules else "it has no rules any more"
    said = (
        (event.name, f"it is called {event.name} now"),
        (event.about, "what it is about"),
        (
            event.tags,
            f"it is about {' '.join(f'#{tag}' for tag in event.tags)}" if event.tags else "it has no tags now",
        ),
        (event.door, door.get(event.door or "", "its door")),
        (event.listed, "it is in the directory" if event.listed else "it is not in the directory any more"),
        (event.rules, rules),
        (event.rules_required, "its rules must be accepted" if event.rules_required else "its rules may be accepted"),
        (event.questions, "its questions"),
        (event.members_invite, "every member may /invite" if event.members_invite else "stewards alone invite now"),
        (event.retention, f"its rooms keep what is said {kept.lasting(event.retention)}{_from(event)}"),
    )
    return [Part("", "; ".join(words for value, words in said if value is not None) or "nothing")]


def _from(event: CommunityUpdated) -> str:
    return kept.since(event.retention, event.retention_since, event.at, None)


def why(reason: str) -> str:
    """The reason that was given, as a sentence of its own; nothing where none was."""
    end = "" if reason.endswith((".", "!", "?", "…")) else "."
    return f" The reason: {reason}{end}" if reason else ""


def _declined(model: Known, event: JoinDeclined) -> Line:
    """To whoever asked to be let in."""
    because = why(event.reason)
    after = f" You may ask again after {when(event.until, model.zone)}." if event.until else ""
    return told("The stewards of ", Part("place", event.slug), f" did not let you in.{because}{after}", alert=True)


def _from_here(model: Known, community: Community) -> str:
    """What comes before an answer to it: a number or a handle is of the community in which one is."""
    return "" if model.here() is community else f"/go {community.slug}, then "


def _at_the_door(model: Known, community: Community, event: Entry, head: tuple[Part, ...], by: Part) -> Line | None:
    """Who comes in, and how."""
    match event:
        case JoinAsked():
            words = f": {event.note}" if event.note else ""
            first = _from_here(model, community)
            answer = Part(
                "dim", f"  {first}/accept {event.handle} or /decline {event.handle}, what they say: /requests"
            )
            return told(*head, ("who", event.handle), f" asks to be let in{words}", answer, alert=True)
        case JoinAnswered():
            what = " let in " if event.verdict == "accepted" else " did not let in "
            reason = f" ({event.reason})" if event.reason else ""
            return told(*head, by, what, ("who", model.who(event.member)), reason)
        case InviteCreated():
            many = "one person" if event.uses == 1 else f"{event.uses} people"
            note = f" ({event.note})" if event.note else ""
            return told(*head, by, f" made an invite for {many}{note}")
        case InviteUsed():
            return told(*head, by, " came in with an invite")
        case InviteRevoked():
            return told(*head, by, " ended an invite")
        case _:
            return None


def place_of(model: Known, id: str) -> list[Part]:
    """Where a reported message stands."""
    if not id:
        return []
    room = model.rooms.get(id)
    return [Part("dim", " in "), Part("place", room.short if room else "a private room")]


def said(body: str) -> list[Part]:
    """A reported message."""
    line = " ".join(body.split("\n"))
    return [Part("dim", f" «{line[:QUOTED]}{'…' if len(line) > QUOTED else ''}»")] if body else []


def _done(model: Known, event: Act) -> list[Part]:
    """What was done, and to whom."""
    whom = Part("who", model.who(event.member))
    match event:
        case RoleSet():
            return [Part("", " made "), whom, Part("", f" {a_role(event.role)}")]
        case MemberKicked():
            return [Part("", " removed "), whom]
        case MemberBanned():
            until = f" until {when(event.until, model.zone)}" if event.until else ""
            return [Part("", " banned "), whom, Part("", until)]
        case MemberUnbanned():
            return [Part("", " lifted the ban of "), whom]
        case MemberSilenced():
            return [Part("", " silenced "), whom, Part("", f" until {when(event.until, model.zone)}")]
        case MemberUnsilenced():
            return [Part("", " let "), whom, Part("", " speak again")]
        case PostRemoved():
            return [Part("", f" deleted post #{event.post} of "), whom]
        case MessageRemoved():
            return [Part("", " deleted a message of "), whom, *place_of(model, event.room)]
        case _:
            return [Part("", " acted on "), whom]
