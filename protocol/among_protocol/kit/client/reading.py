"""Being whole: logs and their holes, sync, lagging."""

from collections.abc import Callable
from typing import Any

from ...logs import Lagging, LogPassed, ReadEntries, Sync
from ...messages import MessageSent
from ...reactions import ReactionChange, ReactionsChanged
from ...testing import Connection
from ..checks import demand
from .frames import MANY
from .stage import OTHER, PAGE, REPLAY, Stage, checks


def ranged(stage: Stage, first: int, last: int, body: str) -> MessageSent:
    """A message that is told as more than itself."""
    member = stage.town.member(stage.server.person(OTHER).id, stage.town.rooms[stage.room].community)
    assert member is not None
    at = stage.town.clock.time()
    return MessageSent(log=stage.room, seq=last, first=first, at=at, by=member.id, rev=member.rev, body=body)


def of_the_room(stage: Stage) -> Callable[[Connection, bytes], bool]:
    """Whether a frame is an entry of the room."""

    def check(connection: Connection, frame: bytes) -> bool:
        told: Any = connection.encoding.decode_server(frame).event
        return getattr(told, "log", "") == stage.room

    return check


async def tampered(stage: Stage, bodies: int, tamper: Callable[[list[bytes]], list[bytes]]) -> None:
    """So many messages, of whose frames something else is made on the way."""
    stage.server.hold()
    stage.utter(*stage.some(bodies))
    out = stage.client.out
    made = tamper(list(out))
    out.clear()
    out.extend(made)
    await stage.server.release()


@checks("logs.whole")
async def entries_that_come_twice(stage: Stage) -> None:
    """Send every entry twice, and then all of them once more."""
    await stage.begin()
    await tampered(stage, 3, lambda frames: [frame for frame in frames for _ in range(2)] + frames)
    await stage.delivered()
    await stage.shows()


@checks("logs.whole")
async def an_entry_that_covers_a_range(stage: Stage) -> None:
    """Send one entry with `from` in place of three: it follows, and there is no hole."""
    await stage.begin()
    await stage.says(*stage.some(1))
    entry = ranged(stage, stage.head + 1, stage.head + 3, *stage.some(1))
    stage.town.write(entry)
    stage.expect(entry)
    await stage.shows()
    stage.asks_for_nothing("`from` is the number after the last")


@checks("logs.whole")
async def a_range_that_begins_before(stage: Stage) -> None:
    """Send an entry whose `from` is not later than the number after the last one, and whose `seq` is new."""
    await stage.begin()
    await stage.says(*stage.some(2))
    entry = ranged(stage, stage.head, stage.head + 2, *stage.some(1))
    stage.town.write(entry)
    stage.expect(entry)
    await stage.shows()
    stage.asks_for_nothing("`from` is not later than the number after the last")


@checks("logs.hole")
async def an_entry_that_was_lost(stage: Stage) -> None:
    """Leave out one entry of three."""
    await stage.begin()
    await stage.says(*stage.some(1))
    await tampered(stage, 3, lambda frames: [frames[0], frames[2]])
    await stage.shows()


@checks("logs.hole")
async def entries_that_overtake_each_other(stage: Stage) -> None:
    """Send four entries in another order."""
    await stage.begin()
    await tampered(stage, 4, lambda frames: [frames[2], frames[0], frames[3], frames[1]])
    await stage.shows()


@checks("logs.hole")
async def a_hole_longer_than_a_page(stage: Stage) -> None:
    """Leave out more entries than one page holds, and say more while the client fetches them."""
    await stage.begin()
    await stage.says(*stage.some(1))
    await tampered(stage, 2 * PAGE + 3, lambda frames: [frames[0], frames[-1]])
    await stage.says(*stage.some(2))
    await stage.shows()


@checks("logs.hole")
async def a_hole_in_a_replay(stage: Stage) -> None:
    """Leave out one entry of those that come after the sync."""
    await stage.begin()
    await stage.shows()
    await stage.cut()
    stage.server.hold(of_the_room(stage))
    stage.utter(*stage.some(4))
    connection = await stage.returns()
    await stage.until(lambda: len(connection.out) >= 4, "a client that connects again, and syncs")
    del connection.out[1]
    await stage.server.release()
    await stage.shows()


