"""What of the protocol will go, and when: the one list, told in `hello` and marked in the schema.

What stands here works as ever, for at least `NOTICE` days from the one on which it was first told. After its day a server
may answer a command with `frame.unknown_command`, leave a field at its default, or send an event no more. Its shape stays
in the schema for as long as version 1 lives, so what could be read can still be read.
"""

from .session import Deprecation

NOTICE = 365  # days

DEPRECATED: tuple[Deprecation, ...] = ()
