"""Whatever people do: the logs tell all of it, a client that comes back has all of it, and nobody hears what is not
theirs."""

import asyncio
import itertools
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from among_protocol import wire
from among_protocol.base import Entry, Span
from among_protocol.blank import blanked
from among_protocol.communities import JoinCommunity
from among_protocol.corners import CornerUpdated
from among_protocol.edits import MessageDeleted, MessageEdited
from among_protocol.logs import LogPassed, ReadChanged
from among_protocol.members import ListMembers, MemberJoined, MemberLeft, MemberUpdated
from among_protocol.messages import Message, MessageSent, ReadMessages
from among_protocol.moderation import Act, RoleSet
from among_protocol.pins import ListPins, Pin, PinAdded, PinRemoved
from among_protocol.reactions import ReactionAdded, ReactionRemoved, ReactionsChanged
from among_protocol.reports import ReportFiled
from among_protocol.retention import RoomTrimmed
from among_protocol.rooms import DirectOpened, RoomCreated, RoomFollowed, TopicSet
from among_server.store.fates import without
from among_server.store.stewards import stewards_of, unsigned
from tests.server.chronicle import Chronicle
from tests.server.devices import WAYS, beside_new_ones, known, meant
from tests.server.hearing import Story, places_of
from tests.server.stories import STORIES, TOLD, town_on
from tests.stores import STORES
from tests.world import Person

on_each = pytest.mark.parametrize("kind", STORES)


async def history(person: Person) -> dict[str, list[Any]]:
    """Every log of this person, from its start."""
    return {state.log: await person.entries(state.log) for state in (await person.sync()).logs}


async def check_account(person: Person, logs: dict[str, list[Any]]) -> None:
    cards = await person.sync(cards=True)
    places, directs = places_of(logs[person.account])
    assert {card.community.id: (card.member, card.role) for card in cards.communities} == {
        id: (place.member, place.role) for id, place in places.items()
    }
    assert {card.id: card.member for card in cards.directs} == directs
    following = {room.id for card in cards.communities for room in card.rooms if room.following}
    assert following == {room for place in places.values() for room in place.rooms}
    stewards = {stewards_of(id) for id, place in places.items() if place.role != "member"}
    assert {card.stewards for card in cards.communities if card.stewards} == stewards
    assert set(logs) == {person.account, *places, *stewards, *following, *directs}
    newest = logs[person.account][0]
    for entry in logs[person.account]:
        newest = entry if hasattr(entry, "display_name") else newest
    assert cards.account.display_name == newest.display_name
    assert cards.account.bio == getattr(newest, "bio", "")


async def check_community(person: Person, card: Any, log: list[Any], rooms: dict[str, list[Any]]) -> None:
    members: dict[str, tuple[object, ...]] = {}
    open_rooms: dict[str, tuple[str, str]] = {}
    for entry in log:
        match entry:
            case MemberJoined():
                members[entry.by] = (entry.rev, entry.handle, entry.display_name, entry.bio, entry.role)
            case MemberUpdated():
                role = members[entry.by][-1]
                members[entry.by] = (entry.rev, entry.handle, entry.display_name, entry.bio, role)
            case MemberLeft():
                del members[entry.by]
            case RoleSet():
                members[entry.member] = (*members[entry.member][:-1], entry.role)
            case RoomCreated():
                open_rooms[entry.room] = (entry.slug, entry.topic)
            case _:
                pass
    page = await person.ask(ListMembers, community=card.community.id)
    assert {m.member: (m.rev, m.handle, m.display_name, m.bio, m.role) for m in page.members} == members
    assert page.as_of == card.as_of == len(log)
    assert card.community.members == len(members)
    assert {room.id: room.slug for room in card.rooms if room.kind == "open"} == {
        id: slug for id, (slug, _) in open_rooms.items()
    }
    for room in card.rooms:
        entries = rooms.get(room.id) or await person.entries(room.id)
        first = open_rooms[room.id][1] if room.kind == "open" else "first"
        said = [
            entry.title if isinstance(entry, CornerUpdated) else entry.topic for entry in entries if told_topic(entry)
        ]
        assert room.topic == (said[-1] if said else first)
        assert room.head == head_of(entries)


def told_topic(entry: Any) -> bool:
    return isinstance(entry, TopicSet | CornerUpdated | RoomTrimmed)


