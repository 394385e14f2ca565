"""Tenants and the ends of their leases are for the office's own eyes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
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
