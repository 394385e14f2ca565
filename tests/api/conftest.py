"""The REST service over the example city, and the example city as plain tables."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import geopandas as gpd
import httpx
import pandas as pd
import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, create_engine
from starlette.testclient import TestClient

from api import server
from tests.api.visits import serving

Features = list[dict[str, Any]]
CIM = Path(sys.executable).with_name("cim")


class Cim(Protocol):
    """Types a command; fails the test where it ends with another code than expected."""

    def __call__(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]: ...


@dataclass(frozen=True)
class Tables:
    """The tables of the example city, read without any of our own code."""

    office: gpd.GeoDataFrame
    site: gpd.GeoDataFrame
    office_unit: gpd.GeoDataFrame
    station: gpd.GeoDataFrame
    area: gpd.GeoDataFrame
    business_district: gpd.GeoDataFrame
    office_access: pd.DataFrame
    office_label: pd.DataFrame


@pytest.fixture(scope="session")
def tables(example_database: str) -> Tables:
    engine = create_engine(example_database)
    with engine.connect() as connection:
        read = {
            name: gpd.read_postgis(f"select * from {name} order by id", connection)
            for name in Tables.__dataclass_fields__
            if not name.startswith("office_") or name == "office_unit"
        }
        worked_out = {
            name: pd.read_sql(f"select * from {name}", connection)
            for name in ("office_access", "office_label")
        }
    engine.dispose()
    return Tables(**read, **worked_out)


class EveryPage(Protocol):
    """Follows the links of an answer from page to page; gives the pages."""

    def __call__(self, path: str) -> list[Features]: ...


@pytest.fixture
def every_page(rest: TestClient) -> EveryPage:
    def pages(path: str) -> list[Features]:
        found = []
        following: str | None = path
        while following is not None:
            answer = rest.get(following).json()
            assert answer["numberReturned"] == len(answer["features"])
            found.append(answer["features"])
            links = {link["rel"]: link["href"] for link in answer["links"]}
            following = links.get("next")
            assert len(found) < 1000
        return found

    return pages


@pytest.fixture(scope="module")
def served(example_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the real server over the example city; give its address."""
    port = _free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            server.command(port),
            env={**os.environ, "CIM_DATABASE_URL": example_database},
            stdout=output,
            stderr=output,
        )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        try:
            if httpx.get(f"{address}/health", timeout=5).is_success:
                break
        except httpx.HTTPError:
            time.sleep(0.05)
    yield address
    process.terminate()
    process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder in which commands are typed."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def cim(module_home: Path, folder: Path) -> Cim:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CIM_")}
    environment["CIM_HOME"] = str(module_home)

    def cim(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [CIM, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return cim


@pytest.fixture
def home(luohu: Engine, browser: Browser) -> Iterator[str]:
    """Serve the example city to pages, which are closed: their scenes would go on drawing."""
    with serving() as address:
        yield address
    for context in browser.contexts:
        context.close()
