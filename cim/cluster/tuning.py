"""Server settings that follow the machine.

They are given on the command line of each start, so a better value in a newer program, or a
machine with more memory, takes effect without touching the data folder. ``fsync`` stays on.
"""

from __future__ import annotations

import os
from pathlib import Path

_MIB = 2**20
_GIB = 2**30


def server_settings() -> dict[str, str]:
    """Settings for this machine, by PostgreSQL's names."""
    memory = machine_memory()
    settings = {
        "listen_addresses": "",
        "shared_buffers": _megabytes(memory / 8, 32, 2048),
        "effective_cache_size": _megabytes(memory / 2, 128, 65536),
        "maintenance_work_mem": _megabytes(memory / 32, 32, 512),
        "work_mem": _megabytes(memory / 128, 4, 32),
        "max_wal_size": "4GB",
        # a layer that is filled for the first time goes to the disk once, not to the log as well;
        # a city that needs replicas or a running archive has a server of its own
        "wal_level": "minimal",
        "max_wal_senders": "0",
        # segments are used again rather than made anew: a million rows come in a tenth sooner
        "min_wal_size": "1GB",
        "random_page_cost": "1.1",
        # Compiling costs more than it gains on the short queries of a map.
        "jit": "off",
        # Messages are read by this program; local time is the reader's business.
        "lc_messages": "C",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
    }
    if _shared_memory_folder() < _GIB:
        # Containers give /dev/shm 64 MB by default; parallel queries would fail in it.
        settings["dynamic_shared_memory_type"] = "sysv"
    return settings


def machine_memory() -> int:
    """Memory the server may count on, in bytes: the machine's, or the container's limit."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            memory = min(memory, int(Path(limit).read_text("ascii")))
        except (OSError, ValueError):  # no such control group, or "max"
            continue
    return memory


def _megabytes(size: float, least: int, most: int) -> str:
    return f"{min(max(int(size / _MIB), least), most)}MB"


def _shared_memory_folder() -> int:
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - only its size is asked
    except OSError:
        return 0
    return found.f_blocks * found.f_frsize
