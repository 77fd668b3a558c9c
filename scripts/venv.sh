#!/bin/sh
# Makes .venv with the locked packages and both projects (editable). Run by `make dev`; POSIX sh, Linux and macOS.
# uv does it when there is one; else the python3 found here, with venv and pip. PYTHON=… chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."
lock=requirements.lock

say() { printf '%s\n' "$*" >&2; }
stop() { say "among: $*"; exit 1; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    # The full paths help where the first python3 is too old, or a version manager's shim without a version.
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 \
        /opt/homebrew/bin/python3 /usr/local/bin/python3 /usr/bin/python3}; do
        if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    if [ -n "${PYTHON:-}" ]; then
        stop "PYTHON=$PYTHON is not a Python 3.11 or newer."
    elif [ "$(uname -s)" = Darwin ]; then
        stop "Python 3.11 or newer is needed: brew install python@3.13"
    fi
    stop "Python 3.11 or newer is needed. Debian, Ubuntu: sudo apt install python3 python3-venv"
}

python=$(find_python)

# A virtual environment whose interpreter has gone, or isn't the one asked for, or that uv made without pip
# where there is no uv now, is made anew.
which='import sys; print("%d.%d" % sys.version_info[:2], sys.base_prefix)'
found=$("$python" -c "$which")
have=$(.venv/bin/python -c "$which" 2>/dev/null || echo none)
with_pip() { command -v uv >/dev/null 2>&1 || .venv/bin/python -m pip --version >/dev/null 2>&1; }
if [ "$have" = none ] || ! with_pip || { [ -n "${PYTHON:-}" ] && [ "$have" != "$found" ]; }; then
    rm -rf .venv
fi

if command -v uv >/dev/null 2>&1; then
    [ -d .venv ] || uv venv --quiet --no-python-downloads --python "$python" .venv
    VIRTUAL_ENV=$PWD/.venv; export VIRTUAL_ENV
    say "Installing the locked packages into .venv ($(.venv/bin/python --version), uv)"
    uv pip sync --quiet --require-hashes "$lock"
    uv pip install --quiet --no-deps --no-build-isolation -e protocol -e .
else
    if [ ! -d .venv ]; then
        "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
            stop "this Python ($python) has no venv module. Debian, Ubuntu: sudo apt install python3-venv"
        "$python" -m venv .venv
    fi
    say "Installing the locked packages into .venv ($(.venv/bin/python --version), pip)"
    .venv/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r "$lock"
    .venv/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e protocol -e .
fi
