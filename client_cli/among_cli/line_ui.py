"""The screen of a terminal in line mode: lines go up, the prompt with what is on its way stays below.

Rules: prompt_toolkit draws; this file only says what. What is printed is printed for good and scrolls away like any
terminal's text; what may still change (one's own unconfirmed lines, who writes, the state of the link) stands around
the prompt. A message that can't be sent is not accepted, and stays in the prompt with the reason. A command that is none
leaves it, as in a shell: the reason is printed, and the arrow up brings the line back. What was typed behind one that was
to lead to another room is not said in the old one: it is shown instead.
"""

import asyncio
import contextlib
from collections.abc import Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app_or_none, get_app_session, in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import merge_key_bindings
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.shortcuts import CompleteStyle, print_formatted_text
from prompt_toolkit.styles import Style
from prompt_toolkit.validation import ValidationError, Validator

from . import commands, composing
from .bell import ringing
from .changes import number_of
from .complete import candidates
from .keyboard import Keyboard, stopping
from .keys import keys
from .layout import clip
from .lines import Line, note, problem
from .link import Link
from .looks import LOOKS
from .mistakes import Mistakes
from .places import Room
from .prompt_window import PromptWindow
from .referring import about
from .render import outgoing, rows
from .safe_text import Safe, safe_text
from .settings import Alert
from .thread_lines import elsewhere
from .toolbar import toolbar
from .typed import is_command, moves, not_done
from .words import glimpse

STYLE = Style.from_dict(
    {
        "bottom-toolbar": "noreverse bg:#303030 #d0d0d0",
        "bottom-toolbar.place": "bold #ffffff",
        "bottom-toolbar.news": "bold #ffaf5f",
        "bottom-toolbar.down": "bold #ff8787",
        "validation-toolbar": "bg:default noreverse bold #d75f5f",
    }
)
COLUMNS = 200  # text is not laid out wider, however wide the window
WRITING = 10  # rows that the prompt grows to; more is scrolled


