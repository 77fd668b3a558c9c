"""The rules of a community: text that its members accept, by version. Each change is a new version; those before stay to
be read, since somebody accepted them. Whoever has not accepted the newest reads and speaks as before."""

from typing import ClassVar

from .base import Command, Entry, Id, Seq, Shape, Time, Write


class RulesAccepted(Entry, tag="rules.accepted", kw_only=True):
    """In the account's own log. Those accepted with joining are told by `community.joined`."""

    community: str
    version: Seq


class AcceptWritten(Shape, kw_only=True):
    entry: RulesAccepted
    repeat: bool = False


class AcceptRules(Write, tag="rules.accept", kw_only=True):
    """Accept the rules of a community that one is a member of: the version that holds, and no other. Stewards see which
    version each member accepted last (`member.list`)."""

    Reply: ClassVar[type[Shape]] = AcceptWritten

    community: Id
    version: Seq


class Rules(Shape, kw_only=True):
    version: Seq
    text: str  # lines are broken with line feeds
    at: Time  # when they were written
    newest: Seq  # the version that holds
    accepted: Seq = 0  # that I accepted last


class ReadRules(Command, tag="rules.read", kw_only=True):
    """The rules of a community: of any version. Whoever may join may read them, and members may."""

    Reply: ClassVar[type[Shape]] = Rules

    community: Id  # its id or slug
    version: Seq = 0  # 0: the newest
