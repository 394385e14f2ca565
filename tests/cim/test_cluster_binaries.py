"""Which of several PostgreSQL installations the city takes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cim.cluster import ClusterError, binaries, find_binaries


@pytest.fixture(autouse=True)
def only_what_the_test_installs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the machine's own installations."""
    monkeypatch.setattr(binaries, "DEBIAN", tmp_path / "lib")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CONDA_PREFIX", raising=False)


def install(prefix: Path, version: str, postgis: str | None) -> Path:
    """Make an installation that knows its version; the layout is conda's."""
    folder = prefix / "bin"
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl"):
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version} (X)'\n")
        (folder / name).chmod(0o755)
    if postgis:
        extension = prefix / "share" / "extension"
        extension.mkdir(parents=True)
        (extension / "postgis.control").write_text(f"default_version = '{postgis}'\n")
    return folder


def test_the_newest_version_with_postgis_is_taken(tmp_path: Path) -> None:
    install(tmp_path / "lib" / "15", "15.18", "3.3.2")
    install(tmp_path / "lib" / "16", "16.4", "3.5.0")
    install(tmp_path / "lib" / "17", "17.2", None)
    found = find_binaries()
    assert (found.version, found.major, found.postgis) == ("16.4", 16, "3.5.0")
    assert find_binaries(major=15).version == "15.18"


def test_a_conda_environment_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = install(tmp_path / "conda", "17.2", "3.5.1")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "conda"))
    assert find_binaries().folder == folder


def test_links_to_a_few_programs_lead_to_all_of_them(tmp_path: Path) -> None:
    folder = install(tmp_path / "elsewhere", "16.4", "3.4.2")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "postgres").symlink_to(folder / "postgres")
    assert find_binaries().folder == folder


def test_pg_config_says_where_the_extensions_are(tmp_path: Path) -> None:
    folder = install(tmp_path / "lib" / "16", "16.4", None)
    install(tmp_path / "odd", "16.4", "3.6.0beta1")
    (folder / "pg_config").write_text(f"#!/bin/sh\necho '{tmp_path / 'odd' / 'share'}'\n")
    (folder / "pg_config").chmod(0o755)
    assert find_binaries().postgis == "3.6.0beta1"


@pytest.mark.parametrize(
    ("version", "postgis", "reason"),
    [
        ("14.9", "3.4.0", "PostgreSQL 14.9"),
        ("19beta1", "3.7.0", "PostgreSQL 19beta1"),
        ("16.4", None, "no PostGIS"),
        ("16.4", "3.2.9", "PostGIS 3.2.9"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason_and_what_to_install(
    tmp_path: Path, version: str, postgis: str | None, reason: str
) -> None:
    install(tmp_path / "lib" / "x", version, postgis)
    with pytest.raises(ClusterError) as caught:
        find_binaries()
    assert reason in str(caught.value)
    assert "postgresql-15-postgis-3" in caught.value.chinese
