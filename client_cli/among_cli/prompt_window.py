"""The window of the prompt, which is never emptier than what is written.

prompt_toolkit scrolls a window to the beginning of a line. Where the line above the cursor has more rows than the window, as
a long paragraph that was pasted with its line feed, that is to the empty line behind it: nothing was to be seen of it, as if
it had got lost.
"""

from prompt_toolkit.layout.containers import Window
from prompt_toolkit.layout.controls import UIContent


class PromptWindow(Window):
    """Where rows are left at its bottom, the last ones of the line above come into sight. An existing window becomes one
    by its `__class__`, since the session makes its own."""

    def _scroll(self, ui_content: UIContent, width: int, height: int) -> None:
        super()._scroll(ui_content, width, height)
        top = self.vertical_scroll
        if width <= 0 or top == 0 or self.vertical_scroll_2:
            return

        def rows(line: int) -> int:
            return ui_content.get_height_for_line(line, width, self.get_line_prefix)

        left = height - sum(rows(line) for line in range(top, ui_content.line_count))
        if left > 0:
            self.vertical_scroll, self.vertical_scroll_2 = top - 1, max(0, rows(top - 1) - left)
