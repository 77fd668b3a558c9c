"""Times: as the server says them, as the reader reads them, and as somebody types how long. Pure, but for `now`."""

import re
from datetime import UTC, datetime, tzinfo

UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}  # milliseconds
SPANS = "30m, 2h, 7d, 2w"  # examples
_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhdw])")


def moment(at: str, zone: tzinfo | None) -> datetime | None:
    """The server's time in the reader's zone; None where it is no time."""
    try:
        return datetime.fromisoformat(at).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def now() -> str:
    """The moment by this machine's clock, as the server writes times."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def when(at: str, zone: tzinfo | None) -> str:
    """The server's time as one says it."""
    found = moment(at, zone)
    return f"{found.day} {found:%B %H:%M}" if found else "some time"


def span(typed: str) -> int | None:
    """How long that is, in milliseconds; None where it is no length of time."""
    found = _SPAN.fullmatch(typed.lower())
    return int(found[1]) * UNITS[found[2]] if found else None
