"""Reading a file that somebody names, whatever it turns out to be: a configuration, a list of accounts.

Of all files that are read whole, only one's own may be read otherwise. What is named by mistake may be a pipe, which waits
for somebody who writes, or a device, which never ends, or a film.
"""

import errno
import os
import stat
from pathlib import Path

WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)  # Windows has no such pipes


def read(path: Path, most: int) -> bytes:
    """The content of a plain file, of so many bytes at most. Raises OSError also for what might never end."""
    fd = os.open(path, os.O_RDONLY | WITHOUT_WAITING)
    with os.fdopen(fd, "rb") as file:
        mode = os.fstat(fd).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        content = file.read(most + 1)
        if len(content) > most:
            raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
        return content
