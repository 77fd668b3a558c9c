"""More writes than the store can take: what is taken is kept and answered, the rest is refused at once and changes
nothing, whoever sent it is not read from for a while, and everything else goes on."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from among_protocol.codes import Refuse
from among_server.core import admission
from among_server.core.admission import Admission
from tests.wire.house import House, Peer, framed, serving

EACH = 150  # messages that everybody sends at once


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "WAITING_WRITES", 24)


async def flood(peer: Peer) -> dict[str, Any]:
    """Send without waiting, and gather the reply to each nonce."""
    sent = {}
    frames = []
    for number in range(EACH):
        nonce = f"{peer.port}-{number}"
        id, payload = peer.encoded("message.send", nonce=nonce, room=peer.room, body=nonce)
        sent[id] = nonce
        frames.append(framed(payload))
    writing = asyncio.create_task(peer.write(b"".join(frames)))
    replies: dict[str, Any] = {}
    while len(replies) < EACH:
        message = await peer.message()
        if message["type"] in ("ok", "refused"):
            assert sent[message["id"]] not in replies, "exactly one reply for each command"
            replies[sent[message["id"]]] = message
    await writing
    return replies


async def healthy(house: House) -> None:
    peer = await house.connect()
    await peer.request("GET /readyz HTTP/1.1\nHost: localhost\n\n")
    assert peer.status == 200
    await peer.rest()


async def test_avl_02_what_is_too_much_is_refused_at_once_and_the_rest_is_kept(tmp_path):
    async with serving(tmp_path) as house:
        people = [await house.person(f"person{number}") for number in range(12)]
        reader = await house.back(people[0].token)
        floods = [asyncio.create_task(flood(peer)) for peer in people]
        await healthy(house)
        assert (await reader.ask("message.page", room=people[0].room))["type"] == "ok", "who only reads is served"
        replies = {nonce: reply for answered in await asyncio.gather(*floods) for nonce, reply in answered.items()}
        refusals = [reply for reply in replies.values() if reply["type"] == "refused"]
        assert Counter((refusal["code"], refusal["class"]) for refusal in refusals) == {
            ("server.busy", "wait"): len(refusals)
        }
        assert all(refusal["retry_after_ms"] > 0 for refusal in refusals)
        assert len(people) <= len(refusals) < len(replies) / 2, "each is refused once or twice, then not read from"
        acknowledged = {nonce for nonce, reply in replies.items() if reply["type"] == "ok"}
        kept = set()
        after = 0
        while (
            after < (page := await reader.result("message.page", room=people[0].room, after=after, limit=200))["as_of"]
        ):
            kept |= {message["body"] for message in page["messages"]}
            after = page["messages"][-1]["seq"]
        assert kept == acknowledged, "what was refused has changed nothing"
        # And when it is over, it is over.
        await people[0].say("calm again")
        assert len(house.app.services.admission) == 0
        assert not any(house.session(peer).held_back for peer in people)


async def test_avl_02_a_refused_command_can_be_sent_again_as_it_was(tmp_path):
    async with serving(tmp_path) as house:
        people = [await house.person(f"person{number}") for number in range(12)]
        answered = await asyncio.gather(*(flood(peer) for peer in people))
        for peer, replies in zip(people, answered, strict=True):
            refused = [nonce for nonce, reply in replies.items() if reply["type"] == "refused"]
            for nonce in refused[:2]:
                reply = await peer.ask("message.send", nonce=nonce, room=peer.room, body=nonce)
                assert reply["type"] == "ok"
                assert not reply["result"].get("repeat")


class Sender:
    """As much of a session as admission knows."""

    def __init__(self) -> None:
        self.in_line = self.over = False
        self.in_flight = 0
        self.told: list[str] = []

    def hold_back(self) -> None:
        self.told.append("wait")

    def room_again(self) -> None:
        self.told.append("go on")


def test_who_has_waited_longest_is_read_from_first_and_who_has_gone_is_passed_over():
    waiting = 24
    gate = Admission(lambda: waiting)
    senders = [Sender() for _ in range(3)]
    for sender in (*senders, senders[0]):
        with pytest.raises(Refuse):
            gate.admit(sender)  # type: ignore[arg-type]  # as much as it needs
    assert [sender.told for sender in senders] == [["wait"]] * 3, "once, however often it is refused"
    gate.more_room()
    assert len(gate) == 3, "not before there is room"
    senders[0].over = True
    waiting = 12
    gate.more_room()
    assert [sender.told for sender in senders] == [["wait"]] * 3
    gate.more_room()
    assert senders[1].told == ["wait", "go on"]
    assert senders[2].told == ["wait"], "one at a time, since each may bring much"
    assert len(gate) == 1


async def test_who_has_much_under_way_waits_for_the_next_turn_and_who_has_little_does_not(monkeypatch):
    monkeypatch.setattr(admission, "TURN", 10)
    gate = Admission(lambda: 0)
    greedy, modest = Sender(), Sender()
    greedy.in_flight, modest.in_flight = admission.FEW + 1, admission.FEW
    for _ in range(10):
        gate.admit(greedy)  # type: ignore[arg-type]  # as much as it needs
    assert greedy.told == []
    for sender in (greedy, modest, greedy):
        gate.admit(sender)  # type: ignore[arg-type]  # taken all the same
    assert (greedy.told, modest.told) == (["wait"], [])
    await asyncio.sleep(0)
    assert greedy.told == ["wait", "go on"]
    gate.admit(greedy)  # type: ignore[arg-type]  # another turn
    assert greedy.told == ["wait", "go on"]
