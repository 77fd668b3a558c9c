"""What kind of disk the data are on, and what that is worth: told to clients and to the operator."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from among_server.store.sqlite import SqliteStore, disk

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid - proc proc rw
30 22 0:40 / /srv rw - tmpfs tmpfs rw,size=1g
31 30 254:1 / /srv/among rw,noatime shared:7 master:3 - xfs /dev/vdb rw
32 22 0:50 / /mnt/with\\040space rw - nfs4 nas:/export rw,hard
33 22 0:51 / /home/ann rw - fuse.sshfs ann@far:/ rw
34 22 0:52 / /twice rw - ext4 /dev/vdc rw
35 34 0:53 / /twice rw - overlay overlay rw
not a line of mounts
"""


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/var/lib/among", "ext4"),
        ("/srv", "tmpfs"),
        ("/srv/other/among", "tmpfs"),
        ("/srv/among", "xfs"),
        ("/srv/among/data", "xfs"),
        ("/srv/amongst", "tmpfs"),
        ("/mnt/with space/data", "nfs4"),
        ("/home/ann/data", "fuse.sshfs"),
        ("/twice/data", "overlay"),
    ],
)
def test_the_file_system_of_a_folder(folder: str, name: str):
    assert disk.file_system(Path(folder), MOUNTS) == name


def test_where_the_table_of_mounts_says_nothing_neither_do_we():
    assert disk.file_system(Path("/data"), "") == ""
    assert disk.kind("") == ("full", "")


@pytest.mark.parametrize(
    "name", ["nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse", "fuse.sshfs", "fuseblk", "ceph"]
)
def test_over_a_network_or_another_program_a_flush_is_not_ours_to_promise(name: str):
    assert disk.kind(name).durability == "relaxed"
    assert name in disk.kind(name).warning


@pytest.mark.parametrize("name", ["tmpfs", "ramfs"])
def test_in_memory_nothing_outlives_the_machine(name: str):
    assert disk.kind(name).durability == "memory"
    assert "restarts" in disk.kind(name).warning


@pytest.mark.parametrize("name", ["overlay", "aufs"])
def test_a_containers_layer_flushes_and_goes_with_the_container(name: str):
    assert disk.kind(name).durability == "full"
    assert "container" in disk.kind(name).warning


@pytest.mark.parametrize("name", ["ext4", "xfs", "btrfs", "zfs", "f2fs", "apfs", "bcachefs", "vfat"])
def test_of_a_local_disk_nothing_is_said(name: str):
    assert disk.kind(name) == ("full", "")


def test_this_machine_has_a_disk(tmp_path: Path):
    disk.kind_of(tmp_path)
    disk.check_room(tmp_path)
    assert list(tmp_path.iterdir()) == []


async def test_data_on_a_network_are_relaxed_and_the_epoch_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The far end may have lost what was acknowledged, and nobody here would know."""
    monkeypatch.setattr(disk, "kind_of", lambda folder: disk.kind("nfs4"))
    store = SqliteStore(tmp_path / "data")
    with capture_logs() as logs:
        await store.open()
    assert store.durability == "relaxed"
    (warned,) = [entry for entry in logs if entry["event"] == "store.weak_disk"]
    assert warned["log_level"] == "warning"
    assert "nfs4" in warned["why"]
    (noted,) = await store._read(lambda db: db.execute("SELECT value FROM meta WHERE name = 'open'").fetchone())
    assert noted == "relaxed"
    await store.close()


@pytest.mark.parametrize(("size", "chunk"), [(0, 10), (1, 10), (10, 10), (101, 10)])
def test_what_is_written_again_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, chunk: int):
    monkeypatch.setattr(disk, "CHUNK", chunk)
    file = tmp_path / "among.db-wal"
    file.write_bytes(bytes(index % 251 for index in range(size)))
    before = file.read_bytes()
    disk.write_again(file)
    assert file.read_bytes() == before
    disk.write_again(tmp_path / "none")
    assert [path.name for path in tmp_path.iterdir()] == ["among.db-wal"]
