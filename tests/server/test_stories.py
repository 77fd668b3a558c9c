"""Whatever people do: the logs tell all of it, a client that comes back has all of it, and nobody hears what is not
theirs."""

import asyncio
import itertools
import re
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from among_protocol import wire
from among_protocol.base import Entry, Span
from among_protocol.blank import blanked
from among_protocol.communities import JoinCommunity
from among_protocol.corners import CornerUpdated
from among_protocol.edits import MessageDeleted, MessageEdited
from among_protocol.logs import ReadChanged
from among_protocol.members import ListMembers, MemberJoined, MemberLeft, MemberUpdated
from among_protocol.messages import MessageSent, ReadMessages
from among_protocol.moderation import Act, RoleSet
from among_protocol.pins import ListPins, PinAdded, PinRemoved
from among_protocol.reactions import ReactionAdded, ReactionRemoved, ReactionsChanged
from among_protocol.reports import ReportFiled
from among_protocol.rooms import DirectOpened, RoomCreated, RoomFollowed, TopicSet
from among_server.store.fates import without
from among_server.store.stewards import stewards_of, unsigned
from tests.server.devices import WAYS, beside_new_ones, known
from tests.server.hearing import Story, places_of
from tests.server.stories import STORIES, Town
from tests.world import Person, world_of


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
        said = [entry.topic if isinstance(entry, TopicSet) else entry.title for entry in entries if told_topic(entry)]
        assert room.topic == (said[-1] if said else first)
        assert room.head == len(entries)


def told_topic(entry: Any) -> bool:
    return isinstance(entry, TopicSet | CornerUpdated)


async def check_messages(person: Person, room: str, log: list[Any]) -> None:
    said: dict[int, Any] = {}
    now: dict[int, Any] = {}  # the newest version of each
    pins: dict[int, PinAdded] = {}
    for entry in log:
        match entry:
            case MessageSent():
                said[entry.seq] = now[entry.seq] = entry
            case MessageEdited():
                now[entry.message] = entry
            case PinAdded():
                pins[entry.message] = entry
            case MessageDeleted():
                assert now[entry.message].blank, "an edit of what was deleted is blank, too"
                pins.pop(entry.message, None)
            case PinRemoved():
                del pins[entry.message]
            case _:
                pass
    pins = {
        seq: pin for seq, pin in pins.items() if not now[seq].blank
    }  # which goes with the words, of who is forgotten
    page = await person.ask(ReadMessages, room=room, limit=200)
    assert page.as_of == len(log)
    messages = list(page.messages)
    below = {message.seq: message.below for message in messages if message.below is not None}
    assert set(below) == {entry.thread for entry in said.values() if entry.thread}
    for root, thread in below.items():
        inside = [entry for entry in said.values() if entry.thread == root]
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
    shown = [(pin.seq, pin.by, pin.rev, pin.message) for pin in (await person.ask(ListPins, room=room)).pins]
    by_number = {one.seq: replace(one, below=None, reactions=[]) for one in messages if one.forwarded is None}
    assert [(seq, by, rev, one.seq) for seq, by, rev, one in shown] == [
        (pin.seq, pin.by, pin.rev, pin.message) for pin in reversed(pins.values())
    ]
    assert all(one == by_number.get(one.seq, one) for *_, one in shown)
    for pin in pins.values():
        assert (pin.author, pin.author_rev) == (said[pin.message].by, said[pin.message].rev)


@given(story=STORIES, kept=st.booleans())
@settings(max_examples=15)
async def test_replaying_the_logs_from_zero_gives_the_live_state(story, kept):
    async with world_of(erase_grace_hours=0) as world:
        town = Town(world)
        await town.open(kept=kept)
        await town.tell(story)
        for person in town.people.values():
            logs = await history(person)
            for log, entries in logs.items():
                assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)), log
            await check_account(person, logs)
            for card in (await person.sync(cards=True)).communities:
                await check_community(person, card, logs[card.community.id], logs)
            for log, entries in logs.items():
                if log.startswith("r_"):
                    await check_messages(person, log, entries)


