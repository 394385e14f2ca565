"""Where a city home keeps its cluster, and that two homes never share one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cim import cluster
from cim.cluster.account import server_account
from cim.cluster.place import Place, make_socket_folder, socket_folder

Ask = Callable[[str, str], list[object]]
Note = Callable[[str, str], None]
HomeFactory = Callable[..., Path]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root meets this")


def test_two_homes_side_by_side_do_not_meet(make_home: HomeFactory, ask: Ask, note: Note) -> None:
    one, other = make_home("one"), make_home("other")
    first, second = cluster.start(one), cluster.start(other)
    note(first, "一")
    note(second, "二")
    assert ask(first, "SELECT words FROM note") == ["一"]
    assert ask(second, "SELECT words FROM note") == ["二"]
    cluster.stop(one)
    assert cluster.status(other).running


def test_a_home_may_have_a_very_long_path(make_home: HomeFactory, ask: Ask, note: Note) -> None:
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
    make_home: HomeFactory, open_folder: Path, ask: Ask, note: Note
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


def test_a_moved_home_finds_its_data(
    make_home: HomeFactory, open_folder: Path, ask: Ask, note: Note
) -> None:
    old, new = make_home("old", open_folder), make_home("new", open_folder)
    note(cluster.start(old), "黄贝岭")
    left = cluster.status(old).socket_dir
    assert left is not None
    old.rename(new)
    assert ask(cluster.start(new), "SELECT words FROM note") == ["黄贝岭"]
    cluster.stop(new)
    assert ask(cluster.start(new), "SELECT words FROM note") == ["黄贝岭"]
    shutil.rmtree(left)


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
