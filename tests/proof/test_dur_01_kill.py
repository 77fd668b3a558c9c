"""DUR-01: what was acknowledged survives `kill -9`, in one order, for everybody. The long form is in tests/soak."""

import random
from pathlib import Path

from .process import server_in
from .storm import storm


async def test_dur_01_kills_under_load_lose_and_double_nothing(tmp_path: Path):
    async with server_in(tmp_path) as server:
        run = await storm(server, random.getrandbits(32), clients=12, rooms=6, kills=6)
    assert run.kills >= 6
