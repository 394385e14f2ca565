"""Questions to the recommendation over REST, and what its answers hold."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient


def recommended(rest: TestClient, question: dict[str, Any]) -> dict[str, Any]:
    answer = rest.post("/offices/recommend", json=question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(answer: dict[str, Any]) -> list[str]:
    return [result["office"]["id"] for result in answer["results"]]
