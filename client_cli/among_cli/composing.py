"""Writing something long: in the user's own editor where they have named one, else in a prompt of many lines.

Rules: what is written lies in a file of its own that nobody else can read, and is gone afterwards. An editor that fails
loses nothing that was saved in it.
"""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.output import Output

from .keyboard import Keyboard, stopping

HINT = "First line: the title. Esc, Enter ends; Ctrl-C gives up."  # fits sixty columns


async def compose(begin: str, keyboard: Keyboard, out: Output) -> str:
    """What the user has made of it. Raises EOFError when they give up."""
    named = editor()
    if not named:
        return await _typed(begin, keyboard, out)
    with keyboard.lent():
        return await edited(begin, named)


def editor() -> str:
    """The user's own; empty where they have named none."""
    return os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""


async def edited(begin: str, editor: str) -> str:
    """By a program of the user's. Raises EOFError when it ends badly, as one does who gives up in it."""
    with tempfile.TemporaryDirectory(prefix="among-") as folder:  # 0700
        file = Path(folder) / "post.md"
        file.write_text(begin, "utf-8")
        try:
            running = await asyncio.create_subprocess_exec(*shlex.split(editor), str(file))
        except (OSError, ValueError) as error:
            raise EOFError from error
        if await running.wait() != 0:
            raise EOFError
        return file.read_text("utf-8", errors="replace")


async def _typed(begin: str, keyboard: Keyboard, out: Output) -> str:
    keys = KeyBindings()

    @keys.add("c-c")
    @keys.add("c-d")
    def give_up(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError)

    session: PromptSession[str] = PromptSession(
        input=keyboard,
        output=out,
        multiline=True,
        key_bindings=merge_key_bindings([keys, stopping(keyboard)]),
        prompt_continuation=lambda width, _line, _wrapped: " " * width,
        bottom_toolbar=HINT,
        erase_when_done=True,
    )
    return await session.prompt_async("| ", default=begin, set_exception_handler=False)
