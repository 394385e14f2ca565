"""What the reader makes of the values that mappers write into tags."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.findings import Finding
from layers.osm.buildings import KEYS as BUILDING_KEYS
from layers.osm.buildings import building_rows
from layers.osm.roads import KEYS as ROAD_KEYS
from layers.osm.roads import walkable
from layers.source import GEOMETRY
from tests.layers.small_osm import Tags


def building(**tags: str) -> tuple[pd.Series, list[Finding]]:
    """Read the tags of one building; ``__`` stands for a colon."""
    given = {key.replace("__", ":"): value for key, value in tags.items()}
    frame = pd.DataFrame([given], dtype="string").reindex(columns=list(BUILDING_KEYS))
    frame = frame.astype("string").assign(id="w1", **{GEOMETRY: None})
    remarks: list[Finding] = []
    return building_rows(frame, remarks).iloc[0], remarks


@pytest.mark.parametrize(
    ("written", "metres"),
    [
        ("12", 12.0),
        ("12 m", 12.0),
        ("12.5m", 12.5),
        ("383.95 米", 383.95),
        ("40 ft", 12.192),
        ("40'", 12.192),
        ("39'4\"", 11.9888),
    ],
)
def test_heights_are_read_in_metres_and_in_feet(written: str, metres: float) -> None:
    row, remarks = building(building="yes", height=written)
    assert row["height"] == pytest.approx(metres)
    assert remarks == []


@pytest.mark.parametrize(
    ("key", "field", "written"),
    [
        ("height", "height", "tall"),
        ("height", "height", "12,5 m"),
        ("height", "height", "-3"),
        ("height", "height", "1200"),
        ("building__levels", "floors_above", "2.5"),
        ("building__levels", "floors_above", "many"),
        ("building__levels", "floors_above", "251"),
        ("building__levels__underground", "floors_below", "31"),
        ("start_date", "year", "1890s"),
        ("start_date", "year", "before 1939"),
        ("start_date", "year", "0999"),
    ],
)
def test_a_value_that_cannot_be_read_is_left_unknown_and_the_building_stays(
    key: str, field: str, written: str
) -> None:
    row, remarks = building(building="yes", **{key: written})
    assert pd.isna(row[field])
    assert [(one.code, one.id, one.value) for one in remarks] == [("value-left-out", "w1", written)]


@pytest.mark.parametrize("written", ["1985", "1985-06", "1985-06-30"])
def test_the_year_of_a_date_is_the_year_of_completion(written: str) -> None:
    assert building(building="yes", start_date=written)[0]["year"] == 1985


@pytest.mark.parametrize(
    ("tags", "use"),
    [("office", "办公"), ("apartments", "住宅"), ("bunker", "bunker"), ("yes", None)],
)
def test_the_use_of_a_building_is_what_its_tag_says(tags: str, use: str | None) -> None:
    found = building(building=tags)[0]["use"]
    assert (None if pd.isna(found) else found) == use


@pytest.mark.parametrize(
    ("tags", "address"),
    [
        (
            {"addr__city": "深圳市", "addr__street": "深南东路", "addr__housenumber": "5002"},
            "深圳市深南东路5002号",
        ),
        ({"addr__street": "Mannerheimintie", "addr__housenumber": "20 A"}, "Mannerheimintie 20 A"),
        ({"addr__full": "罗湖区红宝路139号", "addr__street": "红宝路"}, "罗湖区红宝路139号"),
        ({"addr__housenumber": "7"}, None),
    ],
)
def test_addresses_are_written_as_people_write_them(tags: Tags, address: str | None) -> None:
    found = building(building="yes", **tags)[0]["address"]
    assert (None if pd.isna(found) else found) == address


@pytest.mark.parametrize(
    ("tags", "open_to_walkers"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway"}, True),
        ({"highway": "steps"}, True),
        ({"highway": "footway", "access": "private"}, False),
        ({"highway": "path", "access": "no"}, False),
        ({"highway": "footway", "access": "private", "foot": "yes"}, True),
        ({"highway": "service", "foot": "no"}, False),
        ({"highway": "residential", "access": "permissive"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "sidewalk": "both"}, True),
        ({"highway": "trunk", "sidewalk:left": "yes"}, True),
        ({"highway": "cycleway"}, False),
        ({"highway": "cycleway", "foot": "designated"}, True),
        ({"highway": "primary", "motorroad": "yes"}, False),
        ({"highway": "secondary", "sidewalk": "separate"}, False),
        ({"highway": "secondary", "sidewalk:right": "separate"}, False),
        ({"highway": "secondary", "sidewalk": "no"}, True),
    ],
)
def test_people_are_led_where_they_may_walk(tags: Tags, *, open_to_walkers: bool) -> None:
    frame = pd.DataFrame([tags], dtype="string").reindex(columns=list(ROAD_KEYS)).astype("string")
    assert walkable(frame).tolist() == [open_to_walkers]
