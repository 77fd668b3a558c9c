"""The benchmark's instruments work: nothing is said here about speed."""

import re
from random import Random

import pytest

from bench import drive, report
from bench.__main__ import main
from bench.alike import same
from bench.drive import at_rate, baseline, closed, opened, whole
from bench.plan import bare_plan
from bench.rows import Row


@pytest.mark.parametrize("compiled", [True, False])
def test_the_generator_sees_every_message_once(compiled, monkeypatch):
    monkeypatch.setattr(drive, "pin", lambda *_: None)  # tests side by side share all cores
    if not compiled:
        monkeypatch.setattr(drive, "native", lambda _: None)
    elif drive.native("generator") is None:
        pytest.skip("no C compiler")
    with baseline("joined") as target, opened(bare_plan(20), target) as generator:
        assert generator.ready["ready"] == 20
        for stream in (closed(2, own=True), at_rate(50, authors=2, own=True)):
            result = generator.run(stream, warm=0.05, seconds=0.5, drain=15)  # others may want the cores, too
            assert whole(result), result
            assert result["streams"][0]["acked"] == result["streams"][0]["sent"] > 0
            assert result["deliveries"] > 0


def test_a_row_is_judged_by_its_ratio_or_by_its_value():
    assert Row(name="", unit="", value=30, baseline=2, at_least=12).judge().holds
    assert not Row(name="", unit="", value=30, baseline=3, at_least=12).judge().holds
    assert Row(name="", unit="ms", value=20, baseline=1, at_most=25, of="value").judge().holds
    assert not Row(name="", unit="ms", value=20, at_most=25, of="value").judge(sound=False).holds
    assert Row(name="", unit="", value=1, baseline=1).judge().holds is None


def test_two_samples_of_one_distribution_are_told_from_two_of_two():
    random = Random(1)
    one, other = ([random.gauss(10, 1) for _ in range(200)] for _ in range(2))
    assert same(one, other) > 0.01
    assert same(one, [value + 0.6 for value in other]) < 0.001
    assert same(one, one) == 1


def test_a_bound_of_work_in_a_time_follows_a_slower_machine_and_never_a_faster_one():
    wait = Row(name="", unit="ms", value=40, at_most=25, of="value", work=True).judge()
    assert not wait.holds
    assert wait.at(0.5).holds
    assert not wait.at(2.0).holds
    rate = Row(name="", unit="a second", value=8_000, at_least=14_000, of="value", work=True).judge()
    assert rate.at(0.5).holds
    assert not rate.at(0.6).holds
    assert (
        not Row(name="", unit="", value=8_000, at_least=7_000, of="value", work=True).judge(sound=False).at(0.5).holds
    )


def test_a_ratio_is_that_of_runs_side_by_side_when_the_machine_drifts_meanwhile():
    row = Row(name="x", value=30, unit="", baseline=10, runs=[10, 30, 60], baseline_runs=[10, 10, 40], at_least=1.6)
    assert row.judge().ratio == 1.5
    assert row.holds is False
    assert Row(name="x", value=30, unit="", baseline=10, runs=[30]).judge().ratio == 3


def test_where_a_ratio_lies_is_said_of_enough_pairs_only():
    def of(*ratios: float) -> tuple[float, float] | None:
        return Row(name="x", value=1, unit="", runs=list(ratios), baseline_runs=[1.0] * len(ratios)).interval

    assert of(1, 2, 3, 4, 5) is None  # one chance in sixteen that the median lies outside of all five
    assert of(3, 1, 6, 2, 5, 4) == (1, 6)
    assert of(1, 2, 3, 4, 5, 6, 7, 8) == (1, 8)
    assert of(9, 1, 8, 2, 7, 3, 6, 4, 5) == (2, 8)  # one in twenty-five outside of the inner seven


def test_what_is_measured_again_takes_its_place_in_the_latest_table():
    header = report.header(command="python -m bench", form="full", fsync=0.2)
    kept = [
        Row(name=name, measurement=of, value=1, unit="ms")
        for name, of in (("a", "x"), ("b", "y"), ("c", "y"), ("d", "z"))
    ]
    new = [Row(name=name, measurement="y", value=2, unit="ms") for name in ("b", "c", "e")]
    table = report.again(report.Report(header=header, rows=kept), report.Report(header=header, rows=new), "y")
    assert [(row.name, row.value) for row in table.rows] == [("a", 1), ("b", 2), ("c", 2), ("e", 2), ("d", 1)]
    assert table.header.again == {"y": f"{header.date} UTC, commit {header.commit}"}
    with pytest.raises(drive.BenchError, match="measure all of it first"):
        report.again(table, table, "storm")


def test_each_measurement_is_listed_with_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "--list"])
    assert main() == 0
    told = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert {"fanout", "busy", "storm", "search"} <= {name for name, _ in told}


def test_the_help_of_the_benchmark_says_a_word_about_each_option_and_about_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys
):
    monkeypatch.setattr("sys.argv", ["bench", "--help"])
    with pytest.raises(SystemExit, match="0"):
        main()
    told, _, options = capsys.readouterr().out.partition("\noptions:\n")
    explained = re.findall(r"^(--[a-z]+)", told, re.MULTILINE)
    assert {*explained, "--help"} == set(re.findall(r"^  (?:-h, )?(--[a-z]+)", options, re.MULTILINE))
