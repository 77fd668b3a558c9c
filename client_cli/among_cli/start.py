"""Where `among` begins: Ctrl-C ends it also while the rest is loaded, and then without a traceback."""

import signal
import sys


def main() -> int:
    """The exit code."""
    answer = signal.getsignal(signal.SIGINT)
    if answer is signal.default_int_handler:  # and nobody told us to ignore it, as who runs us in the background does
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .main import main as program  # noqa: PLC0415  # all that may take a while

    signal.signal(signal.SIGINT, answer)
    return program()


if __name__ == "__main__":
    sys.exit(main())
