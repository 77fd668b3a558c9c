"""What a nonce may be made of."""

import pytest

from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.messages import SendMessage
from tests.world import world_of


@pytest.mark.parametrize("nonce", ["a\x00b", "é", "line\n"])
async def test_a_nonce_is_printable_ascii(nonce):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        with pytest.raises(Refuse) as refused:
            await ann.ask(SendMessage, room=ann.room, body="hi", nonce=nonce)
        assert (refused.value.code, refused.value.field) == (FIELD_INVALID, "nonce")
        await ann.say("still here")
