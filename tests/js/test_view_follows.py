"""Whatever people do, the view of the JavaScript client knows what the Python one does: each is told the same, and that one knows
what whoever comes anew is told (tests/server/test_stories.py, test_counts_follow.py)."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from among_protocol.accounts import Account
from among_protocol.base import Shape
from among_protocol.communities import Membership
from among_protocol.happenings import Card, Closed, Down, Opened, Reset, Up
from among_protocol.markers import Marker
from among_protocol.rooms import Room
from tests.js import node
from tests.server.devices import WAYS, Device, beside_new_ones, places
from tests.server.stories import STORIES, TOLD, town_on

pytestmark = node.needed()

OWN = {Opened: "opened", Closed: "closed", Reset: "reset", Card: "card", Up: "up", Down: "down"}
REPLIES: dict[type, str] = {Marker: "marker.set", Membership: "community.read"}  # that a view makes something of


class Known(msgspec.Struct):
    """What a view says at its end."""

    account: Account | None
    communities: list[Membership]
    rooms: list[Room]
    unread: list[tuple[str, int, int]]


def lines(device: Device) -> Iterator[bytes]:
    """As viewer.mjs reads them: entries and notices as they come from the server, and what the client says itself."""
    for told, since in device.told:
        if isinstance(told, Shape):
            if (command := REPLIES.get(type(told))) is not None:
                yield _line(command, json.loads(msgspec.json.encode(told)), since)
        else:
            plain = json.loads(msgspec.json.encode(told))
            yield _line("apply", plain | {"type": OWN.get(type(told), plain.get("type"))}, since)


def _line(*said: Any) -> bytes:
    return json.dumps(said).encode() + b"\n"


async def viewed(device: Device) -> Known:
    """What the other view knows, once it was told all that this device was."""
    async with node.started(node.ROOT / "tests/js/viewer.mjs") as process:
        out, err = await process.communicate(b"".join(lines(device)))
    assert process.returncode == 0, err.decode()
    return msgspec.json.decode(out, type=Known)


@pytest.mark.parametrize("kind", ["memory"])
@given(before=STORIES, during=STORIES, after=STORIES, ways=WAYS)
@settings(max_examples=TOLD)
async def test_whatever_people_do_both_views_know_the_same(kind, before, during, after, ways):
    async with town_on(kind, kept=True) as town:
        for device, _ in await beside_new_ones(town, before, during, after, ways):
            view, js = device.view, await viewed(device)
            assert js.account == view.account
            theirs = {one.community.id: one for one in js.communities}
            assert places(device, theirs, {one.id: one for one in js.rooms}) == places(
                device, view.communities, view.rooms
            )
            followed = {id for id, log in device.core.whole.logs.items() if log.kind == "room" and log.open}
            unread = {id: (view.logs[id].read, view.logs[id].unread) for id in followed}
            assert {id: (read, count) for id, read, count in js.unread if id in followed} == unread
