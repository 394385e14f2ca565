"""What a person can choose from, and the settings that the city was made with."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from cim.settings import forget_settings
from cim.walking import settle


def test_near_is_what_the_city_was_made_with_and_not_what_the_process_was_given(
    city: Engine, rest: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIM_NEAR_WALK", "400")
    monkeypatch.setenv("CIM_NEAR_MINUTES", "7")
    forget_settings()
    with city.begin() as connection:
        settle(connection)
    monkeypatch.setenv("CIM_NEAR_WALK", "900")
    monkeypatch.setenv("CIM_NEAR_MINUTES", "12")
    forget_settings()
    told = rest.get("/recommendations/choices").json()
    assert (told["near_walk"], told["near_minutes"]) == (400, 7)
