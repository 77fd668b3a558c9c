"""Inboxes and recent rooms, as a store keeps them: bounded, numbered for good, and there again after a restart."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from among_protocol.messages import SendMessage
from among_server.limits import INBOX, INBOX_OF_ONE
from among_server.store.recent import Place
from among_server.store.sqlite import SqliteStore
from tests.store.town import Person, Town


async def called(town: Town) -> tuple[Person, Person, str]:
    ann, bob = await town.people("ann", "bob")
    community = await ann.founds("garden")
    room = await ann.makes(community, "hall")
    await bob.joins(community)
    return ann, bob, room


async def numbers(town: Town, person: Person) -> list[int]:
    return [row.number for row in await town.store.inbox(person.id, None, 2 * INBOX)]


async def fills(town: Town, person: Person, room: str, seq: int, members: Sequence[str]) -> None:
    """Each of these mentions somebody, one after the other."""

    def many(tx: Any) -> None:
        for member in members:
            tx.put_inbox(person.id, "mention", room, seq, member)

    await town.carry_out(many)


async def speakers(town: Town, room: str, count: int) -> list[str]:
    community = (await town.store.room(room)).community  # type: ignore[union-attr]  # it is there
    people = await town.people(*(f"friend{number}" for number in range(count)))
    for person in people:
        await person.joins(community)
    return [await person.member_in(community) for person in people]


async def test_an_inbox_keeps_the_newest_and_counts_them(town: Town):
    ann, bob, room = await called(town)
    said = (await ann.says(room, "@bob")).entry.event
    some = await speakers(town, room, 10)
    before = INBOX + 100
    await fills(town, bob, room, said.seq, [some[number % 10] for number in range(before)])
    newest = (await numbers(town, bob))[0]
    assert await numbers(town, bob) == list(range(newest, newest - INBOX, -1))
    assert (await town.store.inbox_state(bob.id)).unread == INBOX
    if isinstance(town.store, SqliteStore):
        sql = "SELECT count(*) FROM inbox WHERE member <> ''"
        assert (await town.carry_out(lambda tx: (tx.flush(), tx._db.execute(sql).fetchone())))[1] == (INBOX,)


async def test_inp_05_who_mentions_somebody_without_end_pushes_out_their_own(town: Town):
    ann, bob, room = await called(town)
    said = (await ann.says(room, "hello @bob")).entry.event
    (other,) = await speakers(town, room, 1)
    for times in (INBOX_OF_ONE - 1, 1, 1, 3 * INBOX):
        await fills(town, bob, room, said.seq, [other] * times)
        newest, *_ = seen = await numbers(town, bob)
        kept = min(INBOX_OF_ONE, newest - 1)
        assert seen == [*range(newest, newest - kept, -1), 1], "ann's is there still"
        assert (await town.store.inbox_state(bob.id)).unread == kept + 1


async def test_inp_05_who_counts_along_is_told_where_one_more_is_no_more_than_before(town: Town):
    ann, bob, room = await called(town)
    await ann.says(room, "@bob")
    assert town.heard[-1].stale == ()
    me = await ann.member_in((await town.store.room(room)).community)  # type: ignore[union-attr]  # it is there
    await fills(town, bob, room, 1, [me] * (INBOX_OF_ONE - 2))
    for stale in ((), (bob.id,)):
        await ann.says(room, "@bob")
        assert town.heard[-1].stale == stale
        assert (await town.store.inbox_state(bob.id)).unread == INBOX_OF_ONE


async def test_a_number_is_never_used_again(town: Town):
    ann, bob, room = await called(town)
    first = (await ann.says(room, "one @bob")).entry.event
    await ann.says(room, "two @bob")
    await town.store.mark_inbox(bob.id, 2, back=False)
    for seq in (first.seq, first.seq + 1):
        await ann.deletes(room, seq)
    assert await numbers(town, bob) == []
    await ann.says(room, "three @bob")
    assert await numbers(town, bob) == [3]
    assert (await town.store.inbox_state(bob.id)).unread == 1


async def test_of_what_was_blanked_an_inbox_keeps_a_number_and_nobody(town: Town):
    ann, bob, room = await called(town)
    said = (await ann.says(room, "one @bob")).entry.event
    await ann.deletes(room, said.seq)

    def items(tx: Any) -> list[tuple[str, str]]:
        if not isinstance(town.store, SqliteStore):
            return [(item.kind, item.member) for item in tx.items.values()]
        tx.flush()
        rows: list[tuple[str, str]] = tx._db.execute("SELECT kind, member FROM inbox").fetchall()
        return rows

    assert await town.carry_out(items) == [("", "")]


async def test_a_notice_of_a_private_room_is_seen_by_who_is_there(town: Town):
    ann, bob, room = await called(town)
    community = (await town.store.room(room)).community  # type: ignore[union-attr]  # it is there
    cellar = await ann.makes(community, "cellar", "private")
    await ann.adds(cellar, await bob.member_in(community))
    (row,) = await town.store.inbox(bob.id, None, 9)
    assert (row.kind, row.private) == ("notice", cellar)
    await bob.unfollows(cellar)
    assert await town.store.inbox(bob.id, None, 9) == []
    assert (await town.store.inbox_state(bob.id)).unread == 0


async def test_a_restart_forgets_nothing(tmp_path: Path):
    town = Town(SqliteStore(tmp_path, synchronous="off"))
    await town.store.open()
    ann, bob, room = await called(town)
    await ann.says(room, "one @bob")
    await town.store.mark_inbox(bob.id, 1, back=False)
    await town.store.set_notify(bob.id, room, "", "nothing", 0)
    told = [await town.store.inbox(bob.id, None, 9), await town.store.recent(bob.id, None, 9)]
    told.append(await town.store.notify_choices(bob.id))
    await town.store.close()
    town.store = SqliteStore(tmp_path, synchronous="off")
    await town.store.open()
    try:
        again = [await town.store.inbox(bob.id, None, 9), await town.store.recent(bob.id, None, 9)]
        assert [*again, await town.store.notify_choices(bob.id)] == told
        await ann.do(SendMessage, room=room, body="two @bob")
        assert await numbers(town, bob) == [2, 1]
        assert (await town.store.inbox_state(bob.id)).unread == 1
    finally:
        await town.store.close()


async def test_recent_rooms_go_on_after_a_place(town: Town):
    ann, bob, room = await called(town)
    direct = await ann.writes_to(bob)
    for where in (room, direct):
        await ann.says(where, "hi")
    rows = await town.store.recent(bob.id, None, 9)
    assert {row.room.id for row in rows} == {room, direct}
    first, second = rows
    after = await town.store.recent(bob.id, Place(first.said_ms, first.room.id), 9)
    assert [row.room.id for row in after] == [second.room.id]
    assert await town.store.recent(bob.id, Place(second.said_ms, second.room.id), 9) == []
    assert [one.handle for row in rows for one in row.people] == ["ann", "bob"]


async def test_the_first_entry_at_a_moment_is_found_by_halves(town: Town):
    ann, _, room = await called(town)
    assert await town.store.first_at(room, "2026-01-01T00:00:00.000Z") == 1
    times = [(await ann.says(room, f"number {number}")).entry.event.at for number in range(20)]
    for time in dict.fromkeys(times):
        assert await town.store.first_at(room, time) == times.index(time) + 1
    assert await town.store.first_at(room, "1970-01-01T00:00:00.000Z") == 1
    assert await town.store.first_at(room, "2999-01-01T00:00:00.000Z") == 21
    assert await town.store.first_at("r_nowhere", times[0]) == 1


async def test_words_are_no_more_than_the_entries_hold(town: Town):
    """An inbox holds numbers: what was said is read where it is."""
    ann, bob, room = await called(town)
    said = (await ann.says(room, "canary @bob")).entry.event
    (row,) = await town.store.inbox(bob.id, None, 9)
    assert row.said is not None
    assert row.said.body == "canary @bob"
    await ann.edits(room, said.seq, "another @bob")
    (row,) = await town.store.inbox(bob.id, None, 9)
    assert row.said is not None
    assert row.said.body == "another @bob"
