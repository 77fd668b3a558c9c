"""Going for good: an account is erased, and everywhere what was said of it and by it goes as its owner chose.

What becomes of each thing is one table of the server, printed in the reference (erasing.md). Logs keep their numbers:
what goes from an entry is its body. Between asking and the moment itself lies the server's grace
(`limits.erase_grace_ms`): whoever signs in again until then has the account as it was.
"""

from typing import ClassVar, Literal

from .base import Command, HandleText, PasswordText, Shape, Time


class ErasureBegun(Shape, kw_only=True):
    """All sessions have ended, this one too: the server closes the connection after the reply."""

    at: Time  # when it is done, or later by as long as the server stands still: until then signing in undoes it; in the past, or now: it is done
    frozen: bool = False  # what was reported waits until the report is answered


class EraseAccount(Command, tag="account.erase", kw_only=True):
    """Erase one's own account: everywhere the persona becomes a blank one, and its handles rest before anybody may have
    them. Directs and rooms stay for the others.

    The last owner of a community in which others are hands it over first: `community.last_owner` names it."""

    Reply: ClassVar[type[Shape]] = ErasureBegun

    password: PasswordText  # the one that holds
    handle: HandleText  # one's own, typed once more
    keep: Literal["words", "erase"] = "words"  # words: what one said stays, under nobody's name; erase: it goes too
