"""From connected to live and back: signing in, close codes, back-off, and noticing that nobody is there."""

import random

import pytest

from among_protocol import backoff, client
from among_protocol.backoff import Backoff
from among_protocol.base import Refused
from among_protocol.client import Client
from among_protocol.codes import (
    BAD_CREDENTIALS,
    HANDLE_TAKEN,
    INTERNAL,
    LIMIT_REACHED,
    RESET_INVALID,
    TOKEN_INVALID,
    CloseCode,
    Refuse,
)
from among_protocol.happenings import Card, Down, Stopped, Unreadable, Up
from among_protocol.logs import Lagging, Sync, Synced
from among_protocol.markers import MarkerMoved
from among_protocol.passwords import ResetPassword
from among_protocol.presence import PresenceChanged, SetPresence, WatchPresence
from among_protocol.session import Restarting, SignIn, SignUp
from among_protocol.signing import Credentials
from among_protocol.testing import PASSWORD

from .faults import Wire, a_client
from .model import Server


def somebody(server: Server, credentials: Credentials) -> Wire:
    return Wire(server, Client(credentials, rng=random.Random(1)))


def live() -> Wire:
    wire = a_client(Server())
    wire.settle(nudge=False)
    return wire


def refuse(wire: Wire, code: str, kind: str, **fields: int) -> None:
    """The server refuses the sign-in or the sync that is on its way to it."""
    wire.upload()
    wire.down.clear()
    assert wire.connection is not None
    id = wire.connection.told[-1].id
    wire.connection.say(Refused(id=id, code=code, kind=kind, message="no", **fields))  # type: ignore[arg-type]  # one of the classes
    wire.deliver()


# --- signing in


def test_a_token_signs_in():
    wire = live()
    assert wire.client.state == "live"
    assert [type(happening) for happening in wire.reader.told].count(Up) == 1
    assert isinstance(wire.reader.told[-1], Synced)


def test_a_password_is_used_once_and_then_the_token():
    server = Server()
    wire = somebody(server, Credentials(handle="ann", password="correct horse", device="laptop"))
    wire.settle(nudge=False)
    assert "correct horse" not in repr(wire.client.signing.credentials)
    for _ in range(3):
        wire.cut()
        wire.settle(nudge=False)
    assert server.signed_in_by_password == 1
    assert wire.client.signing.credentials.device == "laptop"


def test_signing_up_makes_the_account():
    server = Server()
    wire = somebody(server, Credentials(handle="newcomer", password="correct horse", sign_up=True))
    wire.settle(nudge=False)
    assert server.person("newcomer").handle == "newcomer"
    wire.whole()


@pytest.mark.parametrize("carried_out", [False, True])
def test_a_sign_up_that_is_cut_is_carried_out_once(carried_out: bool):
    server = Server()
    wire = somebody(server, Credentials(handle="newcomer", password="correct horse", sign_up=True))
    wire.open()
    wire.deliver()
    if carried_out:
        wire.upload()
    wire.cut()
    wire.settle(nudge=False)
    assert wire.client.state == "live"
    assert server.person("newcomer").handle == "newcomer"


def test_a_sign_up_with_a_handle_that_is_taken_is_the_end():
    wire = somebody(Server(), Credentials(handle="ann", password="wrong horse", sign_up=True))
    wire.settle(nudge=False)
    assert isinstance(wire.client.error, Refuse)
    assert wire.client.error.code.code in (HANDLE_TAKEN.code, BAD_CREDENTIALS.code)


def with_a_code(handle: str, password: str, *, cut: bool) -> Wire:
    """Somebody who sets a password with a code. The server in memory hands out none: it takes the second as used up."""
    wire = somebody(Server(), Credentials(reset="code", handle=handle, password=password))
    wire.open()
    wire.deliver()
    wire.upload()
    if cut:
        wire.cut()  # the answer is lost
    wire.settle(nudge=False)
    return wire


def test_a_code_that_set_the_password_unheard_is_followed_by_signing_in_with_that():
    wire = with_a_code("ann", PASSWORD, cut=True)
    assert wire.client.state == "live"
    assert wire.connection is not None
    assert [type(command) for command in wire.connection.told] == [ResetPassword, SignIn, Sync]
    assert wire.client.signing.credentials.password == ""
    wire.cut()
    wire.settle(nudge=False)
    assert [type(command) for command in wire.connection.told] == [SignIn, Sync]


