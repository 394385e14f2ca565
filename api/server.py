"""The server process of one city: started, found again, and stopped.

What runs is written to ``server.json`` in the city's home; it is believed only while the process
it names answers to the same start time, so that a recycled process number is never stopped.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

HOST = "127.0.0.1"
PORT = 8000
_RECORD = "server.json"
_LOG = "server.log"
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class ServerError(RuntimeError):
    """The server does not start; the message says why."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    pid: int
    port: int
    started: str

    @property
    def address(self) -> str:
        """Address of the page."""
        return f"http://{HOST}:{self.port}"


def _started(pid: int) -> str | None:
    """Return when a process began, in the kernel's ticks; None where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    # a zombie no longer serves
    return None if fields[0] == "Z" else fields[19]


def running(home: Path) -> Server | None:
    """Return the server of this city, if it runs."""
    try:
        server = Server(**json.loads((home / _RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return server if _started(server.pid) == server.started else None


def record(home: Path, port: int, pid: int | None = None) -> Server:
    """Write down that a process serves this city."""
    number = pid or os.getpid()
    server = Server(number, port, _started(number) or "")
    (home / _RECORD).write_text(json.dumps(asdict(server)), encoding="utf-8")
    return server


def check_port(port: int) -> None:
    """Raise `ServerError` where another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise ServerError(
                f"端口 {port} 已被别的程序占用，请换一个：--port 或 make run PORT=8001"
                f" / port {port} is in use by another program: choose another one"
            ) from None


def command(port: int) -> list[str]:
    """Return the command that serves."""
    return [
        sys.executable,
        "-m",
        "uvicorn",
        "api.app:create_app",
        "--factory",
        "--host",
        HOST,
        "--port",
        str(port),
        "--no-server-header",
        "--log-level",
        "warning",
    ]


def start(home: Path, port: int) -> Server:
    """Start the server in the background and wait until it answers.

    Raises
    ------
    ServerError
        It does not answer in time, or ends; the end of its log is in the message.
    """
    log = home / _LOG
    with log.open("ab") as output:
        process = subprocess.Popen(
            command(port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = record(home, port, process.pid)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{server.address}/health", timeout=2).is_success:
                return server
        except httpx.HTTPError:
            time.sleep(0.1)
    process.kill()
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
    raise ServerError(f"服务没有启动 / the server did not start ({log}):\n{tail}")


def stop(home: Path) -> bool:
    """Stop the server; return whether one ran."""
    server = running(home)
    if server is not None:
        os.kill(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while _started(server.pid) == server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        if _started(server.pid) == server.started:
            os.kill(server.pid, signal.SIGKILL)
    (home / _RECORD).unlink(missing_ok=True)
    return server is not None
