"""Do not disturb, by the clock: on which days, from when to when, in which time zone. A register of the account: the last
value wins, it is in every sync, and every other device is told.

Meanwhile nothing rings at its owner's, and where `shown` others see `dnd` whenever the owner is here. The two functions at
the end say what the times mean: for clients, and for the server, which shows it to others.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from msgspec import Meta

from .base import DND_TIMES, KEY_CHARS, Command, Event, KeyText, Shape

DAYS = 7
HOUR = 60  # minutes

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")  # 22:00

ClockText = KeyText  # a time of the day: 22:00
Weekday = Annotated[int, Meta(ge=1, le=DAYS)]  # 1 is Monday
ZoneText = Annotated[str, Meta(max_length=KEY_CHARS)]  # a name of the IANA's database: Europe/Lisbon


class DndTime(Shape, kw_only=True):
    """From `begins` to `ends`; where that is not later, to `ends` on the next day. The days are those on which it begins."""

    begins: ClockText  # 22:00, of the clock on the wall there
    ends: ClockText  # 07:00
    days: Annotated[list[Weekday], Meta(max_length=DAYS)] = []  # 1 is Monday; none named: every day


class Dnd(Shape, omit_defaults=False, kw_only=True):
    times: list[DndTime]  # none: never
    zone: str  # a name of the IANA's database: Europe/Lisbon
    shown: bool  # whether others see it


class DndChanged(Event, tag="dnd.changed", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced."""

    times: list[DndTime]  # none: never
    zone: str  # a name of the IANA's database
    shown: bool  # whether others see it


class SetDnd(Command, tag="dnd.set", kw_only=True):
    """When I am not to be disturbed; in place of what held until now. What I choose with `status.set` goes before."""

    Reply: ClassVar[type[Shape]] = Dnd

    times: Annotated[list[DndTime], Meta(max_length=DND_TIMES)]  # none: never
    zone: ZoneText = "UTC"  # a name of the IANA's database: Europe/Lisbon
    shown: bool | None = None  # whether others see it; left out: they do


_found: dict[str, ZoneInfo] = {}  # kept for good: there are no more than files in the machine's database


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of this name; None where there is none, or this machine has no such database. It reads a file, but of
    a zone that was found before."""
    return _found.get(name) or _looked_up(name)


@lru_cache(maxsize=64)
def _looked_up(name: str) -> ZoneInfo | None:
    try:
        return _found.setdefault(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return None


def is_on(dnd: Dnd | None, at: datetime) -> bool:
    """Whether its owner is not to be disturbed at this moment (which knows its offset). Never in an unknown zone."""
    zone = zone_of(dnd.zone) if dnd is not None and dnd.times else None
    if dnd is None or zone is None:
        return False
    local = at.astimezone(zone)
    minute, today = local.hour * HOUR + local.minute, local.isoweekday()
    return any(_holds(time, minute, today) for time in dnd.times if _is_time(time))


def changes_at(dnd: Dnd | None, after: datetime) -> datetime | None:
    """When that may next be otherwise, in UTC; None: never. Where clocks are changed at that very hour, at most an hour
    from when it is."""
    zone = zone_of(dnd.zone) if dnd is not None and dnd.times else None
    if dnd is None or zone is None:
        return None
    first = after.astimezone(zone).date() - timedelta(days=1)
    turns = (turn for day in range(DAYS + 3) for turn in _turns(dnd, first + timedelta(days=day), zone))
    return min((turn for turn in turns if turn > after), default=None)


def _holds(time: DndTime, minute: int, today: int) -> bool:
    begins, ends = _minutes(time.begins), _minutes(time.ends)
    if begins < ends:
        return begins <= minute < ends and _is_on_day(time, today)
    yesterday = (today - 2) % DAYS + 1
    return (minute >= begins and _is_on_day(time, today)) or (minute < ends and _is_on_day(time, yesterday))


def _is_time(time: DndTime) -> bool:
    """What is none is none of a server's."""
    return bool(CLOCK.fullmatch(time.begins) and CLOCK.fullmatch(time.ends))


def _is_on_day(time: DndTime, day: int) -> bool:
    return not time.days or day in time.days


def _turns(dnd: Dnd, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    for time in filter(_is_time, dnd.times):
        for clock in (time.begins, time.ends):
            minute = _minutes(clock)
            for fold in (0, 1):
                yield midnight.replace(hour=minute // HOUR, minute=minute % HOUR, fold=fold).astimezone(UTC)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * HOUR + int(clock[3:])
