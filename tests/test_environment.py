"""All lists of dependencies agree: pyproject.toml, both locks, environment.yml, the docs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = {"requirements.lock": ["build"], "requirements-test.lock": ["build", "test"]}
CONDA_NAMES = {"osmium": "pyosmium", "playwright": "playwright-python"}
CONDA_ONLY = {"python", "pip", "make", "postgresql", "postgis"}


def declared(*extras: str) -> dict[str, Requirement]:
    """Read what pyproject.toml asks for, by normal name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = list(project["project"]["dependencies"])
    lines += [
        line
        for each in extras
        for line in project["project"]["optional-dependencies"].get(each, [])
    ]
    lines += [line for each in extras for line in project["dependency-groups"].get(each, [])]
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): each for each in found}


def conda_packages() -> dict[str, Requirement]:
    """Read environment.yml, which is a flat list but for its pip part."""
    text = (ROOT / "environment.yml").read_text("utf-8").partition("dependencies:")[2]
    found = [
        Requirement(line) for line in re.findall(r"^ +- ([\w.-]+[^:\n]*)$", text, re.MULTILINE)
    ]
    return {each.name: each for each in found}


def pinned(lock: str) -> dict[str, set[str]]:
    """Read the versions in a lock; a name has several where they depend on the Python version."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE
    ):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


def test_conda_installs_the_same_libraries_in_the_same_ranges() -> None:
    wanted = {
        CONDA_NAMES.get(name, name): each.specifier
        for name, each in declared("build", "test").items()
    }
    given = {
        name: each.specifier for name, each in conda_packages().items() if name not in CONDA_ONLY
    }
    assert given == wanted


def test_conda_brings_a_database_and_a_python_that_fit() -> None:
    packages = conda_packages()
    assert packages.keys() >= CONDA_ONLY
    assert all(packages["postgresql"].specifier.contains(f"{major}.2") for major in range(15, 19))
    assert not packages["postgresql"].specifier.contains("14.9")
    assert not packages["postgis"].specifier.contains("3.2.9")
    assert not packages["python"].specifier.contains("3.10.1")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_what_is_declared(lock: str) -> None:
    versions = pinned(lock)
    for name, requirement in declared(*LOCKS[lock]).items():
        assert name in versions, f"run: make lock ({name})"
        for version in versions[name]:
            assert requirement.specifier.contains(version, prereleases=True), name


def test_both_locks_pin_the_same_versions() -> None:
    runtime, test = pinned("requirements.lock"), pinned("requirements-test.lock")
    assert {name: test.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_load_from(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"://|^-|^\.{0,2}/|@ ", text, re.MULTILINE)
    entries = re.findall(r"^[\w.\[\]-]+==.*\n(.*)", text, re.MULTILINE)
    assert all("--hash=sha256:" in line for line in entries)


def test_the_docs_give_a_reason_for_each_library_and_for_no_other() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \|", text, re.MULTILINE)
    named = {canonicalize_name(name) for name in rows}
    assert named == declared("build", "test").keys()
