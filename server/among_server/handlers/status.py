"""How I appear, and my status; every other device of the account is told. What it means is in store/rules/status.py."""

from among_protocol.fields import line, one_emoji
from among_protocol.status import STATUS_CHARS, Appearance, AppearanceChanged, SetStatus, Status

from ..core.context import Context
from ..store.moments import moment
from ..store.status import Statuses, StatusRow, StatusWish


async def set_status(context: Context, command: SetStatus) -> Appearance:
    words = None
    if command.status is not None:
        asked = command.status
        emoji = one_emoji(asked.emoji, field="status.emoji") if asked.emoji else ""
        text = line(asked.text, field="status.text", longest=STATUS_CHARS, empty=True)
        words = (emoji, text, asked.for_ms)
    context.admit()
    services, account = context.services, context.person.account.id
    wish = StatusWish(command.community, command.appear, command.last_seen, words)
    statuses = await context.store.set_status(account, wish)
    now = appearance(statuses.get(command.community, StatusRow(account, command.community)))
    person = services.people.choosing(account, statuses)
    if person is not None:
        services.presence.changes(person)
    told = AppearanceChanged(community=now.community, appear=now.appear, last_seen=now.last_seen, status=now.status)
    context.tell_devices(account, f"status {now.community}", told)
    return now


def appearances(statuses: Statuses) -> list[Appearance]:
    """All that an account chose, as it is told."""
    return [appearance(row) for row in statuses.values() if row.appear or row.last_seen or _own(row) is not None]


def appearance(row: StatusRow) -> Appearance:
    unsaid = "inherit" if row.place else ""
    return Appearance(
        community=row.place,
        appear=row.appear or unsaid or "auto",
        last_seen=row.last_seen or unsaid or "hidden",
        status=_own(row),
    )


def _own(row: StatusRow) -> Status | None:
    if row.kept == "copy" or not (row.emoji or row.text):
        return None
    return Status(emoji=row.emoji, text=row.text, until=moment(row.until_ms) if row.until_ms else "")
