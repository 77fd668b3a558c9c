"""Positions against a server that contradicts itself, and what is asked for: whole.py by itself."""

import msgspec
import pytest

from among_protocol import whole
from among_protocol.happenings import Closed, Happening, Opened, Positions, Reset
from among_protocol.logs import EntryPage, LogKind, LogState, LogStatus, SyncStarted
from among_protocol.messages import MessageSent
from among_protocol.rooms import RoomFollowed, RoomUnfollowed
from among_protocol.whole import Whole
from among_protocol.wire import JSON

from .model import AT


def sync(*states: LogState, epoch: str = "e1") -> SyncStarted:
    return SyncStarted(epoch=epoch, logs=list(states))


def state(log: str, head: int, status: LogStatus = "caught_up", kind: LogKind = "room", floor: int = 0) -> LogState:
    return LogState(log=log, kind=kind, status=status, head=head, floor=floor)


def said(seq: int, log: str = "r1") -> MessageSent:
    return MessageSent(log=log, seq=seq, at=AT, body=str(seq))


def page(*seqs: int, floor: int = 0) -> EntryPage:
    raw = [msgspec.Raw(JSON.encode(said(seq))) for seq in seqs]
    return EntryPage(entries=raw, head=max(seqs, default=0), floor=floor, complete=True)


def at(position: int, head: int, status: LogStatus = "caught_up") -> Whole:
    """One log, known up to a number, synced."""
    one = Whole(Positions("e1", {"r1": position}), from_start=False)
    one.started(sync(state("r1", head, status)))
    one.synced()
    return one


def seqs(told: list[Happening]) -> list[int]:
    return [happening.seq for happening in told if isinstance(happening, MessageSent)]


def test_another_epoch_is_a_reset_whatever_the_server_says_of_the_log():
    one = at(3, 3)
    assert one.started(sync(state("r1", 5), epoch="e2")) == [Reset(log="r1", reason="epoch", had=3, after=5)]


def test_a_head_before_the_position_is_a_reset_whatever_the_server_says_of_the_log():
    one = at(3, 3)
    assert one.started(sync(state("r1", 2))) == [Reset(log="r1", reason="ahead", had=3, after=2)]


def test_a_log_that_the_server_does_not_list_is_closed():
    one = at(3, 3)
    assert one.started(sync()) == [Closed("r1")]
    assert one.positions.logs == {}


def test_a_position_from_before_is_told_when_it_is_confirmed():
    one = Whole(Positions("e1", {"r1": 3}), from_start=False)
    assert one.started(sync(state("r1", 3))) == [Opened(log="r1", kind="room", after=3)]
    assert one.started(sync(state("r1", 3))) == []


def test_holes_are_asked_for_once():
    one = at(3, 9, "gap")
    (command,) = one.holes()
    assert (command.log, command.after, command.until) == ("r1", 3, 9)
    assert list(one.holes()) == []
    assert seqs(one.page(command, page(4, 5), JSON.decode_entry)) == [4, 5]
    (command,) = one.holes()
    assert (command.after, command.until) == (5, 9)


def test_a_hole_ends_before_what_is_held():
    one = at(3, 3)
    one.entry(said(7))
    one.entry(said(9))
    (command,) = one.holes()
    assert (command.after, command.until) == (3, 6)
    assert seqs(one.page(command, page(4, 5, 6), JSON.decode_entry)) == [4, 5, 6, 7]
    (command,) = one.holes()
    assert (command.after, command.until) == (7, 8)


def test_few_pages_are_asked_for_at_once():
    one = Whole(Positions("e1", {f"r{number}": 0 for number in range(9)}), from_start=False)
    one.started(sync(*(state(f"r{number}", 5, "gap") for number in range(9))))
    commands = list(one.holes())
    assert len(commands) == whole.FILLS
    one.page(commands[0], page(1, 2, 3, 4, 5), JSON.decode_entry)
    assert len(list(one.holes())) == 1


def test_a_page_that_was_asked_for_before_a_new_sync_decides_nothing():
    one = at(3, 9, "gap")
    (before,) = one.holes()
    one.started(sync(state("r1", 9, "gap")))
    (after,) = one.holes()
    assert one.page(before, None, JSON.decode_entry) == []
    assert list(one.holes()) == [], "the newer one is still on its way"
    assert seqs(one.page(after, page(4, 5), JSON.decode_entry)) == [4, 5]


def test_a_page_for_a_log_that_was_left_is_nothing():
    one = at(3, 9, "gap")
    (command,) = one.holes()
    one.gone("r1")
    assert one.page(command, page(4, 5), JSON.decode_entry) == []
    assert list(one.holes()) == []


