"""Nothing that can be written is left out where it is looked for what becomes of it, or who sees it."""

from among_server.store import fates
from tests.traces import Traces, everything, writable
from tests.world import world_of


async def test_wren_writes_all_that_can_be_written():
    async with world_of() as world:
        scene = await everything(world, Traces())
    missing = sorted(writable() - scene.wren.wrote)
    assert missing == [], f"let Wren write it in tests/traces.py, or say there that it names or asks: {missing}"


def test_of_all_that_can_be_written_it_is_said_what_becomes_of_it():
    how = "What becomes of it when whoever wrote it erases their account? Say so in fates.WRITTEN:"
    assert sorted(writable() - set(fates.WRITTEN)) == [], how
    assert sorted(set(fates.WRITTEN) - writable()) == [], "fates.WRITTEN speaks of what nobody can write"
