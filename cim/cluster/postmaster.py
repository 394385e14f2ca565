"""The running server as the operating system sees it.

``postmaster.pid`` alone proves nothing: it survives ``kill -9`` and restarts of the machine, after
which its number may belong to another process.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from pathlib import Path

from cim.cluster.account import server_account
from cim.cluster.errors import ClusterError

PORT = 5432
_PID_FILE = "postmaster.pid"
# Lines of postmaster.pid (src/include/utils/pidfile.h, counted from zero here).
_SOCKET_LINE = 4
_STATUS_LINE = 7
_NO_PROCESS = 2**31 - 2  # above every possible pid_max


def running_postmaster(data: Path) -> int | None:
    """Process id of the server on this data folder; None when there is none."""
    lines = _pid_lines(data)
    try:
        pid = abs(int(lines[0]))
    except (IndexError, ValueError):
        return None
    return pid if pid in _server_processes(data, [pid]) else None


def is_ready(data: Path) -> bool:
    """Whether the server has finished starting and is not stopping."""
    lines = _pid_lines(data)
    return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"


def socket_in_use(data: Path) -> Path | None:
    """Folder of the socket that the running server listens on."""
    lines = _pid_lines(data)
    return Path(lines[_SOCKET_LINE]) if len(lines) > _SOCKET_LINE and lines[_SOCKET_LINE] else None


def answers(folder: Path, pid: int) -> bool:
    """Whether the socket is served by that process: a cheap check without a login."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(folder / f".s.PGSQL.{PORT}"))
            peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except OSError:
            return False
    return bool(struct.unpack("3i", peer)[0] == pid)


def forget_reused_pid(data: Path, folder: Path) -> None:
    """Mend lock files whose process number belongs to an unrelated process by now.

    PostgreSQL would refuse to start. In ``postmaster.pid`` the number is overwritten rather than
    the file deleted, because the rest of it lets the new server see whether old backends are
    still alive.
    """
    if running_postmaster(data) is not None:
        return
    lines = _pid_lines(data)
    if lines:
        lines[0] = str(_NO_PROCESS)
        # Written in place, to keep its owner.
        (data / _PID_FILE).write_text("\n".join(lines) + "\n", "utf-8")
    # The socket folder serves this data folder alone, and nothing serves that.
    (folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def end_orphans(data: Path) -> None:
    """End backends that outlived their postmaster and keep its shared memory."""
    if running_postmaster(data) is None:
        for pid in _server_processes(data, _all_processes()):
            _signal(pid, signal.SIGTERM)


def shut_down(data: Path, pid: int, patience: float = 60) -> None:
    """Stop the server: clients are disconnected, the data is flushed.

    Raises
    ------
    ClusterError
        When it is still there after twice the patience (seconds).
    """
    # SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one, which recovers from the
    # log at the next start.
    for number in (signal.SIGINT, signal.SIGQUIT):
        _signal(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _server_processes(data, [pid]):
                return
            time.sleep(0.02)
    raise ClusterError(
        f"数据库进程 {pid} 无法停止。", f"The database process {pid} could not be stopped."
    )


def _pid_lines(data: Path) -> list[str]:
    try:
        return (data / _PID_FILE).read_text("utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return []


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _server_processes(data: Path, candidates: list[int]) -> list[int]:
    """Those of the processes that are PostgreSQL at work in this data folder.

    Every server process works in its data folder, which tells clusters apart.
    """
    try:
        here = data.stat()
    except FileNotFoundError:
        return []
    return [
        pid
        for pid in candidates
        if _is_postgres(pid) and _working_folder(pid, here.st_uid) == (here.st_dev, here.st_ino)
    ]


def _is_postgres(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    name, _, rest = text.rpartition(") ")
    # Zombies stay in the list of processes but hold nothing any more.
    return name.partition("(")[2] in ("postgres", "postmaster") and rest[:1] not in "ZX"


def _working_folder(pid: int, owner: int) -> tuple[int, int] | None:
    """Device and inode of the folder a process works in."""
    path = f"/proc/{pid}/cwd"
    try:
        found = os.stat(path)  # noqa: PTH116 - a link of /proc, not a path of ours
    except PermissionError:
        # Root in a container lacks CAP_SYS_PTRACE; the account that runs the server may look.
        if os.geteuid() != 0:
            return None
        answer = server_account(owner).run(["stat", "-L", "-c", "%d %i", path])
        numbers = answer.stdout.split() if answer.returncode == 0 else []
        return (int(numbers[0]), int(numbers[1])) if numbers else None
    except (FileNotFoundError, ProcessLookupError):
        return None
    return found.st_dev, found.st_ino


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
