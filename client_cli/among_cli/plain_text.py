"""Lines without columns and looks: for a screen reader, a pipe, a file. Pure, and light to import.

Rule: as on a terminal, only the first row of a line begins at the left edge.
"""

import os
from typing import TextIO

from among_protocol.markup import veiled

from .lines import Labelled, Line, Part, Quoted, Rule, Said, Told, Usage, Written
from .safe_text import Safe, safe_lines, safe_text

INDENT = "  "


def plain(line: Line, columns: int = 0) -> list[Safe]:
    """The line as rows of plain text; for a terminal, which would wrap by itself, of at most so many columns."""
    match line:
        case Said():
            time = f"{line.at:%H:%M}" if line.at else "--:--"
            again = "" if line.was is None else f" edited {line.number}:"
            for_me = " (for you)" if line.mention and not (line.mine or line.blank or again) else ""
            head = f"{time} {safe_text(line.who)}{again}{for_me}  "
            said = line.body if line.unveiled else veiled(line.body)
            first, *more = safe_lines("✗ deleted" if line.blank else said or "(forwarded)")
            rows = [Safe(head + first), *(Safe(" " * len(head) + one) for one in more)]
            then = f" (as @{safe_text(line.then)} then)" if line.then else ""
            number = f"/reveal {line.number}".rstrip() if said != line.body else "" if again else line.number
            tail = f"{then}{' (edited)' if line.edited and not again else ''}{f'  {number}' if number else ''}"
            rows[-1] = Safe(rows[-1] + tail)
            if line.reactions:
                rows.append(Safe(f"{INDENT}{safe_text(line.reactions)}"))
            if line.thread:
                rows.append(Safe(f"{INDENT}{safe_text(line.thread)}"))
            above = [Safe(f"{INDENT}{safe_text(line.inside)}")] if line.inside else []
            above += [Safe(f"{INDENT}in answer to {safe_text(line.quote)}")] if line.quote else []
            if line.credit:
                above.append(Safe(f"{INDENT}{safe_text(line.credit)}{':' if line.shown else ''}"))
                above += [Safe(f"{INDENT}| {one}") for one in safe_lines(line.shown)] if line.shown else []
            rows = [*above, *rows]
        case Rule():
            rows = [Safe(f"-- {safe_text(line.text)} --")]
        case Usage():
            rows = [Safe(f"{INDENT}{safe_text(line.typed)}  {safe_text(line.about)}")]
        case Quoted():
            rows = [Safe(INDENT + one) for one in safe_lines(line.text)]
        case Written():
            said = line.text if line.unveiled else veiled(line.text)
            rows = [Safe(INDENT + one) for one in safe_lines(said)]
            rows[-1] = Safe(f"{rows[-1]}{'' if said == line.text else '  /reveal'}")
        case _:
            label = (
                Part("", f"{INDENT}{line.label}: " if line.label else INDENT * 2)
                if isinstance(line, Labelled)
                else None
            )
            parts = line.parts if label is None else (label, *line.parts)
            first, *more = safe_lines("".join(part.text for part in parts))
            rows = [first, *(Safe(INDENT + one) for one in more)]
    whole = isinstance(line, Told) and line.whole
    return [piece for row in rows for piece in _wrapped(row, columns)] if columns and not whole else rows


def columns_of(out: TextIO) -> int:
    """Columns of the terminal behind this stream, but for the last; 0 where there is none."""
    return max(os.get_terminal_size(out.fileno()).columns - 1, 20) if out.isatty() else 0


def _wrapped(row: Safe, columns: int) -> list[Safe]:
    from .layout import wrap  # noqa: PLC0415  # its library takes a tenth of a second, which only a terminal is worth

    first, *more = wrap(row, columns, columns - len(INDENT))
    return [Safe(row[first]), *(Safe(INDENT + row[cut]) for cut in more)]
