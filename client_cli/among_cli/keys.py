"""The keys of the line mode, beside those that every line editor has. helping.py lists them."""

import re
from functools import partial
from typing import TYPE_CHECKING

from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.search import stop_search

from among_protocol.markup import parse

from . import edits, referring, threads
from .lines import note

if TYPE_CHECKING:
    from .line_ui import LineUi

_COMMAND = re.compile(r"^/(?!/)\S*(?:\s+|$)(?:#?(?:[0-9]+|last)(?:\s+|$))?")


def in_code(text: str) -> bool:
    """Whether what comes next is in a code block: of what is said, or of what follows a command and its number."""
    last = parse(f"{_COMMAND.sub('', text, count=1)}\nx")[-1]
    return last.kind == "code" and last.spans[-1].text.endswith("x")


def keys(ui: "LineUi") -> KeyBindings:
    """What they do."""
    bound = KeyBindings()

    @bound.add("escape", "enter")
    @bound.add("escape", "c-j")
    @bound.add("c-j")
    @bound.add("enter", filter=Condition(lambda: in_code(ui.typed)))
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    def changeable() -> bool:
        """Nothing is typed, nothing was typed wrongly, and something of one's own stands on the screen."""
        return not ui.typed and not ui.mistyped and ui.link is not None and edits.mine(ui.link) is not None

    @bound.add("up", filter=Condition(changeable))
    def change(event: KeyPressEvent) -> None:
        said = edits.mine(ui.link) if ui.link else None
        if said is not None:
            ui.offer(edits.again(said))

    @bound.add("escape", "r")
    def answer(event: KeyPressEvent) -> None:
        if ui.link:
            event.current_buffer.text = referring.answering(ui.link, event.current_buffer.text)
            event.current_buffer.cursor_position = len(event.current_buffer.text)

    @bound.add("pageup")
    def older(event: KeyPressEvent) -> None:
        if ui.link:
            ui.link.spawn(partial(threads.older, ui.link, ""))

    @bound.add(Keys.Vt100MouseEvent)
    def mouse(event: KeyPressEvent) -> None:
        """There is none here. The library takes a colour that was pasted (`ESC [ 31 m`) for one, and fails at it."""

    _giving_up(bound, ui)
    return bound


def _giving_up(bound: KeyBindings, ui: "LineUi") -> None:
    """What takes the line out of the prompt: for a while, or for good."""

    @bound.add("escape", "q")
    def aside(event: KeyPressEvent) -> None:
        ui.put_aside()

    @bound.add("c-x", "c-e")
    def edit(event: KeyPressEvent) -> None:
        _ = event.app.create_background_task(ui.in_editor())

    @bound.add("c-c")
    def give_up(event: KeyPressEvent) -> None:
        """Empty the line, as a shell does, also out of a search for an earlier one."""
        if event.app.layout.is_searching:
            stop_search()
        elif not event.current_buffer.text:
            ui.show([note("Ctrl-D or /quit leaves.")])
        event.current_buffer.reset(append_to_history=True)
        ui.emptied()
