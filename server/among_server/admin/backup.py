"""`among-server backup` and `restore`: this process does the work, beside the server or instead of it.

What went well is said on stdout, as sentences or as one JSON object; progress, on a terminal only, and what went wrong
on stderr. Told to stop, it leaves nothing behind.
"""

import contextlib
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import msgspec

from ..app import backups_of
from ..config import Config
from ..store import backups
from ..store.api import StoreError
from ..store.backups import Manifest, Restored
from ..store.pace import Pace


def take(config: Config, *, into: Path | None, keep: int | None, pace: Pace, as_json: bool) -> int:
    """Exit code: 0, 1 when it could not be made, 2 for wrong use."""
    if keep is not None and keep < 1:
        print("among-server: --keep is at least 1", file=sys.stderr)
        return 2
    into = into or Path(config.data) / backups.FOLDER
    began = time.monotonic()
    with _attempt() as failed:
        taken = backups_of(config).take(into, _progress(quiet=as_json), pace)
        gone = backups.prune(into, taken, keep) if keep else []
        ahead = backups.of_the_future(into, taken.manifest.store) if keep else []
    if failed:
        return 1
    if ahead:
        why = (
            "by their dates they are of the future, so they are kept longest. See to the clock, and remove them by hand"
        )
        print(f"among-server: {', '.join(map(str, ahead))}: {why}", file=sys.stderr)
    took = round(time.monotonic() - began, 2)
    if as_json:
        _print_json(path=str(taken.path), removed=[str(path) for path in gone], seconds=took, manifest=taken.manifest)
        return 0
    print(f"Backup: {taken.path}")
    print(f"  {_about(taken.manifest)}, in {took:.1f} s")
    for path in gone:
        print(f"  removed {path}")
    print(f"Copy it to another machine, and try it now and then: {_command('restore', taken.path, '--verify')}")
    return 0


def verify(config: Config, source: Path, *, as_json: bool) -> int:
    """Exit code: 0 it can be restored, 1 it can't."""
    began = time.monotonic()
    with _attempt() as failed:
        seen = backups_of(config).verify(source)
    if failed:
        return 1
    took = round(time.monotonic() - began, 2)
    if as_json:
        _print_json(path=str(source), good=True, seconds=took, manifest=seen.manifest)
        return 0
    print(f"Good: {source} can be restored.")
    print(f"  {_about(seen.manifest)}, of {seen.manifest.taken_at}; checked in {took:.1f} s")
    if seen.schema != seen.manifest.schema:
        print(f"  its schema {seen.manifest.schema} was brought up to {seen.schema}, as a restore does")
    return 0


def restore(config: Config, source: Path, *, replace: bool, keep_sessions: bool, as_json: bool) -> int:
    """Exit code: 0, 1 when nothing was changed."""
    began = time.monotonic()
    with _attempt() as failed:
        done = backups_of(config).restore(source, replace=replace, keep_sessions=keep_sessions)
    if failed:
        return 1
    took = round(time.monotonic() - began, 2)
    if as_json:
        _print_json(
            data=config.data,
            aside=str(done.aside) if done.aside else None,
            epoch=done.epoch,
            schema=done.schema,
            revocations_known=done.known,
            revoked_again=done.revoked,
            locked=done.locked,
            ended=done.ended,
            erased_again=done.erased,
            seconds=took,
            manifest=done.manifest,
        )
        return 0
    print(f"Restored into {config.data}: {_about(done.manifest)}, of {done.manifest.taken_at}, in {took:.1f} s.")
    if done.aside:
        print(f"  the data that were there are in {done.aside}")
    print(f"  {_secrets(done, keep_sessions=keep_sessions)}")
    if done.erased:
        print(f"  {done.erased} accounts or memberships that were erased since are erased again")
    if done.locked:
        print(f"  passwords changed since, so that none opens these accounts: {', '.join(done.locked)}")
        print("  `among-server reset HANDLE` makes each a link")
    print(f"  new epoch {done.epoch}: every client is told to begin anew")
    print(f"Start it: {_command('serve', '--data', config.data)}")
    return 0


def _secrets(done: Restored, *, keep_sessions: bool) -> str:
    again = f"{done.revoked} sessions, invites, resets and passwords that were revoked since are revoked again"
    if done.known:
        return again
    if keep_sessions:
        return f"{again}; what else was revoked since is valid again, as --keep-sessions asks"
    return f"what was revoked since is not known, so {done.ended} sessions and invites were ended: people sign in anew"


def _about(manifest: Manifest) -> str:
    return (
        f"{manifest.accounts:,} accounts, {manifest.entries:,} entries in {manifest.logs:,} logs, "
        f"schema {manifest.schema}, {backups.size(manifest.bytes)}"
    )


def _command(*words: str | Path) -> str:
    return shlex.join(["among-server", *map(str, words)])


def _progress(*, quiet: bool) -> backups.Progress:
    """On a terminal, one line that is written over."""
    if quiet or not sys.stderr.isatty():
        return lambda done, of: None

    def show(done: int, of: int) -> None:
        end = ", looking for what has changed meanwhile\n" if done >= of else ""
        print(f"\r  copied {done * 100 // max(of, 1)} %", end=end, file=sys.stderr, flush=True)

    return show


def _print_json(**what: object) -> None:
    print(msgspec.json.encode(what).decode())


@contextlib.contextmanager
def _attempt() -> Iterator[list[str]]:
    """What went wrong is told in one line; then the list is not empty. A signal to stop ends the work in order."""

    def stop(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    ends = [signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup: it goes on when the terminal is closed
        ends.append(signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in ends}
    failed: list[str] = []
    try:
        yield failed
    except StoreError as error:
        failed.append(str(error))
        print(f"among-server: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("among-server: interrupted; nothing was left behind", file=sys.stderr)
        raise SystemExit(128 + signal.SIGINT) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
