"""Positions against a server that contradicts itself, and what is asked for: whole.py by itself."""

from typing import Any

import msgspec
import pytest

from among_protocol import whole
from among_protocol.communities import Community, CommunityJoined, CommunityLeft, Membership
from among_protocol.happenings import Closed, Happening, Opened, Positions, Reset
from among_protocol.logs import EntryPage, LogKind, LogPassed, LogState, LogStatus, SyncStarted, Want
from among_protocol.messages import MessageSent
from among_protocol.moderation import MemberKicked, RoleSet
from among_protocol.rooms import DirectOpened, RoomFollowed, RoomUnfollowed
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
    one.gone(command)
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


@pytest.mark.parametrize("closed_by", ["unfollowing", "a page that is refused"])
def test_what_exists_of_a_log_is_known_when_it_is_closed_and_opened_again(closed_by: str):
    one = account()
    one.entry(followed(2, head=10))
    one.lagging({"a": 4, "r1": 16})  # unfollowed, followed again at 15, and 16 was said
    own, page_of_r1 = one.holes()
    if closed_by == "a page that is refused":
        assert one.gone(page_of_r1) == [Closed("r1")]
    one.entry(RoomUnfollowed(log="a", seq=3, at=AT, room="r1"))
    one.page(page_of_r1, page(11), JSON.decode_entry)
    assert Opened(log="r1", kind="room", after=15) in one.entry(followed(4, head=15))
    (command,) = one.holes()
    assert (own.log, command.log, command.after, command.until) == ("a", "r1", 15, 16)


def test_of_a_log_that_was_closed_nothing_is_missing():
    one = account()
    one.entry(followed(2, head=10))
    one.lagging({"r1": 16})
    assert one.ahead() == {"r1": 16}
    (command,) = one.holes()
    assert one.gone(command) == [Closed("r1")]
    assert one.ahead() == {}, "who counts on all that exists would wait for it for ever"


def test_an_old_entry_of_ones_own_log_opens_nothing_that_sync_did_not_list():
    one = Whole(Positions("e1", {"a": 1}), from_start=False)
    one.started(sync(state("a", 3, kind="account"), state("r2", 7, "gap")))
    assert one.entry(followed(2, head=1))[1:] == []
    told = one.entry(followed(3, head=5, room="r2"))
    assert told[1:] == [Opened(log="r2", kind="room", after=5)]


# --- the stewards' log of a community comes and goes with the role


def role(seq: int, name: str, head: int = 0) -> RoleSet:
    stewards = "w1" if name != "member" else ""
    return RoleSet(log="a1", seq=seq, at=AT, community="c1", member="m1", role=name, stewards=stewards, head=head)


def member(position: int = 1) -> Whole:
    """In a community, as a member."""
    one = Whole(Positions("e1", {"a1": position, "c1": 4}), from_start=False)
    one.started(sync(state("a1", position, kind="account"), state("c1", 4, kind="community")))
    one.synced()
    return one


def act(seq: int) -> MemberKicked:
    return MemberKicked(log="w1", seq=seq, at=AT, community="c1", member="m2")


def test_who_becomes_a_steward_follows_the_stewards_log_from_there():
    one = member()
    assert one.entry(role(2, "steward", 6)) == [role(2, "steward", 6), Opened(log="w1", kind="stewards", after=6)]
    assert one.entry(act(7)) == [act(7)]
    assert one.positions.logs["w1"] == 7


def test_who_is_none_any_more_does_not_and_may_become_one_again():
    one = member()
    one.entry(role(2, "steward", 6))
    one.entry(act(7))
    assert one.entry(role(3, "owner", 8)) == [role(3, "owner", 8)], "it is followed already"
    assert one.entry(role(4, "member")) == [role(4, "member"), Closed("w1")]
    assert "w1" not in one.positions.logs
    assert one.entry(role(5, "steward", 9)) == [role(5, "steward", 9), Opened(log="w1", kind="stewards", after=9)]


def test_who_founded_a_community_or_was_removed_from_it():
    one = member()
    joined = CommunityJoined(
        log="a1", seq=2, at=AT, community="c2", member="m3", role="owner", head=2, stewards="w2", stewards_head=0
    )
    assert one.entry(joined) == [
        joined,
        Opened(log="c2", kind="community", after=2),
        Opened(log="w2", kind="stewards", after=0),
    ]
    left = CommunityLeft(log="a1", seq=3, at=AT, community="c2")
    assert {happening.log for happening in one.entry(left) if isinstance(happening, Closed)} == {"c2", "w2"}


