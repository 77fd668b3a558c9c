"""Work in a child process, which may be killed at it. Only for a process without threads, since it forks."""

import os
from collections.abc import Callable


def in_a_child(work: Callable[[], int]) -> tuple[int, int]:
    """How it ended, as os.waitpid tells, and what the work gave; 0, where it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.write(writer, str(work()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as told:
        given = int(told.read() or 0)
    return os.waitpid(child, 0)[1], given
