"""A token is kept where nobody else reads it, and is never shown."""

import errno
import json
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from among_cli.saved import Account, Saved
from among_cli.settings import SettingsError

HERE, THERE = "ws://127.0.0.1:8080/v1", "wss://chat.example/v1"


@pytest.fixture
def read_only(monkeypatch) -> Callable[[], None]:
    """From now on nothing of it can be changed, as on a disk that is mounted so; also for root."""

    def refuse(path: object, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    def mounted() -> None:
        for name in ("chmod", "mkdir", "unlink", "replace"):
            monkeypatch.setattr(Path, name, refuse)
        monkeypatch.setattr(tempfile, "mkstemp", lambda **given: refuse(given["dir"]))

    return mounted


@pytest.fixture
def saved(tmp_path) -> Saved:
    return Saved.of({"XDG_STATE_HOME": str(tmp_path), "HOME": "/nowhere"})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_token_is_read_by_nobody_else(saved, tmp_path):
    saved.keep(Account(HERE, "ana", "secret"))
    (file,) = tmp_path.rglob("*.json")
    assert mode(file) == 0o600
    assert [mode(directory) for directory in (file.parent, file.parents[1], file.parents[2])] == [0o700] * 3
    assert file.is_relative_to(tmp_path / "among")
    assert list(tmp_path.rglob(".new-*")) == []


def test_a_file_that_was_opened_to_others_is_closed_again(saved, tmp_path):
    saved.keep(Account(HERE, "ana", "secret"))
    (file,) = tmp_path.rglob("*.json")
    file.chmod(0o644)
    assert saved.get(HERE) == Account(HERE, "ana", "secret")
    assert mode(file) == 0o600


def test_the_account_last_signed_in_as_is_the_one(saved):
    assert saved.get(HERE) is None
    saved.keep(Account(HERE, "ana", "one"))
    saved.keep(Account(HERE, "bob", "two"))
    assert saved.get(HERE) == Account(HERE, "bob", "two")
    assert saved.get(HERE, "Ana") == Account(HERE, "ana", "one")
    saved.choose(Account(HERE, "ana", "one"))
    assert saved.handles(HERE) == ["ana", "bob"]
    assert saved.get(HERE, "cleo") is None


def test_servers_have_their_own_accounts(saved):
    saved.keep(Account(HERE, "ana", "one"))
    assert saved.get(THERE) is None
    saved.keep(Account("ws://127.0.0.1_8080/v1", "ana", "other"))
    assert saved.get(HERE) == Account(HERE, "ana", "one")


def test_a_new_token_takes_the_place_of_the_old_one_and_goes_when_forgotten(saved):
    account = Account(HERE, "ana", "new")
    saved.keep(Account(HERE, "ana", "old"))
    saved.keep(account)
    assert saved.get(HERE) == account
    saved.forget(account)
    saved.forget(account)
    assert saved.get(HERE) is None
    assert saved.handles(HERE) == []


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"handle": "ana"}', "\x00\xff"])
def test_a_broken_file_means_signing_in_again(saved, tmp_path, content):
    saved.keep(Account(HERE, "ana", "one"))
    (file,) = tmp_path.rglob("*.json")
    file.write_text(content, "utf-8")
    assert saved.get(HERE) is None


@pytest.mark.parametrize("handle", ["../../x", "a/b", "", "."])
def test_a_handle_that_is_none_names_no_file(saved, handle):
    assert saved.get(HERE, handle) is None


def test_printing_an_account_does_not_give_its_token_away():
    assert "secret" not in f"{Account(HERE, 'ana', 'secret')}"


def test_without_xdg_it_is_under_home(tmp_path):
    Saved.of({"HOME": str(tmp_path)}).keep(Account(HERE, "ana", "secret"))
    (file,) = (tmp_path / ".local/state/among/accounts").rglob("*.json")
    assert json.loads(file.read_text("utf-8"))["server"] == HERE


def test_a_token_that_was_saved_meanwhile_is_not_forgotten_with_the_old_one(saved):
    old, new = Account(HERE, "ana", "old"), Account(HERE, "ana", "new")
    saved.keep(old)
    saved.keep(new)
    saved.forget(old)
    assert saved.get(HERE) == new
    saved.forget(new)
    assert saved.get(HERE) is None


def test_what_is_saved_on_a_disk_that_is_only_read_is_used_as_it_is(saved, tmp_path, read_only):
    ana, bob = Account(HERE, "ana", "one"), Account(HERE, "bob", "two")
    saved.keep(ana)
    saved.keep(bob)
    for file in tmp_path.rglob("*.json"):
        file.chmod(0o644)  # as a copy may be
    read_only()
    assert saved.get(HERE) == bob
    saved.choose(bob)
    with pytest.raises(OSError, match="Read-only"):
        saved.choose(ana)
    with pytest.raises(OSError, match="Read-only"):
        saved.keep(Account(HERE, "ana", "new"))


def test_a_token_that_is_forgotten_is_not_taken_again_where_it_cannot_be_removed(saved, read_only):
    ana = Account(HERE, "ana", "one")
    saved.keep(ana)
    read_only()
    with pytest.raises(OSError, match="Read-only"):
        saved.forget(ana)
    assert saved.get(HERE, "ana") is None


def test_who_has_no_home_is_told_what_to_set(monkeypatch):
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as for a user that the system does not know
    with pytest.raises(SettingsError, match="set HOME, or XDG_STATE_HOME"):
        Saved.of({})
