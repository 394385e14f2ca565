"""What the rules count, counted once more by plain GeoPandas on buildings nobody here drew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import momepy
import networkx as nx
import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    from tests.layers.conftest import ImportFile

BUBENEC = Path(momepy.datasets.get_path("bubenec"))
UTM = 32633


@pytest.fixture(scope="module")
def crowded() -> gpd.GeoDataFrame:
    """The buildings of Bubeneč, some of them twice, some of them again a few metres beside."""
    frame = gpd.read_file(BUBENEC, layer="buildings").to_crs(UTM)
    twice = frame.iloc[::12]
    beside = frame.iloc[::9].assign(geometry=lambda f: f.translate(3, 2))
    crowded = pd.concat([frame, twice, beside], ignore_index=True)
    return crowded.assign(id=[f"B{n}" for n in range(len(crowded))])


def overlaps(frame: gpd.GeoDataFrame) -> set[tuple[str, str]]:
    """Pairs that share more than a square metre, the earlier row first."""
    pairs = frame.sjoin(frame, predicate="intersects")
    one, other = pairs["id_left"].to_numpy(), pairs["id_right"].to_numpy()
    place = frame.set_index("id").geometry
    shared = place[one].reset_index(drop=True).intersection(place[other].reset_index(drop=True))
    order = {code: at for at, code in enumerate(frame["id"])}
    return {
        (a, b)
        for a, b, area in zip(one, other, shared.area, strict=True)
        if order[a] < order[b] and area > 1
    }


def test_overlaps_and_duplicates_are_those_geopandas_counts(
    crowded: gpd.GeoDataFrame, import_file: ImportFile, tmp_path: Path
) -> None:
    crowded.to_file(tmp_path / "crowded.gpkg")
    report = import_file("building", tmp_path / "crowded.gpkg")
    assert (report.rows, report.rejected) == (len(crowded), 0)
    found = {check.code: check for check in report.checks}

    # what is the same to the last corner is told as a repetition, below
    theirs = overlaps(crowded[~crowded.geometry.to_wkb().duplicated()])
    ours = {(one.id, one.other) for one in found["footprints-overlap"].samples}
    assert ours == {(f"t:{a}", f"t:{b}") for a, b in theirs}
    assert found["footprints-overlap"].count == len(theirs) > 20

    again = crowded[crowded.geometry.to_wkb().duplicated()]
    assert {one.id for one in found["place-repeated"].samples} == {f"t:{c}" for c in again["id"]}
    assert found["place-repeated"].count == len(again) == len(crowded.iloc[:144:12])


def test_streets_that_hang_on_nothing_are_those_networkx_finds(
    import_file: ImportFile, tmp_path: Path
) -> None:
    streets = gpd.read_file(BUBENEC, layer="streets").to_crs(UTM)
    # without a few of its streets the network falls into pieces
    kept = streets.drop(index=streets.index[::3]).reset_index(drop=True)
    kept = kept.assign(id=kept.index.astype(str), road_class="local", walkable=True)
    kept.to_file(tmp_path / "streets.gpkg")
    report = import_file("road", tmp_path / "streets.gpkg")
    (check,) = [one for one in report.checks if one.code == "streets-disconnected"]

    graph = nx.Graph()
    for at, line in enumerate(kept.geometry):
        corners = [(round(x, 2), round(y, 2)) for x, y in line.coords]
        nx.add_path(graph, corners, street=at)
    lengths: dict[frozenset[int], float] = {}
    for piece in nx.connected_components(graph):
        streets_of = {data["street"] for *_, data in graph.subgraph(piece).edges(data=True)}
        lengths[frozenset(streets_of)] = kept.geometry.iloc[sorted(streets_of)].length.sum()
    largest = max(lengths, key=lambda inside: lengths[inside])
    apart = {at for inside in lengths if inside != largest for at in inside}
    assert {one.id for one in check.samples} == {f"t:{at}" for at in apart}
    assert check.count == len(apart) > 3
    told = {one.id: float(one.value.split("共 ")[1].split(" m")[0]) for one in check.samples}
    for inside, length in lengths.items():
        for at in inside - largest:
            # the projection lengthens by less than a thousandth
            assert np.isclose(told[f"t:{at}"], length, rtol=1e-3, atol=1)
