"""Where each value of the configuration came from, and one line for each mistake in it.

A line reads `ORIGIN: KEY …`, where the origin is FILE:LINE, AMONG_KEY, --key, or default.
"""

import difflib
import errno
import os
import pwd
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from among_protocol import plain_files

from ..config import Config, ConfigError, judge

PREFIX = "AMONG_"
FILE = "AMONG_CONFIG"
OTHERS = ("AMONG_CONFIG", "AMONG_SERVER", "AMONG_TOKEN", "AMONG_DEBUG")  # the file's name, and the terminal client's
DEFAULT = "default"
LONGEST = 90  # bytes of the data folder's path: a socket's name has room for 104 on some systems
TOKEN_CHARS = 16  # the shortest token for /metrics
TOKEN_BYTES = 4_096  # of a file with one, at most
FILE_BYTES = 1 << 20  # of a configuration, at most

WRITTEN = (
    "among.db",
    "among.db-wal",
    "among.db-shm",
    "search.db",
    "search.db-wal",
    "search.db-shm",
    "revocations",
    "lock",
)  # in the data folder: the server must be able to open each

FIELDS = {field.name: field for field in msgspec.structs.fields(Config)}


class Settings(NamedTuple):
    """A configuration, and where each of its values came from."""

    config: Config
    origins: Mapping[str, str]

    def line(self, key: str, what: str) -> str:
        return f"{self.origins[key]}: {key}: {what}"


class _Given(NamedTuple):
    value: Any
    origin: str
    text: bool  # came as text, whatever it means


def read(file: Path | None, environ: Mapping[str, str], given: Mapping[str, object]) -> Settings:
    """File, then environment, then command line. Nothing on disk is looked at but the file. Raises ConfigError."""
    wrong: list[str] = []
    said: list[tuple[str, _Given]] = []  # the later one of a key holds
    if file is None and environ.get(FILE):
        file = Path(environ[FILE])
    if file is not None:
        said += _of_file(file, wrong).items()
    for name, text in environ.items():
        key = name.removeprefix(PREFIX).lower()
        if not name.startswith(PREFIX) or name in OTHERS:
            continue
        if key in FIELDS:
            said.append((key, _Given(text, name, text=True)))
        else:
            wrong.append(f"{name}: {_unknown(key, [f'{PREFIX}{known.upper()}' for known in FIELDS], name)}")
    for key, value in given.items():
        if value is not None:
            said.append((key, _Given(value, f"--{key.replace('_', '-')}", text=True)))
    taken: dict[str, Any] = {}
    origins = dict.fromkeys(FIELDS, DEFAULT)
    for key, one in said:  # also what a later one takes the place of: it would hold as soon as that is gone
        try:
            taken[key], origins[key] = _decode(key, one), one.origin
        except ValueError as error:
            wrong.append(f"{one.origin}: {key} {error}")
        else:
            wrong += [f"{one.origin}: {mistake.key}: {mistake.what}" for mistake in judge(Config(**{key: taken[key]}))]
    if wrong:
        raise ConfigError(wrong)
    return Settings(Config(**taken), origins)


def look(settings: Settings) -> None:
    """Whether what the keys name can be used: folder and files. Raises ConfigError."""
    wrong = [settings.line(key, what) for key, what in [*_folder(settings.config), *_token(settings.config)]]
    if wrong:
        raise ConfigError(wrong)


def token(config: Config) -> bytes:
    """What opens /metrics; empty: nothing does, but loopback. Raises OSError."""
    return plain_files.read(Path(config.metrics_token_file), TOKEN_BYTES).strip() if config.metrics_token_file else b""


def needs(key: str) -> str:
    """What values a key takes, in words."""
    kind = inspect.type_info(FIELDS[key].type)
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    match kind:
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(map(str, values))
        case inspect.IntType(gt=gt, ge=ge, le=le):
            least = gt + 1 if gt is not None else ge
            if le is not None:
                return f"a whole number from {least} to {le}"
            return f"a whole number, {least} or more" if least is not None else "a whole number"
        case inspect.VarTupleType():
            return "a list of texts"
        case inspect.StrType(min_length=least):
            return "a text that is not empty" if least else "a text"
        case _:
            raise TypeError(f"the key {key} has a type without words: {kind}")


