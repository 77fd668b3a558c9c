"""A password: changing it, and setting a new one with a one-time code from the operator. Both end sessions, live ones
at once, since whoever changes a password may do so because somebody else knows it."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Command, PasswordText, SecretText, Shape
from .session import SessionsEnded, SignedIn


class ChangePassword(Command, tag="account.change_password", kw_only=True):
    """A new password. All other sessions of the account end; the reply tells how many that were."""

    Reply: ClassVar[type[Shape]] = SessionsEnded
    hidden: ClassVar[frozenset[str]] = frozenset({"old", "new"})

    old: PasswordText  # the one that holds
    new: PasswordText  # the one that shall hold


class ResetPassword(Command, tag="account.reset_password", kw_only=True):
    """Set a password with a code (the fragment of the link that the operator hands out: `#reset=CODE`), and sign in.

    The code is used up, and every session that the account had ends."""

    Reply: ClassVar[type[Shape]] = SignedIn
    hidden: ClassVar[frozenset[str]] = frozenset({"code"})

    code: Annotated[SecretText, Meta(min_length=1)]  # from the operator; works once
    password: PasswordText  # the new one
    device: str = ""  # a name for this session, for its owner
