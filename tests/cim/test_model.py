"""The model: every layer is one class, and all else about it follows."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, Table

from cim.model import (
    LAYERS,
    Base,
    Layer,
    columns_of,
    content_of,
    fields_of,
    kind_of,
    layer_named,
    public_of,
)

if TYPE_CHECKING:
    from tests.conftest import DatabaseFactory

ROOT = Path(__file__).parents[2]
PACKAGES = ("cim", "layers", "viz", "api")

every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)


@every_layer
def test_every_column_says_what_it_means_in_chinese_and_english(layer: type[Layer]) -> None:
    zh, en = layer.__title__
    assert any("一" <= letter <= "鿿" for letter in zh)
    assert en.isascii()
    for name, field in fields_of(layer).items():
        assert any("一" <= letter <= "鿿" for letter in field.zh), name
        assert field.en.strip(), name
        assert all(all(titles) for titles in field.values.values()), name


@every_layer
def test_no_title_of_a_source_means_two_fields(layer: type[Layer]) -> None:
    claimed: dict[str, str] = {}
    for name, field in fields_of(layer).items():
        own = layer.__id_titles__ if name == "id" else ()
        for title in {name, field.zh, field.en.casefold(), *field.headers, *own}:
            assert claimed.setdefault(title, name) == name, f"{title}: {name}, {claimed[title]}"


@every_layer
def test_a_reference_leads_to_a_layer_and_a_bound_to_a_number(layer: type[Layer]) -> None:
    for name, field in fields_of(layer).items():
        assert field.refers_to is None or field.refers_to in LAYERS
        if field.minimum is not None or field.maximum is not None or field.unit:
            assert kind_of(columns_of(layer)[name]) in (int, float), name


@every_layer
def test_every_layer_has_a_twin_that_can_hold_its_past(layer: type[Layer]) -> None:
    past: Table = layer.__past__
    assert past.name == f"{layer.__tablename__}_past"
    twin = {c.name: (repr(c.type), c.nullable) for c in past.columns}
    assert twin.pop("valid_to") == ("DateTime(timezone=True)", False)
    assert twin.pop("closed_by") == ("BigInteger()", False)
    assert twin == {c.name: (repr(c.type), c.nullable) for c in layer.__table__.columns}


def test_tenants_and_lease_ends_are_private_and_private_is_never_public() -> None:
    private = {
        (name, column)
        for name, layer in LAYERS.items()
        for column, field in fields_of(layer).items()
        if field.private
    }
    assert private >= {
        ("office_unit", "tenant"),
        ("office_unit", "tenant_industry"),
        ("office_unit", "lease_end"),
    }
    assert not any(column in public_of(layer_named(name)) for name, column in private)


@every_layer
def test_what_wrote_a_row_is_not_its_content(layer: type[Layer]) -> None:
    assert set(columns_of(layer)) - set(content_of(layer)) == {"batch", "valid_from"}


def test_an_unknown_layer_is_answered_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"office_unit.*no layer 'offices'"):
        layer_named("offices")


def test_the_migrations_make_exactly_the_tables_of_the_model(city: Engine) -> None:
    with city.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in tables()},
        )
        assert compare_metadata(context, Base.metadata) == []


def tables() -> set[str]:
    return set(Base.metadata.tables)


# --- who may know whom -------------------------------------------------------------------------

MAY_IMPORT = {
    "cim": {"cim"},
    "layers": {"layers", "cim"},
    "viz": {"viz", "cim"},
    "api": {"api", "viz", "layers", "cim"},
}


def imports(path: Path) -> Iterator[str]:
    """Top-level packages that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        ours = set(imports(path)) & {*PACKAGES, "tests"}
        assert ours <= MAY_IMPORT[package], path.relative_to(ROOT)


def test_the_city_knows_no_http_no_file_format_and_no_picture() -> None:
    strangers = {"fastapi", "starlette", "httpx", "pyogrio", "openpyxl", "pydeck", "playwright"}
    for path in (ROOT / "cim").rglob("*.py"):
        assert not set(imports(path)) & strangers, path.relative_to(ROOT)


# --- a new layer is one file -------------------------------------------------------------------

DRONE_PAD = '''
"""Drone pads."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class DronePad(Layer):
    """A place where drones land."""

    __tablename__ = "drone_pad"
    __title__ = ("无人机起降点", "Drone pads")

    name: Mapped[str] = mapped_column(info=about("名称", "Name", headers=("起降点",)))
    payload: Mapped[float | None] = mapped_column(
        info=about("载重", "Payload", unit="kg", minimum=0)
    )
    site_id: Mapped[str | None] = mapped_column(info=about("项目", "Site", refers_to="site"))
    operator: Mapped[str | None] = mapped_column(info=about("运营人", "Operator", private=True))
    geom: Mapped[Any] = geometry("Point")
'''

PADS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": code, "起降点": name, "载重": payload, "运营人": "某某"},
            "geometry": {"type": "Point", "coordinates": [114.11, 22.55]},
        }
        for code, name, payload in (("P1", "莲塘起降点", 5.5), ("P2", "东门起降点", None))
    ],
}


# several commands in one process: each start of the program costs seconds
COMMANDS = """
import contextlib, io, json, sys
from api.cli import COMMANDS, app_with

for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        app_with(COMMANDS)(arguments, standalone_mode=False)
    print(json.dumps(said.getvalue()))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a copy of the program, to be changed."""
    for package in (*PACKAGES, "data"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "node_modules"),
        )
    return tmp_path


def test_adding_a_layer_touches_one_file(tree: Path, make_database: DatabaseFactory) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree),
        "CIM_DATABASE_URL": make_database(),
        "CIM_HOME": str(tree / "home"),
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    before = set(tree.rglob("*.py"))
    (tree / "cim/model/drone_pad.py").write_text(DRONE_PAD, encoding="utf-8")
    run("-m", "cim.migrations", "add drone pads")
    migration = next(tree.glob("cim/migrations/versions/*_add_drone_pads.py"))
    assert set(tree.rglob("*.py")) - before == {tree / "cim/model/drone_pad.py", migration}
    # nothing but the new layer is in the migration
    made = re.findall(r"create_table\(\s*['\"](\w+)", migration.read_text(encoding="utf-8"))
    assert set(made) == {"drone_pad", "drone_pad_past"}

    (tree / "pads.geojson").write_text(json.dumps(PADS), encoding="utf-8")
    read = ["get", "/collections/drone_pad/items"]
    commands = [
        ["import", "drone_pad", "pads.geojson", "--dataset", "pads"],
        read,
        ["set", "drone_pad", "pads:P2", "payload=12"],
        read,
        ["rollback", "2"],
        read,
        ["layers", "drone_pad"],
    ]
    said = [json.loads(line) for line in run("-c", COMMANDS, json.dumps(commands)).splitlines()]
    imported, edited, restored = (
        {feature["id"]: feature["properties"] for feature in json.loads(said[at])["features"]}
        for at in (1, 3, 5)
    )
    assert imported["pads:P1"]["payload"] == 5.5
    assert imported["pads:P2"]["name"] == "东门起降点"
    assert "operator" not in imported["pads:P1"]
    assert edited["pads:P2"]["payload"] == 12
    assert restored["pads:P2"]["payload"] is None
    assert "载重" in said[6]