@given(
    before=STORIES,
    during=STORIES,
    after=STORIES,
    back=st.lists(st.none() | st.integers(0, 6), min_size=1, max_size=5),
    packed=st.booleans(),
    kept=st.booleans(),
)
@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
async def test_dur_10_who_comes_back_from_any_position_is_like_who_never_left(
    before, during, after, back, packed, kept
):
    """Some come back while others talk; a position is left out now and then, and the account's own never."""
    async with world_of(erase_grace_hours=0) as world:
        town = Town(world)
        await town.open(kept=kept)
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
            assert story.at == {log: len(entries) for log, entries in logs.items()}
            for entry in story.heard:
                assert entry.log not in logs or as_it_stands(entry, logs[entry.log]) == logs[entry.log][entry.seq - 1]
            for span in story.told_in_short:
                if span.log in logs:
                    check_span(span, logs[span.log][span.first - 1 : span.seq])


def as_it_stands(entry: Entry, log: list[Entry]) -> Entry:
    """What was heard, by now: its words may be gone; and of a report who filed it, since it is about a steward now; and of
    whom nothing is kept, that they were in a direct, or what they did as a steward, or what of theirs was reported."""
    now: Any = log[entry.seq - 1]
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
    ends: dict[tuple[int, str], dict[str, bool]] = {}
    for entry in entries:
        ends.setdefault((entry.message, entry.emoji), {})[entry.by] = isinstance(entry, ReactionAdded)
    left = {(entry.message, entry.emoji): entry.count for entry in entries}
    told = {(change.message, change.emoji): change for change in span.changes}
    assert {key: change.count for key, change in told.items()} == left
    for key, who in ends.items():
        changed = dict.fromkeys([ref.member for ref in told[key].added], True)
        changed |= dict.fromkeys([ref.member for ref in told[key].removed], False)
        assert changed == who


@given(before=STORIES, during=STORIES, after=STORIES, ways=WAYS, kept=st.booleans())
@settings(max_examples=15)
async def test_what_a_device_knows_is_what_a_new_one_is_told(before, during, after, ways, kept):
    """Whether it heard all of it, or fell behind, or lost its connection for a while."""
    async with world_of(erase_grace_hours=0) as world:
        town = Town(world)
        await town.open(kept=kept)
        for device, new in await beside_new_ones(town, before, during, after, ways):
            assert known(device) == known(new)


async def begin(person: Person, positions: dict[str, int]) -> tuple[Person, int, Story]:
    start = len(person.heard)
    started = await person.sync(epoch=person.world.app.store.epoch, positions=positions, cards=True)
    return person, start, Story(person.account, started, positions)


@given(story=STORIES)
@settings(max_examples=15)
async def test_auz_03_what_is_said_in_a_closed_room_reaches_only_who_was_let_in(story):
    """Every body and topic names its room, so a room that somebody never was in must not occur in what they were sent."""
    async with world_of(erase_grace_hours=0) as world:
        town = Town(world)
        await town.open()
        await town.tell(story)
        tx = world.app.store._tx  # type: ignore[attr-defined]  # knows what nobody is told
        closed = {id for id, row in tx.room_rows.items() if not row.for_all}
        for person in town.people.values():
            await history(person)
            await person.sync(cards=True)
            entries = await person.entries(person.account)
            let_in = {entry.room for entry in entries if isinstance(entry, RoomFollowed | DirectOpened)}
            let_in |= {room for entry in entries for room in getattr(entry, "rooms", ())}
            told = b"".join(person.frames).decode(errors="replace")
            answered = set(re.findall(r"r_[a-z2-7]{16}", told))
            assert answered & closed <= let_in, person.handle


@given(story=STORIES)
@settings(max_examples=15)
async def test_auz_03_a_reason_reaches_only_stewards_and_whom_it_concerns(story):
    """Every reason is another, so one that is in what somebody was sent was meant for them."""
    async with world_of(erase_grace_hours=0) as world:
        town = Town(world)
        await town.open(kept=True)
        await town.tell(story)
        tx = world.app.store._tx  # type: ignore[attr-defined]  # knows what nobody is told
        account_of = {id: row.account for id, row in tx.members.items()}
        concerned: dict[str, set[str]] = {}  # reason: accounts
        for (log, _), kept in tx.entries.items():
            event = kept.stored.event
            reason = getattr(event, "reason", "")
            if reason and log.startswith("w_"):
                them = {account_of[event.member]} if isinstance(event, Act) else set()
                concerned.setdefault(reason, set()).update(them, _stewards_ever(tx, log))
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


def _stewards_ever(tx: Any, log: str) -> set[str]:
    """The accounts that could hear this stewards' log at some time."""
    events = (kept.stored.event for kept in tx.entries.values())
    return {event.log for event in events if getattr(event, "stewards", "") == log}
