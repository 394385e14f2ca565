"""The operating-system account that the database server runs as.

PostgreSQL refuses to run as root. A root caller therefore hands its processes over with a plain
privilege drop, which works in containers that have neither sudo nor su.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cim.cluster.errors import ClusterError


@dataclass(frozen=True)
class Account:
    """Who owns the data folder and runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        """Whether no privilege has to be dropped."""
        return self.uid == os.geteuid()

    def run(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, in a session of its own so that Ctrl-C passes it by.

        Raises
        ------
        ClusterError
            When the command cannot be started at all.
        """
        # From "/": the caller's working folder may be closed to the account.
        drop = not self.is_caller
        try:
            return subprocess.run(
                [str(part) for part in command],
                cwd="/",
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout,
                start_new_session=True,
                check=False,
                user=self.uid if drop else None,
                group=self.gid if drop else None,
                extra_groups=[] if drop else None,
            )
        except OSError as error:
            raise ClusterError(
                f"无法以用户 {self.name} 运行 {command[0]}:{error.strerror}。",
                f"Cannot run {command[0]} as user {self.name}: {error.strerror}.",
            ) from error

    def can_enter(self, path: Path) -> bool:
        """Whether the account may traverse a folder, or execute a file.

        Asked of the kernel under the account itself: mode bits alone say nothing of ACLs.
        """
        if self.is_caller:
            return os.access(path, os.X_OK)
        return self.run(["test", "-x", path]).returncode == 0


def server_account(data_owner: int | None = None) -> Account:
    """Choose the account that runs the server.

    Parameters
    ----------
    data_owner
        User id that owns an existing data folder. PostgreSQL runs as nobody else.

    Returns
    -------
    Account
        The caller; for root the owner of the data, else ``postgres``, else ``nobody``.

    Raises
    ------
    ClusterError
        When the data belongs to somebody the caller cannot act for.
    """
    caller = os.geteuid()
    if caller != 0:
        if data_owner not in (None, caller):
            owner = _name(data_owner)
            raise ClusterError(
                f"数据库目录属于用户 {owner}。请以该用户或 root 运行，或用 CIM_HOME 另指目录。",
                f"The database folder belongs to user {owner}. Run as that user or as root, "
                "or set CIM_HOME to another folder.",
            )
        return Account(_name(caller), caller, os.getegid())
    if data_owner:
        return _account(data_owner)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ClusterError(
        "PostgreSQL 不能以 root 运行，而本机没有 postgres 或 nobody 用户。",
        "PostgreSQL does not run as root, and this machine has no user postgres or nobody.",
    )


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, uid)
    return Account(entry.pw_name, uid, entry.pw_gid)


def _name(uid: int | None) -> str:
    return _account(uid).name if uid is not None else "?"