def explained(key: str) -> tuple[str, str]:
    """The unit and the reason of a key."""
    kind = inspect.type_info(FIELDS[key].type)
    if not isinstance(kind, inspect.Metadata) or not kind.extra or not kind.extra_json_schema:
        raise TypeError(f"the key {key} does not say its unit and reason: Annotated[…, says(unit, why)]")
    return kind.extra["unit"], kind.extra_json_schema["description"]


def default(key: str) -> Any:
    field = FIELDS[key]
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _of_file(file: Path, wrong: list[str]) -> dict[str, _Given]:
    try:
        text = plain_files.read(file, FILE_BYTES).decode("utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError([f"{file}: can't be read: {_why(error)}"]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([f"{file}:{line}: is not UTF-8: save the file as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(file, str(error))]) from None
    found: dict[str, _Given] = {}
    for key, value in table.items():
        origin = f"{file}{_line(text, key)}"
        if key in FIELDS:
            found[key] = _Given(value, origin, text=False)
        elif isinstance(value, dict):
            wrong.append(f"{origin}: there are no sections: move what is in [{key}] to the top, and drop the line")
        else:
            wrong.append(f"{origin}: {_unknown(key, list(FIELDS), key)}")
    return found


def _syntax(file: Path, error: str) -> str:
    """`Invalid value (at line 3, column 8)`, said like everything else."""
    at = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", error)
    what = error[: at.start()] if at else error
    where = f":{at[1]}" if at and at[1] else ""
    column = f" in column {at[2]}" if at and at[2] else " at its end" if at else ""
    return f'{file}{where}: is not TOML: {what[0].lower()}{what[1:]}{column} (a text stands in quotes: host = "::1")'


def _line(text: str, key: str) -> str:
    """Where a key stands, as `:LINE`."""
    at = re.search(rf"""^[ \t]*(?:\[+[ \t]*)?["']?{re.escape(key)}["']?[ \t]*[=.\]]""", text, re.MULTILINE)
    return f":{text.count(chr(10), 0, at.start()) + 1}" if at else ""


def _unknown(key: str, known: Sequence[str], written: str) -> str:
    near = difflib.get_close_matches(written, known, 1)
    mend = f"did you mean {near[0]}?" if near else "`among-server check-config --example` lists all keys"
    return f"no such key: {key}; {mend}"


def _decode(key: str, given: _Given) -> Any:
    """The value in its type. Raises ValueError with what was needed."""
    value = given.value
    if given.text and isinstance(default(key), tuple):
        value = [part.strip() for part in str(value).split(",") if part.strip()]
    try:
        return msgspec.convert(value, FIELDS[key].type, strict=not given.text)
    except msgspec.ValidationError:
        shown = msgspec.json.encode(given.value, enc_hook=str).decode()
        raise ValueError(f"must be {needs(key)}, not {shown[:80]}") from None


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def shortest(folder: Path) -> Path:
    """The shortest of the names of `folder` from here: a socket's name has little room."""
    try:
        resolved = folder.resolve()
        names = (folder, resolved, Path(os.path.relpath(resolved)))
    except (OSError, RuntimeError):  # a loop of links, or no working directory
        return folder
    return min(names, key=lambda name: len(os.fsencode(name)))


def _folder(config: Config) -> Iterator[tuple[str, str]]:
    data = Path(config.data).absolute()
    if len(os.fsencode(shortest(Path(config.data)))) > LONGEST:
        yield "data", f"{data} is too long for the socket in it: choose a path of at most {LONGEST} bytes"
        return
    try:
        there = next(folder for folder in (data, *data.parents) if folder.is_symlink() or folder.exists())
        leads = there.exists()
    except (OSError, StopIteration) as error:
        yield "data", f"{data} can't be looked at: {error}"
        return
    where = str(there) if there == data else f"{there}, where {data} would be made,"
    if not leads:
        yield "data", f"{there} leads to {there.readlink()}, where nothing is: is that disk mounted?"
    elif not there.is_dir():
        yield "data", f"{there} is not a folder: remove it, or choose another folder"
    elif why := _unmakeable(there):
        yield "data", f"{where} {why}choose another folder"
    else:
        yield from _foreign(data)


def _unmakeable(folder: Path) -> str:
    """Why nothing can be made in it, and a mend; empty: something was, and is gone again. Rights alone don't tell: an
    administrator has all of them, also in /proc."""
    made = folder / f".among-{os.getpid()}"
    try:
        made.mkdir(mode=0o700)
        made.rmdir()
    except OSError as error:
        me = os.geteuid()
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EEXIST):
            return ""  # a full disk passes, and is told of otherwise
        if error.errno == errno.EROFS:
            return "is on a file system that can only be read: mount it for writing, or "
        if error.errno in (errno.EACCES, errno.EPERM) and me:
            return f"can't be written to by user {me}: `chown {me} {folder}`, or "
        return f"takes no folder ({_why(error)}): "
    return ""


