"""Writing something long: in the user's own editor where they have named one, else in a prompt of many lines.

Rules: what is written lies in a file of its own that nobody else can read, and is gone afterwards. What was saved in an
editor that fails stays in that file, which is named.
"""

import asyncio
import os
import shlex
import shutil
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
    folder = Path(tempfile.mkdtemp(prefix="among-"))  # 0700
    file = folder / "post.md"
    kept = False
    try:
        file.write_text(begin, "utf-8")
        try:
            running = await asyncio.create_subprocess_exec(*shlex.split(editor), str(file))
        except (OSError, ValueError) as error:
            raise EOFError from error
        kept = True  # what is saved from now on is not ours to throw away, also where nobody waits for it any more
        failed = await running.wait() != 0
        written = file.read_text("utf-8", errors="replace") if file.exists() else begin
        kept = failed and written != begin
        if failed:
            raise EOFError(f"Your editor failed; what you saved is in {file}" if kept else "")
        return written
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


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
