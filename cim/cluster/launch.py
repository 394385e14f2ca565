"""Make the data folder and launch the server on it."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from dataclasses import replace
from pathlib import Path

from cim.cluster.binaries import Binaries, find_binaries
from cim.cluster.errors import ClusterError
from cim.cluster.place import Place, make_socket_folder, read_record, write_record
from cim.cluster.postmaster import (
    PORT,
    answers,
    end_orphans,
    forget_reused_pid,
    is_ready,
    running_postmaster,
    socket_in_use,
)
from cim.cluster.tuning import server_settings

SUPERUSER = "cim"
_LOCALE = "C.UTF-8"  # in plain C the trigrams of Chinese text are empty
_ORPHAN_PATIENCE = 60.0
_START_PATIENCE = 300.0  # recovery after a crash replays up to max_wal_size
_LOG_LIMIT = 16 * 2**20


def ensure_running(home: Path, place: Place) -> None:
    """Start the server of a place unless it runs. The caller holds the home's lock.

    Raises
    ------
    ClusterError
        When there are no fitting binaries or the server does not start.
    """
    deadline = time.monotonic() + _START_PATIENCE
    while (pid := running_postmaster(place.data)) is not None:
        folder = socket_in_use(place.data)
        if folder and is_ready(place.data) and answers(folder, pid):
            return
        # Starting or stopping: an interrupted command leaves it so for a moment.
        if time.monotonic() > deadline:
            raise _not_started(place, _log_since(place, 0))
        time.sleep(0.05)
    binaries = find_binaries(_data_version(place), place.account)
    if not place.account.can_enter(place.folder):
        raise ClusterError(
            f"用户 {place.account.name} 无法进入 {place.folder}。请开放其上级目录,"
            "或用 CIM_HOME 另指目录。",
            f"User {place.account.name} cannot enter {place.folder}. Open the folders above it, "
            "or set CIM_HOME to another folder.",
        )
    _ensure_data(place, binaries)
    _launch(place, binaries, make_socket_folder(home, place))
    record = read_record(home)
    if record:
        write_record(home, replace(record, version=binaries.version, postgis=binaries.postgis))


def _data_version(place: Place) -> int | None:
    """Major version that made the data folder; None when it is still to be made."""
    try:
        return int((place.data / "PG_VERSION").read_text("ascii"))
    except FileNotFoundError:
        return None


def _ensure_data(place: Place, binaries: Binaries) -> None:
    """Make the data folder beside its place and move it there when it is complete.

    An interrupted attempt may still be writing: each has a name of its own.
    """
    for leftover in place.folder.glob("data.part-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if place.data.exists():
        return
    part = place.folder / f"data.part-{os.getpid()}-{time.time_ns()}"
    result = place.account.run(
        [
            binaries.folder / "initdb",
            f"--pgdata={part}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            f"--locale={_LOCALE}",
            "--data-checksums",
            "--auth-local=trust",  # the socket folder is closed to everybody else
            "--auth-host=reject",
            "--no-instructions",
        ],
        env=_environment(),
    )
    if result.returncode != 0:
        shutil.rmtree(part, ignore_errors=True)
        raise ClusterError(
            f"initdb 失败:\n{result.stdout}", f"initdb failed, see above. Folder: {place.folder}"
        )
    part.rename(place.data)


def _launch(place: Place, binaries: Binaries, socket: Path) -> None:
    """Start the server in a session of its own, and wait until it answers."""
    settings = {**server_settings(), "unix_socket_directories": str(socket), "port": str(PORT)}
    options = shlex.join(f"--{name}={value}" for name, value in settings.items())
    if place.log.exists() and place.log.stat().st_size > _LOG_LIMIT:
        place.log.replace(place.log.with_suffix(".log.1"))
    command: list[str | Path] = [binaries.folder / "pg_ctl", "start", "--wait", "--silent"]
    command += [f"--timeout={_START_PATIENCE:.0f}", f"--pgdata={place.data}"]
    command += [f"--log={place.log}", f"--options={options}"]
    deadline = time.monotonic() + _ORPHAN_PATIENCE
    while True:
        forget_reused_pid(place.data, socket)
        seen = place.log.stat().st_size if place.log.exists() else 0
        if place.account.run(command, env=_environment()).returncode == 0:
            return
        said = _log_since(place, seen)
        # Backends of a server that was killed live on until they notice.
        if "pre-existing shared memory block" not in said or time.monotonic() > deadline:
            raise _not_started(place, said)
        end_orphans(place.data)
        time.sleep(0.2)


def _environment() -> dict[str, str]:
    """The caller's environment without what would steer PostgreSQL's programs elsewhere."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**inherited, "LC_ALL": _LOCALE}


def _log_since(place: Place, position: int) -> str:
    try:
        with place.log.open("rb") as log:
            log.seek(position)
            return log.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _not_started(place: Place, log: str) -> ClusterError:
    tail = "\n".join(log.splitlines()[-12:])
    return ClusterError(
        f"PostgreSQL 未能启动，日志 {place.log}:\n{tail}",
        f"PostgreSQL did not start; the log is {place.log} (its end is above).",
    )
