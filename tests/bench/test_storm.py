"""The crowd of the storm sees what it is to see: nothing is said here about speed."""

from contextlib import closing
from pathlib import Path

from bench.drive import among
from bench.storm import Storm
from bench.world import build


def test_the_crowd_has_every_reaction_and_the_right_counts(tmp_path: Path):
    world = build(tmp_path / "town", crowd=6)
    with among(world.folder) as server, closing(Storm(world, server)) as crowd:
        for seconds in (0.1, 0.05):
            result = crowd.write(seconds)
            assert [result[name] for name in ("missing", "holes", "wrong")] == [0, 0, 0], result
            assert result["written"] == round(1000 * seconds)
            assert 0 < result["frames"] <= result["written"] * 6