def floor_of(log: list[Any]) -> int:
    """Up to where nothing is kept, as the log says."""
    return max((entry.floor for entry in log if isinstance(entry, RoomTrimmed)), default=0)


def head_of(log: list[Any]) -> int:
    return log[-1].seq if log else 0


class Told:
    """What a room's log makes of its messages."""

    def __init__(self, log: list[Any]) -> None:
        self.floor = floor_of(log)
        self.said: dict[int, Any] = {}
        self.now: dict[int, Any] = {}  # the newest version of each
        self.pins: dict[int, PinAdded | None] = {}  # None: when it was pinned is no longer told
        for entry in log:
            self._hear(entry)
        # Which goes with the words, of who is forgotten.
        self.pins = {seq: pin for seq, pin in self.pins.items() if seq not in self.now or not self.now[seq].blank}

    def _hear(self, entry: Any) -> None:
        match entry:
            case MessageSent():
                self.said[entry.seq] = self.now[entry.seq] = entry
            case MessageEdited():
                self.now[entry.message] = entry
            case PinAdded():
                self.pins[entry.message] = entry
            case MessageDeleted():
                one = self.now.get(entry.message)
                assert one.blank if one is not None else entry.message <= self.floor, "an edit of it is blank, too"
                self.pins.pop(entry.message, None)
            case PinRemoved():
                self.pins.pop(entry.message, None)
            case RoomTrimmed():
                kept = [seq for seq in self.pins if seq > entry.floor]
                self.pins = {seq: self.pins.get(seq) for seq in (*entry.pins, *kept)}
            case _:
                pass


async def check_messages(person: Person, room: str, log: list[Any]) -> None:
    of_log = Told(log)
    said, now = of_log.said, of_log.now
    page = await person.ask(ReadMessages, room=room, limit=200)
    assert (page.as_of, page.floor) == (head_of(log), of_log.floor)
    messages = list(page.messages)
    below = {message.seq: message.below for message in messages if message.below is not None}
    roots = dict.fromkeys(entry.thread for entry in said.values() if entry.thread)
    assert set(below) == {root for root in roots if root > of_log.floor}
    for root in roots:
        inside = [entry for entry in said.values() if entry.thread == root]
        if root in below:
            thread = below[root]
            assert (thread.messages, thread.head, thread.at) == (len(inside), inside[-1].seq, inside[-1].at)
            assert thread.speakers == list(dict.fromkeys(entry.by for entry in inside))[:5]
        messages += (await person.ask(ReadMessages, room=room, limit=200, thread=root)).messages
    told = [(one.seq, one.by, one.rev, one.body, one.mentions, one.mentions_room, one.thread) for one in messages]
    calls = {
        seq: one if now[seq].blank else now[seq] for seq, one in said.items()
    }  # what is deleted keeps its envelope
    assert sorted(told) == [
        (seq, one.by, one.rev, now[seq].body, calls[seq].mentions, calls[seq].mentions_room, one.thread)
        for seq, one in said.items()
    ]
    shown = (await person.ask(ListPins, room=room)).pins
    check_pins(shown, of_log, messages)
    check_replies(messages, now, {*said, *(pin.message.seq for pin in shown)})


def check_pins(shown: list[Pin], of_log: Told, messages: list[Message]) -> None:
    said, pins = of_log.said, of_log.pins
    numbers = [pin.message.seq for pin in shown]
    assert set(numbers) <= set(pins), "some of those below the floor went with the words of who is forgotten"
    assert {seq for seq in numbers if seq > of_log.floor} == {seq for seq in pins if seq > of_log.floor}
    assert [pin.seq for pin in shown] == sorted((pin.seq for pin in shown), reverse=True)
    by_number = {one.seq: replace(one, below=None, reactions=[]) for one in messages if one.forwarded is None}
    for one in shown:
        pin = pins[one.message.seq]
        assert pin is None or (one.seq, one.by, one.rev) == (pin.seq, pin.by, pin.rev)
        assert one.message == by_number.get(one.message.seq, one.message)
    for pin in filter(None, pins.values()):
        if pin.message in said:
            assert (pin.author, pin.author_rev) == (said[pin.message].by, said[pin.message].rev)


