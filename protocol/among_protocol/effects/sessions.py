"""What commands about a session may bring about: signing up, in and out."""

from .. import accounts as a
from .. import codes
from .. import session as s
from ..base import Command
from .told import GUESSES, HERE_NOW, PASSWORDS, SECRET, STORED, Effects, Told, Where

SESSIONS: dict[type[Command], Effects] = {
    s.SignUp: Effects(
        (
            codes.SIGNED_IN_ALREADY, *SECRET, codes.SIGN_UP_CLOSED, codes.INVITE_INVALID, codes.HANDLE_TAKEN,
            codes.HANDLE_LOOKALIKE, codes.HANDLE_RESERVED, *STORED,
        ),
        (Told(a.AccountCreated, Where.OWN),),
        ("handle_chars", "handle_least", "password_chars", "password_least", "sessions", "name_chars", "secret_chars", "key_chars", "guest_bytes", "guest_frames",
         *GUESSES, "address_sign_ups", "address_sign_up_seconds", "waiting_passwords"),
    ),
    s.SignIn: Effects(
        (codes.SIGNED_IN_ALREADY, *SECRET, codes.BAD_CREDENTIALS, codes.TOKEN_INVALID, codes.ACCOUNT_DISABLED, *STORED),
        HERE_NOW,
        ("password_chars", "secret_chars", "key_chars", "sessions", "connections", "guest_bytes", "guest_frames", *PASSWORDS),
    ),
    s.SignOut: Effects(STORED, HERE_NOW),
    s.ListSessions: Effects((), (), ("sessions",)),
    s.RevokeSession: Effects((codes.SESSION_GONE, *STORED), HERE_NOW, ("key_chars",)),
    s.RevokeOthers: Effects(STORED, HERE_NOW),
    s.Ping: Effects(),
    s.Enable: Effects((), (), ("extensions", "key_chars")),
}  # fmt: skip
