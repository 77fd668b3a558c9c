"""The state of a store as its logs alone tell it, and as it answers: the two are the same."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from among_protocol.accounts import AccountCreated, AccountUpdated
from among_protocol.base import Entry
from among_protocol.communities import CommunityCreated, CommunityJoined, CommunityLeft, CommunityUpdated
from among_protocol.corners import CornerUpdated
from among_protocol.edits import MessageDeleted, MessageEdited
from among_protocol.greeters import GreeterChanged, NewcomerSettled, NewcomerSpoke
from among_protocol.house_rules import RulesAccepted
from among_protocol.invites import InviteCreated, InviteRevoked, InviteUsed
from among_protocol.joining import JoinAnswered, JoinAsked, JoinDeclined, JoinWithdrawn
from among_protocol.members import Member, MemberForgotten, MemberJoined, MemberLeft, MemberUpdated, Persona
from among_protocol.messages import SPEAKERS, MessageSent
from among_protocol.moderation import (
    Act,
    MemberBanned,
    MemberSilenced,
    MemberUnbanned,
    MemberUnsilenced,
    RoleSet,
)
from among_protocol.personas import PersonaRenamed
from among_protocol.pins import PinAdded, PinRemoved
from among_protocol.portrait import Content, PortraitDeclined, PortraitMerged, PortraitProposed, PortraitUpdated
from among_protocol.posts import PostDeleted, PostEdited, PostPublished
from among_protocol.quotes import QuoteAnswered, QuoteAsked, QuoteWithdrawn
from among_protocol.reactions import Reaction, ReactionAdded, ReactionRemoved
from among_protocol.reports import ReportFiled, ReportResolved
from among_protocol.retention import Retention, RetentionSet, RoomTrimmed
from among_protocol.rooms import (
    DirectOpened,
    PersonAdded,
    PersonLeft,
    PersonRemoved,
    RoomCreated,
    RoomFollowed,
    RoomUnfollowed,
    TopicSet,
)
from among_protocol.tags import TagUpdated
from among_protocol.welcome import Welcome, WelcomeGiven, WelcomeSet
from among_server.store.api import Store
from among_server.store.moments import moment
from among_server.store.personas import NOTHING, Claim
from among_server.store.rows import RoomRow
from among_server.store.sqlite import SqliteStore
from tests.store.town import Town

DOOR: dict[str, Any] = {
    "door": "open",
    "listed": True,
    "rules": 0,
    "rules_required": True,
    "questions": [],
    "members_invite": False,
    "retention": None,
}


@dataclass
class State:
    profiles: dict[str, tuple[str, str, Claim]] = field(default_factory=dict)  # account: handle, name, the rest
    communities: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # slug, name, about
    doors: dict[str, dict[str, Any]] = field(default_factory=dict)  # of communities: their settings
    rules: dict[str, dict[int, str]] = field(default_factory=dict)  # of communities: by version
    accepted: dict[str, dict[str, int]] = field(default_factory=dict)  # account: community -> version of its rules
    members: dict[str, dict[str, tuple[int, str, str, str, str, str]]] = field(default_factory=dict)  # of communities
    people: dict[str, dict[str, tuple[int, str, str, str, str]]] = field(default_factory=dict)  # of directs: members
    rooms: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)  # kind, community, slug, topic
    inside: dict[str, dict[str, str]] = field(default_factory=dict)  # account: place -> who one is there
    follows: dict[str, set[str]] = field(default_factory=dict)
    added: dict[str, set[str]] = field(default_factory=dict)  # private room: members in it
    said: dict[str, list[tuple[int, str, int, bool]]] = field(default_factory=dict)  # room: number, body, edit, blank
    bans: dict[str, dict[str, tuple[int, str, str]]] = field(default_factory=dict)  # member: number, reason, until
    silenced: dict[str, str] = field(default_factory=dict)  # member of a community: until
    reports: dict[str, dict[int, str]] = field(default_factory=dict)  # that wait: number, reason
    portraits: dict[str, dict[str, tuple[int, Content]]] = field(default_factory=dict)  # section: version, what it says
    greeters: dict[str, set[str]] = field(default_factory=dict)  # members who greet
    welcomes: dict[str, Welcome] = field(default_factory=dict)
    quotes: dict[str, set[str]] = field(default_factory=dict)  # in the portrait: ids
    proposals: dict[str, dict[int, tuple[str, Content | None]]] = field(
        default_factory=dict
    )  # that wait: section, content
    tags: dict[str, list[str]] = field(default_factory=dict)  # of communities, as they are meant
    meant: dict[str, str] = field(default_factory=dict, compare=False)  # what was merged, into what
    requests: dict[str, dict[int, str]] = field(default_factory=dict)  # to be let in, that wait: number, handle
    corners: dict[str, tuple[str, str, bool]] = field(default_factory=dict)  # room: whose, who may comment, public
    posts: dict[str, dict[int, tuple[str, str, list[int]]]] = field(default_factory=dict)  # title, body, versions
    pins: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)  # room: message -> pinned by, said by
    threads: dict[str, dict[int, tuple[int, int, list[str]]]] = field(
        default_factory=dict
    )  # messages, newest, speakers
    inside_threads: dict[str, dict[int, list[int]]] = field(default_factory=dict)  # room: root -> numbers
    comments: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # room: post, number
    reactions: dict[str, dict[int, dict[str, set[str]]]] = field(default_factory=dict)  # room: message: emoji, who
    kept_for: dict[str, Retention] = field(default_factory=dict)  # rooms that say it for themselves
    floors: dict[str, int] = field(default_factory=dict)  # of rooms from which something was removed


def _here(state: State) -> set[str]:
    """Who is a member somewhere, as the logs tell it."""
    return {member for places in state.inside.values() for member in places.values()}


async def replayed(town: Town, logs: list[str]) -> State:
    """From the logs alone. Communities first, since who leaves one leaves its rooms; rooms last, since a topic set later
    wins over the first one."""
    state = State()
    for log in sorted(logs, key=lambda id: "cwar".index(id[0])):
        await _from_floor(town.store, state, log)
        for entry in await town.log(log):
            _apply(state, log, entry)
    _reacted(state)
    for log, comments in list(state.comments.items()):  # they go with the list of those on the post
        state.comments[log] = [one for one in comments if one[0] in state.posts.get(log, ())]
        if not state.comments[log]:
            del state.comments[log]
    for log, tags in state.tags.items():
        state.tags[log] = list(dict.fromkeys(state.meant.get(tag) or tag for tag in tags))
    state.corners = {
        room: corner for room, corner in state.corners.items() if corner[0] in _here(state)
    }  # who left is not listed
    for room, pins in list(state.pins.items()):  # what is deleted is pinned no more
        blank = {number for number, _, _, gone in state.said.get(room, ()) if gone}
        state.pins[room] = {message: pin for message, pin in pins.items() if message not in blank}
        if not state.pins[room]:
            del state.pins[room]
    for direct in (log for log in logs if state.rooms.get(log, ("",))[0] == "direct"):
        people = state.people.get(direct, {})
        state.people[direct] = {member: persona for member, persona in people.items() if persona[1]}
    state.silenced = {member: until for member, until in state.silenced.items() if member in _here(state)}
    for account, accepted in state.accepted.items():  # a store tells it of members alone
        state.accepted[account] = {
            place: version for place, version in accepted.items() if place in state.inside[account]
        }
    return state


def _reacted(state: State) -> None:
    """To what is blank, or is no post any more, nobody reacts."""
    for log, said in list(state.reactions.items()):
        there = {seq for seq, _, _, blank in state.said.get(log, []) if not blank} | set(state.posts.get(log, ()))
        left = {seq: {emoji: who for emoji, who in kinds.items() if who} for seq, kinds in said.items() if seq in there}
        state.reactions[log] = {seq: kinds for seq, kinds in left.items() if kinds}
        if not state.reactions[log]:
            del state.reactions[log]


async def _from_floor(store: Store, state: State, log: str) -> None:
    """Who is in a private room is told by the logs of accounts, too."""
    row = await store.log(log)
    if row is not None and row.kind == "room" and row.floor:
        state.floors[log] = row.floor
        kind, community, *_ = state.rooms[log]
        if kind == "private":
            followers = [account for account, followed in state.follows.items() if log in followed]
            state.added[log] = {state.inside[account][community] for account in followers}
        state.people |= await _people(store, log, kind)  # what told of them may be gone
        for pin in (await store.pins(log, None, 1000)).pins:  # a snapshot has their numbers, which `live` compares
            if pin.message.seq <= row.floor:
                state.pins.setdefault(log, {})[pin.message.seq] = (pin.by, pin.message.by)


def _apply(state: State, log: str, entry: Entry) -> None:  # noqa: C901, PLR0912  # one branch for each kind of entry
    match entry:
        case AccountCreated():
            state.profiles[log] = (entry.handle, entry.display_name, NOTHING)
            state.inside[log], state.follows[log], state.accepted[log] = {}, set(), {}
        case AccountUpdated():
            claim = Claim(entry.bio, entry.pronouns, entry.place, tuple(entry.links), intro=entry.intro)
            state.profiles[log] = (entry.handle, entry.display_name, claim)
        case PersonaRenamed():
            assert entry.community in state.communities  # where it is told
        case CommunityJoined():
            state.inside[log][entry.community] = entry.member
            state.follows[log] |= set(entry.rooms)
            if entry.rules:
                state.accepted[log][entry.community] = entry.rules
        case RulesAccepted():
            state.accepted[log][entry.community] = entry.version
        case CommunityLeft():
            state.inside[log].pop(entry.community, None)  # told again when they chose what is kept
            state.follows[log] -= {room for room, row in state.rooms.items() if row[1] == entry.community}
        case RoomFollowed():
            state.follows[log].add(entry.room)
            state.rooms.setdefault(entry.room, (entry.kind, entry.community, entry.slug, entry.topic))
        case RoomUnfollowed():
            state.follows[log].remove(entry.room)
            state.inside[log].pop(entry.room, None)  # of a direct
        case DirectOpened():
            state.inside[log][entry.room] = entry.member
            state.follows[log].add(entry.room)
            state.rooms[entry.room] = ("direct", "", "", "")
            for one in entry.people:
                _become(state, entry.room, one.member, one)
        case CommunityCreated():
            state.communities[log] = (entry.slug, entry.name, entry.about)
            if entry.tags:
                state.tags[log] = entry.tags
            state.members[log], state.bans[log], state.reports[log] = {}, {}, {}
            state.portraits[log], state.proposals[log], state.quotes[log] = {}, {}, set()
            state.greeters[log], state.welcomes[log] = set(), Welcome()
            state.doors[log], state.rules[log], state.requests[log] = dict(DOOR), {}, {}
        case CommunityUpdated():
            slug, name, about = state.communities[log]
            name, about = (old if new is None else new for old, new in ((name, entry.name), (about, entry.about)))
            state.communities[log] = (slug, name, about)
            if entry.tags is not None:
                state.tags.pop(log, None)
                state.tags |= {log: entry.tags} if entry.tags else {}
            state.doors[log] |= {key: value for key in DOOR if (value := getattr(entry, key)) is not None}
            if entry.retention is not None and not entry.retention.bounded:
                state.doors[log]["retention"] = None
            if entry.rules is not None:
                state.doors[log]["rules"] = entry.rules_version
                if entry.rules:
                    state.rules[log][entry.rules_version] = entry.rules
        case MemberJoined():
            state.members[log][entry.by] = (*_heard(entry), entry.role)
        case MemberUpdated() if log not in state.members:
            _become(state, log, entry.by, entry)
        case MemberUpdated():
            state.members[log][entry.by] = (*_heard(entry), state.members[log][entry.by][5])
        case MemberForgotten():
            state.people.get(log, {}).pop(entry.by, None)  # who they were is told nowhere, and they are no member
        case MemberLeft():
            del state.members[log][entry.by]
            state.greeters[log].discard(entry.by)
        case RoleSet() if log == entry.community:
            state.members[log][entry.member] = (*state.members[log][entry.member][:5], entry.role)
        case MemberBanned() if log[0] == "w":
            state.bans[entry.community][entry.member] = (entry.seq, entry.reason, entry.until)
        case MemberUnbanned() if log[0] == "w":
            del state.bans[entry.community][entry.member]
        case MemberSilenced() if log[0] == "w":
            state.silenced[entry.member] = entry.until
        case MemberUnsilenced() if log[0] == "w":
            del state.silenced[entry.member]
        case ReportFiled() if log[0] == "w":
            state.reports[entry.community][entry.seq] = entry.reason
        case ReportResolved() if log[0] == "w":
            del state.reports[entry.community][entry.report]
        case JoinAsked() if log[0] == "w":
            state.requests[entry.community][entry.seq] = entry.handle
        case JoinAnswered():
            del state.requests[entry.community][entry.request]
        case JoinWithdrawn() if log[0] == "w":
            del state.requests[entry.community][entry.request]
        case InviteCreated() | InviteUsed() | InviteRevoked():
            pass  # what they are worth is a secret's own, beside the logs
        case Act() | ReportFiled() | ReportResolved() | JoinAsked() | JoinWithdrawn() | JoinDeclined():
            assert log[0] == "w" or entry.community in state.communities  # what it says was said there too
        case PortraitProposed() if log[0] == "w":
            state.proposals[entry.community][entry.proposal] = (entry.quote or entry.section, entry.content)
        case PortraitMerged() if log[0] == "w":
            section, content = state.proposals[entry.community].pop(entry.proposal)
            if section.startswith("q_"):
                state.quotes[entry.community].add(section)
            else:
                assert content is not None
                state.portraits[entry.community][section] = (entry.version, content)
        case QuoteWithdrawn() if log[0] == "w":
            state.quotes[entry.community].remove(entry.quote)
        case PortraitDeclined() if log[0] == "w":
            del state.proposals[entry.community][entry.proposal]
        case (
            PortraitProposed()
            | PortraitMerged()
            | PortraitDeclined()
            | QuoteAsked()
            | QuoteAnswered()
            | QuoteWithdrawn()
        ):
            assert entry.community in state.communities
        case GreeterChanged() if log == entry.community:
            state.greeters[log] = state.greeters[log] - {entry.member} | (
                {entry.member} if entry.state == "greets" else set()
            )
        case WelcomeSet():
            state.welcomes[entry.community] = Welcome(text=entry.text, rooms=entry.rooms)
        case GreeterChanged() | NewcomerSpoke() | NewcomerSettled() | WelcomeGiven():
            assert entry.community in state.communities
        case PortraitUpdated():
            assert log in state.communities
        case TagUpdated():
            if not entry.community:
                for tag in [entry.tag, *(tag for tag, into in state.meant.items() if into == entry.tag and entry.into)]:
                    state.meant[tag] = entry.into
        case RoomCreated():
            state.rooms[entry.room] = ("open", log, entry.slug, entry.topic)
        case TopicSet():
            state.rooms[log] = (*state.rooms[log][:3], entry.topic)
        case RetentionSet():
            _keep(state, log, entry.retention)
        case RoomTrimmed():
            assert entry.floor <= state.floors[log]
            assert (
                entry.left == sum(seq > entry.floor for seq, *_ in state.said.get(log, ()))
                or entry.floor < state.floors[log]
            )
            state.rooms[log] = (*state.rooms[log][:3], entry.topic)
            _keep(state, log, entry.retention)
            if entry.floor == state.floors[log]:
                assert set(state.pins.get(log, ())) & set(range(entry.floor + 1)) <= set(entry.pins)
        case PersonAdded() | PersonLeft() | PersonRemoved() if log in state.floors:
            pass  # known already
        case PersonAdded():
            state.added.setdefault(log, set()).add(entry.member)
        case PersonLeft():
            state.added[log].remove(entry.by)
        case PersonRemoved():
            state.added[log].remove(entry.member)
        case MessageSent():
            state.said.setdefault(log, []).append((entry.seq, entry.body, 0, entry.blank))
            if entry.thread:
                threads = state.threads.setdefault(log, {})
                messages, _, speakers = threads.get(entry.thread, (0, 0, []))
                speakers = list(dict.fromkeys([*speakers, entry.by]))[:SPEAKERS]
                threads[entry.thread] = (messages + 1, entry.seq, speakers)
                state.inside_threads.setdefault(log, {}).setdefault(entry.thread, []).append(entry.seq)
            if entry.post:
                state.comments.setdefault(log, []).append((entry.post, entry.seq))
        case MessageEdited() | MessageDeleted() if entry.message <= state.floors.get(log, 0):
            pass  # of what was removed
        case PinAdded() | PinRemoved() if entry.message <= state.floors.get(log, 0):
            pass  # known already
        case MessageEdited():
            said = state.said[log]
            at = [number for number, *_ in said].index(entry.message)
            if not said[at][3]:
                said[at] = (entry.message, entry.body, entry.seq, False)
            assert entry.blank == said[at][3]
        case MessageDeleted():
            assert (entry.message, "", 0, True) in state.said[log]
        case PinAdded():
            state.pins.setdefault(log, {})[entry.message] = (entry.by, entry.author)
        case PinRemoved():
            del state.pins[log][entry.message]
        case ReactionAdded():
            if not entry.blank:
                kinds = state.reactions.setdefault(log, {}).setdefault(entry.message, {})
                kinds.setdefault(entry.emoji, set()).add(entry.by)
        case ReactionRemoved():
            if not entry.blank and entry.by:
                there = state.reactions.get(log, {}).get(
                    entry.message, {}
                )  # to what is below the floor: none are known
                there.get(entry.emoji, set()).discard(entry.by)
        case CornerUpdated():
            state.rooms[log] = ("corner", state.rooms[log][1], "", entry.title)
            state.corners[log] = (entry.by, entry.comments, entry.public)
        case PostPublished() if entry.blank:
            pass  # it is gone: deleted, as an entry tells, or with whoever wrote it
        case PostPublished():
            state.posts.setdefault(log, {})[entry.seq] = (entry.title, entry.body, [entry.seq])
        case PostDeleted():
            assert entry.post not in state.posts.get(log, ())
        case PostEdited() if entry.post not in state.posts.get(log, ()):
            pass  # likewise
        case PostEdited():
            versions = [*state.posts[log][entry.post][2], entry.seq]
            state.posts[log][entry.post] = (entry.title, entry.body, versions)
        case _:
            raise AssertionError(f"an entry that this replay does not know: {entry}")


def _keep(state: State, room: str, retention: Retention | None) -> None:
    state.kept_for.pop(room, None)
    if retention is not None:
        state.kept_for[room] = retention


async def _kept(store: Store, state: State, room: RoomRow) -> None:
    _keep(state, room.id, room.retention)
    log = await store.log(room.id)
    if log is not None and log.floor:
        state.floors[room.id] = log.floor


def _become(state: State, direct: str, member: str, persona: MemberUpdated | Persona) -> None:
    people = state.people.setdefault(direct, {})
    if member not in people or people[member][0] < persona.rev:
        people[member] = _heard(persona)


def _heard(persona: MemberJoined | MemberUpdated | Member | Persona) -> tuple[int, str, str, str, str]:
    return (persona.rev, persona.handle, persona.display_name, persona.bio, persona.pronouns)


async def agree(folder: Path) -> None:
    """What a closed SQLite store in this folder answers is what its logs tell."""
    store = SqliteStore(folder)
    town = Town(store)
    await store.open()
    try:
        with contextlib.closing(sqlite3.connect(folder / "among.db")) as db:
            logs = [id for (id,) in db.execute("SELECT id FROM logs ORDER BY key")]
        told, kept = await replayed(town, logs), await live(store, logs)
        now = moment(time.time_ns() // 10**6)
        for state in (told, kept):  # in the logs nobody ends a ban whose time is over
            state.bans = {
                id: {who: ban for who, ban in bans.items() if not "" < ban[2] <= now} for id, bans in state.bans.items()
            }
        parts = [one.name for one in fields(State) if one.compare]
        apart = {name: found for name in parts if (found := _apart(getattr(told, name), getattr(kept, name)))}
        assert not apart, f"told by the logs, and kept: {apart}"
    finally:
        await store.close()


def _apart(told: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """What the logs tell and what is kept, where these are not the same."""
    return {id: (told.get(id), kept.get(id)) for id in told | kept if told.get(id) != kept.get(id)}


async def live(store: Store, logs: list[str]) -> State:
    """As the store answers."""
    state = State()
    who: dict[str, tuple[str, str]] = {}  # member: account, place
    for id in logs:
        row = await store.account(id)
        standing = await store.standing(id)
        if row is not None and standing is not None:
            state.profiles[id] = (row.handle, row.display_name, row.claim)
            state.inside[id] = {member.place: member.id for member in standing.members}
            state.silenced |= {member.id: member.silenced for member in standing.members if member.silenced}
            state.follows[id] = {room.id for room in standing.rooms}
            who.update({member.id: (id, member.place) for member in standing.members})
            state.accepted[id] = {}
    for id in logs:
        community = await store.community(id)
        if community is not None:
            state.communities[id] = (community.slug, community.name, community.about)
            state.tags |= await store.tags_of([id])
            state.requests[id] = {one.seq: one.handle for one in await store.requests(id, 0, 1000)}
            state.doors[id] = {key: getattr(community, key) for key in DOOR}
            versions = [await store.rules(id, version) for version in range(1, 20)]
            state.rules[id] = {row.version: row.text for row in versions if row is not None}
            members = await store.members(id, "", 1000)
            assert community.members == len(members)
            bans = await store.bans(id, None, 1000)
            state.bans[id] = {ban.persona.member: (ban.seq, ban.reason, ban.until) for ban in bans}
            state.reports[id] = {report.seq: report.reason for report in await store.reports(id, 0, 1000)}
            portrait = await store.portrait(id, None)
            assert portrait is not None
            state.portraits[id] = {one.section: (one.version, one.content) for one in portrait.sections}
            waiting = await store.portrait_proposals(id, "", 0, 1000)
            state.greeters[id] = {one.member for one in await store.greeters(id) if one.state == "greets"}
            state.welcomes[id] = await store.welcome(id)
            state.quotes[id] = {one.quote for one in portrait.quotes}
            state.proposals[id] = {
                one.proposal: (one.quote.quote, None) if one.quote else (one.section, one.content)
                for one in waiting.proposals
            }
            state.members[id] = {row.member: (*_heard(row), row.role) for row in members}
            corners = await store.corners(id, "", 1000)
            state.corners |= {one.room: (one.member, one.comments, one.public) for one in corners}
        room = await store.room(id)
        if room is not None:
            state.rooms[id] = (room.kind, room.community, room.slug, room.topic)
            await _kept(store, state, room)
            state.people |= await _people(store, room.id, room.kind)
            said: list[tuple[int, str, int, bool]] = []
            complete = False
            while not complete:
                after = said[-1][0] if said else 0
                page = await store.messages(id, before=None, after=after, around=None, limit=1000)
                said += [(message.seq, message.body, message.edited, message.blank) for message in page.messages]
                complete = page.complete
            said += await _threads(store, state, id)
            if said:
                state.said[id] = sorted(said)
            pins = (await store.pins(id, None, 1000)).pins
            if pins:
                state.pins[id] = {pin.message.seq: (pin.by, pin.message.by) for pin in pins}
            await _corner(store, state, id)
            for seq in [*(one[0] for one in said if not one[3]), *state.posts.get(id, ())]:
                await _reactions(store, state, id, seq)
            if room.kind == "private":
                inside = (who[member][0] for member in who if who[member][1] == room.community)
                followers = {account for account in inside if id in state.follows[account]}
                state.added[id] = {state.inside[account][room.community] for account in followers}
    for member, version in (await store.accepted(list(who))).items():
        account, place = who[member]
        state.accepted[account][place] = version
    return state


async def _people(store: Store, room: str, kind: str) -> dict[str, dict[str, tuple[int, str, str, str, str]]]:
    """Who is in it, if it is a direct, but for those of whom nothing is kept."""
    found = await store.directs([room]) if kind == "direct" else []
    return {row.id: {one.member: _heard(one) for one in people if one.handle} for row, people in found}


async def _reactions(store: Store, state: State, room: str, message: int) -> None:
    """Who reacts, which is as many as a page says."""
    found = await store.reactors(room, message, "", 0, 1000, reader="")
    assert found is not None
    kinds: dict[str, set[str]] = {}
    for one in found.reactors:
        kinds.setdefault(one.emoji, set()).add(one.by)
    shown: list[list[Reaction]] = []
    for thread in (None, *state.threads.get(room, {})):
        page = await store.messages(room, before=None, after=None, around=message, limit=1, thread=thread)
        shown += [one.reactions for one in page.messages if one.seq == message]
    post = await store.post(room, message, None)
    shown += [post.reactions] if post is not None else []
    assert [{one.emoji: one.count for one in reactions} for reactions in shown] == [
        {emoji: len(who) for emoji, who in kinds.items()}
    ]
    if kinds:
        state.reactions.setdefault(room, {})[message] = kinds


async def _threads(store: Store, state: State, room: str) -> list[tuple[int, str, int, bool]]:
    """The threads of a room; gives what is said in them."""
    said = []
    for card in await store.threads("", room, None, 1000):
        state.threads.setdefault(room, {})[card.thread] = (card.messages, card.head, card.speakers)
        page = await store.messages(room, before=None, after=0, around=None, limit=1000, thread=card.thread)
        said += [(message.seq, message.body, message.edited, message.blank) for message in page.messages]
        state.inside_threads.setdefault(room, {})[card.thread] = [message.seq for message in page.messages]
    return said


async def _corner(store: Store, state: State, room: str) -> None:
    """The posts of a room, if it is a corner, and what is said about them."""
    for card in (await store.posts(room, None, 1000)).posts[::-1]:
        post = await store.post(room, card.seq, None)
        assert post is not None
        assert (post.title, card.bytes) == (card.title, len(post.body.encode()))
        versions = [version.seq for version in post.versions]
        state.posts.setdefault(room, {})[card.seq] = (post.title, post.body, versions)
        page = await store.messages(room, before=None, after=0, around=None, limit=1000, post=card.seq)
        assert card.comments == post.comments == len(page.messages)
        if page.messages:
            state.comments.setdefault(room, []).extend((card.seq, message.seq) for message in page.messages)
            state.comments[room].sort(key=lambda one: one[1])
