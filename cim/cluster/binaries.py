"""Find PostgreSQL binaries that come with PostGIS.

A machine may carry several PostgreSQL versions of which only some have a PostGIS package, so the
newest version is not always the one to take.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cim.cluster.account import Account
from cim.cluster.errors import ClusterError

VERSIONS = range(15, 19)
POSTGIS_AT_LEAST = (3, 3)
DEBIAN = Path("/usr/lib/postgresql")
_PROGRAMS = ("postgres", "initdb", "pg_ctl")


@dataclass(frozen=True)
class Binaries:
    """One usable set of PostgreSQL programs."""

    folder: Path
    version: str
    postgis: str

    @property
    def major(self) -> int:
        """Major version; a data folder belongs to exactly one."""
        return int(self.version.split(".")[0])


def find_binaries(major: int | None = None, account: Account | None = None) -> Binaries:
    """Find the newest PostgreSQL (15 to 18) that has PostGIS 3.3 or later.

    Parameters
    ----------
    major
        Only this major version, for a data folder that exists already.
    account
        Only binaries this account may run: a conda environment in root's closed home is of no
        use to an unprivileged server.

    Raises
    ------
    ClusterError
        When there is none; the message lists what was found and why it was refused.
    """
    usable: list[Binaries] = []
    refused: list[str] = []
    for folder in _folders():
        found = _inspect(folder)
        if isinstance(found, str):
            refused.append(f"{folder}: {found}")
        elif major is not None and found.major != major:
            refused.append(f"{folder}: PostgreSQL {found.major} ≠ {major}")
        elif account is not None and not account.can_enter(folder / "postgres"):
            refused.append(f"{folder}: 用户 {account.name} 无权执行 / closed to {account.name}")
        else:
            usable.append(found)
    if usable:
        return max(usable, key=lambda each: _numbers(each.version))
    raise _nothing_usable(major, refused)


def _folders() -> Iterator[Path]:
    """Folders that hold the three programs, symbolic links resolved, each once."""
    prefixes = (os.environ.get("CONDA_PREFIX"), sys.prefix)
    candidates = [
        *(Path(entry) for entry in os.get_exec_path()),
        *DEBIAN.glob("*/bin"),
        *(Path(prefix) / "bin" for prefix in prefixes if prefix),
    ]
    seen: set[Path] = set()
    for candidate in candidates:
        program = candidate / "postgres"
        # A folder like /usr/local/bin may hold links to a few programs only: the place they
        # lead to has them all.
        folder = program.resolve().parent if os.access(program, os.X_OK) else None
        if folder is None or folder in seen:
            continue
        seen.add(folder)
        if all(os.access(folder / name, os.X_OK) for name in _PROGRAMS):
            yield folder


def _inspect(folder: Path) -> Binaries | str:
    """Read the versions in a folder, or say why it cannot be used."""
    answer = _output([folder / "postgres", "--version"])
    match = re.search(r"\b(\d+)(?:\.\d+|\w+)", answer)
    if match is None:
        return "postgres --version?"
    version = match[0]
    if int(match[1]) not in VERSIONS:
        return f"PostgreSQL {version} ({VERSIONS[0]}–{VERSIONS[-1]})"
    postgis = _postgis_version(folder, int(match[1]))
    if postgis is None:
        return f"PostgreSQL {version}, 无 PostGIS / no PostGIS"
    if _numbers(postgis) < POSTGIS_AT_LEAST:
        return f"PostgreSQL {version}, PostGIS {postgis} < 3.3"
    return Binaries(folder, version, postgis)


def _postgis_version(folder: Path, major: int) -> str | None:
    """Read the version that ``CREATE EXTENSION postgis`` would install."""
    config = folder / "pg_config"
    if os.access(config, os.X_OK):
        shares = [Path(_output([config, "--sharedir"]))]
    else:
        # pg_config is in a development package on some systems; the known layouts are Debian's,
        # conda's and that of upstream's own packages.
        own = folder.parent / "share"
        shares = [own / "postgresql", own]
        if DEBIAN in folder.parents:
            shares.append(DEBIAN.parents[1] / "share" / "postgresql" / str(major))
    for share in shares:
        control = share / "extension" / "postgis.control"
        if control.is_file():
            match = re.search(r"default_version\s*=\s*'([^']+)'", control.read_text("utf-8"))
            return match[1] if match else None
    return None


def _output(command: list[str | Path]) -> str:
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _nothing_usable(major: int | None, refused: list[str]) -> ClusterError:
    found = "".join(f"\n  {line}" for line in refused)
    number = str(major) if major else "15–18"
    example = major or 15
    return ClusterError(
        f"找不到带 PostGIS(≥ 3.3)的 PostgreSQL {number}。Debian/Ubuntu 请安装软件包 "
        f"postgresql-{example}-postgis-3(版本号以系统所带为准);conda 请安装 postgis、postgresql。",
        f"No PostgreSQL {number} with PostGIS 3.3 or later was found. On Debian or Ubuntu install "
        f"postgresql-{example}-postgis-3 (or the version your system has), in conda the packages "
        f"postgis and postgresql. Looked at:{found or ' (nothing)'}",
    )
