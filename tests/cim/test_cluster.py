"""The private cluster: it starts, keeps the city's data, and comes back after accidents."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from cim import cluster
from cim.cluster import tuning
from cim.cluster.account import server_account

Ask = Callable[[str, str], list[object]]
Note = Callable[[str, str], None]
HomeFactory = Callable[..., Path]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root meets this")


def kill(home: Path) -> None:
    """Kill the postmaster as the kernel does when memory runs out, and wait until it is dead."""
    pid = cluster.status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _wait_until(lambda: cluster.status(home).pid is None)


def libpq(url: str) -> str:
    """Give the same address as psycopg takes it."""
    return url.replace("postgresql+psycopg", "postgresql")


def test_a_first_start_makes_an_utf8_database_that_nobody_reaches_over_the_network(
    cluster_url: str, ask: Ask
) -> None:
    assert ask(cluster_url, "SHOW server_encoding") == ["UTF8"]
    assert ask(
        cluster_url, "SELECT datctype FROM pg_database WHERE datname = current_database()"
    ) == ["C.UTF-8"]
    assert ask(cluster_url, "SHOW listen_addresses") == [""]
    assert ask(cluster_url, "SHOW jit") == ["off"]


def test_chinese_names_are_found_by_trigrams(make_database: Callable[[], str], ask: Ask) -> None:
    url = make_database()
    ask(url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert ask(url, "SELECT similarity('罗湖商务中心', '罗湖商务') > 0.3") == [True]
    ask(url, "CREATE TABLE tower AS SELECT unnest(ARRAY['罗湖商务中心', '京基100']) AS name")
    ask(url, "CREATE INDEX ON tower USING gin (name gin_trgm_ops)")
    assert ask(url, "SELECT name FROM tower WHERE name ILIKE '%湖商务%'") == ["罗湖商务中心"]


def test_postgis_is_there(make_database: Callable[[], str], ask: Ask) -> None:
    url = make_database()
    ask(url, "CREATE EXTENSION IF NOT EXISTS postgis")
    assert ask(url, "SELECT ST_SRID('SRID=4490;POINT(114.12 22.55)'::geometry)") == [4490]


def test_each_test_gets_a_database_of_its_own(
    make_database: Callable[[], str], ask: Ask, note: Note
) -> None:
    first, second = make_database(), make_database()
    note(first, "东门")
    assert ask(second, "SELECT to_regclass('note')") == [None]


def test_a_restart_keeps_the_data(make_home: HomeFactory, ask: Ask, note: Note) -> None:
    home = make_home()
    note(cluster.start(home), "国贸大厦")
    cluster.stop(home)
    assert not cluster.status(home).running
    assert ask(cluster.start(home), "SELECT words FROM note") == ["国贸大厦"]


def test_a_start_of_a_running_cluster_waits_for_nothing(make_home: HomeFactory) -> None:
    home = make_home()
    url = cluster.start(home)
    with (home / "cluster.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert cluster.start(home) == url


def test_status_tells_what_runs_and_changes_nothing(make_home: HomeFactory, ask: Ask) -> None:
    home = make_home()
    assert not cluster.status(home).running
    assert not home.exists()
    url = cluster.start(home)
    now = cluster.status(home)
    assert (now.running, now.url) == (True, url)
    assert now.pid is not None
    assert ask(url, "SELECT split_part(current_setting('server_version'), ' ', 1)") == [now.version]
    cluster.stop(home)
    cluster.stop(home)
    assert cluster.status(home).url is None


def test_a_killed_server_comes_back_while_its_backends_are_still_at_work(
    make_home: HomeFactory, ask: Ask, note: Note
) -> None:
    home = make_home()
    url = cluster.start(home)
    note(url, "深南东路")
    pid = cluster.status(home).pid
    assert pid is not None
    with psycopg.connect(libpq(url)) as busy:
        # A backend that computes does not notice that its postmaster is gone.
        endless = "DO $$ BEGIN LOOP END LOOP; END $$"
        query = threading.Thread(target=_ignore_loss, args=(busy, endless))
        query.start()
        _wait_until(
            lambda: (
                ask(
                    url,
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' "
                    "AND query LIKE 'DO%' AND pid <> pg_backend_pid()",
                )
                == [1]
            )
        )
        kill(home)
        assert ask(cluster.start(home), "SELECT words FROM note") == ["深南东路"]
        query.join(timeout=30)
    assert cluster.status(home).pid != pid


def _ignore_loss(connection: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute(statement.encode())


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_pid_that_another_program_has_by_now_does_not_block_the_start(
    make_home: HomeFactory, ask: Ask, note: Note
) -> None:
    home = make_home()
    note(cluster.start(home), "翠竹")
    now = cluster.status(home)
    assert now.pid is not None
    assert now.data_dir is not None
    kill(home)
    account = server_account(now.data_dir.stat().st_uid)
    user = None if account.is_caller else account.uid
    with subprocess.Popen(["sleep", "100"], user=user) as stranger:
        pid_file = now.data_dir / "postmaster.pid"
        lines = pid_file.read_text().split("\n")
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        assert ask(cluster.start(home), "SELECT words FROM note") == ["翠竹"]
        assert stranger.poll() is None
        stranger.kill()


def test_starts_at_the_same_time_make_one_server(make_home: HomeFactory) -> None:
    home = make_home()
    program = (
        "import pathlib, sys; from cim import cluster; "
        "print(cluster.start(pathlib.Path(sys.argv[1])))"
    )
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    urls = {start.communicate(timeout=120)[0].strip() for start in starts}
    assert [start.returncode for start in starts] == [0, 0, 0, 0]
    assert urls == {cluster.start(home)}


def test_the_server_outlives_its_caller_and_a_ctrl_c(make_home: HomeFactory) -> None:
    home = make_home()
    program = (
        "import pathlib, signal, sys, time; from cim import cluster; "
        # Shells start background jobs with Ctrl-C ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        "cluster.start(pathlib.Path(sys.argv[1])); print(flush=True); time.sleep(100)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as caller:
        assert caller.stdout is not None
        caller.stdout.readline()
        os.killpg(caller.pid, signal.SIGINT)
        caller.wait(timeout=10)
    assert cluster.status(home).running


def test_a_half_made_data_folder_is_made_again(make_home: HomeFactory, ask: Ask) -> None:
    home = make_home()
    cluster.start(home)
    cluster.stop(home)
    data = cluster.status(home).data_dir
    assert data is not None
    shutil.rmtree(data)
    half = data.with_name("data.part-1-1")
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    assert ask(cluster.start(home), "SELECT 1") == [1]
    assert not half.exists()


def test_data_of_a_version_that_is_gone_is_refused_with_a_reason(make_home: HomeFactory) -> None:
    home = make_home()
    cluster.start(home)
    cluster.stop(home)
    data = cluster.status(home).data_dir
    assert data is not None
    kept = (data / "PG_VERSION").read_text()
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(cluster.ClusterError, match=r"PostgreSQL 14 .*postgresql-14-postgis-3"):
        cluster.start(home)
    (data / "PG_VERSION").write_text(kept)


def test_a_server_that_cannot_start_shows_the_end_of_its_log(make_home: HomeFactory) -> None:
    home = make_home()
    cluster.start(home)
    cluster.stop(home)
    data = cluster.status(home).data_dir
    assert data is not None
    (data / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(cluster.ClusterError, match="no_such_setting"):
        cluster.start(home)


def test_settings_fit_small_and_large_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "machine_memory", lambda: 2**30)
    assert tuning.server_settings()["shared_buffers"] == "128MB"
    assert tuning.server_settings()["work_mem"] == "8MB"
    monkeypatch.setattr(tuning, "machine_memory", lambda: 24 * 2**30)
    assert tuning.server_settings()["shared_buffers"] == "2048MB"
    assert tuning.server_settings()["work_mem"] == "32MB"