@checks("logs.reply_no_position")
async def a_reply_that_runs_ahead(stage: Stage) -> None:
    """Reply to a message of the client while what was said before it is still held back, then cut."""
    await stage.begin()
    await stage.shows()
    before = stage.head
    (body,) = stage.some(1)
    stage.server.hold(of_the_room(stage))
    stage.utter(*stage.some(2))
    connection = stage.client
    await stage.tell(body)
    await stage.until(lambda: stage.stored(body), "the message sent")
    stage.expect(*stage.stored(body))
    reply = connection.out[-1]
    connection.out.clear()
    await stage.server.release()
    connection.out.append(reply)
    await stage.server.flush()
    await stage.cut()
    await stage.returns()
    named = stage.syncs()[-1].positions.get(stage.room)
    demand(named == before, f"the position {before}: what came after it was never delivered", named)
    await stage.shows()


@checks("sync.names_positions")
async def coming_back_where_one_was(stage: Stage) -> None:
    """Say something, cut, and look at the sync of the next connection."""
    await stage.begin()
    await stage.shows()
    await stage.cut()
    await stage.says(*stage.some(3))
    await stage.returns()
    sync = stage.syncs()[-1]
    had = stage.due[0].seq
    demand(sync.epoch == stage.town.epoch, f"the epoch {stage.town.epoch!r} in the sync", sync.epoch)
    demand(sync.positions.get(stage.room) == had, f"the position {had}", sync.positions.get(stage.room))
    await stage.shows()


@checks("sync.names_positions")
async def a_cut_in_mid_replay(stage: Stage) -> None:
    """Cut the connection in the middle of a replay: the next sync goes on from there."""
    await stage.begin()
    await stage.shows()
    await stage.cut()
    said = stage.utter(*stage.some(REPLAY))
    stage.server.hold(lambda connection, frame: said[2].body.encode() in frame)
    await stage.until(lambda: stage.live() and stage.client.out, "a client that connects again, and syncs")
    await stage.delivered()
    await stage.until(lambda: len(stage.printed()) >= 3, f"{said[0].seq} and {said[1].seq} handed on in the replay")
    stage.server.cut()
    await stage.server.release()
    await stage.returns()
    named = stage.syncs()[-1].positions.get(stage.room)
    demand(named == said[1].seq, f"the position {said[1].seq}, the last one that was handed on", named)
    await stage.shows()


@checks("sync.backfills")
async def a_gap_of_several_pages(stage: Stage) -> None:
    """Say more than a replay holds while the client is away, and go on while it fetches."""
    await stage.begin()
    await stage.shows()
    await stage.cut()
    await stage.says(*stage.some(MANY))
    await stage.returns()
    await stage.says(*stage.some(2))
    await stage.shows()


@checks("sync.backfills")
async def a_cut_while_a_gap_is_filled(stage: Stage) -> None:
    """Cut once more after the first page of a gap."""
    await stage.begin()
    await stage.shows()
    await stage.cut()
    await stage.says(*stage.some(MANY))
    await stage.until(stage.pages, "a page asked for")
    await stage.cut()
    await stage.says(*stage.some(2))
    await stage.returns()
    await stage.shows()


async def _another_epoch(stage: Stage, keep: float) -> None:
    await stage.says(*stage.some(4))
    await stage.shows()
    await stage.delivered()
    await stage.server.restore(keep)
    stage.forgotten()
    await stage.returns()
    await stage.says(*stage.some(3))
    await stage.shows()


@checks("sync.forgets")
async def another_epoch(stage: Stage) -> None:
    """Put back an older backup in a new epoch: numbers come again, and mean something else."""
    await stage.begin()
    await _another_epoch(stage, 0.5)
    await stage.cut()
    await stage.says(*stage.some(1))
    await stage.returns()
    sync = stage.syncs()[-1]
    had = stage.due[-2].seq
    demand(sync.epoch == stage.town.epoch, f"the new epoch {stage.town.epoch!r}", sync.epoch)
    demand(sync.positions.get(stage.room) == had, f"the position {had}, of the new epoch", sync.positions)
    await stage.shows()


@checks("sync.forgets")
async def a_log_that_begins_later(stage: Stage) -> None:
    """Let entries be no longer kept while the client is away: its position is below the floor."""
    await stage.begin()
    await stage.shows()
    await stage.cut()
    await stage.says(*stage.some(4))
    stage.town.forget(stage.room, stage.head - 1)
    stage.forgotten()
    await stage.returns()
    await stage.says(*stage.some(2))
    await stage.shows()


