"""What the protocol demands, as numbered sentences: read from rules.toml, the one place where each is written.

The reference prints them, and each check of the kit names the one that it checks.
"""

import tomllib
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

Side = Literal["server", "client", "both"]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A heading, and the first word of its rules' ids."""

    id: str
    title: str


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence of the protocol. `id` is stable."""

    id: str
    by: Side  # who keeps it
    text: str
    kit: bool = True  # whether a check of the kit asks for it
    why: str = ""  # if not: why no black box can be asked

    @property
    def anchor(self) -> str:
        """Where docs/reference/protocol.md says it: the fragment of its address."""
        return f"rule-{self.id.replace('.', '-').replace('_', '-')}"

    def of(self, side: Side) -> bool:
        """Whether this side has to keep it."""
        return self.by in (side, "both")


class _File(Struct, forbid_unknown_fields=True):
    part: list[Part]
    rule: list[Rule]


_file = msgspec.convert(tomllib.loads(resources.files(__package__).joinpath("rules.toml").read_text("utf-8")), _File)

PARTS: tuple[Part, ...] = tuple(_file.part)
RULES: dict[str, Rule] = {rule.id: rule for rule in _file.rule}
