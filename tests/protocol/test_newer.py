"""What live entries say of a direct, and a client learns late how it was when it was opened."""

from typing import Any

from among_protocol.accounts import Account
from among_protocol.members import MemberForgotten, MemberUpdated, Persona
from among_protocol.rooms import DirectOpened, Room, TopicSet
from among_protocol.view import View

ANN, BOB, ZOE = (Persona(member=f"m-{name}", rev=1, handle=name, display_name=name) for name in ("ann", "bob", "zoe"))


def opened(head: int, seq: int, **more: Any) -> DirectOpened:
    return DirectOpened(log="a-1", seq=seq, at="", room="d-1", head=head, member="m-ann", **more)


def test_what_one_has_heard_of_a_direct_is_newer_than_how_it_was_when_it_was_opened():
    view = View()
    view.account = Account(id="a-1", handle="ann", display_name="Ann")
    view.rooms["d-1"] = Room(id="d-1", slug="", kind="direct", member="m-ann", people=[ANN, BOB, ZOE])
    view.apply(TopicSet(log="d-1", seq=15, at="", by="m-bob", topic="beans"))
    view.apply(MemberUpdated(log="d-1", seq=16, at="", by="m-bob", rev=2, handle="ash", display_name="Ash"))
    view.apply(MemberForgotten(log="d-1", seq=17, at="", by="m-zoe", rev=1))
    view.apply(opened(14, 3, people=[ANN, BOB, ZOE], topic="peas"))
    assert {one.member: one.handle for one in view.rooms["d-1"].people} == {"m-ann": "ann", "m-bob": "ash", "m-zoe": ""}
    assert view.rooms["d-1"].topic == "beans"
    view.apply(opened(18, 4, people=[ANN, ZOE], topic="peas"))
    assert [one.handle for one in view.rooms["d-1"].people] == ["ann", "zoe"]
    assert view.rooms["d-1"].topic == "peas"
