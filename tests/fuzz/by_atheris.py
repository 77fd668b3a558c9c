"""The process that atheris runs in: `python -m tests.fuzz.by_atheris TARGET CORPUS [libFuzzer's options]`."""

import sys

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # not on every platform

with atheris.instrument_imports(include=["among_protocol", "among_server.edge", "websockets"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()
