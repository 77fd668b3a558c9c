"""What one says is said once: over cuts, late replies and refusals, with the same nonce each time (DUR-04)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol import asking
from among_protocol.asking import Ask, AskState
from among_protocol.base import Refused, Write
from among_protocol.codes import (
    BUSY,
    FIELD_INVALID,
    FIELD_TOO_LONG,
    NONCE_CONFLICT,
    ROOM_GONE,
    STORAGE_UNCERTAIN,
    TOKEN_INVALID,
    Refuse,
)
from among_protocol.drafts import SetDraft
from among_protocol.happenings import ConnectionLost, Overfull, Withdrawn
from among_protocol.logs import Sync
from among_protocol.markers import SetMarker
from among_protocol.members import PersonaRef, ResolveMembers
from among_protocol.messages import MessageSent, SendMessage, SentWritten
from among_protocol.passwords import ChangePassword
from among_protocol.posts import PublishPost
from among_protocol.presence import StartTyping
from among_protocol.rooms import FollowRoom, FollowWritten
from among_protocol.session import Ping, SignIn, SignOut
from among_protocol.testing import PASSWORD
from among_protocol.wire import COMMANDS, tag_of

from .faults import Wire, a_client
from .model import Server


def live() -> Wire:
    wire = a_client(Server())
    wire.settle(nudge=False)
    return wire


def say(wire: Wire, body: str, room: str = "r1", nonce: str = "") -> tuple[Ask, list[AskState]]:
    """Ask, and keep the states that it goes through."""
    states: list[AskState] = []
    command = SendMessage(id="", nonce=nonce, room=room, body=body)
    return wire.client.ask(command, wire.now, lambda ask: states.append(ask.state)), states


def said(wire: Wire, room: str = "r1") -> list[str]:
    return [entry.body for entry in wire.server.logs[room].entries if isinstance(entry, MessageSent)]


def sends(wire: Wire) -> list[SendMessage]:
    """All sends that have reached the server on this connection."""
    assert wire.connection is not None
    return [command for command in wire.connection.told if isinstance(command, SendMessage)]


Step = tuple[Any, ...]
nth = st.integers(0, 4)
few = st.integers(1, 9)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(["r1", "r2", "r3"])),
    st.tuples(st.just("mood"), st.sampled_from(["wait", "bug", "fix", "unsure", "unsure, but it was"])),
    st.tuples(st.just(Wire.open)),
    st.tuples(st.just(Wire.deliver), few),
    st.tuples(st.just(Wire.deliver), few),
    st.tuples(st.just(Wire.upload), few),
    st.tuples(st.just(Wire.upload), few),
    st.tuples(st.just(Wire.cut)),
    st.tuples(st.just(Wire.drop), nth),
    st.tuples(st.just(Wire.repeat), nth),
    st.tuples(st.just(Wire.delay), nth, few),
    st.tuples(st.just(Wire.wait), st.sampled_from([0.3, 5.0, 40.0])),
)


@settings(max_examples=3 * settings().max_examples)
@given(steps=st.lists(STEPS, min_size=25, max_size=60), live=st.booleans())
def test_dur_04_whatever_happens_each_message_is_said_once_and_in_order(steps: list[Step], live: bool):
    wire = a_client(Server())
    wire.open()
    if live:
        wire.settle()
    asks: list[Ask] = []
    for step, *args in steps:
        if step == "say":
            ask, _ = say(wire, str(len(asks)), *args)
            asks.append(ask)
        elif step == "mood":
            wire.server.in_a_mood(args[0])
        else:
            step(wire, *args)
    wire.settle()
    wire.whole()
    for room in ("r1", "r2"):
        sent = [ask for ask in asks if ask.state == "sent" and ask.command.room == room]  # type: ignore[attr-defined]  # all are SendMessage
        assert said(wire, room) == [ask.command.body for ask in sent]  # type: ignore[attr-defined]  # as above
    for ask in asks:
        if ask.state == "sent":
            assert isinstance(ask.result, SentWritten)
            assert ask.result.entry in wire.server.logs[ask.result.entry.log].entries
            assert ask.result.entry.nonce == ask.command.nonce  # type: ignore[attr-defined]  # as above
        else:
            assert ask.state == "failed"
            assert isinstance(ask.error, Refuse)
            assert ask.command.room == "r3" or ask.error.code.kind in ("fix", "bug")  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize("frames_that_arrive", [0, 1])
def test_dur_04_a_cut_before_the_reply_asks_again_with_the_same_nonce(frames_that_arrive: int):
    wire = live()
    ask, states = say(wire, "once")
    wire.upload(frames_that_arrive)
    wire.cut()
    assert states == ["unconfirmed"] * frames_that_arrive or states == ["unconfirmed"]
    wire.settle(nudge=False)
    assert states[-1] == "sent"
    assert said(wire) == ["once"]
    assert isinstance(ask.result, SentWritten)
    assert ask.result.repeat == bool(frames_that_arrive)


def test_dur_04_a_late_reply_asks_again_with_the_same_nonce():
    wire = live()
    _, states = say(wire, "once")
    wire.upload()
    wire.down.clear()  # one's own copy, and the reply
    wire.wait(asking.REPLY_WITHIN - 1)
    assert states == []
    wire.wait(1)
    assert states == ["unconfirmed"]
    wire.settle()
    assert states == ["unconfirmed", "sent"]
    first, second = sends(wire)
    assert first.nonce == second.nonce
    assert first.id != second.id
    assert said(wire) == ["once"]


def test_dur_04_a_reply_that_comes_after_all_decides():
    wire = live()
    ask, _ = say(wire, "once")
    wire.upload()
    late = wire.down.pop()
    wire.wait(asking.REPLY_WITHIN)
    wire.upload()
    wire.settle(nudge=False)
    assert ask.state == "sent"
    wire.down.append(late)
    wire.settle(nudge=False)
    assert said(wire) == ["once"]


def test_dur_04_the_same_nonce_with_other_content_fails():
    wire = live()
    server = wire.server
    first, _ = say(wire, "one", nonce="n")
    wire.settle(nudge=False)
    # The model gives the first result again; a server refuses, and then it is decided.
    second, states = say(wire, "two", nonce="n")
    wire.upload()
    wire.down.clear()
    assert wire.connection is not None
    wire.connection.say(Refused(id=sends(wire)[-1].id, code=NONCE_CONFLICT.code, kind="fix", message="no"))
    wire.deliver()
    assert states == ["failed"]
    assert isinstance(second.error, Refuse)
    assert second.error.code.code == "nonce.conflict"
    assert first.state == "sent"
    assert server.epoch == "e1"


def test_the_reply_to_a_write_moves_no_position():
    wire = live()
    ask, _ = say(wire, "mine")
    wire.upload()
    wire.delay(0, 1)  # the reply overtakes the live copy
    wire.deliver(1)
    assert ask.state == "sent"
    assert wire.client.whole.positions.logs["r1"] == 0
    wire.settle(nudge=False)
    assert wire.reader.bodies["r1"] == ["mine"]


def test_writes_to_one_place_leave_one_at_a_time_and_to_others_at_once():
    wire = live()
    for body in ("1", "2", "3"):
        say(wire, body)
        say(wire, body, "r2")
    wire.upload(9)
    assert [(command.room, command.body) for command in sends(wire)] == [("r1", "1"), ("r2", "1")]
    wire.settle(nudge=False)
    assert said(wire) == said(wire, "r2") == ["1", "2", "3"]


def test_a_refusal_to_wait_lets_nothing_overtake():
    wire = live()
    wire.server.in_a_mood("wait")
    _, first = say(wire, "1")
    _, second = say(wire, "2")
    wire.upload(9)
    wire.deliver(9)
    wire.upload(9)
    assert len(sends(wire)) == 1, "not before the time that was asked for"
    assert first == []
    wire.settle(nudge=False)
    assert said(wire) == ["1", "2"]
    assert first == second == ["sent"]


def typed(wire: Wire) -> list[str]:
    """The drafts that have reached the server on this connection, by order."""
    assert wire.connection is not None
    return [command.text for command in wire.connection.told if isinstance(command, SetDraft)]


def test_what_has_only_a_last_value_is_not_overtaken_by_what_was_said_later():
    """Else what was said first would be the last value."""
    wire = live()
    wire.server.in_a_mood("wait")
    for text in ("t", "te", "tea"):
        wire.client.ask(SetDraft(id="", place="r1", text=text), wire.now)
    wire.settle(nudge=False)
    assert typed(wire) == ["t", "t", "te", "tea"]


def test_nor_where_its_reply_is_late():
    wire = live()
    for text in ("t", "tea"):
        wire.client.ask(SetDraft(id="", place="r1", text=text), wire.now)
    wire.upload()
    wire.down.clear()
    wire.wait(asking.REPLY_WITHIN)
    wire.settle(nudge=False)
    assert typed(wire) == ["t", "t", "tea"]


def test_each_verb_of_what_has_no_nonce_is_known_to_set_something_or_not():
    reading = {
        "read",
        "list",
        "page",
        "history",
        "search",
        "find",
        "resolve",
        "entries",
        "changed",
        "recent",
        "preview",
    }
    reading |= {"browse", "discover", "proposals", "export", "ping", "sync"}
    once = {"sign_up", "sign_in", "sign_out", "change_password", "reset_password", "erase", "revoke", "revoke_others"}
    once |= {"create", "dismiss", "start"}  # an invite, a proposal, typing: nothing that a later one replaces
    plain = [tag_of(command) for command in COMMANDS if not issubclass(command, Write)]
    verbs = {tag.partition(".")[2] for tag in plain}
    assert verbs == reading | once | set(asking.SETTING)


def test_reads_are_asked_side_by_side():
    wire = live()
    for member in ("m-zoe", "m-ann"):
        wire.client.ask(ResolveMembers(id="", members=[PersonaRef(member=member)]), wire.now)
    assert len(wire.client.outgoing()) == 2


def test_who_is_told_to_wait_for_a_moment_waits_no_longer():
    wire = live()
    wire.server.refuse(BUSY, retry_after_ms=1, times=20)
    _, states = say(wire, "1")
    wire.settle(nudge=False)
    assert states == ["sent"]
    assert wire.now < 1000 + 21 * asking.PAUSE


def test_a_refusal_to_wait_ends_with_patience():
    wire = live()
    wire.server.in_a_mood("wait", 10_000)
    ask, states = say(wire, "1")
    wire.settle(nudge=False)
    assert states == ["failed"]
    assert isinstance(ask.error, Refuse)
    assert ask.error.code.code == "server.busy"
    assert wire.now < 1000 + asking.PATIENCE + 5


def test_patience_begins_anew_on_each_connection():
    """After an outage everybody is back at once, and the server busier than before."""
    wire = live()
    wire.server.in_a_mood("wait")
    _, states = say(wire, "1")
    wire.upload()
    wire.deliver(9)
    wire.cut()
    wire.now += asking.PATIENCE
    wire.server.in_a_mood("wait")
    wire.settle(nudge=False)
    assert states == ["sent"]


def changing(wire: Wire) -> Ask:
    """A password is being changed, and the server has done it."""
    ask = wire.client.ask(ChangePassword(id="", old=PASSWORD, new="battery staple"), wire.now)
    wire.upload()
    wire.down.clear()
    return ask


def test_a_password_whose_change_was_cut_off_is_not_changed_once_more():
    """The old one would be refused, as if nothing had been done."""
    wire = live()
    ask = changing(wire)
    wire.cut()
    assert isinstance(ask.error, ConnectionLost)
    assert "may have been carried out" in str(ask.error)
    wire.settle(nudge=False)
    assert wire.server.person("ann").password == "battery staple"


def test_a_password_whose_change_was_not_sent_yet_is_changed_on_the_next_connection():
    wire = a_client(Server())
    wire.open()
    ask = wire.client.ask(ChangePassword(id="", old=PASSWORD, new="battery staple"), wire.now)
    wire.cut()
    wire.settle(nudge=False)
    assert ask.state == "sent"


def test_a_password_whose_change_takes_long_is_waited_for():
    wire = live()
    ask = wire.client.ask(ChangePassword(id="", old=PASSWORD, new="battery staple"), wire.now)
    wire.upload()
    reply = wire.down.pop()
    wire.wait(asking.REPLY_WITHIN + 5)
    wire.upload()
    wire.down.append(reply)
    wire.deliver()
    assert ask.state == "sent"


def test_a_password_of_which_the_server_does_not_know_whether_it_was_changed():
    wire = live()
    wire.server.in_a_mood("unsure, but it was")
    ask = wire.client.ask(ChangePassword(id="", old=PASSWORD, new="battery staple"), wire.now)
    wire.settle(nudge=False)
    assert isinstance(ask.error, Refuse)
    assert ask.error.code == STORAGE_UNCERTAIN


@pytest.mark.parametrize("was", [True, False])
def test_dur_07_where_the_server_does_not_know_the_write_goes_on_under_its_nonce(was: bool):
    """A disk that failed at the commit: no answer has been given yet."""
    wire = live()
    wire.server.in_a_mood("unsure, but it was" if was else "unsure")
    ask, states = say(wire, "1")
    wire.upload()
    wire.deliver(9)
    assert states == ["unconfirmed"]
    wire.cut()  # the server is started again
    wire.settle(nudge=False)
    assert states == ["unconfirmed", "sent"]
    assert said(wire) == ["1"]
    assert isinstance(ask.result, SentWritten)
    assert ask.result.repeat == was


def test_dur_07_a_write_in_doubt_is_not_given_up_because_the_server_says_to_wait():
    """Failing it would say that nothing has happened, and whoever says it once more says it twice."""
    wire = live()
    wire.server.in_a_mood("unsure")
    wire.server.in_a_mood("wait", 700)  # longer than patience lasts
    _, states = say(wire, "1")
    wire.settle(nudge=False)
    assert wire.now > 1000 + asking.PATIENCE + 10
    assert states == ["unconfirmed", "sent"]
    assert said(wire) == ["1"]


def test_a_mistake_of_the_server_is_met_three_times():
    wire = live()
    wire.server.in_a_mood("bug", 10)
    ask, states = say(wire, "1")
    wire.settle(nudge=False)
    assert states == ["failed"]
    assert len(sends(wire)) == asking.BUG_TRIES
    assert isinstance(ask.error, Refuse)


def test_a_final_refusal_says_why():
    wire = live()
    ask, states = say(wire, "psst", "nowhere")
    wire.settle(nudge=False)
    assert states == ["failed"]
    assert isinstance(ask.error, Refuse)
    assert ask.error.code == ROOM_GONE


def test_no_more_are_in_flight_than_the_server_takes():
    wire = live()
    for _ in range(30):
        wire.client.ask(Ping(id=""), wire.now)
    assert len(wire.client.outgoing()) == 8


def test_what_is_asked_before_there_is_a_connection_goes_once_there_is_one():
    wire = a_client(Server())
    _, states = say(wire, "early")
    wire.settle(nudge=False)
    assert states == ["sent"]


def test_nothing_is_asked_before_the_replay_is_over():
    wire = a_client(Server())
    say(wire, "early")
    wire.open()
    for _ in range(2):
        wire.deliver()
        wire.upload()
    wire.deliver()  # sync started
    assert wire.client.outgoing() == []
    wire.deliver()  # synced
    assert len(wire.client.outgoing()) == 1


def test_reads_are_asked_again_after_a_cut_and_typing_is_not():
    wire = live()
    read = wire.client.ask(ResolveMembers(id="", members=[PersonaRef(member="m-zoe")]), wire.now)
    mark = wire.client.ask(SetMarker(id="", room="r1", seq=0), wire.now)
    typing = wire.client.ask(StartTyping(id="", room="r1"), wire.now)
    wire.cut()
    assert isinstance(typing.error, ConnectionLost)
    wire.settle(nudge=False)
    assert read.state == mark.state == "sent"


def test_typing_that_could_not_be_told_is_nothing_to_tell_later():
    wire = a_client(Server())
    wire.open()
    typing = wire.client.ask(StartTyping(id="", room="r1"), wire.now)
    wire.cut()
    assert typing.state == "failed"


def test_a_withdrawn_command_is_not_tried_again():
    wire = live()
    unsent, states = say(wire, "1")
    wire.client.outgoing()
    sent, _ = say(wire, "2", "r2")
    wire.upload()
    wire.client.withdraw(unsent, wire.now)
    wire.client.withdraw(sent, wire.now)
    wire.settle(nudge=False)
    assert states == ["failed"]
    assert isinstance(unsent.error, Withdrawn)
    assert said(wire) == []
    assert said(wire, "r2") == ["2"]


def test_who_waited_behind_a_withdrawn_command_goes_at_once():
    wire = live()
    wire.server.in_a_mood("wait")
    first, _ = say(wire, "1")
    say(wire, "2")
    wire.upload()
    wire.deliver(9)
    wire.client.withdraw(first, wire.now)
    wire.upload()
    assert said(wire) == ["2"]


def test_what_is_due_and_can_not_go_yet_wakes_nobody():
    wire = live()
    wire.server.in_a_mood("wait")
    say(wire, "told to wait")
    wire.upload()
    wire.deliver(9)
    for _ in range(8):  # as many as may be in flight
        wire.client.ask(Ping(id=""), wire.now)
    wire.client.outgoing()
    wire.wait(5)
    wake = wire.client.wake()
    assert wake is not None
    assert wake > wire.now


def test_a_frame_that_is_too_long_is_refused_before_it_is_sent():
    wire = live()
    wide = PublishPost(id="", nonce="", community="c1", title="t", body="\N{GRINNING FACE}" * 17_000)
    with pytest.raises(Refuse) as why:
        wire.client.ask(wide, wire.now)
    assert why.value.code == FIELD_TOO_LONG
    assert wire.client.outgoing() == []
    early = a_client(Server())  # which knows of no limit yet
    ask = early.client.ask(wide, early.now)
    early.client.ask(PublishPost(id="", nonce="", community="c1", title="t", body="short"), early.now)
    early.open()
    for _ in range(4):
        early.upload()
        early.deliver(9)
    assert isinstance(ask.error, Refuse)
    assert ask.error.code == FIELD_TOO_LONG
    assert early.connection is not None
    assert [command.body for command in early.connection.told if isinstance(command, PublishPost)] == ["short"]


def test_what_waits_is_bounded():
    wire = a_client(Server())
    for _ in range(asking.PENDING):
        say(wire, "x")
    with pytest.raises(Overfull):
        say(wire, "one more")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (SendMessage(id="", nonce="", room="r1", body=""), "body"),
        (SendMessage(id="", nonce="", room="r1", body="x" * 8001), "body"),
        (SendMessage(id="", nonce="n" * 65, room="r1", body="x"), "nonce"),
        (SetMarker(id="", room="r1", seq=-1), "seq"),
        (ResolveMembers(id="", members=[]), "members"),
    ],
)
def test_what_the_protocol_does_not_allow_is_refused_before_it_is_sent(command: Any, field: str):
    wire = live()
    with pytest.raises(Refuse) as why:
        wire.client.ask(command, wire.now)
    assert why.value.code in (FIELD_INVALID, FIELD_TOO_LONG)
    assert why.value.field == field
    assert wire.client.outgoing() == []


@pytest.mark.parametrize("body", ["a lone surrogate: \ud800", object(), 7])
def test_what_has_no_form_on_the_wire_is_refused_before_it_is_sent(body: Any):
    wire = live()
    with pytest.raises(Refuse):
        say(wire, body)


def test_signing_in_and_sync_are_the_clients_own():
    wire = live()
    for command in (SignIn(id="", token="t"), Sync(id="")):
        with pytest.raises(TypeError):
            wire.client.ask(command, wire.now)


def test_a_command_may_name_other_things_than_rooms():
    wire = live()
    ask = wire.client.ask(FollowRoom(id="", nonce="", room="r3"), wire.now)
    wire.settle(nudge=False)
    assert isinstance(ask.result, FollowWritten)
    wire.whole()


def test_once_it_is_over_everything_fails():
    wire = live()
    ask, _ = say(wire, "never")
    wire.server.sessions.clear()
    wire.cut()
    wire.settle(nudge=False)
    assert isinstance(ask.error, Refuse)
    assert ask.error.code == TOKEN_INVALID
    with pytest.raises(Refuse):
        say(wire, "later")


def test_signing_out_is_the_end():
    wire = live()
    out = wire.client.ask(SignOut(id=""), wire.now)
    wire.settle(nudge=False)
    assert out.state == "sent"
    assert wire.client.state == "stopped"
    assert wire.downs[-1].retry_in is None