def test_the_stewards_log_of_a_card_closes_with_its_community():
    """The entry that opened it is long past: only the card says whose it is."""
    one = Whole(Positions("e1", {"a1": 1, "c1": 4, "w1": 2}), from_start=False)
    garden = Membership(
        community=Community(id="c1", slug="garden", name="Garden"),
        member="m1", rev=1, role="steward", rooms=[], as_of=4, stewards="w1",
    )  # fmt: skip
    logs = [state("a1", 1, kind="account"), state("c1", 4, kind="community"), state("w1", 2, kind="stewards")]
    one.started(SyncStarted(epoch="e1", logs=logs, communities=[garden]))
    one.synced()
    told = one.entry(CommunityLeft(log="a1", seq=2, at=AT, community="c1"))
    assert {happening.log for happening in told if isinstance(happening, Closed)} == {"c1", "w1"}


def test_a_role_that_was_lost_since_opens_nothing():
    """Replayed up to where sync states it: what the account's log says before that is past."""
    one = Whole(Positions("e1", {"a1": 1, "c1": 4}), from_start=False)
    one.started(sync(state("a1", 3, kind="account"), state("c1", 4, kind="community")))
    assert one.entry(role(2, "steward", 6)) == [role(2, "steward", 6)]
    assert one.entry(role(3, "member")) == [role(3, "member")]


# --- wanting less


def wanting(want: Want, *states: LogState, positions: dict[str, int] | None = None) -> Whole:
    one = Whole(Positions("e1", positions or {}), from_start=False, want=want)
    assert one.sync(9).want == want
    started = sync(*states)
    started.want = want
    one.started(started)
    one.synced()
    return one


def test_what_is_not_wanted_is_not_followed_and_not_named_any_more():
    account = state("a1", 3, kind="account")
    one = wanting(Want(profile="calls"), account, state("c1", 5, "unwanted", "community"), positions={"a1": 3, "c1": 4})
    assert one.positions.logs == {"a1": 3}
    assert list(one.holes()) == []


@pytest.mark.parametrize(
    ("want", "opened"),
    [
        (Want(profile="everything"), {"c2", "r2", "w2", "d1"}),
        (Want(profile="talk"), {"r2", "d1"}),
        (Want(profile="calls"), {"r2", "d1"}),
        (Want(profile="everything", communities=["c1"]), {"d1"}),
        (Want(profile="calls", communities=["c2"]), {"r2", "d1"}),
        (Want(profile="everything", communities=[]), {"d1"}),
    ],
)
def test_what_becomes_ones_own_is_followed_where_it_is_wanted(want: Want, opened: set[str]):
    one = wanting(want, state("a1", 0, kind="account"))
    own: list[Any] = [
        CommunityJoined(log="a1", seq=1, at=AT, community="c2", member="m2", head=1, rooms={"r2": 0}, stewards="w2"),
        DirectOpened(log="a1", seq=2, at=AT, room="d1", member="m3", people=[], head=0),
    ]
    told = [happening for entry in own for happening in one.entry(entry)]
    assert {happening.log for happening in told if isinstance(happening, Opened)} == opened


def test_what_was_left_out_moves_the_position_and_is_told_as_such():
    one = wanting(Want(profile="calls"), state("r1", 3), positions={"r1": 3})
    passed = LogPassed(log="r1", seq=7, first=4)
    assert one.entry(passed) == [passed]
    assert one.positions.logs == {"r1": 7}
    assert one.entry(LogPassed(log="r1", seq=6, first=2)) == []
    later = said(9)
    later.first = 5
    assert one.entry(later) == [later]
    assert one.positions.logs == {"r1": 9}


def test_holes_are_filled_with_what_is_wanted():
    one = wanting(Want(profile="calls"), state("r1", 9, "gap"), positions={"r1": 3})
    (command,) = one.holes()
    assert command.wanted
    called = said(5)
    called.first = 4
    raw = [msgspec.Raw(JSON.encode(event)) for event in (called, LogPassed(log="r1", seq=9, first=6))]
    told = one.page(command, EntryPage(entries=raw, head=9, floor=0, complete=True), JSON.decode_numbered)
    assert (seqs(told), one.positions.logs, list(one.holes())) == ([5], {"r1": 9}, [])


def test_a_server_that_knows_nothing_of_interest_sends_everything():
    one = Whole(Positions(), from_start=False, want=Want(profile="calls"))
    one.started(sync(state("a1", 0, kind="account"), state("c1", 1, kind="community")))
    assert set(one.positions.logs) == {"a1", "c1"}
    one.entry(said(3))
    assert not any(command.wanted for command in one.holes())
