"""What is worth a bell; every other device of the account is told. What it means is in the protocol, attention.py."""

from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.fields import watched_word
from among_protocol.notify import NotifyChanged, NotifyChoice, SetNotify

from ..core.context import Context
from .threads import tell_devices


async def set_notify(context: Context, command: SetNotify) -> NotifyChoice:
    word = watched_word(command.word, field="word") if command.word else ""
    if word and command.place:
        raise Refuse(FIELD_INVALID, "One waits for a word everywhere: leave `place` out.", field="place")
    if word and command.level not in ("all", "inherit"):
        raise Refuse(FIELD_INVALID, "One waits for a word (`all`), or no longer (`inherit`).", field="level")
    account = context.person.account.id
    if command.thread:
        if word:
            raise Refuse(FIELD_INVALID, "One waits for a word everywhere: leave `thread` out.", field="thread")
        context.admit()
        state = await context.store.choose_in_thread(
            account, command.place, command.thread, command.level, command.for_ms
        )
        tell_devices(context, account, state)
        return NotifyChoice(place=state.room, thread=state.thread, word="", level=state.level, until=state.until)
    context.admit()
    now = await context.store.set_notify(account, command.place, word, command.level, command.for_ms)
    told = NotifyChanged(place=now.place, word=now.word, level=now.level, until=now.until)
    context.tell_devices(account, f"notify {now.place} {now.word}", told)
    return now
