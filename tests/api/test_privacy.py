"""Tenants and the ends of their leases are for the office's own eyes."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import httpx
import pytest
from openpyxl import load_workbook
from shapely.geometry import Point
from sqlalchemy import Engine
from starlette.testclient import TestClient

from cim.model import LAYERS, fields_of
from layers.editing import edit

if TYPE_CHECKING:
    from tests.conftest import Bring

SECRETS = {
    "tenant": "机密租户有限公司",
    "tenant_industry": "机密行业",
    "lease_end": "2031-02-03",
}
PRIVATE = {
    (name, column)
    for name, layer in LAYERS.items()
    for column, field in fields_of(layer).items()
    if field.private
}


@pytest.fixture
def let_tower(city: Engine, bring: Bring) -> None:
    """Set a tower with a tenant whose lease was edited, so that a secret lies in the past too."""
    here = Point(114.1183, 22.5405)
    bring("office", {"id": "O", "name": "国贸大厦", "use": "办公", "geom": here})
    unit = {"id": "U", "office_id": "O", "unit_no": "1", "status": "let", "geom": here}
    bring("office_unit", {**unit, **SECRETS})
    edit(city, LAYERS["office_unit"], "t:U", {"area": "120", "lease_end": "2031-02-04"})


@pytest.fixture
def coming_next_door(let_tower: None, bring: Bring) -> None:
    """Set a unit in the tower whose tenant is about to leave, and a second tower."""
    here = Point(114.1185, 22.5405)
    free = {"office_id": "O", "geom": here, "area": "300", "rent": "90"}
    bring("office_unit", {**free, "id": "V", "unit_no": "2", "status": "coming", **SECRETS})
    bring("office", {"id": "P", "name": "深业大厦", "use": "办公", "geom": here})


def addresses(document: dict[str, dict[str, object]]) -> list[str]:
    """Every address of the service that can be read, for the tower and its unit."""
    found = []
    for path in document["paths"]:
        for layer in LAYERS if "{layer}" in path else [""]:
            address = path.replace("{layer}", layer)
            address = address.replace("{identifier}", "t:U" if "collections" in path else "t:O")
            found.append(address.replace("{name}", "business-district"))
    return found


def test_every_private_field_is_among_those_that_are_tried_here() -> None:
    assert {column for _, column in PRIVATE} == set(SECRETS)


@pytest.mark.usefixtures("let_tower")
def test_no_answer_of_the_service_holds_a_secret(rest: TestClient) -> None:
    document = rest.get("/api").json()
    read = 0
    for address in addresses(document):
        for query in ("", "?as_of=2100-01-01T00:00:00Z"):
            for accept in ("application/json", "text/html"):
                answer = rest.get(f"{address}{query}", headers={"accept": accept})
                read += answer.is_success
                for secret in (*SECRETS.values(), "2031-02-04"):
                    assert secret not in answer.text, address
                    assert json.dumps(secret)[1:-1] not in answer.text, address
    assert read > 60


@pytest.mark.usefixtures("let_tower")
@pytest.mark.parametrize("column", SECRETS)
def test_a_secret_can_be_neither_asked_for_nor_sorted_by(rest: TestClient, column: str) -> None:
    for path in (
        f"/collections/office_unit/items?{column}={SECRETS[column]}",
        f"/offices?{column}={SECRETS[column]}",
        f"/offices?sort={column}",
        f"/offices/t:O/units?{column}={SECRETS[column]}",
    ):
        answer = rest.get(path)
        assert answer.status_code == 400


@pytest.mark.usefixtures("let_tower")
def test_a_search_by_words_does_not_find_a_tenant(rest: TestClient) -> None:
    assert rest.get("/offices?q=机密&use=全部").json()["numberMatched"] == 0


@pytest.mark.usefixtures("let_tower")
def test_the_units_are_there_without_their_secrets(rest: TestClient) -> None:
    (unit,) = rest.get("/offices/t:O/units").json()["features"]
    assert unit["properties"]["area"] == 120
    assert unit["properties"]["status"] == "let"
    assert not unit["properties"].keys() & SECRETS.keys()


SQUARE = [[[114.1, 22.53], [114.13, 22.53], [114.13, 22.56], [114.1, 22.53]]]
READ = {
    "units": "/offices/t:O/units",
    "free units": "/offices/t:O/units?free=true",
    "office": "/offices/t:O",
    "let unit": "/units/t:U",
    "free unit": "/units/t:V",
    "search": "/offices?facets=all&area_min=100",
    "comparison": "/offices/compare?ids=t:O,t:P",
    **{f"stock by {by}": f"/offices/stock?by={by}" for by in ("street", "grade", "use")},
}
TABLES = [path for path in READ.values() if path.startswith(("/offices?", "/offices/compare"))]
TABLES += [path for path in READ.values() if path.startswith("/offices/stock")]


def holds_no_secret(told: str) -> bool:
    secrets = (*SECRETS.values(), "2031-02-04")
    return not any(s in told or json.dumps(s)[1:-1] in told for s in secrets)


def cells(answer: httpx.Response) -> list[str]:
    """Every cell of a workbook, as text."""
    book = load_workbook(io.BytesIO(answer.content))
    return [str(value) for sheet in book for row in sheet.values for value in row]


@pytest.mark.usefixtures("coming_next_door")
@pytest.mark.parametrize("path", READ.values(), ids=READ)
def test_what_is_read_of_a_tower_holds_no_secret(rest: TestClient, path: str) -> None:
    answer = rest.get(path)
    assert answer.status_code == 200, answer.text
    assert holds_no_secret(answer.text)
    assert not SECRETS.keys() & answer.text.split('"')


@pytest.mark.usefixtures("coming_next_door")
@pytest.mark.parametrize("path", TABLES)
def test_no_cell_of_a_table_holds_a_secret(rest: TestClient, path: str) -> None:
    asked = f"{path}{'&' if '?' in path else '?'}f="
    written = rest.get(f"{asked}csv")
    assert holds_no_secret(written.content.decode("utf-8-sig"))
    found = cells(rest.get(f"{asked}xlsx"))
    # the workbook is read at all: what is public stands in it
    assert {"国贸大厦", "办公", "不详"} & set(found)
    assert holds_no_secret("\n".join(found))


@pytest.mark.usefixtures("coming_next_door")
def test_neither_a_search_in_an_area_nor_a_recommendation_tells_a_secret(
    rest: TestClient,
) -> None:
    area = {"type": "Polygon", "coordinates": SQUARE}
    found = rest.post("/offices/search?facets=all", json=area)
    assert found.json()["numberMatched"] == 2
    wanted = {"need": {"area": {"min": 200, "max": 400}}, "store": True, "limit": 10}
    ranked = rest.post("/offices/recommend", json=wanted)
    assert "t:V" in ranked.text
    kept = ranked.json()["id"]
    answers = [
        found,
        ranked,
        rest.get("/recommendations"),
        rest.get(f"/recommendations/{kept}"),
        rest.post(f"/recommendations/{kept}/replay"),
    ]
    for answer in answers:
        assert answer.is_success, answer.text
        assert holds_no_secret(answer.text)


@pytest.mark.usefixtures("coming_next_door")
def test_a_unit_that_falls_vacant_is_told_without_its_former_tenant(
    rest: TestClient,
) -> None:
    answer = rest.patch("/units/t:U", json={"status": "vacant", "available_from": "2030-01-01"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["status"] == "vacant"
    assert holds_no_secret(answer.text)