def check_replies(messages: list[Message], now: dict[int, Any], kept: set[int]) -> None:
    """Who answers quotes what is still there, as it is now."""
    for one in messages:
        there = one.reply_to in kept and not one.blank
        assert (one.quote is not None) == there, one
        if one.quote is not None and one.reply_to in now:
            assert (one.quote.seq, one.quote.blank) == (one.reply_to, now[one.reply_to].blank)
            assert now[one.reply_to].body.startswith(one.quote.body)


@on_each
@given(story=STORIES, kept=st.booleans())
@settings(max_examples=TOLD)
async def test_replaying_the_logs_from_zero_gives_the_live_state(kind, story, kept):
    async with town_on(kind, kept=kept) as town:
        await town.tell(story)
        for person in town.people.values():
            logs = await history(person)
            for log, entries in logs.items():
                first = 1 + floor_of(entries)
                assert [entry.seq for entry in entries] == list(range(first, first + len(entries))), log
            await check_account(person, logs)
            for card in (await person.sync(cards=True)).communities:
                await check_community(person, card, logs[card.community.id], logs)
            for log, entries in logs.items():
                if log.startswith("r_"):
                    await check_messages(person, log, entries)


@on_each
@given(
    before=STORIES,
    during=STORIES,
    after=STORIES,
    back=st.lists(st.none() | st.integers(0, 6), min_size=1, max_size=5),
    packed=st.booleans(),
    kept=st.booleans(),
)
@settings(max_examples=TOLD)
async def test_dur_10_who_comes_back_from_any_position_is_like_who_never_left(
    kind, before, during, after, back, packed, kept
):
    """Some come back while others talk; a position is left out now and then, and the account's own never."""
    async with town_on(kind, kept=kept) as town:
        stories = [await begin(person, {}) for person in town.people.values()]
        await town.tell(before)
        for number, person in enumerate(town.people.values()):
            heads = {state.log: state.head for state in (await person.ask(ReadChanged)).logs}
            steps = itertools.cycle(back[number % len(back) :] + back)
            positions = {log: max(0, head - step) for log, head in heads.items() if (step := next(steps)) is not None}
            positions.setdefault(person.account, 0)
            other = await person.again(wire.MSGPACK if packed else wire.JSON)
            coming = asyncio.ensure_future(begin(other, positions))
            await town.tell(during[number::4])
            stories.append(await coming)
        await town.tell(after)
        for person, start, story in stories:
            if person.closed is not None:  # the account is gone
                continue
            for event in person.heard[start:]:
                story.hear(event)
            logs = await history(person)
            assert story.at == {log: head_of(entries) for log, entries in logs.items()}
            kept = {(entry.log, entry.seq): entry for entries in logs.values() for entry in entries}
            for entry in story.heard:
                now = kept.get((entry.log, entry.seq))
                assert now is None or as_it_stands(replace(entry, first=0), now) == now
                check_passed(entry.first, entry, kept)
            for span in story.told_in_short:
                numbers = [(span.log, seq) for seq in range(span.first, span.seq + 1)]
                if isinstance(span, LogPassed):
                    check_passed(span.first, span, kept)
                elif all(number in kept for number in numbers):
                    check_span(span, [kept[number] for number in numbers])


def check_passed(first: int, event: Any, kept: dict[tuple[str, int], Any]) -> None:
    """What was left out, because it is no longer kept."""
    last = event.seq if isinstance(event, LogPassed) else event.seq - 1
    assert not first or not any((event.log, seq) in kept for seq in range(first, last + 1))


def as_it_stands(entry: Entry, now: Any) -> Entry:
    """What was heard, by now: its words may be gone; and of a report who filed it, since it is about a steward now; and of
    whom nothing is kept, that they were in a direct, or what they did as a steward, or what of theirs was reported."""
    match entry:
        case ReportFiled():
            entry = entry if now.by else unsigned(entry, now.member)
            entry = without(entry, now.member, words=not now.body)
        case DirectOpened():
            for one in [one.member for one in now.people if one.left]:
                entry = without(entry, one, words=False)
        case Act(steward=steward) if steward is not None and now.steward is None:
            entry = without(entry, steward.member, words=False)
        case _:
            pass
    return blanked(entry) if now.blank else entry