@pytest.mark.parametrize(
    ("handle", "password", "cut", "asked", "hint"),
    [
        ("ann", PASSWORD, False, [ResetPassword], False),  # it was never any good
        ("ann", "another one", True, [ResetPassword, SignIn], False),  # likewise, as the sign-in shows
        ("", PASSWORD, True, [ResetPassword], True),  # nobody knows whose it was
    ],
)
def test_a_code_that_is_refused_is_the_end(handle: str, password: str, cut: bool, asked: list[type], hint: bool):
    wire = with_a_code(handle, password, cut=cut)
    assert isinstance(wire.client.error, Refuse)
    assert wire.client.error.code == RESET_INVALID
    assert ("sign in with the new one" in wire.client.error.message) == hint
    assert wire.connection is not None
    assert [type(command) for command in wire.connection.told] == asked


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        (Credentials(token="void"), TOKEN_INVALID),
        (Credentials(handle="ann", password="wrong"), BAD_CREDENTIALS),
    ],
)
def test_a_refused_sign_in_is_the_end(credentials: Credentials, code: object):
    wire = somebody(Server(), credentials)
    wire.settle(nudge=False)
    assert isinstance(wire.client.error, Refuse)
    assert wire.client.error.code == code
    assert wire.client.wake() is None
    assert wire.client.lost(1006, wire.now) == []


def test_a_sign_in_that_must_wait_is_tried_again_on_the_same_connection():
    wire = a_client(Server())
    wire.open()
    wire.deliver()
    refuse(wire, "server.busy", "wait", retry_after_ms=5000)
    assert wire.client.outgoing() == []
    wire.wait(5)
    assert len(wire.client.outgoing()) == 1


def test_a_sync_that_must_wait_is_tried_again():
    wire = a_client(Server())
    wire.open()
    wire.deliver()
    wire.upload()
    wire.deliver()
    refuse(wire, "server.busy", "wait", retry_after_ms=100)
    wire.settle(nudge=False)
    wire.whole()
    assert wire.downs == []


def test_a_mistake_of_the_server_on_the_way_in_is_tried_again_later():
    wire = a_client(Server())
    wire.open()
    wire.deliver()
    refuse(wire, INTERNAL.code, "bug")
    assert wire.client.doomed
    wire.settle(nudge=False)
    assert "server.internal" in wire.downs[0].reason
    wire.whole()


def test_a_sync_that_is_refused_for_good_is_the_end():
    wire = a_client(Server())
    wire.open()
    wire.deliver()
    wire.upload()
    wire.deliver()
    refuse(wire, LIMIT_REACHED.code, "fix")
    assert isinstance(wire.client.error, Refuse)


# --- close codes and back-off


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 4000, 4001, 4499, *CloseCode])
def test_close_codes_say_whether_to_come_back(code: int):
    wire = live()
    wire.cut(code)
    if 4500 <= code <= 4999:
        assert wire.client.state == "stopped"
        assert isinstance(wire.client.error, Stopped)
        assert wire.client.error.code == code
        assert wire.client.retry_at is None
        assert wire.downs[-1].retry_in is None
    else:
        assert wire.client.state == "down"
        assert wire.client.retry_at is not None
        assert wire.client.retry_at == wire.now + (wire.downs[-1].retry_in or 0)


def test_back_off_grows_to_a_bound_with_full_jitter():
    rng = random.Random(7)
    delays = [Backoff(rng) for _ in range(400)]
    bound = backoff.BASE
    for _ in range(12):
        drawn = [one.lost(0.0) for one in delays]
        assert all(0 <= delay <= bound for delay in drawn)
        assert max(drawn) > bound * 0.9
        assert min(drawn) < bound * 0.1, "from nothing: those who were cut together don't come back together"
        bound = min(bound * 2, backoff.MOST)
    assert bound == backoff.MOST


def test_back_off_starts_anew_after_a_stable_connection_only():
    one = Backoff(Longest())
    assert [one.lost(0) for _ in range(3)] == [0.25, 0.5, 1.0]
    one.live(100)
    assert one.lost(100 + backoff.STABLE - 1) == 2.0
    one.live(200)
    one.live(205)
    assert one.lost(200 + backoff.STABLE) == 0.25


@pytest.mark.parametrize(
    ("come_back_ms", "wait"), [(3_000, 3.0), (600_000, 60.0), (2**53 - 1, 60.0), (-5, 0.25), (0, 0.25)]
)
def test_a_client_comes_back_no_sooner_than_it_was_told(come_back_ms: int, wait: float):
    """But not after more than a minute, whatever is told; then it goes on as ever, and another connection is told anew."""
    server = Server()
    server.hand_out("t", "ann")
    wire = Wire(server, Client(Credentials(token="t"), rng=Longest()))
    wire.settle(nudge=False)
    assert wire.connection is not None
    told = len(wire.reader.told)
    wire.connection.say(Restarting(come_back_ms=come_back_ms))
    wire.deliver()
    assert wire.reader.told[told:] == [], "the client's own business"
    wire.cut(CloseCode.RESTARTING)
    wire.cut()
    (first,) = [down.retry_in for down in wire.downs]
    assert first == wait
    again = wire.client.lost(1006, wire.now)
    assert [down.retry_in for down in again if isinstance(down, Down)] == [0.5]


