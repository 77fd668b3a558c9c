"""OPS-01: a backup of a server under load is of one moment, costs nobody anything acknowledged, and restores."""

import asyncio
import random
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from . import syscalls
from .book import Event
from .oracle import check, report
from .peer import Peer
from .process import Server, on_disk, operator, server_in
from .restored import backed_up, restored, up_to
from .storm import PASSWORD, Storm, all_entries, found_town


async def test_ops_01_backups_under_load_are_of_one_moment_and_restore(tmp_path: Path):
    into = tmp_path / "backups"
    taken = []
    async with server_in(tmp_path / "live") as server:
        run = Storm(server, random.getrandbits(32), clients=10, rooms=4)
        try:
            await run.settle_in()
            for _ in range(3):
                await run.talk(0.2)
                moment = run.book.moment()
                taken.append((moment, await backed_up(server.data, into)))
                assert server.complaints() == []
            await run.talk(0.3)
            await run.fall_silent()
            await run.read_all()
            await run.end()
            run.verdict()  # of all that happened: nobody noticed the backups
        except BaseException as error:
            error.add_note(f"{run.summary()}\nthe server's last words:\n{server.tail()}")
            raise
        finally:
            await run.leave()
    whole = on_disk(server.data)
    sizes = []
    for moment, told in taken:
        logs = on_disk(Path(told["path"]))
        assert [one for log in logs for one in _not_as_it_was(logs[log], whole[log])] == [], "a beginning of each log"
        found = check(up_to(run.book, logs, moment, run.voices[0].town.rooms))
        assert not found, report(found)
        across = _out_of_order(run, logs)
        assert across == [], across[:5]
        sizes.append(sum(map(len, logs.values())))
        assert sizes[-1] == told["manifest"]["entries"]
    assert sizes == sorted(set(sizes)), "it was talked all the time"
    await _serves(tmp_path / "elsewhere", taken[1][1]["path"], run)


TAKES_BACK = {"message.deleted": "message", "post.deleted": "post"}
EDITS = {"message.edited": "message", "post.edited": "post"}
WORDS = ("title", "body")


def _not_as_it_was(then: list[Event], now: list[Event]) -> list[str]:
    """A log in a backup is a beginning of the log; only what was taken back after the backup has lost its words since."""
    gone = {event[TAKES_BACK[event["type"]]] for event in now[len(then) :] if event["type"] in TAKES_BACK}
    found = [] if len(then) <= len(now) else [f"{now[-1]['log']} ends at {len(now)}, in the backup at {len(then)}"]
    for had, has in zip(then, now, strict=False):
        about = had[EDITS[had["type"]]] if had["type"] in EDITS else had["seq"]
        empty = {**had, **{name: "" for name in WORDS if name in had}, "blank": True}
        empty.pop("forwarded", None)  # what it showed goes with its words
        if has != had and not (about in gone and has == empty):
            found.append(f"{had} has become {has}")
    return found


def _out_of_order(run: Storm, logs: dict[str, list[dict[str, object]]]) -> list[str]:
    """Over all logs together: what was acknowledged before something in the backup was asked is in it too."""
    heads = {log: events[-1]["seq"] for log, events in logs.items()}
    oks = [one for one in run.book.history.attempts if one.outcome == "ok" and not one.repeat]
    inside = [one for one in oks if one.seq <= heads.get(one.log, 0)]  # type: ignore[operator]  # a number
    last = max(one.asked for one in inside)
    there = set(map(id, inside))
    missing = [one for one in oks if one.answered < last and id(one) not in there]
    return [f"{one.nonce}, acknowledged at {one.answered}; something asked at {last} is there" for one in missing]


async def _serves(folder: Path, backup: str, run: Storm) -> None:
    """The backup, restored elsewhere, answers with its logs, and goes on from there."""
    server = Server(folder)
    told = await restored(backup, server.data)
    assert (told["aside"], told["revocations_known"]) == (None, False)
    logs = on_disk(server.data)
    try:
        await server.start()
        peer = await Peer.open(server.url)
        assert peer.hello["epoch"] == told["epoch"] != told["manifest"]["epoch"]
        founder = run.voices[0]
        await peer.ask("session.sign_in", handle=founder.person.name, password=PASSWORD)
        for log in (founder.person.account, founder.town.community, *founder.town.rooms):
            assert await all_entries(peer, log) == logs[log]
        room = founder.town.rooms[0]
        said = await peer.ask("message.send", room=room, body="on we go", nonce="after")
        assert said["entry"]["seq"] == len(logs[room]) + 1
        await peer.close()
        assert await server.stop() == 0
    finally:
        await server.give_up()
    assert server.complaints() == []


async def test_ops_01_only_the_owner_may_read_a_backup_and_no_secret_is_printed(tmp_path: Path):
    async with server_in(tmp_path / "live") as server:
        await found_town(server.url, clients=1, rooms=1)
        into = tmp_path / "backups"
        code, out, err = await operator("backup", "--fast", "--data", server.data, "--to", into)
        assert code == 0, err
    modes = await asyncio.to_thread(lambda: {path: stat.S_IMODE(path.stat().st_mode) for path in into.rglob("*")})
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert "restore" in out, "what to do next"
    assert "among_" not in out + err, "tokens begin so"


