"""The description of the service is one that other programs can work with."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient


@pytest.fixture
def document(luohu: Engine, rest: TestClient) -> dict[str, Any]:
    answer = rest.get("/api")
    assert answer.headers["content-type"].startswith(("application/json", "application/vnd.oai"))
    described: dict[str, Any] = answer.json()
    return described


def operations(
    document: dict[str, Any], methods: Collection[str] = ("get", "post", "patch")
) -> list[tuple[str, dict[str, Any]]]:
    return [
        (path, operation)
        for path, by_method in document["paths"].items()
        for method, operation in by_method.items()
        if method in methods
    ]


def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")


def test_every_reference_in_it_leads_to_a_schema(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for part in text.split('"$ref": "')[1:]:
        path = part.partition('"')[0]
        found: Any = document
        for step in path.removeprefix("#/").split("/"):
            found = found[step]


def test_every_operation_has_a_title_and_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for _, operation in operations(document))


def test_every_parameter_of_a_search_says_what_it_means(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/offices"]["get"]["parameters"]
    assert {p["name"] for p in parameters} >= {
        "bbox",
        "street",
        "business_district",
        "site",
        "use",
        "grade",
        "area_min",
        "area_max",
        "rent_max",
        "parking_ratio_min",
        "metro_walk_max",
        "metro_distance_max",
        "q",
        "sort",
        "limit",
        "offset",
    }
    for parameter in parameters:
        described = parameter.get("description") or parameter["schema"].get("description")
        assert described or "description" in json.dumps(parameter), parameter["name"]


def examples_of(parameter: dict[str, Any]) -> list[Any]:
    schema = parameter["schema"]
    return [
        *schema.get("examples", ()),
        *parameter.get("examples", {}),
        *(e for s in schema.get("anyOf", ()) for e in s.get("examples", ())),
    ]


def test_the_examples_of_the_document_are_answered(
    document: dict[str, Any], rest: TestClient
) -> None:
    asked = 0
    for path, operation in operations(document, {"get"}):
        asking = [p for p in operation.get("parameters", ()) if p["in"] == "query"]
        if "{" in path.replace("{layer}", ""):
            continue
        required = {p["name"]: examples_of(p)[0] for p in asking if p.get("required")}
        for parameter in asking:
            for example in examples_of(parameter):
                address = path.replace("{layer}", "building")
                answer = rest.get(address, params={**required, parameter["name"]: example})
                assert answer.is_success, (address, parameter["name"], example, answer.text)
                asked += 1
    assert asked >= 5


def test_a_search_shows_an_answer_as_it_would_look(
    document: dict[str, Any], rest: TestClient
) -> None:
    content = document["paths"]["/offices"]["get"]["responses"]["200"]["content"]
    example = content["application/geo+json"]["example"]
    answer = rest.get("/offices?limit=1").json()
    shown, given = example["features"][0]["properties"], answer["features"][0]["properties"]
    assert shown.keys() <= given.keys()
    assert example.keys() <= answer.keys()


def test_the_documentation_page_asks_no_other_host(luohu: Engine, rest: TestClient) -> None:
    page = rest.get("/docs").text
    assert "https://" not in page.replace("https://127.0.0.1", "")
    assert rest.get("/assets/docs/swagger-ui-bundle.js").is_success


def test_a_change_of_a_unit_lists_every_refusal_as_a_problem_document(
    document: dict[str, Any], rest: TestClient
) -> None:
    answers = document["paths"]["/units/{identifier}"]["patch"]["responses"]
    json_body = {"content-type": "application/json"}
    foreign = {"origin": "http://elsewhere.example", **json_body}
    path = "/units/luohu-example:none"
    refused = [
        rest.patch(path, content="{}", headers=json_body),
        rest.patch(path, content='{"rent": 80}', headers=foreign),
        rest.patch(path, content='{"rent": 80}', headers=json_body),
        rest.patch(path, content='{"rent": 80}', headers={"content-type": "text/plain"}),
    ]
    assert [answer.status_code for answer in refused] == [400, 403, 404, 415]
    for answer in refused:
        described = answers[str(answer.status_code)]["content"]
        assert list(described) == [answer.headers["content-type"]]
        schema = described["application/problem+json"]["schema"]
        assert set(schema["required"]) <= answer.json().keys() <= set(schema["properties"])
    # what pydantic would say is no answer of this service
    assert "422" not in answers
