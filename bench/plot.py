"""docs/explanation/performance.png, from results/latest.json."""

import re

import matplotlib as mpl

from .drive import ROOT
from .report import Report
from .rows import Row

PICTURE = ROOT / "docs" / "explanation" / "performance.png"
INK, OURS, THEIRS, FAINT = "#222222", "#2563a8", "#b9b9b9", "#e4e4e4"


def fan_out(rows: list[Row], unit: str) -> dict[int, Row]:
    found = {}
    for row in rows:
        match = re.search(r"fan-out to \d+, (\d+) in flight", row.name)
        if match and row.unit == unit:
            found[int(match.group(1))] = row
    return found


def draw(report: Report) -> None:
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # after the backend was chosen

    plt.rcParams.update({"font.size": 9, "axes.edgecolor": INK, "text.color": INK, "axes.titlesize": 10})
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=(3, 2))

    rows = fan_out(report.rows, "deliveries a second")
    source = {int(m.group(1)): r for r in report.rows if (m := re.search(r"C program, (\d+) joined", r.name))}
    at = range(len(rows))
    left.bar([x - 0.27 for x in at], [(r.baseline or 0) / 1e6 for r in rows.values()], 0.25, color=THEIRS)
    left.bar([float(x) for x in at], [r.value / 1e6 for r in rows.values()], 0.25, color=OURS)
    left.bar([x + 0.27 for x in at], [source[n].value / 1e6 if n in source else 0 for n in rows], 0.25, color=FAINT)
    for x, row in zip(at, rows.values(), strict=True):
        left.annotate(f"{row.ratio or 0:.1f} ×", (x, row.value / 1e6), ha="center", va="bottom", fontsize=8)
    left.set_yscale("log")
    left.set_xticks(list(at), [f"{n} in flight" for n in rows])
    left.yaxis.set_major_formatter("{x:g}")
    left.set_ylabel("million deliveries a second")
    left.set_title("One room of 1000: Among keeps every message, the others none", loc="left")
    left.legend(["websockets.broadcast", "Among", "C program, as many joined in a send"], frameon=False, fontsize=8)

    held = [row for row in report.rows if row.holds is not None and row.at_most is not None]
    shares = [(row.ratio if row.of == "ratio" else row.value) or 0 for row in held]
    used = [share * row.here / (row.at_most or 1) for share, row in zip(shares, held, strict=True)]
    right.barh(range(len(held)), used, color=[OURS if row.holds else "#b4443c" for row in held], height=0.6)
    widest = 2.5
    right.set_xlim(0, widest)
    for y, share in enumerate(used):
        if share > widest:
            right.annotate(f"{share:.0f} →", (widest, y), ha="right", va="center", fontsize=7, color="white")
    right.axvline(1, color=INK, linewidth=0.8)
    right.set_yticks(range(len(held)), [row.name for row in held], fontsize=7)
    right.invert_yaxis()
    right.set_xlabel("of what is allowed (1 is the bound)")
    right.set_title("Waits and sizes, against their bounds", loc="right")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=130)
