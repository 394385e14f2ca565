"""What is written to a layer, byte by byte, against Shapely's own turning and writing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cim.model import columns_of, layer_named
from layers.places.geometry import stored_wkb

FORMS = ("none", "plain", "big-endian", "with SRID", "with one missing")


@st.composite
def outlines(draw: st.DrawFn) -> shapely.Polygon:
    """A star around a point of the city, of any size down to a hand, run through either way."""
    corners = draw(st.integers(3, 9))
    size = draw(st.sampled_from([1e-6, 1e-4, 1e-2]))
    far = draw(st.lists(st.floats(0.3, 1.0), min_size=corners, max_size=corners))
    turns = [2 * math.pi * n / corners for n in range(corners)]
    star = [(r * math.cos(t), r * math.sin(t)) for r, t in zip(far, turns, strict=True)]
    if draw(st.booleans()):
        star.reverse()
    holes = []
    if draw(st.booleans()):
        hole = [(0.05, 0.0), (0.0, 0.05), (-0.05, -0.05)]
        holes.append(hole if draw(st.booleans()) else hole[::-1])
    lon, lat = draw(st.sampled_from([(114.118, 22.541), (-70.2, -33.4), (0.0, 0.0)]))
    x, y = size, size
    return shapely.Polygon(
        [(lon + x * a, lat + y * b) for a, b in star],
        [[(lon + x * a, lat + y * b) for a, b in hole] for hole in holes],
    )


places = st.lists(
    st.one_of(
        st.none(),
        outlines(),
        st.lists(outlines(), min_size=1, max_size=3).map(shapely.MultiPolygon),
    ),
    min_size=1,
    max_size=8,
)


def as_read(found: NDArray[Any], form: str) -> pa.Array | None:
    """The bytes a reader may have had them from."""
    if form == "none":
        return None
    if form == "with SRID":
        marked = shapely.set_srid(found, 4490)
        return pa.array(shapely.to_wkb(marked, include_srid=True), pa.binary())
    order = 0 if form == "big-endian" else 1
    wkb = list(shapely.to_wkb(found, byte_order=order))
    if form == "with one missing":
        wkb[0] = None
    return pa.array(wkb, pa.binary())


@given(drawn=places, form=st.sampled_from(FORMS))
def test_outlines_are_stored_as_shapely_turns_and_writes_them(drawn: list[Any], form: str) -> None:
    found = np.array(drawn, dtype=object)
    written = stored_wkb(found, layer_named("building"), as_read(found, form)).to_pylist()
    expected = [
        None
        if one is None
        else shapely.MultiPolygon(shapely.get_parts(shapely.orient_polygons(one)).tolist()).wkb
        for one in drawn
    ]
    assert written == expected


@pytest.mark.parametrize("layer", ["amenity", "parking", "road", "transit_line"])
def test_every_kind_of_place_is_stored_as_a_kind_of_its_layer(layer: str) -> None:
    line = shapely.LineString([(114.1, 22.5), (114.2, 22.6)])
    every: dict[str, Any] = {
        "Point": shapely.Point(114.1, 22.5),
        "LineString": line,
        "MultiLineString": shapely.MultiLineString([line, line]),
        "Polygon": shapely.box(114.1, 22.5, 114.2, 22.6),
        "MultiPolygon": shapely.MultiPolygon([shapely.box(114.1, 22.5, 114.2, 22.6)]),
    }
    kinds = columns_of(layer_named(layer))["geom"].info["kinds"]
    found = np.array(
        [place for kind, place in every.items() if {kind, f"Multi{kind}"} & set(kinds)],
        dtype=object,
    )
    for read in (None, as_read(found, "plain")):
        stored = shapely.from_wkb(stored_wkb(found, layer_named(layer), read).to_pylist())
        assert {one.geom_type for one in stored} <= set(kinds)
        assert shapely.equals(stored, found).all()
