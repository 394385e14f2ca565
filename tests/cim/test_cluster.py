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
from sqlalchemy import create_engine, text

from cim import cluster
from cim.cluster import tuning
from cim.cluster.account import server_account
from cim.cluster.place import Place, make_socket_folder, socket_folder

HomeFactory = Callable[..., Path]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root meets this")


def ask(url: str, statement: str) -> list[object]:
    """Run one statement and give the first column."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return [row[0] for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


def note(url: str, words: str) -> None:
    """Leave something in the database that a later start must find."""
    ask(url, "CREATE TABLE IF NOT EXISTS note (words text)")
    ask(url, f"INSERT INTO note VALUES ('{words}')")


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
    cluster_url: str,
) -> None:
    assert ask(cluster_url, "SHOW server_encoding") == ["UTF8"]
    assert ask(
        cluster_url, "SELECT datctype FROM pg_database WHERE datname = current_database()"
    ) == ["C.UTF-8"]
    assert ask(cluster_url, "SHOW listen_addresses") == [""]
    assert ask(cluster_url, "SHOW jit") == ["off"]


def test_chinese_names_are_found_by_trigrams(make_database: Callable[[], str]) -> None:
    url = make_database()
    ask(url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert ask(url, "SELECT similarity('罗湖商务中心', '罗湖商务') > 0.3") == [True]
    ask(url, "CREATE TABLE tower AS SELECT unnest(ARRAY['罗湖商务中心', '京基100']) AS name")
    ask(url, "CREATE INDEX ON tower USING gin (name gin_trgm_ops)")
    assert ask(url, "SELECT name FROM tower WHERE name ILIKE '%湖商务%'") == ["罗湖商务中心"]


def test_postgis_is_there(make_database: Callable[[], str]) -> None:
    url = make_database()
    ask(url, "CREATE EXTENSION IF NOT EXISTS postgis")
    assert ask(url, "SELECT ST_SRID('SRID=4490;POINT(114.12 22.55)'::geometry)") == [4490]


def test_each_test_gets_a_database_of_its_own(make_database: Callable[[], str]) -> None:
    first, second = make_database(), make_database()
    note(first, "东门")
    assert ask(second, "SELECT to_regclass('note')") == [None]


def test_a_restart_keeps_the_data(make_home: HomeFactory) -> None:
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


def test_status_tells_what_runs_and_changes_nothing(make_home: HomeFactory) -> None:
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
    make_home: HomeFactory,
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
    make_home: HomeFactory,
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


def test_two_homes_side_by_side_do_not_meet(make_home: HomeFactory) -> None:
    one, other = make_home("one"), make_home("other")
    first, second = cluster.start(one), cluster.start(other)
    note(first, "一")
    note(second, "二")
    assert ask(first, "SELECT words FROM note") == ["一"]
    assert ask(second, "SELECT words FROM note") == ["二"]
    cluster.stop(one)
    assert cluster.status(other).running


def test_a_home_may_have_a_very_long_path(make_home: HomeFactory) -> None:
    home = make_home("城" * 40 + "/" + "c" * 200)
    note(cluster.start(home), "长")
    cluster.stop(home)
    assert ask(cluster.start(home), "SELECT words FROM note") == ["长"]


@as_root
def test_an_open_home_holds_its_data_itself(make_home: HomeFactory, open_folder: Path) -> None:
    home = make_home("city", open_folder)
    cluster.start(home)
    assert cluster.status(home).data_dir == home / "postgres" / "data"


@as_root
def test_the_data_of_a_home_closed_to_the_server_lies_elsewhere_and_is_found_again(
    make_home: HomeFactory, open_folder: Path
) -> None:
    closed = open_folder / "root"
    closed.mkdir(mode=0o700)
    home = make_home("city", closed)
    note(cluster.start(home), "东湖")
    data = cluster.status(home).data_dir
    assert data is not None
    assert not data.is_relative_to(home)
    cluster.stop(home)
    assert ask(cluster.start(home), "SELECT words FROM note") == ["东湖"]

    # A deleted home means a new city; the old data is neither shown nor destroyed.
    left = cluster.status(home).socket_dir
    shutil.rmtree(home)
    assert ask(cluster.start(home), "SELECT to_regclass('note')") == [None]
    assert (data / "PG_VERSION").is_file()
    assert not (data / "postmaster.pid").exists()
    shutil.rmtree(data.parent)
    assert left is not None
    shutil.rmtree(left)

    copy = open_folder / "root" / "copy"
    shutil.copytree(home, copy)
    with pytest.raises(cluster.ClusterError, match="copy"):
        cluster.start(copy)


def test_a_moved_home_finds_its_data(make_home: HomeFactory, open_folder: Path) -> None:
    old, new = make_home("old", open_folder), make_home("new", open_folder)
    note(cluster.start(old), "黄贝岭")
    left = cluster.status(old).socket_dir
    assert left is not None
    old.rename(new)
    assert ask(cluster.start(new), "SELECT words FROM note") == ["黄贝岭"]
    cluster.stop(new)
    assert ask(cluster.start(new), "SELECT words FROM note") == ["黄贝岭"]
    shutil.rmtree(left)


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


def test_a_half_made_data_folder_is_made_again(make_home: HomeFactory) -> None:
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


def test_a_socket_folder_made_by_somebody_else_is_refused(tmp_path: Path) -> None:
    place = Place(tmp_path, server_account())
    socket = socket_folder(tmp_path, place)
    socket.symlink_to(tmp_path)
    try:
        with pytest.raises(cluster.ClusterError, match="somebody else"):
            make_socket_folder(tmp_path, place)
    finally:
        socket.unlink()
    assert len(str(socket / ".s.PGSQL.5432.lock")) < 107


@as_root
def test_a_home_of_somebody_else_is_refused_in_words(make_home: HomeFactory) -> None:
    home = make_home()
    home.mkdir(mode=0o700)
    with pytest.raises(cluster.ClusterError, match="CIM_HOME"):
        _as_nobody(lambda: cluster.start(home))


def _as_nobody(act: Callable[[], object]) -> None:
    os.seteuid(65534)
    try:
        act()
    finally:
        os.seteuid(0)


def test_settings_fit_small_and_large_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "machine_memory", lambda: 2**30)
    assert tuning.server_settings()["shared_buffers"] == "128MB"
    assert tuning.server_settings()["work_mem"] == "8MB"
    monkeypatch.setattr(tuning, "machine_memory", lambda: 24 * 2**30)
    assert tuning.server_settings()["shared_buffers"] == "2048MB"
    assert tuning.server_settings()["work_mem"] == "32MB"