@pytest.mark.parametrize("answer", [None, page(), page(1, 2, 3), page(7)])
def test_a_page_that_brings_nothing_forward_is_told_as_a_reset(answer: EntryPage | None):
    one = at(3, 9, "gap")
    (command,) = one.holes()
    told = one.page(command, answer, JSON.decode_entry)
    assert told[0] == Reset(log="r1", reason="hole", had=3, after=6 if answer == page(7) else 9)


def test_entries_of_another_log_in_a_page_are_nothing():
    one = at(3, 5, "gap")
    (command,) = one.holes()
    mixed = page(4, 5)
    mixed.entries.insert(0, msgspec.Raw(JSON.encode(said(4, "r2"))))
    assert seqs(one.page(command, mixed, JSON.decode_entry)) == [4, 5]


def test_while_paused_nothing_is_asked_for_and_no_page_is_kept():
    one = at(3, 9, "gap")
    (command,) = one.holes()
    one.paused = True
    assert one.page(command, page(4, 5), JSON.decode_entry) == []
    assert one.entry(said(4)) == []
    assert list(one.holes()) == []
    one.paused = False
    (command,) = one.holes()
    assert command.after == 3


def test_lagging_beyond_what_is_known_is_a_hole():
    one = at(3, 3)
    one.lagging({"r1": 8, "elsewhere": 4})
    (command,) = one.holes()
    assert (command.after, command.until) == (3, 8)


def test_a_new_sync_forgets_what_was_under_way():
    one = at(3, 9, "gap")
    list(one.holes())
    one.entry(said(8))
    one.started(sync(state("r1", 4)))
    one.synced()
    (command,) = one.holes()
    assert (command.after, command.until) == (3, 4)
    assert seqs(one.entry(said(4))) == [4]


def test_who_wants_all_gets_all_of_another_epoch_too():
    one = Whole(Positions("e1", {"r1": 7}), from_start=True)
    (reset,) = one.started(sync(state("r1", 5, "reset", floor=2), epoch="e2"))
    assert reset == Reset(log="r1", reason="epoch", had=7, after=2)
    (command,) = one.holes()
    assert (command.after, command.until) == (2, 5)


def followed(seq: int, head: int, room: str = "r1") -> RoomFollowed:
    return RoomFollowed(log="a", seq=seq, at=AT, room=room, head=head)


def account(epoch: str = "e1") -> Whole:
    """One's own log alone."""
    one = Whole(Positions(), from_start=False)
    one.started(sync(state("a", 1, kind="account"), epoch=epoch))
    one.synced()
    return one


def test_a_log_is_opened_by_ones_own_log_and_is_behind_what_was_heard_of_it():
    one = account()
    assert one.entry(said(5)) == []
    assert one.entry(followed(2, head=3))[1:] == [Opened(log="r1", kind="room", after=3)]
    (command,) = one.holes()
    assert (command.after, command.until) == (3, 5)


def test_a_log_is_behind_what_lagging_said_of_it_before_it_was_open():
    one = account()
    one.lagging({"r1": 6})
    one.entry(followed(2, head=3))
    (command,) = one.holes()
    assert (command.after, command.until) == (3, 6)


def test_what_was_heard_in_another_epoch_is_forgotten():
    one = account()
    one.entry(said(99))
    one.lagging({"r2": 99})
    one.started(sync(state("a", 1, kind="account"), epoch="e2"))
    one.synced()
    one.entry(followed(2, head=3))
    one.entry(followed(3, head=0, room="r2"))
    assert list(one.holes()) == []


def test_where_a_log_was_left_in_another_epoch_is_forgotten():
    one = account()
    one.entry(followed(2, head=9))
    one.started(sync(state("a", 1, kind="account"), epoch="e2"))
    one.synced()
    assert Opened(log="r1", kind="room", after=4) in one.entry(followed(2, head=4))


def test_where_a_log_was_left_is_where_it_goes_on_at_the_earliest():
    one = account()
    one.entry(followed(2, head=9))
    one.entry(RoomUnfollowed(log="a", seq=3, at=AT, room="r1"))
    assert Opened(log="r1", kind="room", after=9) in one.entry(followed(4, head=4))


def test_an_old_entry_of_ones_own_log_opens_nothing_that_sync_did_not_list():
    one = Whole(Positions("e1", {"a": 1}), from_start=False)
    one.started(sync(state("a", 3, kind="account"), state("r2", 7, "gap")))
    assert one.entry(followed(2, head=1))[1:] == []
    told = one.entry(followed(3, head=5, room="r2"))
    assert told[1:] == [Opened(log="r2", kind="room", after=5)]
