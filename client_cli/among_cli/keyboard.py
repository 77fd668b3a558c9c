"""The keys of the terminal, which come as they are typed from the first prompt to the last.

Left to itself, prompt_toolkit gives the terminal back its own ways whenever something is printed above the prompt, and between
two prompts. Then the terminal shows what is typed, also for a password, takes Ctrl-C for the end of the program, and makes a
line feed of Enter, which does not say the line but begins a new one.
"""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from prompt_toolkit.application import in_terminal
from prompt_toolkit.filters import Condition
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.utils import suspend_to_background_supported


class Keyboard(Input):
    """An input of prompt_toolkit's that gives the terminal back only where it is lent."""

    def __init__(self, source: Input) -> None:
        self._source = source

    def lent(self) -> AbstractContextManager[None]:
        """The terminal has its own ways, as another program that has it now expects."""
        return self._source.cooked_mode()

    async def stop(self) -> None:
        """Stop, with whatever else the shell runs in this job, until the shell goes on with it."""
        async with in_terminal():
            with self.lent():
                os.kill(0, signal.SIGTSTP)

    def cooked_mode(self) -> AbstractContextManager[None]:
        """For what is only printed, or asked by another prompt."""
        return nullcontext()

    def raw_mode(self) -> AbstractContextManager[None]:
        return self._source.raw_mode()

    def attach(self, input_ready_callback: Callable[[], None]) -> AbstractContextManager[None]:
        return self._source.attach(input_ready_callback)

    def detach(self) -> AbstractContextManager[None]:
        return self._source.detach()

    def read_keys(self) -> list[KeyPress]:
        return self._source.read_keys()

    def flush_keys(self) -> list[KeyPress]:
        return self._source.flush_keys()

    def flush(self) -> None:
        self._source.flush()

    def close(self) -> None:
        self._source.close()

    def fileno(self) -> int:
        return self._source.fileno()

    def typeahead_hash(self) -> str:
        return self._source.typeahead_hash()

    @property
    def closed(self) -> bool:
        return self._source.closed


def stopping(keyboard: Keyboard) -> KeyBindings:
    """Ctrl-Z does what it does in a shell, in a prompt of whatever kind."""
    bound = KeyBindings()

    @bound.add("c-z", filter=Condition(suspend_to_background_supported))
    def stop(event: KeyPressEvent) -> None:
        _ = event.app.create_background_task(keyboard.stop())

    return bound
