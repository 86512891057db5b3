"""What lies under a desk: network file systems are refused, room is counted, the ballast gives way and comes back."""

import os
from pathlib import Path

import pytest

from helpdesk_tui.store import filesystem
from helpdesk_tui.store.filesystem import Ballast, BallastState, Mount, Space
from helpdesk_tui.vocabulary.errors import StoreFault

MOUNTS = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 27 0:40 / /srv rw,relatime shared:5 master:1 - xfs /dev/vdb rw
31 30 0:41 / /srv/home rw,relatime - nfs4 server:/home rw,vers=4.2
32 30 0:42 / /srv/my\040files rw,relatime - cifs //server/files rw
33 30 0:43 / /srv/cloud rw,relatime - fuse.sshfs me@far: rw
34 30 0:44 / /srv/container rw,relatime - fuse.fuse-overlayfs fuse-overlayfs rw
35 30 0:45 / /srv/host rw,relatime - 9p host rw
36 30 0:46 / /srv/host rw,relatime - ext4 /dev/vdc rw
37 30 0:47 / /srv/homely rw,relatime - btrfs /dev/vdd rw
a broken line
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS, "utf-8")
    return path


@pytest.mark.parametrize(
    ("path", "point", "kind"),
    [("/desk.db", "/", "ext4"), ("/srv/desk.db", "/srv", "xfs"), ("/srv/home/ana/desk.db", "/srv/home", "nfs4"),
     ("/srv/my files/desk.db", "/srv/my files", "cifs"), ("/srv/homely/desk.db", "/srv/homely", "btrfs"),
     ("/srv/host/desk.db", "/srv/host", "ext4"), ("/srv/home", "/srv/home", "nfs4"), ("/srvx/desk.db", "/", "ext4")],
)  # fmt: skip
def test_the_mount_of_a_path(mounts: Path, path: str, point: str, kind: str) -> None:
    assert filesystem.mount_of(Path(path), mounts) == Mount(point, kind)


def test_links_are_followed(mounts: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/srv/home/ana")
    assert filesystem.mount_of(tmp_path / "link" / "desk.db", mounts) == Mount("/srv/home", "nfs4")


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone", "fuse", "CEPH", "afs", "vboxsf"])  # fmt: skip
def test_network_kinds(kind: str) -> None:
    assert filesystem.is_network(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuse.fuse-overlayfs", "fuseblk", "f2fs", "vfat", "9p", "virtiofs"])  # fmt: skip
def test_local_kinds(kind: str) -> None:
    assert not filesystem.is_network(kind)


def test_a_network_file_system_is_refused(mounts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filesystem.refuse_network(Path("/srv/desk.db"), mounts)
    for path, kind in (("/srv/home/desk.db", "nfs4"), ("/srv/cloud/x/desk.db", "fuse.sshfs")):
        with pytest.raises(StoreFault) as refused:
            filesystem.refuse_network(Path(path), mounts)
        line = str(refused.value)
        assert path in line and kind in line and "HELPDESK_ALLOW_NETWORK=1" in line and "\n" not in line
    monkeypatch.setenv("HELPDESK_ALLOW_NETWORK", "yes please")
    with pytest.raises(StoreFault):
        filesystem.refuse_network(Path("/srv/home/desk.db"), mounts)
    monkeypatch.setenv("HELPDESK_ALLOW_NETWORK", "1")
    filesystem.refuse_network(Path("/srv/home/desk.db"), mounts)


def test_the_root_of_a_machine_is_its_own(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("27 1 0:9 / / rw,relatime - nfs4 server:/diskless rw,vers=4.2\n", "utf-8")
    filesystem.refuse_network(Path("/var/desk.db"), mounts)


def test_where_the_system_tells_nothing_nothing_is_refused(tmp_path: Path) -> None:
    assert filesystem.mount_of(tmp_path, tmp_path / "absent") is None
    filesystem.refuse_network(tmp_path, tmp_path / "absent")


def test_room_is_counted_where_the_file_will_be(tmp_path: Path) -> None:
    found = filesystem.space(tmp_path / "not" / "yet" / "desk.db")
    assert 0 < found.free <= found.total
    assert not found.read_only


# -- ballast -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ballast(tmp_path: Path) -> Ballast:
    desk = tmp_path / "desk.db"
    desk.touch(0o640)
    desk.chmod(0o640)
    return Ballast(desk)


def test_a_ballast_takes_its_room_and_gives_it_back(ballast: Ballast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_BALLAST", "2")
    assert ballast.state() is BallastState.ABSENT
    assert not ballast.release()
    assert ballast.make()
    assert ballast.state() is BallastState.HELD
    found = ballast.path.stat()
    assert found.st_size == 2 * filesystem.MIB
    assert found.st_blocks * 512 >= found.st_size, "a hole holds no room"
    assert found.st_mode & 0o777 == 0o640
    assert ballast.release()
    assert ballast.state() is BallastState.SPENT
    assert ballast.path.stat().st_blocks == 0
    assert not ballast.release()
    assert ballast.refill()
    assert ballast.state() is BallastState.HELD


@pytest.mark.parametrize(
    ("said", "size"),
    [("", 32), ("0", 0), ("8", 8), ("x", 32), ("-1", 32), ("٣", 32), ("1e3", 32), ("9999999", 32), (" 4 ", 4)],
)
def test_the_size_that_is_wanted(said: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_BALLAST", said)
    assert filesystem.ballast_wanted() == size * filesystem.MIB


def test_no_ballast_where_room_is_short(ballast: Ballast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "space", lambda _path: Space(9 * filesystem.MIB, 100 * filesystem.MIB, False))
    assert not ballast.make(2 * filesystem.MIB)
    assert ballast.state() is BallastState.ABSENT
    assert ballast.make(1 * filesystem.MIB)


def test_a_spent_ballast_waits_for_room(ballast: Ballast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_BALLAST", "4")
    ballast.path.touch()
    free = 5 * filesystem.MIB - 1
    monkeypatch.setattr(filesystem, "space", lambda _path: Space(free, 100 * filesystem.MIB, False))
    assert not ballast.refill()
    assert ballast.state() is BallastState.SPENT
    free += 1
    assert ballast.refill()
    assert ballast.state() is BallastState.HELD


def test_a_ballast_that_is_no_longer_wanted_goes(ballast: Ballast, monkeypatch: pytest.MonkeyPatch) -> None:
    ballast.path.touch()
    monkeypatch.setenv("HELPDESK_BALLAST", "0")
    assert ballast.refill()
    assert ballast.state() is BallastState.ABSENT
    assert not ballast.make()


def test_a_disk_that_fills_up_meanwhile_leaves_no_half_ballast(
    ballast: Ballast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int, _start: int, _size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    assert not ballast.make(filesystem.MIB)
    assert ballast.state() is BallastState.ABSENT
    ballast.path.touch()
    monkeypatch.setenv("HELPDESK_BALLAST", "1")
    assert not ballast.refill()
    assert ballast.state() is BallastState.SPENT


def test_a_ballast_is_never_written_through_a_link(ballast: Ballast, tmp_path: Path) -> None:
    other = tmp_path / "precious"
    other.write_bytes(b"")
    ballast.path.symlink_to(other)
    assert not ballast.make(filesystem.MIB)
    assert other.read_bytes() == b""