def check_span(span: Span, entries: list[Any]) -> None:
    """What was told in short is what became of the reactions that it stands for."""
    assert isinstance(span, ReactionsChanged)
    assert all(isinstance(entry, ReactionAdded | ReactionRemoved) for entry in entries)
    deleted = {entry.message for entry in entries if entry.blank}  # since then, and what they were with it
    entries = [entry for entry in entries if entry.message not in deleted]
    ends: dict[tuple[int, str], dict[str, bool]] = {}
    for entry in entries:
        ends.setdefault((entry.message, entry.emoji), {})[entry.by] = isinstance(entry, ReactionAdded)
    left = {(entry.message, entry.emoji): entry.count for entry in entries}
    told = {(one.message, one.emoji): one for one in span.changes if one.message not in deleted}
    assert {key: change.count for key, change in told.items()} == left
    for key, who in ends.items():
        changed = dict.fromkeys([ref.member for ref in told[key].added], True)
        changed |= dict.fromkeys([ref.member for ref in told[key].removed], False)
        assert changed == who


@on_each
@given(before=STORIES, during=STORIES, after=STORIES, ways=WAYS, kept=st.booleans())
@settings(max_examples=TOLD)
async def test_what_a_device_knows_is_what_a_new_one_is_told(kind, before, during, after, ways, kept):
    """Whether it heard all of it, or fell behind, or lost its connection for a while."""
    async with town_on(kind, kept=kept) as town:
        for device, new in await beside_new_ones(town, before, during, after, ways):
            assert known(device) == known(new)
            for entry, members in meant(new).items():  # who has left since may still be among the others
                assert members <= meant(device)[entry]


async def begin(person: Person, positions: dict[str, int]) -> tuple[Person, int, Story]:
    start = len(person.heard)
    started = await person.sync(epoch=person.world.app.store.epoch, positions=positions, cards=True)
    return person, start, Story(person.account, started, positions)


@on_each
@given(story=STORIES)
@settings(max_examples=TOLD)
async def test_auz_03_what_is_said_in_a_closed_room_reaches_only_who_was_let_in(kind, story):
    """Every body and topic names its room, so a room that somebody never was in must not occur in what they were sent."""
    async with town_on(kind) as town:
        await town.tell(story)
        rows = [await town.world.app.store.room(id) for id in town.rooms]
        closed = {row.id for row in rows if row is not None and not row.for_all}
        for person in town.people.values():
            await history(person)
            await person.sync(cards=True)
            entries = await person.entries(person.account)
            let_in = {entry.room for entry in entries if isinstance(entry, RoomFollowed | DirectOpened)}
            let_in |= {room for entry in entries for room in getattr(entry, "rooms", ())}
            told = b"".join(person.frames).decode(errors="replace")
            answered = set(re.findall(r"r_[a-z2-7]{16}", told))
            assert answered & closed <= let_in, person.handle


@on_each
@given(story=STORIES)
@settings(max_examples=TOLD)
async def test_auz_03_a_reason_reaches_only_stewards_and_whom_it_concerns(kind, story):
    """Every reason is another, so one that is in what somebody was sent was meant for them."""
    async with town_on(kind, kept=True) as town:
        await town.tell(story)
        account_of = {id: member.account for id, member in town.chronicle.members.items()}
        concerned: dict[str, set[str]] = {}  # reason: accounts
        for (log, _), event in town.chronicle.entries.items():
            reason = getattr(event, "reason", "")
            if reason and log.startswith("w_"):
                them = {account_of[event.member]} if isinstance(event, Act) else set()
                concerned.setdefault(reason, set()).update(them, _stewards_ever(town.chronicle, log))
            elif reason and log.startswith("a_"):
                concerned.setdefault(reason, set()).add(log)
        for person in town.people.values():
            await history(person)
            await person.sync(cards=True)
            for community in town.communities:
                await person.answered(person.begin(JoinCommunity, community=community))
            told = b"".join(person.frames).decode(errors="replace")
            for reason in set(re.findall(r"reason-\d+", told)):
                assert person.account in concerned[reason], (person.handle, reason)


def _stewards_ever(chronicle: Chronicle, log: str) -> set[str]:
    """The accounts that could hear this stewards' log at some time."""
    return {event.log for event in chronicle.entries.values() if getattr(event, "stewards", "") == log}
