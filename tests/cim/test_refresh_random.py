"""Any sequence of edits, imports and rollbacks, refreshed step by step, equals a full refresh."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import LineString, Point, box
from sqlalchemy import Engine, text

from cim.changeset import Outcome
from cim.history import RollbackError, batches, roll_back
from cim.model import layer_named
from cim.refresh import changing, refresh_all
from layers.editing import EditError, edit
from layers.mapping import MappingError
from layers.report import RefusedError
from tests.cim.small_city import HERE, METRE_NORTH

if TYPE_CHECKING:
    from tests.conftest import Bring

STEPS = 40
_DERIVED = {
    "office_access": "office_id, layer, place_id",
    "office_surroundings": "office_id",
    "office_stock": "office_id",
    "office_label": "office_id, label",
    "letting_option": "office_id, units",
}


def derived(city: Engine) -> dict[str, list[Any]]:
    """All that is derived, as the database itself writes it; numbers of rows are no content."""
    found = {}
    with city.connect() as connection:
        for table, order in _DERIVED.items():
            rows = connection.execute(
                text(f"select to_jsonb(t) - 'id' from {table} t order by {order}")
            )
            found[table] = [json.dumps(row[0], sort_keys=True) for row in rows]
    return found


class Town:
    """A small town at which chance tugs."""

    def __init__(self, city: Engine, bring: Bring, seed: int) -> None:
        self.city, self.bring, self.chance = city, bring, random.Random(seed)  # noqa: S311

    def place(self, reach: float = 700) -> Point:
        """Somewhere in town."""
        east, north = (self.chance.uniform(-reach, reach) for _ in range(2))
        return Point(HERE.x + east * METRE_NORTH * 1.08, HERE.y + north * METRE_NORTH)

    def feature(self, layer: str) -> dict[str, Any]:
        pick, code = self.chance.choice, f"{layer}{self.chance.randint(1, 6)}"
        at = self.place()
        made: dict[str, Callable[[], dict[str, Any]]] = {
            "office": lambda: {
                "id": code,
                "name": code,
                "use": "办公",
                "grade": pick(["甲级", "乙级", None]),
                "site_id": pick(["S", None]),
                "typical_floor_area": pick([1000, 2500, None]),
                "parking_spaces": pick([None, 10, 200]),
                "gross_floor_area": pick([None, 10_000]),
                "geom": at,
            },
            "office_unit": lambda: {
                "id": code,
                "office_id": f"office{self.chance.randint(1, 3)}",
                "unit_no": code,
                "status": pick(["vacant", "let", "coming"]),
                "area": pick([100, 800, None]),
                "floor_order": pick([1, 2, None]),
                "rent": pick([80, None]),
                "tenant": f"企业{self.chance.randint(1, 9)}",
                "tenant_industry": pick(["金融", None]),
            },
            "station": lambda: {
                "id": code,
                "name": pick(["国贸", "老街"]),
                "kind": pick(["metro", "metro", "port", "railway"]),
                "status": pick(["operating", "operating", "planned"]),
                "lines": pick([["1号线"], ["1号线", "9号线"], None]),
                "geom": at,
            },
            "station_entrance": lambda: {
                "id": code,
                "name": "A",
                "station_id": f"station{self.chance.randint(1, 3)}",
                "geom": at,
            },
            "bus_stop": lambda: {"id": code, "routes": pick([["M1"], ["M2", "M3"]]), "geom": at},
            "parking": lambda: {
                "id": code,
                "spaces": pick([100, 100, None]),
                "public": pick([True, False, None]),
                "site_id": pick(["S", None]),
                "geom": at,
            },
            "amenity": lambda: {"id": code, "kind": pick(["bank", "food"]), "geom": at},
            "business_district": lambda: {
                "id": code,
                "name": code,
                "confirmed": True,
                "geom": self.place(300).buffer(0.003),
            },
            "area": lambda: {
                "id": code,
                "name": code,
                "level": "street",
                "geom": box(at.x - 0.004, at.y - 0.004, at.x + 0.004, at.y + 0.004),
            },
            "road": lambda: {
                "id": code,
                "road_class": "local",
                "walkable": pick([True, True, False]),
                "geom": LineString([self.place(900), at, self.place(900)]),
            },
            "site": lambda: {
                "id": "S",
                "name": pick(["甲园", "乙园"]),
                "parking_spaces": pick([None, 500]),
                "area": 50_000,
            },
        }
        return made[layer]()

    def bring_some(self, layer: str, number: int, **order: Any) -> None:
        rows = {row["id"]: row for row in (self.feature(layer) for _ in range(number))}
        self.do(lambda: self.bring(layer, *rows.values(), **order))

    def step(self) -> None:
        """Do one thing that a planner or an officer might do."""
        kind = self.chance.choice(["import", "import", "replace", "edit", "move", "roll back"])
        layer = self.chance.choice(LAYERS)
        match kind:
            case "import" | "replace":
                self.bring_some(layer, 2, mode="replace" if kind == "replace" else "upsert")
            case "edit" | "move":
                field = {"move": "geom", "edit": "name"}[kind]
                value = self.place().wkt if kind == "move" else self.chance.choice(["甲", "乙"])
                movable = ("station", "office", "parking", "bus_stop", "amenity")
                layer = self.chance.choice(movable)
                code = f"t:{layer}{self.chance.randint(1, 6)}"
                self.do(lambda: edit(self.city, layer_named(layer), code, {field: value}))
            case _:
                self.do(self._roll_back)

    def _roll_back(self) -> Outcome | None:
        with changing(self.city) as connection:
            made = batches(connection)
            if not made:
                return None
            chosen = self.chance.choice(made[:8]).id
            return roll_back(connection, chosen, force=True)

    def do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (EditError, RefusedError, RollbackError, MappingError):
            return


LAYERS = (
    "office",
    "office_unit",
    "station",
    "station_entrance",
    "bus_stop",
    "parking",
    "amenity",
    "business_district",
    "area",
    "road",
    "site",
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_refreshed_step_by_step_the_town_is_as_after_a_full_refresh(
    city: Engine, bring: Bring, seed: int
) -> None:
    town = Town(city, bring, seed)
    bring("site", town.feature("site"))
    for layer in LAYERS[:-1]:
        town.bring_some(layer, 6)
    for _ in range(STEPS):
        town.step()
    with city.connect() as connection:
        assert len(batches(connection)) > STEPS / 2, "hardly anything was allowed to happen"
    step_by_step = derived(city)
    assert step_by_step["office_surroundings"], "there are no offices left: nothing is shown"
    refresh_all(city)
    everything = derived(city)
    for table in everything:
        assert step_by_step[table] == everything[table], table
