"""A few features that the base knows, among very many that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point
from sqlalchemy import Engine, text

from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.report import RefusedError, Whereabouts
from layers.source import GEOMETRY, Source
from tests.layers.disguises import gcj02

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Bring

MANY, KNOWN = 60_000, 60
AT = np.linspace(500, MANY - 500, KNOWN).astype(int)
"""Which of the many rows the base knows, spread over them all."""
PLACES = np.column_stack(
    [114.08 + 0.012 * (np.arange(KNOWN) % 10), 22.53 + 0.012 * (np.arange(KNOWN) // 10)]
)


def car_parks(codes: Any, names: Any, provenance: str = "published") -> list[dict[str, Any]]:
    return [
        {"id": code, "name": name, "provenance": provenance, "geom": Point(place)}
        for code, name, place in zip(codes, names, PLACES, strict=True)
    ]


def many(codes: dict[int, str], names: dict[int, str]) -> Source:
    """Sixty thousand car parks from a map portal; those named here are ones that the base knows."""
    chance = np.random.default_rng(5)
    places = np.column_stack([chance.uniform(114.0, 114.3, MANY), chance.uniform(22.5, 22.7, MANY)])
    places[AT] = [gcj02(*place) for place in PLACES]
    frame = pd.DataFrame(
        {
            "id": [codes.get(n, f"N{n}") for n in range(MANY)],
            "name": [names.get(n, f"路侧{n}") for n in range(MANY)],
        }
    )
    frame[GEOMETRY] = gpd.points_from_xy(*places.T)
    return Source("a test", "EPSG:4490", MANY, lambda: iter([frame.copy()]))


def found_in(city: Engine, source: Source, dataset: str) -> Whereabouts:
    order = Order(dataset=dataset, dry_run=True)
    try:
        report = import_source(city, layer_named("parking"), source, Mapping(), order)
    except RefusedError as refusal:
        report = refusal.report
    return report.whereabouts


CODES = [f"K{n}" for n in range(KNOWN)]
NAMES = [f"已知{n:02}停车场" for n in range(KNOWN)]


def by_identifier() -> Source:
    return many(dict(zip(AT.tolist(), CODES, strict=True)), {})


def by_name() -> Source:
    return many({}, dict(zip(AT.tolist(), NAMES, strict=True)))


@pytest.mark.parametrize("source", [by_identifier, by_name])
def test_sixty_that_the_base_knows_among_sixty_thousand_are_all_found(
    city: Engine, bring: Bring, source: Callable[[], Source]
) -> None:
    bring("parking", *car_parks(CODES, NAMES), dataset="p")
    found = found_in(city, source(), "p")
    assert (found.verdict, found.proposed, found.pairs) == ("doubtful", "GCJ-02", KNOWN)


def test_sixty_names_are_found_in_a_base_of_very_many(city: Engine, bring: Bring) -> None:
    bring("parking", *car_parks(CODES, NAMES), dataset="q")
    # twelve thousand others, beside which whole names are still compared all
    with city.begin() as connection:
        connection.execute(
            text("""
            insert into parking (id, dataset, name, geom, provenance, source, batch, valid_from)
            select 'x:' || n, dataset, '别处' || n, st_translate(geom, 0.0001 * n, 0), provenance,
                source, batch, valid_from
            from parking cross join generate_series(1, 12000) as n where id = 'q:K0'
            """)
        )
        connection.execute(text("analyze parking"))
    found = found_in(city, by_name(), "p")
    assert (found.verdict, found.proposed, found.pairs) == ("doubtful", "GCJ-02", KNOWN)


def test_what_is_invented_is_no_evidence_however_many_of_it_match(
    city: Engine, bring: Bring
) -> None:
    bring("parking", *car_parks(CODES, NAMES, "simulated"), dataset="p")
    assert found_in(city, by_name(), "p").pairs == 0
