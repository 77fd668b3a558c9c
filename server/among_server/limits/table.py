"""What a limit is, and a section of them. A section says its limits in the order in which they are printed."""

from typing import NamedTuple


class Limit(NamedTuple):
    name: str
    value: int  # 0 where it is a setting
    unit: str
    reason: str
    setting: str = ""  # the field of Config that says it


class Section:
    """Limits of one kind, under a title."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.limits: list[Limit] = []

    def limit(self, name: str, value: int, unit: str, reason: str) -> int:
        """A limit that nobody may change. Its value, for whoever enforces it."""
        self.limits.append(Limit(name, value, unit, reason))
        return value

    def setting(self, name: str, unit: str, reason: str, *, field: str = "") -> None:
        """A limit that an operator may set: `field` of the configuration, or the one of the same name."""
        self.limits.append(Limit(name, 0, unit, reason, field or name))
