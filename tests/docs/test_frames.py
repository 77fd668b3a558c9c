"""What the documents show of a session is what happens."""

import re
from pathlib import Path

import pytest

from tests.docs.frames import Player, blocks, steps
from tests.wire.house import serving

ROOT = Path(__file__).parents[2]
PAGES = ["docs/howto/talk-by-hand.md", "docs/howto/write-a-client.md"]


@pytest.mark.parametrize("page", PAGES)
async def test_a_session_that_is_shown_is_what_happens(page: str, tmp_path: Path):
    text = (ROOT / page).read_text("utf-8")
    async with serving(tmp_path, budget=300, budget_per_second=30) as house:
        player = Player(f"ws://127.0.0.1:{house.port}/v1")
        for block in blocks(text):
            came = await player.play(block)
            for (typed, shown), (_, frames) in zip(steps(block), steps(came), strict=True):
                assert len(shown) == len(frames), (typed, frames)
                for ours, theirs in zip(shown, frames, strict=True):
                    assert player.fits(ours, theirs), f"{typed}\n  shown: {ours}\n  came:  {theirs}"
        await player.close()


def test_the_ten_lines_are_no_more_than_ten():
    (ten,) = re.findall(r"^## Ten lines$(.*?)^## ", (ROOT / PAGES[0]).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(list(steps(blocks(ten)[0]))) <= 10