class LineUi:
    """A Screen; see link.py."""

    def __init__(self, alert: Alert) -> None:
        self.link: Link | None = None  # set before anything is shown
        self.asks = True
        self.drafts = True
        self.stands = True
        self.aside = ""  # what was typed, until a line that goes before it is done
        self.refused = False  # nothing that can't be done is accepted
        self.cut = False  # all that one types is read
        self.mistyped = False  # the last line was a command that could not be done: the arrow up brings it back
        self._alert = alert
        self._composing = False  # something else has the screen
        self._leaving = False
        self._offered = ""  # put into the prompt, or for the next where there is none; until something is typed
        self._waiting: list[Line] = []  # printed in one go when this turn of the loop is over
        self._lines: asyncio.Queue[str] = asyncio.Queue()  # typed, to be done in order
        self._keyboard = Keyboard(get_app_session().input)
        self._session: PromptSession[str] = PromptSession(
            input=self._keyboard,
            history=InMemoryHistory(),  # what one says is not left in a file
            completer=_Completer(self),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            reserve_space_for_menu=0,
            validator=_Validator(self),
            validate_while_typing=False,
            key_bindings=merge_key_bindings([keys(self), stopping(self._keyboard)]),
            bottom_toolbar=self._toolbar,
            prompt_continuation=lambda width, _line, _wrapped: " " * width,
            erase_when_done=True,
            style=STYLE,
            refresh_interval=1.0,  # who writes, and the time of the next try, change by themselves
        )
        self._session.default_buffer.on_text_changed += self._changed
        for window in self._session.layout.find_all_windows():
            if getattr(window.content, "buffer", None) is self._session.default_buffer:
                window.height = Dimension(max=WRITING)
                window.__class__ = PromptWindow

    async def run(self, link: Link) -> None:
        """Take lines until the user leaves."""
        worker = asyncio.create_task(self._work(link))
        worker.add_done_callback(lambda _: self.stop())
        mistakes = Mistakes(lambda what: self.show([problem(what)]), self.stop)
        try:
            with mistakes.minded(), self._keyboard.raw_mode():
                while not link.quit.is_set():
                    line = await self._session.prompt_async(
                        self._message, pre_run=self._begin, set_exception_handler=False
                    )
                    self._lines.put_nowait(line)
                    self._offered = ""
                    self.emptied()
        except EOFError:
            pass
        finally:
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker

    async def _work(self, link: Link) -> None:
        """Do what was typed, one after the other; the prompt is free for the next."""
        while True:
            line = await self._lines.get()
            room = link.model.room
            done = await commands.take(link, line)
            self.mistyped = not done and is_command(line.strip())
            if not done and moves(line, commands.NAMED) and link.model.room is room:
                self._give_back(room)
            if self.aside and not self.typed and self._lines.empty() and not link.quit.is_set():
                self.put_aside()
            self._leave_if_asked()

    def _give_back(self, room: Room | None) -> None:
        """One is still in this room: what waits was meant for another."""
        if waiting := self._queued():
            self.show(not_done(room, waiting))

    def _queued(self) -> list[str]:
        """Take the lines that wait."""
        return [self._lines.get_nowait() for _ in range(self._lines.qsize())]

    def _begin(self) -> None:
        """A prompt is there: with what was offered before it was."""
        self._leave_if_asked()
        if self._offered:
            self._session.default_buffer.document = Document(self._offered)

    def _leave_if_asked(self) -> None:
        if self._leaving or (self.link and self.link.quit.is_set()):
            self.stop()

    def stop(self) -> None:
        """End the prompt: the one that is waiting, or the next."""
        self._leaving = True
        asking = get_app_or_none()  # "Display all 100 possibilities?" is an application of its own, over the prompt
        if asking is not None and asking is not self._session.app and not asking.is_done:
            asking.exit(result=False)
        if self._session.app.is_running and not self._session.app.is_done:
            self._session.app.exit(exception=EOFError)

    @property
    def typed(self) -> str:
        """What stands in the prompt."""
        return self._session.default_buffer.text

    @property
    def draft(self) -> str:
        """What was typed and not done: lines that still waited, and what was not entered."""
        return "\n".join([*self._queued(), self.aside, self._session.default_buffer.text]).strip()

    def put_aside(self) -> None:
        """What stands in the prompt changes places with what was put aside."""
        buffer = self._session.default_buffer
        self.aside, typed = buffer.text, self.aside
        buffer.document = Document(typed)

    def half(self, *, ending: bool) -> str:
        """A command is no draft: it stays where it is."""
        lines: list[str] = []
        if self.aside and not is_command(self.aside):
            lines, self.aside = [self.aside], ""
        if ending and self.typed.strip() and not is_command(self.typed):
            lines.append(self.typed)
            self._session.default_buffer.document = Document("")
        return "\n".join(lines)

    def emptied(self) -> None:
        """Of a draft nothing is left, unless it was put aside."""
        if self.link and not self.aside:
            self.link.drafting.emptied()

    # ---- Screen

    async def secret(self, question: str) -> str:
        """Asked over the prompt, which comes back with what stands in it."""
        session: PromptSession[str] = PromptSession(
            input_processors=[_Unseen()],
            input=self._keyboard,
            output=self._session.output,
            key_bindings=stopping(self._keyboard),
            erase_when_done=True,
        )
        async with in_terminal():
            try:
                answer = await session.prompt_async(question, set_exception_handler=False)
            except KeyboardInterrupt:
                raise EOFError from None
        if not answer:  # nothing, or the end of the program
            raise EOFError
        return answer

    async def ask(self, question: str) -> str:
        """Likewise, in sight."""
        self.flush()
        for _ in range(
            3
        ):  # what was told before it is printed in turns of its own, and has to be first at the terminal
            await asyncio.sleep(0)
        session: PromptSession[str] = PromptSession(
            input=self._keyboard, output=self._session.output, key_bindings=stopping(self._keyboard)
        )
        async with in_terminal():
            try:
                return await session.prompt_async(safe_text(question), set_exception_handler=False)
            except KeyboardInterrupt:
                raise EOFError from None

    def offer(self, line: str) -> bool:
        """In the prompt; where something else is being typed, above it."""
        buffer = self._session.default_buffer
        if buffer.text:
            self.show([note(line)])
            return False
        self._offered = line
        if self._session.app.is_running:
            buffer.document = Document(line)
        return True

    def withdraw(self, line: str) -> bool:
        """From the prompt, or from the next where there is none yet. Gives whether it stood there."""
        stood = line in (self._offered, self._session.default_buffer.text)
        self._offered = "" if self._offered == line else self._offered
        if self._session.default_buffer.text == line:
            self._session.default_buffer.document = Document("")
        return stood

    async def in_editor(self) -> None:
        """Let the user go on writing in their editor; Enter says it then."""
        if not composing.editor():
            self.show([note("Name your editor first: VISUAL or EDITOR, in the environment that you start this from.")])
            return
        try:
            written = (await self.compose(self.typed)).rstrip("\n")
        except EOFError as error:
            self.show([problem(str(error))] if str(error) else [])
        else:
            self._session.default_buffer.document = Document(written)

    async def compose(self, begin: str) -> str:
        """In the user's editor, or where there is none in a prompt of many lines. Lines that come meanwhile wait."""
        self._composing = True
        try:
            async with in_terminal():
                return await composing.compose(begin, self._keyboard, self._session.output)
        finally:
            self._composing = False
            self.flush()

    def show(self, lines: list[Line]) -> None:
        """Print these lines above the prompt."""
        if lines and not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush_soon)
        self._waiting += lines

    def refresh(self) -> None:
        """Draw prompt and bar anew."""
        self._session.app.invalidate()

    def _flush_soon(self) -> None:
        with contextlib.suppress(OSError):  # the terminal is gone, and a signal says so
            self.flush()

    def flush(self) -> None:
        """Print what waits. Raises OSError."""
        if self._composing:
            return
        lines, self._waiting = self._waiting, []
        columns, me = self._columns(), self._me()
        text = FormattedText()
        for line in lines:
            for row in rows(line, columns, me):
                text += [*row, ("", "\n")]
        if text:
            print_formatted_text(text, end="", style=STYLE, output=self._session.output, flush=True)
        if ring := ringing(self._alert, lines):
            self._session.output.write_raw(ring)
            self._session.output.flush()

    # ---- around the prompt

    def _columns(self) -> int:
        """Columns for text: one is left free, since terminals differ in what they do at the last one."""
        return min(self._session.output.get_size().columns - 1, COLUMNS)

    def _me(self) -> str:
        account = self.link.model.account if self.link else None
        return account.handle if account else ""

    def _message(self) -> StyleAndTextTuples:
        """What is on its way, then the prompt itself."""
        laid: StyleAndTextTuples = []
        if self.link is None:
            return laid
        model = self.link.model
        for one in model.outgoing.values():
            for row in outgoing(one, self._me(), self._columns(), elsewhere(model, one)):
                laid += [*row, ("", "\n")]
        if self.aside:
            laid += [
                (LOOKS["dim"], clip(Safe(f"┌ put aside: {safe_text(glimpse(self.aside))}"), self._columns())),
                ("", "\n"),
            ]
        if what := about(self.link, self.typed, self._columns()):
            laid += [*what, ("", "\n")]
        thread = f" {number_of(model.visit.thread)}" if model.visit and model.visit.thread else ""
        return [*laid, ("bold", f"{safe_text(model.room.short) if model.room else ''}{thread}> ")]

    def _toolbar(self) -> StyleAndTextTuples:
        return [*toolbar(self.link, self._session.output.get_size().columns)] if self.link else []

    def _changed(self, buffer: Buffer) -> None:
        if buffer.text and buffer.text == self._offered:
            return  # nobody has typed it
        self._offered = ""
        if self.link and buffer.text:
            commands.typed(self.link, buffer.text)
            self.link.drafting.typed(buffer.text)
        elif not self._leaving:
            self.emptied()


class _Unseen(Processor):
    """Nothing of what is typed is shown, not even how much it is."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        return Transformation([], source_to_display=lambda _: 0, display_to_source=lambda _: 0)


class _Validator(Validator):
    """Refuses what can't be said, so that it stays in the prompt. A command doesn't: what is typed next would hang on it."""

    def __init__(self, ui: LineUi) -> None:
        self._ui = ui

    def validate(self, document: Document) -> None:
        if self._ui.link is None or is_command(document.text.strip()):
            return
        wrong = commands.check(self._ui.link, document.text)
        if wrong:
            raise ValidationError(len(document.text), safe_text(wrong))


class _Completer(Completer):
    def __init__(self, ui: LineUi) -> None:
        self._ui = ui

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        if self._ui.link is None:
            return
        piece, names = candidates(self._ui.link, document.text_before_cursor)
        for name in names:
            yield Completion(f"{safe_text(name)} ", start_position=-len(piece))
