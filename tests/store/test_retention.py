"""What rooms keep no longer, as the law of the store has it (store/retention.py), for every implementation. What only a store
with files can get wrong comes after it."""

import asyncio
import contextlib
import datetime as dt
import shutil
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from among_protocol.codes import MESSAGE_GONE, RIGHT_MISSING
from among_protocol.communities import UpdateCommunity
from among_protocol.forwards import ForwardMessage
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.moderation import SetRole
from among_protocol.pins import AddPin, RemovePin
from among_protocol.quotes import AskQuote, ConsentToQuote
from among_protocol.reactions import AddReaction, RemoveReaction
from among_protocol.reports import FileReport, ResolveReport
from among_protocol.retention import Retention, RetentionSet, RoomTrimmed, SetRetention
from among_protocol.rooms import SetTopic
from among_protocol.wire import JSON
from among_server.ears import TALK
from among_server.limits import RETENTION_GRACE_MS
from among_server.store import retention as law
from among_server.store.rules import retention as rules
from among_server.store.sqlite import SqliteStore, index, readers
from among_server.store.sqlite import retention as tables
from among_server.store.sqlite.backup import SqliteBackups
from tests.store.replay import agree
from tests.store.test_erasing import done, goes
from tests.store.test_laws import hall
from tests.store.test_search import finds
from tests.store.town import Person, Town, cut_off, refused
from tests.stores import little_memory

CANARY = "zugvogel7720"  # a word that begins like no other: the index keeps how words go on
DAY = 86_400_000


@pytest.fixture(autouse=True)
def no_grace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "grace" not in request.node.name:
        monkeypatch.setattr(rules, "RETENTION_GRACE_MS", 0)


def later(days: float) -> str:
    """That many days from now."""
    at = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


async def keeps(person: Person, room: str, **bounds: Any) -> RetentionSet:
    set_: RetentionSet = await person.do(SetRetention, room=room, retention=Retention(**bounds))
    return set_


async def all_held(town: Town) -> list[law.Held]:
    found, after = [], ""
    while True:
        page = await town.store.held(after, 1)
        found += page.rooms
        after = page.after
        if not after:
            return found


async def trimmed(town: Town, days: float = 0) -> list[law.Trimmed]:
    """What is due that many days from now is no longer given."""
    done = []
    for held in await all_held(town):
        due = await town.store.due(held, later(days))
        one = await town.store.trim(held, due.upto) if due.upto else None
        done += [one] if one is not None else []
    return done


async def carried(town: Town) -> int:
    """All that may go is carried away; how many steps that took."""
    after, steps = "", 0
    while (step := await town.store.carry_away(after)) is not None:
        after = step.room if step.done else after
        steps += 1
        assert steps < 1000, "it never ends"
    return steps


async def removed(town: Town, days: float = 0) -> None:
    await trimmed(town, days)
    await carried(town)


# --- who says how long


async def test_a_room_says_how_long_and_everybody_there_is_told(town: Town):
    _, room, (ann, _) = await hall(town, "ann", "bob")
    told = await keeps(ann, room, days=30)
    assert (told.log, told.retention) == (room, Retention(days=30))
    row = await town.store.room(room)
    assert row is not None
    assert row.retention == Retention(days=30)
    assert [held.retention for held in await all_held(town)] == [Retention(days=30)]


async def test_it_is_the_stewards_to_say_and_for_all_rooms_the_owners(town: Town):
    community, room, (ann, bob, cat) = await hall(town, "ann", "bob", "cat")
    await refused(RIGHT_MISSING, bob.do(SetRetention, room=room, retention=Retention(days=1)))
    await ann.do(SetRole, community=community, member=await bob.member_in(community), role="steward")
    await keeps(bob, room, days=1)
    await refused(RIGHT_MISSING, bob.do(UpdateCommunity, community=community, retention=Retention(days=1)))
    await ann.do(UpdateCommunity, community=community, retention=Retention(days=1))
    await refused(RIGHT_MISSING, cat.do(SetRetention, room=await ann.writes_to(cat), retention=Retention(days=1)))


async def test_a_room_keeps_as_its_community_says_unless_it_says_otherwise(town: Town):
    community, room, (ann,) = await hall(town, "ann")
    other = await ann.makes(community, "barn")
    forever = await ann.makes(community, "archive")
    await ann.do(UpdateCommunity, community=community, retention=Retention(days=7))
    await keeps(ann, other, messages=5)
    await keeps(ann, forever)
    assert {held.room: held.retention for held in await all_held(town)} == {
        room: Retention(days=7),
        other: Retention(messages=5),
    }
    await ann.do(SetRetention, room=other)
    await ann.do(UpdateCommunity, community=community, retention=Retention())
    assert await all_held(town) == []


async def test_what_takes_more_than_before_begins_after_a_grace(town: Town):
    community, room, (ann,) = await hall(town, "ann")
    said = await keeps(ann, room, days=30)
    assert abs(_ms(said.since) - _ms(said.at) - RETENTION_GRACE_MS) < 2
    looser = await keeps(ann, room, days=60)
    assert looser.since == said.since
    as_community = await ann.do(SetRetention, room=room)
    assert as_community.since == said.since  # which keeps all
    told = await ann.do(UpdateCommunity, community=community, retention=Retention(messages=10))
    (held,) = await all_held(town)
    assert held.since == told.retention_since > later(0)
    await keeps(ann, room, messages=10_000)
    own = await ann.do(SetRetention, room=room)  # ten again, though the community has said so for long
    assert _ms(own.since) - _ms(own.at) >= RETENTION_GRACE_MS - 2


