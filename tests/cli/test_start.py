"""Ctrl-C while the program is still loaded: it is gone, as any program, and nobody sees what it was loading."""

import asyncio
import signal
import sys

import pytest

PRESSED = """
import signal, sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "among_protocol.codes":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Pressed())
"""


@pytest.mark.parametrize(
    ("before", "ends"),
    [("", -signal.SIGINT), ("signal.signal(signal.SIGINT, signal.SIG_IGN)", 0)],
    ids=["as ever", "ignored"],
)
async def test_ctrl_c_while_it_is_loaded(before: str, ends: int):
    program = f"{PRESSED}\n{before}\nfrom among_cli.start import main\nsys.argv[1:] = ['--version']\nsys.exit(main())"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    _, complaints = await process.communicate()
    assert (process.returncode, complaints) == (ends, b"")