async def test_ops_01_what_is_wrong_is_one_line_and_what_was_there_stays(tmp_path: Path):
    async with server_in(tmp_path / "live") as server:
        await found_town(server.url, clients=1, rooms=1)
        taken = await backed_up(server.data, tmp_path / "backups")
        backup = taken["path"]
        for command, said in (
            (("backup", "--fast", "--data", tmp_path / "none"), "There are no data in"),
            (("backup", "--fast", "--data", server.data, "--keep", "0"), "--keep is at least 1"),
            (("backup", "--fast", "--data", server.data, "--to", server.data / "among.db"), "can't be used"),
            (("restore", backup, "--data", server.data, "--replace"), "Another server uses"),
            (("restore", tmp_path / "none", "--data", tmp_path / "new"), "There is no backup at"),
            (("restore", tmp_path / "backups", "--verify"), "The newest is"),
        ):
            code, out, err = await operator(*command)
            assert code in (1, 2)
            assert out == ""
            (line,) = [line for line in err.splitlines() if line.startswith("among-server:")]
            assert said in line
            assert "Traceback" not in err
        peer = await Peer.open(server.url)  # nobody harmed the live one
        await peer.close()
        assert await server.stop() == 0
        code, out, err = await operator("restore", backup, "--data", server.data)
        assert (code, "set them aside with --replace" in err) == (1, True)


@pytest.mark.skipif(bool(syscalls.unavailable()), reason=syscalls.unavailable())
def test_ops_01_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path):
    """The kernel refuses to write, at different places."""
    data, into = tmp_path / "data", tmp_path / "backups"
    into.mkdir()
    serve = [sys.executable, "-m", "among_server.admin.main"]
    subprocess.run([*serve, "invite", "--data", str(data)], check=True, capture_output=True)
    before = sorted(path.name for path in data.iterdir())
    outcomes = set()
    for number in (1, 25, 40, 10_000):
        inject = f"inject=pwrite64:error=ENOSPC:when={number}+"
        done = subprocess.run(
            ["strace", "-f", "-o", "/dev/null", "-e", inject, *serve, "backup", "--fast", "--data", data, "--to", into],
            capture_output=True,
            text=True,
            check=False,
        )
        outcomes.add(done.returncode)
        left = {path.name for path in into.iterdir()}
        if done.returncode:
            assert re.search(r"is full.*\. Nothing was left behind\.$|is full or fails", done.stderr), done.stderr
            assert "Traceback" not in done.stderr
            assert left == set()
        else:
            assert len(left) == 1
    assert outcomes == {0, 1}
    assert set(before) <= {path.name for path in data.iterdir()}


async def test_ops_01_a_copy_of_live_files_is_no_backup(tmp_path: Path):
    """Why the manual forbids `cp`: the database alone lacks what is in its log, and says nothing about it."""
    async with server_in(tmp_path / "live") as server:
        await found_town(server.url, clients=2, rooms=1)
        copied = await asyncio.to_thread((server.data / "among.db").read_bytes)
    copy = tmp_path / "copied.db"
    await asyncio.to_thread(copy.write_bytes, copied)
    with sqlite3.connect(copy) as db:
        tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        accounts = db.execute("SELECT count(*) FROM accounts").fetchone()[0] if tables else 0
    db.close()
    assert accounts < 2


SLOWLY = """
import sys
from among_server.admin.main import main
from among_server.store import pace
from among_server.store.sqlite import copying
copying.PIECE, pace.REST, pace.RATE = 4096, 0, 4096 / 0.05
pace.give_way = lambda: None  # or what else runs here decides when it begins
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_ops_01_one_that_is_stopped_leaves_nothing_that_looks_like_a_backup(tmp_path: Path, number: signal.Signals):
    data, into = tmp_path / "data", tmp_path / "backups"
    command = [sys.executable, "-m", "among_server.admin.main", "invite", "--data", str(data)]
    subprocess.run(command, check=True, capture_output=True)
    with subprocess.Popen(
        [sys.executable, "-c", SLOWLY, "backup", "--data", data, "--to", into],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and not list(into.glob(".among-*.part/among.db")):
            time.sleep(0.005)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode in (1, 128 + number, -number)
    assert out == ""
    assert "Traceback" not in err
    left = {path.name for path in into.iterdir()}
    if number == signal.SIGKILL:
        assert {name.endswith(".part") for name in left} == {True}
        again = [
            sys.executable,
            "-m",
            "among_server.admin.main",
            "backup",
            "--fast",
            "--data",
            str(data),
            "--to",
            str(into),
        ]
        subprocess.run(again, check=True, capture_output=True)
        (one,) = into.iterdir()
        assert not one.name.startswith(".")
    else:
        assert left == set()