@checks("retention.goes_on")
async def a_floor_that_moves_before_a_replay(stage: Stage) -> None:
    """Let the first entries of a replay be no longer kept once the sync was answered: `from` of the next one covers them."""
    await _back_to_a_floor(stage, kept=2)


@checks("retention.goes_on")
async def a_floor_that_moves_beyond_a_replay(stage: Stage) -> None:
    """Let all of a replay be no longer kept once the sync was answered: `log.passed` covers it."""
    await _back_to_a_floor(stage, kept=0)


async def _back_to_a_floor(stage: Stage, kept: int) -> None:
    await stage.begin()
    await stage.shows()
    had = stage.head
    await stage.cut()
    await stage.says(*stage.some(4))
    stage.town.once_answered(Sync, lambda _: stage.forget(stage.head - kept, had))
    await stage.returns()
    await stage.shows()
    stage.asks_for_nothing("what is no longer kept was covered")


@checks("retention.goes_on")
async def a_floor_that_moves_between_two_pages(stage: Stage) -> None:
    """Let entries behind the first page of a gap be no longer kept: the next page begins later, and tells the floor."""
    await stage.begin()
    await stage.shows()
    await stage.cut()
    await stage.says(*stage.some(MANY))

    def forget(page: ReadEntries) -> None:
        given = page.after + min(page.limit, PAGE)
        stage.forget(given + 2, given)

    stage.town.once_answered(ReadEntries, forget)
    await stage.returns()
    await stage.shows()


@checks("lagging.catches_up")
async def lagging_and_more_comes(stage: Stage) -> None:
    """Leave out more than a page, say that the client lags, and go on."""
    await stage.begin()
    await stage.says(*stage.some(1))
    stage.client.lag()
    await stage.says(*stage.some(PAGE + 2))
    stage.client.catch_up()
    await stage.says(*stage.some(2))
    await stage.shows()


@checks("lagging.catches_up")
async def lagging_and_nothing_comes(stage: Stage) -> None:
    """Leave out two entries, say that the client lags, and nothing more: it fetches them all the same."""
    await stage.begin()
    await stage.shows()
    stage.client.lag()
    await stage.says(*stage.some(2))
    stage.client.catch_up()
    due = stage.due[-1]
    await stage.until(lambda: due in stage.printed(), f"{due.seq} {due.body!r} handed on, without anything after it")
    await stage.shows()


@checks("lagging.catches_up")
async def lagging_in_several_logs(stage: Stage) -> None:
    """Say that the client lags in its own log, its community's and its room's, of which one was unknown to it."""
    await stage.begin()
    await stage.shows()
    client = stage.client
    client.lag()
    await stage.says(*stage.some(1))
    client.missed = None
    heads = {id: stage.town.logs[id].head for id in client.logs}
    client.at.update(heads)
    client.say(Lagging(logs={**heads, "r_somewhereelse": 9}))
    await stage.says(*stage.some(1))
    await stage.shows()


@checks("interest.passed")
async def a_log_that_is_passed(stage: Stage) -> None:
    """Tell with `log.passed` that numbers hold nothing for this client: they are no hole."""
    await stage.begin()
    await stage.says(*stage.some(1))
    stage.server.hold()
    for _ in range(3):
        stage.town.novelty(stage.room)
    stage.client.out.clear()
    stage.client.say(LogPassed(log=stage.room, seq=stage.head, first=stage.head - 2))
    await stage.server.release()
    await stage.shows()
    stage.asks_for_nothing("the log has passed these numbers")


@checks("reactions.moves")
async def a_storm_of_reactions(stage: Stage) -> None:
    """Tell of several reactions as one event: their numbers are no hole."""
    await stage.begin()
    await stage.says(*stage.some(1))
    stage.server.hold()
    for _ in range(3):
        stage.town.novelty(stage.room)
    stage.client.out.clear()
    changes = [ReactionChange(message=stage.head - 3, emoji="👍", count=3)]
    stage.client.say(ReactionsChanged(log=stage.room, seq=stage.head, first=stage.head - 2, changes=changes))
    await stage.server.release()
    await stage.shows()
    stage.asks_for_nothing("one event has covered these numbers")
