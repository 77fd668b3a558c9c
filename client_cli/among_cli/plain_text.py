"""Lines without columns and looks: for a screen reader, a pipe, a file. Pure, and light to import.

Rule: as on a terminal, only the first row of a line begins at the left edge.
"""

from .lines import Line, Rule, Said
from .safe_text import Safe, safe_lines, safe_text


def plain(line: Line) -> list[Safe]:
    """The line as rows of plain text."""
    match line:
        case Said():
            time = f"{line.at:%H:%M}" if line.at else "--:--"
            head = f"{time} {safe_text(line.who)}  "
            first, *more = safe_lines(line.body)
            return [Safe(head + first), *(Safe(" " * len(head) + one) for one in more)]
        case Rule():
            return [Safe(f"-- {safe_text(line.text)} --")]
        case _:
            first, *more = safe_lines("".join(part.text for part in line.parts))
            return [first, *(Safe("  " + one) for one in more)]
