"""Where the cluster of a city home keeps its data and its socket.

The data lies in the home itself wherever the server's account can get there. Root's home is
closed to it: then it lies under ``/var/lib/cim`` and the home remembers where.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cim.cluster.account import Account, server_account
from cim.cluster.errors import ClusterError
from cim.cluster.postmaster import running_postmaster, shut_down

SYSTEM_FOLDER = Path("/var/lib/cim")
SOCKET_PARENT = Path("/tmp")  # noqa: S108 - the folder in it is ours alone, see socket_folder
_RECORD = "cluster.json"
_OWNER_NOTE = "home"
_PRIVATE = 0o700


@dataclass(frozen=True)
class Record:
    """What a home remembers of its cluster (``cluster.json``).

    The folder is relative to a home that holds it, so that a moved home finds it again.
    """

    folder: str
    version: str = ""
    postgis: str = ""
    has_database: bool = False


@dataclass(frozen=True)
class Place:
    """Folders of one cluster and the account that owns them."""

    folder: Path
    account: Account

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"


def read_record(home: Path) -> Record | None:
    """Read what the home remembers; None before the first start."""
    try:
        return Record(**json.loads((home / _RECORD).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ClusterError(
            f"{home / _RECORD} 已损坏：请恢复它，或移走它以重新建库。",
            f"{home / _RECORD} is damaged: restore it, or move it away to begin anew.",
        ) from error


def write_record(home: Path, record: Record) -> None:
    """Write the record in one step, so that an interruption leaves the old one."""
    new = home / f"{_RECORD}.new"
    new.write_text(json.dumps(asdict(record), indent=2) + "\n", "utf-8")
    new.replace(home / _RECORD)


def find_place(home: Path) -> Place | None:
    """Find the place of an existing cluster; None before the first start."""
    record = read_record(home)
    if record is None:
        return None
    folder = home / record.folder
    try:
        owner = folder.stat().st_uid
    except FileNotFoundError as error:
        raise ClusterError(
            f"数据库目录 {folder} 不见了。请从备份恢复;若要从空库重新开始,"
            f"请删除 {home / _RECORD}。",
            f"The database folder {folder} is gone. Restore it from a backup; to begin with an "
            f"empty database delete {home / _RECORD}.",
        ) from error
    _refuse_copy(home, folder)
    return Place(folder, server_account(owner))


def make_place(home: Path) -> Place:
    """Find the place of a cluster or choose and make it. The caller holds the home's lock."""
    place = find_place(home)
    if place is not None:
        _hand_over(place.folder, place.account)
        return place
    inside = home / "postgres"
    account = server_account(inside.stat().st_uid if inside.exists() else None)
    folder = inside if account.can_enter(home) else _make_system_folder(home)
    folder.mkdir(mode=_PRIVATE, exist_ok=True)
    _hand_over(folder, account)
    write_record(home, Record(inside.name if folder == inside else str(folder)))
    return Place(folder, account)


def _make_system_folder(home: Path) -> Path:
    """Make a folder outside a closed home.

    A home that was deleted and made again gets a new one: the old city is neither shown again
    nor destroyed, but its server, which nobody can reach any more, is stopped.
    """
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    prefix = _digest(os.fsencode(home))
    for left in SYSTEM_FOLDER.glob(f"{prefix}-*"):
        pid = running_postmaster(left / "data")
        if pid is not None:
            shut_down(left / "data", pid)
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=SYSTEM_FOLDER))
    _note_owner(home, folder)
    return folder


def _note_owner(home: Path, folder: Path) -> None:
    (folder / _OWNER_NOTE).write_text(f"{home}\n", "utf-8")


def _refuse_copy(home: Path, folder: Path) -> None:
    """Keep two homes off one data folder outside them, which a copied record would share."""
    note = folder / _OWNER_NOTE
    other = Path(note.read_text("utf-8").rstrip("\n")) if note.is_file() else home
    if other == home:
        return
    if (other / _RECORD).exists():
        raise ClusterError(
            f"{home} 是 {other} 的副本，两者不能共用一个数据库。请删除 {home / _RECORD} 后再启动,"
            "然后用 cim backup 与 cim restore 迁移数据。",
            f"{home} is a copy of {other}; two homes cannot share one database. Delete "
            f"{home / _RECORD}, start again, and bring the data over with cim backup and "
            "cim restore.",
        )
    # The other home is gone: it was moved here.
    _note_owner(home, folder)


def _hand_over(folder: Path, account: Account) -> None:
    """Give the folder to the server's account; a copy made by root belongs to root entirely."""
    if account.is_caller or folder.stat().st_uid == account.uid:
        return
    for parent, _, files in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in files)):  # noqa: PTH118
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def socket_folder(home: Path, place: Place) -> Path:
    """Name the folder of the home's Unix socket.

    It is short, since a socket path holds 107 bytes. It differs for each path and each data
    folder, so that neither a copied home nor one made where another was meets a stranger's server.
    """
    inode = place.folder.stat().st_ino
    digest = _digest(os.fsencode(home) + f"\n{inode}".encode())
    return SOCKET_PARENT / f"cim-{place.account.uid}-{digest}"


def make_socket_folder(home: Path, place: Place) -> Path:
    """Make the socket folder, open to the server's account only.

    Its mode is what protects the database: who reaches the socket is let in.

    Raises
    ------
    ClusterError
        When somebody else has put something in its place.
    """
    folder, account = socket_folder(home, place), place.account
    with suppress(FileExistsError):
        folder.mkdir(mode=_PRIVATE)
        os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise ClusterError(
            f"{folder} 属于他人，不能用作数据库套接字目录。请管理员删除它。",
            f"{folder} belongs to somebody else and cannot hold the database socket. Have an "
            "administrator remove it.",
        )
    if stat.S_IMODE(found.st_mode) != _PRIVATE:
        folder.chmod(_PRIVATE)
    return folder


def _digest(name: bytes) -> str:
    return hashlib.sha256(name).hexdigest()[:16]
