"""What a frame is that is no command."""

from .codes import ErrorCode


class Malformed(Exception):
    """The frame is no command. `id` is the command's where it could be read."""

    def __init__(self, code: ErrorCode, message: str, *, id: str | None = None, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.id = id
        self.field = field