def _ms(time: str) -> int:
    return int(dt.datetime.fromisoformat(time).timestamp() * 1000)


# --- 1. The floor is the truth.


async def test_what_is_too_old_is_given_by_no_read(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.do(SetTopic, room=room, topic="news")
    for n in range(3):
        await ann.says(room, f"{CANARY} {n} @bob")
    await keeps(ann, room, days=30)
    assert await trimmed(town, 29) == []
    (done,) = await trimmed(town, 31)
    entry = done.entry
    assert isinstance(entry, RoomTrimmed)
    assert (entry.floor, entry.left, entry.bounds, entry.topic, entry.by) == (5, 0, Retention(days=30), "news", "")
    assert entry.retention == Retention(days=30)
    await bob.says(room, "later")
    row = await town.store.log(room)
    assert row is not None
    assert (row.floor, row.floor_ordinal, row.head) == (5, 3, 7)
    assert [one.seq for one in await town.log(room)] == [6, 7]
    for asked in ({}, {"after": 0}, {"before": 4}, {"around": 2}):
        assert CANARY not in str(await town.page(room, **asked))
    assert await town.store.history(room, 2, 0, 10) is None
    assert CANARY not in str((await town.store.wanted(room, "talk", 0, None, 10)).entries)
    page = await town.store.messages(room, before=None, after=None, around=None, limit=10)
    assert (page.floor, [one.body for one in page.messages]) == (5, ["later"])


async def test_what_is_no_longer_kept_is_read_and_stays_so(town: Town):
    """Or who came to follow the room later, and was never told of its floor, would know another marker than the server."""
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    for n in range(3):
        await ann.says(room, str(n))
    await keeps(ann, room, messages=1)
    await trimmed(town)
    (seen,) = await town.store.unread(bob.id, [room])
    assert (seen.log.floor, seen.read, seen.unread) == (2, 2, 1)
    for seq, back in ((1, False), (1, True), (0, True)):
        marker = await town.store.set_marker(bob.id, room, seq, back=back)
        assert (marker.read, marker.unread) == (2, 1)
    marker = await town.store.set_marker(bob.id, room, 3, back=False)
    assert (marker.read, marker.unread) == (3, 0)


async def test_whoever_hears_a_part_of_a_room_hears_that_something_went(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "old")
    await ann.says(room, "new")
    await keeps(ann, room, messages=1)
    await removed(town)
    for ear in (TALK, "m_nobody"):
        page = await town.store.wanted(room, ear, 0, None, 99)
        assert RoomTrimmed in [type(JSON.decode_entry(entry)) for entry in page.entries]


async def test_a_rule_finds_nothing_there(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "old")
    await keeps(ann, room, days=1)
    await trimmed(town, 2)
    await refused(MESSAGE_GONE, ann.edits(room, 1, "new"))
    await refused(MESSAGE_GONE, ann.deletes(room, 1))
    await refused(MESSAGE_GONE, bob.do(FileReport, room=room, message=1, reason="rude"))


async def test_what_is_too_much_goes_from_the_oldest_on(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    for n in range(5):
        await ann.says(room, f"{n} @bob")
    assert await bob.reads(room, 1) == (1, 4, 4)
    await keeps(ann, room, messages=2)
    (done,) = await trimmed(town)
    assert vars_of(done.entry)["left"] == 2
    assert done.counted == [bob.id]
    assert await town.bodies(room) == ["3 @bob", "4 @bob"]
    assert await bob.unread(room) == (3, 2, 2)
    assert await bob.reads(room, 4) == (4, 1, 1)
    assert await bob.reads(room, 1, back=True) == (3, 2, 2)
    assert await trimmed(town) == []  # it holds what it may
    await ann.says(room, "5")
    assert await bob.unread(room) == (3, 3, 2)
    await removed(town)
    assert await bob.unread(room) == (4, 2, 1)


async def test_either_bound_removes(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    for n in range(4):
        await ann.says(room, str(n))
    await keeps(ann, room, days=30, messages=3)
    await trimmed(town)
    assert await town.bodies(room) == ["1", "2", "3"]
    await trimmed(town, 31)
    assert await town.bodies(room) == []


async def test_a_quiet_room_is_not_told_again_and_again(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "once")
    await keeps(ann, room, days=1)
    assert len(await trimmed(town, 2)) == 1
    for days in (4, 6, 1_000):
        assert await trimmed(town, days) == []


async def test_what_does_not_hold_any_more_removes_nothing(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "kept")
    await keeps(ann, room, days=1)
    (held,) = await all_held(town)
    due = await town.store.due(held, later(2))
    await keeps(ann, room, days=30)
    assert await town.store.trim(held, due.upto) is None
    assert await town.bodies(room) == ["kept"]


# --- 2. to 4. What lies below is carried away.


async def test_what_was_removed_is_not_kept_and_its_nonce_is_free_again(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    for n in range(2 * law.STEP // 100 + 5):
        await ann.says(room, f"old {n}", nonce=f"n{n}")
    await keeps(ann, room, days=1)
    await trimmed(town, 2)
    again = await ann.says(room, "old 0", nonce="n0")
    assert again.repeat  # until then the first result is still there
    await carried(town)
    assert await carried(town) == 0
    again = await ann.says(room, "something else", nonce="n0")
    assert not again.repeat
    assert await town.bodies(room) == ["something else"]


async def test_what_is_repeated_while_it_is_carried_away_is_said_anew_or_is_the_first(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "old", nonce="n")
    await keeps(ann, room, days=1)
    await trimmed(town, 2)
    first = ann.says(room, "old", nonce="n")
    carry = town.carry_out(lambda tx: rules.carry_away(tx, ""))
    await asyncio.gather(first, carry, ann.says(room, "new", nonce="n"))
    assert await town.bodies(room) == ["new"]
    again = await ann.says(room, "new", nonce="n")
    assert again.repeat


async def test_an_edit_of_what_was_removed_is_blank(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "first")
    await ann.says(room, "second")
    edit = await ann.edits(room, 1, CANARY)
    await keeps(ann, room, messages=1)
    heard = len(town.heard)
    await removed(town)
    log = await town.log(room)
    assert CANARY not in str([vars_of(one) for one in log])
    assert [one.seq for one in log if one.blank] == [edit.seq]
    assert (room, edit.seq) in [(one.event.log, one.event.seq) for one in town.heard[heard:] if one.event.blank]


def vars_of(entry: Any) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}


async def test_an_answer_quotes_nothing_that_was_removed(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, CANARY)
    await ann.do(SendMessage, room=room, body="indeed", reply_to=1)
    await keeps(ann, room, messages=1)
    for remove in (trimmed, carried):
        await remove(town)
        ((answer,), _) = await town.page(room)
        assert (answer.reply_to, answer.quote) == (1, None)


async def test_what_is_reported_stays_until_the_report_is_answered_and_nobody_is_given_it(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "before")
    await bob.says(room, CANARY)
    edit = await bob.edits(room, 2, f"{CANARY} again")
    report = await ann.do(FileReport, room=room, message=2, reason="rude")
    await ann.says(room, "after")
    await keeps(ann, room, days=1)
    await removed(town, 2)
    assert await town.bodies(room) == []
    kept = await town.carry_out(lambda tx: [seq for seq in range(1, 6) if _there(tx, room, seq)])
    assert kept == [2, edit.seq]
    assert await carried(town) == 0  # it is looked at again once the report is answered
    waiting = await town.store.reports(community, 0, 10)
    await ann.do(ResolveReport, community=community, report=waiting[0].seq, outcome="acted", note=str(report.seq))
    await carried(town)
    assert await town.carry_out(lambda tx: [seq for seq in range(1, 6) if _there(tx, room, seq)]) == []
    assert await carried(town) == 0


def _there(tx: Any, room: str, seq: int) -> bool:
    """Whether an entry is kept, given or not."""
    if hasattr(tx, "entries"):
        return (room, seq) in tx.entries
    pos = tx.key(room) << 36 | seq
    tx.flush()
    sql = "SELECT EXISTS (SELECT 1 FROM entries WHERE pos = ?1 UNION ALL SELECT 1 FROM arrivals WHERE pos = ?1)"
    return bool(tx._db.execute(sql, (pos,)).fetchone()[0])


async def test_what_is_pinned_stays_on_no_page_of_the_room_but_among_the_pins(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await bob.says(room, "kept")
    edit = await bob.edits(room, 1, "kept, edited")
    await bob.says(room, CANARY)
    await ann.do(AddPin, room=room, message=1)
    await keeps(ann, room, days=1)
    (done,) = await trimmed(town, 2)
    await carried(town)
    assert vars_of(done.entry)["pins"] == [1]
    assert await town.bodies(room) == []
    (pin,) = (await town.store.pins(room, None, 10)).pins
    assert (pin.message.body, pin.message.edited) == ("kept, edited", edit.seq)
    history = await town.store.history(room, 1, 0, 10)
    assert history is not None
    assert [one.body for one in history.versions] == ["kept", "kept, edited"]
    reply = await ann.do(SendMessage, room=room, body="indeed", reply_to=1)
    ((answer,), _) = await town.page(room)
    assert answer.seq == reply.seq
    assert answer.quote is not None
    assert answer.quote.body == "kept, edited"
    await refused(MESSAGE_GONE, ann.do(AddPin, room=room, message=3))
    await ann.do(RemovePin, room=room, message=1)
    assert await town.store.history(room, 1, 0, 10) is None
    await carried(town)
    assert await town.carry_out(lambda tx: [seq for seq in range(1, 6) if _there(tx, room, seq)]) == []


async def test_a_page_around_what_is_pinned_and_kept_begins_with_it(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    root = (await bob.says(room, "root")).entry.event.seq
    await bob.edits(room, root, "root, edited")
    inside = await bob.do(SendMessage, room=room, body="inside", thread=root)
    await bob.says(room, CANARY)
    for message in (root, inside.seq):
        await ann.do(AddPin, room=room, message=message)
    await keeps(ann, room, days=1)
    await removed(town, inside.seq + 1)
    for _ in range(2):  # before and after what goes is carried away
        assert await town.page(room, around=root) == (await town.page(room, around=root, limit=1))
        assert await town.bodies(room, around=root) == ["root, edited"]
        assert await town.bodies(room, around=root + 1) == []
        page = await town.store.messages(room, before=None, after=None, around=inside.seq, limit=9, thread=root)
        assert ([one.body for one in page.messages], page.complete) == (["inside"], True)
        assert await town.store.thread_of(room, inside.seq) == root
        assert await town.bodies(room, around=inside.seq) == []
        await carried(town)
    for body in ("later", "and later"):
        await bob.says(room, body)
    assert await town.bodies(room, around=root, limit=2) == ["root, edited", "later"]
    assert (await town.page(room, around=root, limit=2))[1] is False
    assert await town.bodies(room) == ["later", "and later"]
    await ann.do(RemovePin, room=room, message=root)
    assert await town.bodies(room, around=root, limit=2) == ["later", "and later"]


async def test_what_is_pinned_and_kept_can_still_be_taken_back_by_whoever_said_it(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    await bob.says(room, CANARY)
    await ann.do(AddPin, room=room, message=1)
    await keeps(ann, room, days=1)
    await removed(town, 2)
    await bob.deletes(room, 1)
    assert (await town.store.pins(room, None, 10)).pins == []
    await carried(town)
    assert not await town.carry_out(lambda tx: _there(tx, room, 1))


async def test_pins_go_with_the_rest_where_the_retention_says_so(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    await bob.says(room, CANARY)
    await ann.do(AddPin, room=room, message=1)
    await ann.do(SetRetention, room=room, retention=Retention(days=1, pinned=False))
    (done,) = await trimmed(town, 2)
    assert vars_of(done.entry)["pins"] == []
    assert (await town.store.pins(room, None, 10)).pins == []
    await carried(town)
    assert not await town.carry_out(lambda tx: _there(tx, room, 1))
    assert Retention(days=1, pinned=False).takes_more(Retention(days=1))
    assert not Retention(pinned=False).takes_more(None)


async def test_of_a_bookmark_and_a_forward_the_words_are_gone(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    other = await ann.makes(community, "barn")
    await bob.says(room, CANARY)
    await town.store.set_bookmark(bob.id, room, 1, "")
    await ann.do(ForwardMessage, room=other, origin=room, message=1)
    await keeps(ann, room, days=1)
    for remove in (lambda: trimmed(town, 2), lambda: carried(town)):
        await remove()
        (mark,) = (await town.store.bookmarks(bob.id, None, 10)).found
        assert mark.bookmark.message is None
        page = await town.store.messages(other, before=None, after=None, around=None, limit=1, places=[community])
        assert page.messages[0].forwarded is not None
        assert page.messages[0].forwarded.gone


async def test_a_call_to_everybody_that_was_removed_counts_no_more(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "@room")
    await ann.says(room, "@bob")
    assert await bob.unread(room) == (0, 2, 2)
    await keeps(ann, room, messages=1)
    (done,) = await trimmed(town)
    assert bob.id in done.counted
    assert await bob.unread(room) == (1, 1, 1)
    await carried(town)
    assert await bob.unread(room) == (1, 1, 1)


async def test_whose_inbox_has_less_by_it_is_named_with_what_tells_the_room(town: Town):
    _, room, (ann, bob, cyd) = await hall(town, "ann", "bob", "cyd")
    for body in ("@bob", "@cyd and @bob", "nobody"):
        await ann.says(room, body)
    await ann.says(room, "@cyd")
    await keeps(ann, room, messages=1)
    await trimmed(town)
    (told,) = [stored for stored in town.heard if isinstance(stored.event, RoomTrimmed)]
    assert sorted(told.stale) == sorted([bob.id, cyd.id])


async def test_a_quote_that_was_not_agreed_to_goes_with_its_message(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await bob.says(room, CANARY)
    await ann.do(AskQuote, community=community, room=room, message=1, text=CANARY)
    await keeps(ann, room, days=1)
    await removed(town, 2)
    assert await town.store.quotes(bob.id, community) == []


async def test_a_quote_that_is_asked_for_waits_while_its_message_is_kept_for_its_pin(town: Town):
    community, room, (ann, bob) = await hall(town, "ann", "bob")
    await bob.says(room, CANARY)
    await ann.do(AddPin, room=room, message=1)
    await ann.do(AskQuote, community=community, room=room, message=1, text=CANARY)
    await keeps(ann, room, days=1)
    await removed(town, 2)
    (quote,) = await town.store.quotes(bob.id, community)
    assert (quote.state, quote.text) == ("asked", CANARY)
    await bob.do(ConsentToQuote, community=community, quote=quote.id, agree=True)
    (quote,) = await town.store.quotes(bob.id, community)
    assert quote.state == "agreed"


async def test_what_is_taken_along_has_nothing_that_is_no_longer_kept(town: Town):
    """But what a pin keeps; from the moment on at which the floor moves."""
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    for body in (f"{CANARY} 1", "pinned", f"{CANARY} 3"):
        await bob.says(room, body)
    edit = await bob.edits(room, 2, "pinned, edited")
    reaction = await bob.do(AddReaction, room=room, message=2, emoji="🐟")
    await ann.do(AddPin, room=room, message=2)
    await ann.do(FileReport, room=room, message=3, reason="rude")
    last = (await bob.says(room, "kept")).entry.event
    await keeps(ann, room, messages=1)
    for remove in (lambda: trimmed(town), lambda: carried(town)):
        await remove()
        found, after = [], ""
        while True:
            page = await town.store.written(bob.id, after, 2)
            found += [JSON.decode_entry(entry) for entry in page.entries]
            after = page.last
            if page.complete:
                break
        assert {one.seq for one in found if one.log == room} == {2, edit.seq, reaction.seq, last.seq}


async def test_a_room_is_looked_at_once_however_much_stays_below_its_floor(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    community = (await town.store.room(room)).community  # type: ignore[union-attr]  # it is there
    for body in ("pinned", "reported", "reacted to", "kept"):
        await bob.says(room, body)
    for message in (1, 3):
        await ann.do(AddPin, room=room, message=message)
    reaction = await ann.do(AddReaction, room=room, message=3, emoji="🐟")
    await ann.do(FileReport, room=room, message=2, reason="rude")
    await bob.says(room, "new")
    await keeps(ann, room, messages=1)
    await trimmed(town)
    assert await carried(town) > 0
    assert await carried(town) == 0, "what stays is not looked at again"
    (report,) = await town.store.reports(community, 0, 10)
    taken: list[tuple[Callable[[], Any], int]] = [
        (lambda: ann.do(RemovePin, room=room, message=1), 1),
        (lambda: ann.do(ResolveReport, community=community, report=report.seq, outcome="acted", note=""), 2),
        (lambda: ann.do(RemoveReaction, room=room, message=3, emoji="🐟"), reaction.seq),
        (lambda: bob.deletes(room, 3), 3),
    ]
    for take, seq in taken:
        assert await town.carry_out(partial(_there, room=room, seq=seq))
        await take()
        assert await carried(town) > 0
        assert not await town.carry_out(partial(_there, room=room, seq=seq))
        assert await carried(town) == 0


# --- 6. The time by which things are old.


async def test_a_clock_that_was_set_forward_a_year_removes_no_year_at_once(town: Town, monkeypatch: pytest.MonkeyPatch):
    assert abs(_ms(await town.store.trusted(0)) - _ms(later(0))) < 60_000
    ahead = [0.0]
    real = rules.trusted
    monkeypatch.setattr(rules, "trusted", lambda tx, elapsed: real(_At(tx, tx.now_ms + int(ahead[0] * DAY)), elapsed))
    ahead[0] = 365.0
    first = await town.store.trusted(3_600_000)
    assert _ms(first) <= _ms(later(1.01))  # an hour has passed: a day is caught up with
    last = [await town.store.trusted(3_600_000) for _ in range(3)][-1]
    assert _ms(later(3.9)) <= _ms(last) <= _ms(later(4.1))
    ahead[0] = 0.0  # and is right again
    assert abs(_ms(await town.store.trusted(3_600_000)) - _ms(later(0))) < 60_000


class _At:
    """A transaction at another moment."""

    def __init__(self, tx: Any, now_ms: int) -> None:
        self._tx = tx
        self.now_ms = now_ms

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


async def test_what_a_clock_stamped_that_was_ahead_holds_up_nothing_behind_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "before")
    (stamped,) = await asyncio.gather(town.carry_out(lambda tx: _say_at(tx, room, later(400))))
    assert stamped == 2
    await ann.says(room, "after")
    await keeps(ann, room, days=30)
    await removed(town, 31)
    assert await town.bodies(room) == []


def _say_at(tx: Any, room: str, at: str) -> int:
    tx.speak_as(room)
    seq: int = tx.next(room)
    tx.add(MessageSent(log=room, seq=seq, at=at, body="from the future"), message=True)
    return seq


async def test_nothing_goes_before_what_was_said_before_it(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, "now")
    await town.carry_out(lambda tx: _say_at(tx, room, "1970-01-01T00:00:00.000Z"))
    await keeps(ann, room, days=30)
    assert await trimmed(town, 1) == []


async def test_what_is_no_longer_kept_is_found_no_more_and_what_is_pinned_is(town: Town):
    _, room, (ann,) = await hall(town, "ann")
    said = [(await ann.says(room, f"heron {n}")).entry.event.seq for n in range(6)]
    await ann.edits(room, said[2], "heron edited")
    await ann.do(AddPin, room=room, message=said[1])
    everything = ["heron 5", "heron 4", "heron 3", "heron edited", "heron 1", "heron 0"]
    assert await finds(ann, "heron") == everything
    await keeps(ann, room, messages=2)
    await trimmed(town)
    assert await finds(ann, "heron") == ["heron 5", "heron 4", "heron 1"]
    await carried(town)
    assert await finds(ann, "heron") == ["heron 5", "heron 4", "heron 1"]
    await ann.do(RemovePin, room=room, message=said[1])
    assert "heron 1" not in await finds(ann, "heron")
    await removed(town)
    assert "heron 1" not in await finds(ann, "heron")


async def reacting(town: Town, room: str, message: int) -> list[str] | None:
    """Who does, of a message that is given."""
    found = await town.store.reactors(room, message, "", 0, 9, reader="")
    return None if found is None else [one.by for one in found.reactors]


async def test_reactions_go_with_their_message_and_those_to_what_is_pinned_stay(town: Town):
    garden, room, (ann, bob) = await hall(town, "ann", "bob")
    both = [await person.member_in(garden) for person in (ann, bob)]
    said = [(await ann.says(room, f"heron {n}")).entry.event.seq for n in range(4)]
    for person in (ann, bob):
        for message in said:
            await person.do(AddReaction, room=room, message=message, emoji="🐟")
    await ann.do(AddPin, room=room, message=said[0])
    await ann.says(room, "kept")
    await keeps(ann, room, messages=1)
    await trimmed(town)
    for _ in range(2):
        assert [await reacting(town, room, message) for message in said] == [both, None, None, None]
        await refused(MESSAGE_GONE, bob.do(RemoveReaction, room=room, message=said[1], emoji="🐟"))
        await carried(town)
    await bob.do(RemoveReaction, room=room, message=said[0], emoji="🐟")
    await bob.do(AddReaction, room=room, message=said[0], emoji="🐠")
    assert await reacting(town, room, said[0]) == both
    await ann.do(RemovePin, room=room, message=said[0])
    assert await reacting(town, room, said[0]) is None
    await carried(town)
    left = await town.carry_out(lambda tx: [tx.reactions(room, message) for message in said])
    assert left == [{}] * 4, "nobody reacts to what is gone"


async def test_who_erases_what_they_said_reacts_no_more_to_what_is_kept_for_its_pin(town: Town):
    garden, room, (ann, bob) = await hall(town, "ann", "bob")
    message = (await ann.says(room, "heron")).entry.event.seq
    await ann.do(AddPin, room=room, message=message)
    for person in (ann, bob):
        await person.do(AddReaction, room=room, message=message, emoji="🐟")
    await ann.says(room, "kept")
    await keeps(ann, room, messages=1)
    await removed(town)
    await goes(bob, garden, "erase")
    await done(town)
    assert await reacting(town, room, message) == [await ann.member_in(garden)]


async def test_of_reactions_to_what_is_pinned_only_those_that_stand_are_kept(town: Town):
    _, room, (ann, bob) = await hall(town, "ann", "bob")
    await ann.says(room, "heron")
    pin = await ann.do(AddPin, room=room, message=1)
    await keeps(ann, room, messages=1)

    def below(tx: Any) -> list[int]:
        return [seq for seq in range(1, tx.next(room)) if seq <= floor and tx.entry_at(room, seq) is not None]

    for _ in range(3):
        for _ in range(5):
            await bob.do(AddReaction, room=room, message=1, emoji="🐟")
            await bob.do(RemoveReaction, room=room, message=1, emoji="🐟")
        stands = await bob.do(AddReaction, room=room, message=1, emoji="🐟")
        for body in ("old", "kept"):
            await ann.says(room, body)
        await removed(town)
        row = await town.store.log(room)
        assert row is not None
        floor = row.floor
        assert floor > stands.seq
        assert await town.carry_out(below) == [1, pin.seq, stands.seq]
        await bob.do(RemoveReaction, room=room, message=1, emoji="🐟")
    await removed(town)
    assert await town.carry_out(below) == [1, pin.seq]


# --- SQLite: files, kills, and much of it


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


async def opened(folder: Path) -> Town:
    town = Town(SqliteStore(folder))
    await town.store.open()
    return town


@pytest.mark.parametrize("little", [False, True])  # with it, most has been moved to its place
async def test_prv_02_what_was_removed_is_in_no_file_after_the_purge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, little: bool
):
    if little:
        little_memory(monkeypatch)
    town = await opened(tmp_path)
    try:
        _, room, (ann, bob) = await hall(town, "ann", "bob")
        for n in range(40):
            await ann.says(room, f"{CANARY} {n} @bob", nonce=f"nonce-of-{CANARY}-{n}")
        await ann.edits(room, 40, f"{CANARY} edited")
        await ann.says(room, "kept")
        await town.store.indexed()
        assert any(CANARY.encode() in data for name, data in files(tmp_path).items() if name.startswith(index.FILE))
        await keeps(ann, room, messages=1)
        await removed(town)
        assert await town.store.purge()
        assert all(CANARY.encode() not in data for data in files(tmp_path).values()), "it is in a file"
        assert await town.bodies(room) == ["kept"]
        assert await bob.unread(room) == (41, 1, 0)
        assert await town.store.inbox(bob.id, None, 99) == []
        with contextlib.closing(sqlite3.connect(tmp_path / "among.db")) as db:
            items = db.execute("SELECT kind, member FROM inbox").fetchall()
        assert items == [("", "")], "the newest stays, for its number, and says nothing"
    finally:
        await town.store.close()
    await agree(tmp_path)


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
async def test_prv_02_a_store_that_ends_meanwhile_goes_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool, steps: int
):
    little_memory(monkeypatch)
    monkeypatch.setattr(law, "STEP", 7)
    monkeypatch.setattr(rules, "STEP", 7)
    data, left = tmp_path / "data", tmp_path / "left"
    town = await opened(data)
    _, room, (ann,) = await hall(town, "ann")
    for n in range(30):
        await ann.says(room, f"{CANARY} {n}")
    await ann.says(room, "kept")
    await keeps(ann, room, messages=1)
    await trimmed(town)
    for _ in range(steps):
        await town.store.carry_away("")
    if killed:
        cut_off(data, left)
    await town.store.close()
    if not killed:
        shutil.copytree(data, left)
    town = await opened(left)
    try:
        assert await town.bodies(room) == ["kept"]
        await carried(town)
        await town.store.purge()
    finally:
        await town.store.close()
    assert CANARY.encode() not in (left / "among.db").read_bytes()
    with contextlib.closing(sqlite3.connect(left / "among.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM beneath").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM nonces WHERE pos & 68719476735 <= 30 AND pos >> 36 IN (SELECT key FROM logs WHERE id = ?)", (room,)).fetchone() == (0,)  # fmt: skip
    await agree(left)


async def test_a_long_room_is_looked_through_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "LOOKED", 20)
    monkeypatch.setattr(tables, "FIRST_LOOK", 2)
    town = await opened(tmp_path)
    try:
        _, room, (ann,) = await hall(town, "ann")
        for n in range(50):
            await ann.says(room, str(n))
        await keeps(ann, room, messages=3)
        (held,) = await all_held(town)
        assert await town.store.due(held, later(0)) == law.Due(20, complete=False)
        for _ in range(4):
            await trimmed(town)
        assert await town.bodies(room) == ["47", "48", "49"]
    finally:
        await town.store.close()


async def test_a_step_takes_no_longer_for_the_many_who_react_to_what_is_pinned(tmp_path: Path):
    town = await opened(tmp_path)
    try:
        _, few, people = await hall(town, "ann", "bob", "cat", "dan")
        many = await people[0].makes((await town.store.room(few)).community, "many")  # type: ignore[union-attr]  # it is there
        for room, reactors in ((few, people[:1]), (many, people)):
            await people[0].says(room, "heron")
            await people[0].do(AddPin, room=room, message=1)
            for emoji in "🐟🐠🐡🦈🐙🦀🦞🦐🦑🐚🐌🦋🐛🐜🐝🐞🦗🦂🦟🦠":
                for person in reactors:
                    await person.do(AddReaction, room=room, message=1, emoji=emoji)
            for number in range(9):
                await people[0].says(room, f"{number}")
            await keeps(people[0], room, messages=1)
        await trimmed(town)

        async def work(room: str) -> list[int]:
            """Of SQLite's machine, in each step of some rows."""

            def step(tx: Any) -> tuple[bool, int]:
                ticks: list[int] = []
                tx._db.set_progress_handler(lambda: ticks.append(1), 10)
                done = tx.carry_away(room, 4)
                tx._db.set_progress_handler(None, 10)
                return done, len(ticks)

            steps: list[int] = []
            done = False
            while not done:
                done, ticks = await town.carry_out(step)
                steps.append(ticks)
            return steps

        least, most = await work(few), await work(many)
        assert len(most) > len(least) + 10, "each looks at so many and no more"
        assert max(most) <= max(least) * 1.2
        found = await town.store.reactors(many, 1, "", 0, 200, reader="")
        assert found is not None
        assert len(found.reactors) == 80
    finally:
        await town.store.close()


async def test_a_step_removes_no_more_of_the_many_who_reacted_to_what_goes(tmp_path: Path):
    """Neither to one message nor to a few."""
    town = await opened(tmp_path)
    try:
        _, room, people = await hall(town, "ann", "bob", "cat", "dan")
        for body in ("heron", "stork", "kept"):
            await people[0].says(room, body)
        for message, emojis in ((1, "🐟🐠🐡🦈🐙🦀🦞🦐🦑🐚🐌🦋"), (2, "🐟"), (3, "🐟🐠")):
            for emoji in emojis:
                for person in people:
                    await person.do(AddReaction, room=room, message=message, emoji=emoji)
        await people[0].do(AddPin, room=room, message=3)
        await people[0].says(room, "last")
        await keeps(people[0], room, messages=1)
        await trimmed(town)

        def step(tx: Any) -> tuple[bool, list[tuple[int, int]]]:
            done = tx.carry_away(room, 5)
            tx.flush()
            return done, tx._db.execute("SELECT message, count(*) FROM reactions GROUP BY message").fetchall()

        left, done, steps = [(1, 48), (2, 4), (3, 8)], False, 0
        while not done:
            done, now = await town.carry_out(step)
            assert sum(rows for _, rows in left) - sum(rows for _, rows in now) <= 5
            left, steps = now, steps + 1
            assert steps < 100, "it never ends"
        assert left == [(3, 8)], "what is pinned stays"
        with contextlib.closing(sqlite3.connect(tmp_path / "among.db")) as db:
            assert db.execute("SELECT DISTINCT message FROM reaction_counts").fetchall() == [(3,)]
            plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {tables.REACTIONS}", (1, 0, 1, "[]", 5)))
        assert "SCAN r" not in plan, plan
        found = await town.store.reactors(room, 3, "", 0, 200, reader="")
        assert found is not None
        assert len(found.reactors) == 8
    finally:
        await town.store.close()
    await agree(tmp_path)


async def test_what_is_looked_up_uses_an_index(tmp_path: Path):
    town = await opened(tmp_path)
    await town.store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "among.db")) as db:
        asked: dict[str, tuple[int | str, ...]] = {
            tables.NONCES: (0, 1, "[]"),
            tables.COUNTED: (1, 0, 1),
            tables.CALLED: (1, 0, 1),
            tables.STAY: (1, 1, 0, 1, "r"),
            tables.PINNED: (1, 1, 0, 1),
            "DELETE FROM uncalled WHERE room = ? AND seq <= ?": (1, 1),
        }
        for sql, given in asked.items():
            plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", given))
            for table in ("nonces", "x", "f", "m", "u", "uncalled"):
                assert f"SCAN {table} " not in f"{plan} ", plan


async def test_who_reads_while_much_is_carried_away_is_not_held_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each step of that comes while somebody reads."""
    monkeypatch.setattr(rules, "STEP", 7)
    town = await opened(tmp_path)
    right, read = readers.run, 0

    async def run(reader: Any, asked: Callable[..., Any], /, *named: Any, **options: Any) -> Any:
        nonlocal read
        read += 1
        found = await right(reader, asked, *named, **options)
        await town.store.carry_away("")
        return found

    try:
        _, room, (ann,) = await hall(town, "ann")
        for n in range(60):
            await ann.says(room, str(n))
        await keeps(ann, room, messages=1)
        await trimmed(town)
        monkeypatch.setattr(readers, "run", run)
        assert await town.bodies(room) == ["59"]
        assert read == 1
        assert await carried(town) > 5, "there was more to carry away"
    finally:
        monkeypatch.undo()
        await town.store.close()


class Meanwhile:
    """A connection that reads, and what happens before one of its statements."""

    def __init__(self, db: sqlite3.Connection, at: int, happens: Callable[[], None]) -> None:
        self._db = db
        self._left = at
        self._happens = happens

    def execute(self, *asked: Any) -> sqlite3.Cursor:
        if self._left == 0:
            self._happens()
        self._left -= 1
        return self._db.execute(*asked)

    @property
    def came_to_it(self) -> bool:
        return self._left < 0


async def test_reads_go_on_whatever_is_removed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each of them, with a room trimmed and carried away before each of its statements."""
    town = Town(SqliteStore(tmp_path, synchronous="off"))
    await town.store.open()
    loop, right = asyncio.get_running_loop(), readers.run
    connections: list[Meanwhile] = []
    at, watching = -1, False

    async def run(reader: Any, read: Callable[..., Any], /, *named: Any, **options: Any) -> Any:
        def slow(db: sqlite3.Connection, *named: Any, **options: Any) -> Any:
            def happens() -> None:
                asyncio.run_coroutine_threadsafe(removed(town), loop).result(20)

            connections.append(Meanwhile(db, at if not connections else -1, happens))
            return read(connections[-1], *named, **options)

        return await right(reader, slow if watching else read, *named, **options)

    try:
        community, room, (ann, bob) = await hall(town, "ann", "bob")
        shed = await ann.makes(community, "shed")
        await keeps(ann, room, messages=2)

        async def more() -> int:
            """Said, answered, edited, reacted to, pinned, bookmarked, forwarded; all but the pinned one is due."""
            root = (await bob.says(room, "heron, @ann")).entry.event.seq
            answer = await ann.do(SendMessage, room=room, body="kept @bob", reply_to=root)
            await bob.edits(room, root, "heron, @ann!")
            await bob.do(AddReaction, room=room, message=root, emoji="🐟")
            await bob.do(SendMessage, room=room, body="in a thread", thread=root)
            await town.store.set_bookmark(ann.id, room, root, "")
            for pinned in await town.carry_out(lambda tx: tx.pins(room)):
                await ann.do(RemovePin, room=room, message=pinned)
            await ann.do(AddPin, room=room, message=answer.seq)
            await ann.do(ForwardMessage, room=shed, origin=room, message=root)
            for _ in range(3):
                await ann.says(room, "more")
            return root

        page: dict[str, Any] = {"before": None, "after": None, "around": None, "limit": 9, "places": [community]}
        asks: dict[str, Callable[[int], Any]] = {
            "page": lambda root: town.store.messages(room, **page),
            "thread": lambda root: town.store.messages(room, **page, thread=root),
            "around": lambda root: town.store.messages(room, **(page | {"around": root})),
            "forwards": lambda root: town.store.messages(shed, **page),
            "history": lambda root: town.store.history(room, root, 0, 9),
            "pins": lambda root: town.store.pins(room, None, 9, places=[community]),
            "bookmarks": lambda root: town.store.bookmarks(ann.id, None, 9, places=[community]),
            "reactors": lambda root: town.store.reactors(room, root, "", 0, 9, reader=ann.id),
            "threads": lambda root: town.store.threads(ann.id, room, None, 9),
            "my threads": lambda root: town.store.threads(ann.id, None, None, 9),
            "followed": lambda root: town.store.followed_threads(ann.id),
            "thread of": lambda root: town.store.thread_of(room, root + 1),
            "inbox": lambda root: town.store.inbox(ann.id, None, 9),
            "recent": lambda root: town.store.recent(ann.id, None, 9),
            "first at": lambda root: town.store.first_at(room, later(-1)),
            "unread": lambda root: town.store.unread(ann.id, [room]),
            "entries": lambda root: town.store.entries(room, 0, None, 99),
            "wanted": lambda root: town.store.wanted(room, TALK, 0, None, 99),
            "written": lambda root: town.store.written(ann.id, "", 3),
            "search": lambda root: finds(ann, "heron"),
        }
        monkeypatch.setattr(readers, "run", run)
        for name, ask in asks.items():
            at, came_to_it = 0, True
            while came_to_it:
                root = await more()
                connections.clear()
                watching = True
                await ask(root)
                watching = False
                came_to_it = bool(connections) and connections[0].came_to_it
                at += 1
                assert at < 40, name
    finally:
        monkeypatch.undo()
        await town.store.close()


async def test_a_restore_does_not_keep_what_was_removed(tmp_path: Path):
    """The wall clock holds at once, whatever time the backup had got to: the first look removes it again."""
    town = await opened(tmp_path / "data")
    _, room, (ann,) = await hall(town, "ann")
    await ann.says(room, CANARY)
    await ann.says(room, "kept")
    await keeps(ann, room, messages=1)
    await town.store.trusted(0)
    await town.carry_out(lambda tx: tx.put_trusted(tx.now_ms - 365 * DAY))  # it was taken long ago
    taken = SqliteBackups(tmp_path / "data").take(tmp_path / "backups")
    await removed(town)
    await town.store.close()
    SqliteBackups(tmp_path / "data").restore(taken.path, replace=True, keep_sessions=False)
    town = await opened(tmp_path / "data")
    try:
        assert await town.bodies(room) == [CANARY, "kept"]
        assert abs(_ms(await town.store.trusted(0)) - _ms(later(0))) < 60_000
        await removed(town)
        assert await town.bodies(room) == ["kept"]
    finally:
        await town.store.close()