class Longest(random.Random):
    """Draws the longest delay there is."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_a_client_that_was_live_for_long_comes_back_soon():
    server = Server()
    server.hand_out("t", "ann")
    wire = Wire(server, Client(Credentials(token="t"), rng=Longest()))
    for _ in range(3):
        wire.settle(nudge=False)
        wire.cut()
    wire.settle(nudge=False)
    wire.wait(backoff.STABLE)
    wire.cut()
    assert [down.retry_in for down in wire.downs] == [0.25, 0.5, 1.0, 0.25]


def test_nothing_of_a_connection_is_sent_on_the_next():
    wire = live()
    wire.client.ask(SetPresence(id="", state="away"), wire.now)
    wire.cut()
    wire.open()
    assert wire.client.outgoing() == []


def test_what_could_not_be_connected_is_tried_again():
    wire = a_client(Server())
    assert wire.client.lost(1006, wire.now, "refused")
    wire.settle(nudge=False)
    wire.whole()


# --- noticing that nobody is there


def test_silence_beyond_what_hello_promised_dooms_the_connection():
    wire = live()
    wire.wait(29.9)
    assert wire.downs == []
    wire.wait(0.1)
    assert wire.downs[-1].reason == "nothing was heard for too long"


def test_any_byte_is_a_sign_of_life():
    wire = live()
    for _ in range(10):
        wire.wait(20)
        wire.client.heard(wire.now)
    assert wire.downs == []


def test_a_frame_is_a_sign_of_life():
    wire = live()
    for _ in range(5):
        wire.server.zoe_says("r1")
        wire.deliver()
        wire.wait(20)
    assert wire.downs == []


@pytest.mark.parametrize(("frames", "state"), [(0, "greeting"), (1, "signing_in"), (2, "syncing"), (3, "replaying")])
def test_each_step_has_its_time(frames: int, state: str):
    wire = a_client(Server())
    wire.open()
    for _ in range(frames):
        wire.deliver()
        wire.upload()
    assert wire.client.state == state
    wire.client.heard(wire.now + client.STEP_WITHIN)
    wire.client.tick(wire.now + client.STEP_WITHIN)
    assert state.split("_", maxsplit=1)[0] in wire.client.doomed


def test_a_long_replay_is_no_silence():
    server = Server()
    wire = a_client(server)
    wire.settle(nudge=False)
    wire.cut()
    for _ in range(5):
        server.zoe_says("r1")
    wire.open()
    for _ in range(2):
        wire.deliver()
        wire.upload()
    for _ in range(6):  # sync started, five entries
        wire.deliver()
        wire.wait(20)
    assert len(wire.downs) == 1
    wire.settle(nudge=False)
    wire.whole()


def test_wake_is_never_later_than_what_is_due():
    wire = a_client(Server())
    assert wire.client.wake() is None
    wire.open()
    assert wire.client.wake() == wire.now + client.STEP_WITHIN
    wire.settle(nudge=False)
    assert wire.client.wake() == wire.now + 30
    wire.client.ask(SetPresence(id="", state="away"), wire.now)
    assert wire.client.wake() == wire.now + 10


# --- frames that are none


def test_frames_that_are_none_are_borne_for_a_while():
    wire = live()
    for number in range(client.STRANGE_FRAMES):
        assert not wire.client.doomed
        assert wire.client.received(b"\xff\x00 not a frame %d" % number, wire.now) == []
    assert wire.client.doomed
    assert wire.client.received(b"{}", wire.now) == []


def test_an_answer_to_sync_that_cannot_be_read_dooms_the_connection():
    wire = a_client(Server())
    wire.open()
    wire.deliver()
    wire.upload()
    wire.deliver()
    wire.upload()
    wire.down[0] = wire.down[0].replace(b'"kind":"account"', b'"kind":7')
    wire.deliver()
    assert wire.client.doomed


def test_a_result_that_cannot_be_read_fails_the_command():
    wire = live()
    wire.server.is_online("zoe")
    ask = wire.client.ask(WatchPresence(id="", members=["m-zoe"]), wire.now)
    wire.upload()
    wire.down[0] = wire.down[0].replace(b'"online"', b"7")
    wire.deliver()
    assert ask.state == "failed"
    assert isinstance(ask.error, Unreadable)  # whoever guards against what a client can meet guards against this
    assert "may have been carried out" in str(ask.error)


def test_a_reply_to_nothing_is_nothing():
    wire = live()
    assert wire.connection is not None
    wire.connection.say(Refused(id="7777", code="x.y", kind="fix", message="no"))
    wire.connection.say(Refused(id=None, code="x.y", kind="fix", message="no"))
    wire.down.append(b'{"type":"ok","id":"7777","result":{}}')
    told = len(wire.reader.told)
    wire.deliver(3)
    assert len(wire.reader.told) == told


# --- what the user hears beside entries


def test_notices_are_passed_on():
    wire = live()
    assert wire.connection is not None
    moved = MarkerMoved(room="r1", read=3, unread=0, mentions=0)
    wire.connection.say(moved)
    wire.deliver()
    assert wire.reader.told[-1] == moved


def test_an_event_of_an_unknown_type_without_a_number_is_passed_on():
    wire = live()
    wire.down.append(b'{"type":"weather.changed","sky":"blue"}')
    wire.deliver()
    assert getattr(wire.reader.told[-1], "type", "") == "weather.changed"


def test_what_is_true_of_one_connection_is_said_again_on_the_next():
    wire = live()
    wire.server.is_online("zoe")
    wire.client.ask(WatchPresence(id="", members=["m-zoe"]), wire.now)
    wire.settle(nudge=False)
    wire.cut()
    wire.settle(nudge=False)
    assert wire.connection is not None
    assert [type(command) for command in wire.connection.told] == [SignIn, Sync, WatchPresence]
    assert wire.reader.told[-1] == PresenceChanged(member="m-zoe", state="online")


def test_what_was_said_anew_meanwhile_counts():
    wire = live()
    wire.client.ask(WatchPresence(id="", members=["m-zoe"]), wire.now)
    wire.settle(nudge=False)
    wire.cut()
    wire.client.ask(WatchPresence(id="", members=["m-a-ann"]), wire.now)
    wire.settle(nudge=False)
    assert wire.connection is not None
    watched = [command.members for command in wire.connection.told if isinstance(command, WatchPresence)]
    assert watched == [["m-a-ann"]]


def test_what_was_said_anew_while_the_old_must_wait_counts():
    wire = live()
    wire.client.ask(SetPresence(id="", state="away"), wire.now)
    wire.settle(nudge=False)
    wire.server.in_a_mood("wait")
    wire.cut()
    wire.open()
    for _ in range(3):
        wire.upload()
        wire.deliver(9)
    wire.client.ask(SetPresence(id="", state="online"), wire.now)
    for _ in range(3):
        wire.settle(nudge=False)
        wire.wait(1)
    assert wire.connection is not None
    assert wire.connection.presence == "online"


def test_joining_a_community_brings_its_card():
    wire = live()
    wire.server.left("a-ann", "c1")
    wire.settle(nudge=False)
    wire.server.joined("a-ann", "c1")
    wire.settle(nudge=False)
    assert isinstance(wire.reader.told[-1], Card)


def test_a_community_that_did_not_fit_the_sync_is_asked_for():
    server = Server()
    server.limits.sync_bytes = -1  # not even the first
    wire = a_client(server)
    wire.settle(nudge=False)
    (up,) = [happening for happening in wire.reader.told if isinstance(happening, Up)]
    assert (up.sync.communities, up.sync.later) == ([], ["c1"])
    cards = [happening.community for happening in wire.reader.told if isinstance(happening, Card)]
    assert [card.community.slug for card in cards] == ["garden"]


def test_joining_that_the_sync_knows_of_brings_none():
    wire = live()
    wire.server.left("a-ann", "c1")
    wire.settle(nudge=False)
    wire.cut()
    wire.server.joined("a-ann", "c1")
    wire.settle(nudge=False)
    assert not [happening for happening in wire.reader.told if isinstance(happening, Card)]


def test_lagging_before_the_sync_is_of_no_known_epoch():
    wire = live()
    wire.cut()
    wire.open()
    wire.deliver()
    wire.upload()
    assert wire.connection is not None
    wire.connection.say(Lagging(logs={"r1": 99}))
    wire.settle(nudge=False)
    wire.whole()


def test_the_budget_is_remembered():
    wire = live()
    wire.client.ask(WatchPresence(id="", members=[]), wire.now)
    wire.upload()
    wire.down[0] = wire.down[0].replace(b'"type":"ok"', b'"type":"ok","budget":{"left":7,"of":9,"full_in_ms":4}')
    wire.deliver()
    assert wire.client.budget is not None
    assert wire.client.budget.left == 7
    wire.cut()
    wire.open()
    assert wire.client.budget is None


def test_the_device_and_the_invite_travel():
    server = Server()
    who = Credentials(
        handle="newcomer", password="correct horse", sign_up=True, invite="i", display_name="New", device="phone"
    )
    wire = somebody(server, who)
    wire.settle(nudge=False)
    assert wire.connection is not None
    sign_up = wire.connection.told[0]
    assert isinstance(sign_up, SignUp)
    assert (sign_up.invite, sign_up.display_name, sign_up.device) == ("i", "New", "phone")