def _foreign(data: Path) -> Iterator[tuple[str, str]]:
    """A command that was once run by another user leaves files that the server can't open any more."""
    for name in WRITTEN:
        file = data / name
        if file.is_file() and not os.access(file, os.R_OK | os.W_OK):
            who, me = file.stat().st_uid, os.geteuid()
            yield "data", f"{file} belongs to user {who} and is closed to user {me}: `chown -R {me} {data}`"
            return


class Closed(NamedTuple):
    """Why whoever runs this may not so much as look at the data, and what to do about it."""

    why: str
    mend: str


def closed(data: Path) -> Closed | None:
    """Whether the data are closed to whoever runs this: they are the server's own user's alone. None: they are not, or there are
    none. It is tried: rights alone don't tell."""
    try:
        with os.scandir(data), (data / WRITTEN[0]).open("rb"):
            return None
    except PermissionError as error:
        path = Path(error.filename)
    except OSError:
        return None
    seen = next((one for one in (path, *path.absolute().parents) if _seen(one)), path)
    who, me = (_user(seen.stat().st_uid), _user(os.geteuid()))
    where = str(path) if seen == path else f"{path}, in {seen},"
    if who == me:
        return Closed(
            f"{where} can't be read, though it belongs to user {who}", f"chmod -R u+rwX {shlex.quote(str(data))}"
        )
    return Closed(
        f"{where} belongs to user {who}, and is closed to user {me}",
        f"run this as {who} (sudo -u {shlex.quote(who)} among-server …)",
    )


def _seen(path: Path) -> bool:
    """Whether it can be told whose it is."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def _user(number: int) -> str:
    """By name where there is one; as `sudo -u` takes it."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"


def _owner(config: Config) -> str:
    """Who must be able to read it: whoever the data belong to, or runs this."""
    data = Path(config.data)
    return str(data.stat().st_uid if data.is_dir() else os.geteuid())


def _token(config: Config) -> Iterator[tuple[str, str]]:
    if not config.metrics_token_file:
        return
    file = Path(config.metrics_token_file)
    make = f"`install -m 600 -o {_owner(config)} /dev/null {file} && openssl rand -hex 24 > {file}` makes one"
    if "\0" in config.metrics_token_file:
        yield "metrics_token_file", "is no path of a file"
        return
    try:
        secret = token(config)
    except OSError as error:
        yield "metrics_token_file", f"{file} can't be read: {_why(error)}; {make}"
        return
    if len(secret) < TOKEN_CHARS or not secret.isascii() or len(secret.split()) != 1:
        yield "metrics_token_file", f"{file} must hold one word of {TOKEN_CHARS} characters or more; {make}"
