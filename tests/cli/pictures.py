"""The pictures of the terminal in the documents: `python -m tests.cli.pictures` draws them anew.

A server and people at it, as in the tests; what the client shows one of them is drawn as SVG, in the looks that it has in
a terminal. So a picture never shows what the client doesn't.
"""

import asyncio
import tempfile
from collections.abc import Iterable
from html import escape
from pathlib import Path

from among_cli.layout import width
from among_cli.lines import Line
from among_cli.render import rows

from .house import House, Reader

IMAGES = Path(__file__).parents[2] / "docs/images"
COLUMNS = 86
CELL, ROW, SIZE, EDGE, TOP = 9, 20, 15, 24, 44  # pixels: a column, a row, a letter, and what stays free
INK, PAPER = "#dcdcdc", "#1e1f22"
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
DOTS = ("#ff5f57", "#febc2e", "#6ab377")


def drawn(lines: Iterable[Line], title: str) -> str:
    """Lines as they stand in a terminal. `title`: for who does not see the picture."""
    laid = [row for line in lines for row in rows(line, COLUMNS)]
    across, down = COLUMNS * CELL + 2 * EDGE, len(laid) * ROW + TOP + EDGE
    looks = f'font-family="{FONT}" font-size="{SIZE}" xml:space="preserve"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {down}" role="img" {looks}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{across}" height="{down}" rx="8" fill="{PAPER}"/>',
        *(f'<circle cx="{EDGE + 16 * n}" cy="20" r="5" fill="{dot}"/>' for n, dot in enumerate(DOTS)),
    ]
    for number, row in enumerate(laid):
        at = 0
        for look, text in row:
            if text.strip():
                weight = ' font-weight="bold"' if "bold" in look else ""
                ink = look.partition("fg:")[2] or INK
                x, y, wide = EDGE + at * CELL, TOP + number * ROW + SIZE, width(text) * CELL
                parts.append(
                    f'<text x="{x}" y="{y}" textLength="{wide}" lengthAdjust="spacingAndGlyphs" fill="{ink}"{weight}>'
                    f"{escape(text)}</text>"
                )
            at += width(text)
    return "\n".join([*parts, "</svg>", ""])


MARTA = (
    "/community tags gardening seed-saving",
    "/room topic Beds, seeds and what came of them",
    "/me name Marta Souza",
    "/me pronouns she/her",
    "/me bio Beans, seeds, and a shed that is never quite tidy.",
    "/me place phrase Lisbon, by the river",
    "/me why To learn what grows in shade, and to give away what I have too much of.",
    "/me link Garden diary https://diary.example/marta",
    "/me link Seed swap https://seeds.example/",
    (
        "/me intro I keep an allotment of forty square metres with two neighbours and a great many\n"
        "snails. Ask me about beans: I save eleven kinds, and send them to whoever asks."
    ),
    "/interests here +gardening +seed-saving",
    "/status here :tea: in the garden",
    (
        "/portrait write about We grow what others throw away: seeds without a name, trees without an owner, recipes\n"
        "that nobody wrote down. You need no garden. A window sill will do."
    ),
    "/portrait write story It began with a box of beans on a stairwell and the words “take some”.",
    "/portrait write milestones 2019-05-17 The first bean",
    "/portrait write milestones 2021-09 Forty kinds of beans, and a shelf to keep them on",
    "/portrait write milestones 2024 The shared allotment behind the station",
)
SAM = ("/interests here +seed-saving", "/quote me I came for the beans and stayed for the people.")


async def shown(who: Reader, line: str) -> list[Line]:
    before = len(who.paper.lines)
    await who.types(line)
    return who.paper.lines[before:]


async def pictures(folder: Path) -> dict[str, str]:
    """By the name of the file."""
    async with House(folder) as house:
        marta, sam = await house.join("garden/hall", "marta", "sam")
        for who, lines in ((marta, MARTA), (sam, SAM)):
            for line in lines:
                await who.types(line)
        waiting = await marta.types("/portrait proposals")
        await marta.types(f"/portrait merge {waiting[0].split()[0]}")
        return {
            "card.svg": drawn(await shown(sam, "/whois marta"), "A card in the terminal client"),
            "portrait.svg": drawn(await shown(sam, "/portrait"), "A portrait in the terminal client"),
        }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = asyncio.run(pictures(Path(folder)))
    for name, picture in made.items():
        (IMAGES / name).write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
