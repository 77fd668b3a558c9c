"""Every close code reaches its peer over a live connection, by what brings it about; a code without a case fails."""

from collections.abc import Awaitable, Callable

import pytest

from among_protocol.codes import CloseCode
from among_server.admin.control import Disable, carry_out
from among_server.limits import CONTROL_FRAMES, MALFORMED_FRAMES, UNFINISHED_MS
from tests.wire.house import PING, House, Peer, framed, serving, until
from tests.world import PASSWORD


async def restarting(house: House) -> Peer:
    ann = await house.person("ann")
    await house.app.listener.stop()
    return ann


async def too_slow(house: House) -> Peer:
    """A message that is not finished in time."""
    ann = await house.person("ann")
    connection = house.connection(ann)
    await ann.write(framed(b"x" * 100)[:7])
    await until(lambda: connection.begun > 0)
    connection.heard += UNFINISHED_MS  # whatever else it sends
    house.app.listener.mind(connection, connection.begun + UNFINISHED_MS / 1_000 + 0.1)
    return ann


async def silent(house: House) -> Peer:
    ann = await house.person("ann")
    connection, config = house.connection(ann), house.app.config
    for waited in (config.ping_ms, config.ping_ms + config.deadline_ms):
        house.app.listener.mind(connection, connection.heard + waited / 1_000 + 0.1)
    return ann


async def sign_in_late(house: House) -> Peer:
    guest = await house.guest()
    connection = house.connection(guest)
    house.app.listener.mind(connection, connection.born + house.app.config.sign_in_ms / 1_000 + 0.1)
    return guest


async def storage_lost(house: House) -> Peer:
    """Something was committed that did not arrive in the log here."""
    ann, bob = await house.person("ann"), await house.person("bob")
    await ann.say("one")
    logs = house.app.services.logs
    lost: list[object] = []
    deliver, logs.deliver = logs.deliver, lost.append  # type: ignore[method-assign, assignment]  # it goes elsewhere
    await bob.begin("message.send", nonce="lost", room=bob.room, body="two")
    await until(lambda: bool(lost))
    logs.deliver = deliver  # type: ignore[method-assign]  # as it was
    await bob.begin("message.send", nonce="next", room=bob.room, body="three")
    return ann


async def malformed(house: House) -> Peer:
    ann = await house.person("ann")
    await ann.write(framed(b"no JSON") * MALFORMED_FRAMES)
    return ann


async def signed_out(house: House) -> Peer:
    """By another device."""
    ann, phone = await house.person("ann"), await house.guest()
    await phone.result("session.sign_in", handle="ann", password=PASSWORD)
    await phone.result("session.revoke_others")
    return ann


async def disabled(house: House) -> Peer:
    ann = await house.person("ann")
    assert (await carry_out(house.app.store, Disable(handle="ann", disabled=True), house.app)).ok
    return ann


async def crowded_out(house: House) -> Peer:
    ann = await house.person("ann")
    await house.back(ann.token)
    await house.back(ann.token)
    return ann


async def flood(house: House) -> Peer:
    ann = await house.person("ann")
    await ann.write(framed(b"", PING) * (CONTROL_FRAMES + 1))
    return ann


CASES: dict[CloseCode, Callable[[House], Awaitable[Peer]]] = {
    CloseCode.RESTARTING: restarting,
    CloseCode.TOO_SLOW: too_slow,
    CloseCode.SILENT: silent,
    CloseCode.SIGN_IN_LATE: sign_in_late,
    CloseCode.STORAGE_LOST: storage_lost,
    CloseCode.MALFORMED: malformed,
    CloseCode.SIGNED_OUT: signed_out,
    CloseCode.DISABLED: disabled,
    CloseCode.CROWDED_OUT: crowded_out,
    CloseCode.FLOOD: flood,
}


def test_every_close_code_has_a_case():
    assert set(CASES) == set(CloseCode)


@pytest.mark.parametrize("code", CASES, ids=[code.name.lower() for code in CASES])
async def test_a_close_code_reaches_its_peer(tmp_path, code: CloseCode):
    async with serving(tmp_path, account_connections=2) as house:
        peer = await CASES[code](house)
        assert await peer.closed() == code
        assert house.app.listener.closed[code] >= 1, "and is counted"
