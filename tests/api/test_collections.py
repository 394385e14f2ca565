"""OGC API – Features: GDAL, GeoPandas and plain programs read every layer as it is."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import httpx
import pyogrio
import pytest
import shapely
from sqlalchemy import Engine, create_engine, text
from starlette.testclient import TestClient

from cim.history import batches
from cim.model import LAYERS, layer_named, public_of
from layers.editing import edit

if TYPE_CHECKING:
    from tests.api.conftest import EveryPage
    from tests.conftest import Bring

every_layer = pytest.mark.parametrize("layer", LAYERS)


def in_database(url: str, layer: str) -> gpd.GeoDataFrame:
    engine = create_engine(url)
    with engine.connect() as connection:
        frame = gpd.read_postgis(f"select * from {layer} order by id", connection)
    engine.dispose()
    return frame


def count(engine: Engine, layer: str, where: str = "true") -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f"select count(*) from {layer} where {where}")) or 0)


@pytest.fixture(autouse=True)
def straight_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let GDAL ask this machine itself, whatever proxy the machine may be set up with."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")


# --- read by other programs --------------------------------------------------------------------


def test_gdal_lists_every_layer(served: str) -> None:
    assert {str(name) for name, _ in pyogrio.list_layers(f"OAPIF:{served}")} == set(LAYERS)


@every_layer
def test_gdal_reads_every_layer_as_geopandas_reads_it_from_the_database(
    served: str, example_database: str, layer: str
) -> None:
    stored = in_database(example_database, layer)
    # the larger layers in a few pages, as a client would that sets a page size
    read = pyogrio.read_dataframe(
        f"OAPIF:{served}", layer=layer, PAGE_SIZE=10_000, use_arrow=False
    ).sort_values("id")
    assert len(read) == len(stored) > 0
    assert list(read["id"]) == list(stored["id"])
    ours, theirs = stored.geometry.to_numpy(), read.geometry.to_numpy()
    assert (shapely.is_missing(ours) == shapely.is_missing(theirs)).all()
    there = ~shapely.is_missing(ours)
    # seven decimals of a degree are written
    assert shapely.hausdorff_distance(ours[there], theirs[there]).max(initial=0) < 1e-6
    if "name" in stored:
        assert list(read["name"].fillna("")) == list(stored["name"].fillna(""))


def test_a_compressed_answer_is_the_same_answer(served: str) -> None:
    path = f"{served}/collections/parking/items?limit=500"
    packed = httpx.get(path, headers={"accept-encoding": "gzip"})
    plain = httpx.get(path, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json()["features"] == plain.json()["features"]


# --- GeoJSON -----------------------------------------------------------------------------------


def rings(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    parts = geometry["coordinates"]
    return [parts] if geometry["type"] == "Polygon" else parts


@every_layer
def test_every_feature_is_geojson_as_rfc_7946_wants_it(
    luohu: Engine, rest: TestClient, layer: str
) -> None:
    answer = rest.get(f"/collections/{layer}/items?limit=40")
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert collection["type"] == "FeatureCollection"
    assert '"crs"' not in answer.text
    for feature in collection["features"]:
        assert feature.keys() >= {"type", "id", "geometry", "properties"}
        assert feature["type"] == "Feature"
        assert list(feature["properties"]) == public_of(layer_named(layer))
        geometry = feature["geometry"]
        if geometry is None:
            continue
        shape = shapely.geometry.shape(geometry)
        assert shape.is_valid
        west, south, east, north = shape.bounds
        assert 113 < west <= east < 115
        assert 22 < south <= north < 23
        if geometry["type"].endswith("Polygon"):
            for outer, *holes in rings(geometry):
                # the right-hand rule: outlines counterclockwise, courtyards clockwise
                assert shapely.is_ccw(shapely.linearrings(outer))
                assert not any(shapely.is_ccw(shapely.linearrings(hole)) for hole in holes)


def test_one_feature_is_what_it_is_among_the_others(luohu: Engine, rest: TestClient) -> None:
    for feature in rest.get("/collections/building/items?limit=3").json()["features"]:
        assert rest.get(f"/collections/building/items/{feature['id']}").json() == feature


def test_the_collections_tell_their_bounds_and_their_crs(luohu: Engine, rest: TestClient) -> None:
    answer = rest.get("/collections").json()
    assert [c["id"] for c in answer["collections"]] == list(LAYERS)
    for described in answer["collections"]:
        alone = rest.get(f"/collections/{described['id']}").json()
        assert alone["title"] == described["title"]
        assert described["crs"] == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
        if described["id"] == "office_unit":
            # the units of the example city have no place of their own
            assert "extent" not in described
            continue
        ((west, south, east, north),) = described["extent"]["spatial"]["bbox"]
        assert 113.8 < west < east < 114.4
        assert 22.4 < south < north < 22.8
        (items,) = (link["href"] for link in described["links"] if link["rel"] == "items")
        assert rest.get(f"{items}?limit=1").json()["numberReturned"] == 1


def test_every_link_of_the_landing_page_leads_somewhere(luohu: Engine, rest: TestClient) -> None:
    links = rest.get("/", headers={"accept": "application/json"}).json()["links"]
    assert {link["rel"] for link in links} >= {"self", "service-desc", "conformance", "data"}
    for link in links:
        answer = rest.get(link["href"], headers={"accept": link["type"]})
        assert answer.is_success
        media = answer.headers["content-type"].partition(";")[0]
        assert media in link["type"] or "openapi" in link["type"]
    conforms = rest.get("/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conforms


# --- which features ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "box",
    [
        "114.10,22.53,114.13,22.56",
        "114.10,22.53,0,114.13,22.56,500",
        "-180,-90,180,90",
        "0,0,1,1",
        "114.12,22.5,114.12,22.6",
        "170,22,-170,23",
        "114.15,22.5,114.05,22.6",
    ],
)
def test_a_box_holds_what_touches_it(
    luohu: Engine, rest: TestClient, example_database: str, box: str
) -> None:
    corners = [float(number) for number in box.split(",")]
    west, south, east, north = corners if len(corners) == 4 else [corners[i] for i in (0, 1, 3, 4)]
    parts = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    stored = in_database(example_database, "parking")
    touched = stored[
        stored.intersects(
            shapely.union_all([shapely.box(w, south, e, north) for w, e in parts])
            if west != east
            else shapely.LineString([(west, south), (east, north)])
        )
    ]
    answer = rest.get(f"/collections/parking/items?bbox={box}&limit=10000").json()
    assert [feature["id"] for feature in answer["features"]] == list(touched["id"])
    assert answer["numberMatched"] == len(touched)


@pytest.mark.parametrize(
    ("layer", "query", "where"),
    [
        ("office", "use=办公", "use = '办公'"),
        ("office", "grade=甲级&use=办公", "grade = '甲级' and use = '办公'"),
        ("office", "lifts=6", "lifts = 6"),
        ("office", "registrable=true", "registrable"),
        ("office", "registrable=FALSE", "not registrable"),
        ("office_unit", "status=vacant&fit_out=精装", "status = 'vacant' and fit_out = '精装'"),
        ("business_district", "confirmed=false", "not confirmed"),
        ("station", "status=operating&kind=metro", "status = 'operating' and kind = 'metro'"),
        ("station", "lines=9号线", "'9号线' = any(lines)"),
        ("area", "level=street", "level = 'street'"),
        ("road", "level=0&walkable=true", "level = 0 and walkable"),
    ],
)
def test_any_public_field_filters(
    luohu: Engine, rest: TestClient, layer: str, query: str, where: str
) -> None:
    answer = rest.get(f"/collections/{layer}/items?{query}&limit=10000").json()
    assert answer["numberMatched"] == count(luohu, layer, where)
    assert answer["numberReturned"] == answer["numberMatched"]


def test_datetime_asks_for_the_date_of_the_data_and_keeps_what_has_none(
    city: Engine, bring: Bring, rest: TestClient
) -> None:
    here = shapely.Point(114.12, 22.54)
    dates = {"old": "2015-06-01", "new": "2024-03-05", "undated": None}
    bring("parking", *({"id": i, "source_date": day, "geom": here} for i, day in dates.items()))

    def found(when: str) -> set[str]:
        features = rest.get(f"/collections/parking/items?datetime={when}").json()["features"]
        return {feature["id"].removeprefix("t:") for feature in features}

    assert found("2015-06-01") == {"old", "undated"}
    assert found("2015-06-01T12:00:00Z") == {"old", "undated"}
    assert found("../2020-01-01") == {"old", "undated"}
    assert found("2020-01-01/..") == {"new", "undated"}
    assert found("2020-01-01/") == {"new", "undated"}
    assert found("2015-06-01/2024-03-05") == {"old", "new", "undated"}
    assert found("2016-01-01/2017-01-01") == {"undated"}
    assert found("../..") == {"old", "new", "undated"}


def test_as_of_reads_the_layer_and_each_feature_as_they_were(
    city: Engine, bring: Bring, rest: TestClient
) -> None:
    here = shapely.Point(114.12, 22.54)
    bring("parking", {"id": "1", "name": "旧", "geom": here})
    edit(city, layer_named("parking"), "t:1", {"name": "新"})
    bring("parking", {"id": "2", "name": "二", "geom": here}, mode="replace")
    with city.connect() as connection:
        first, second, third = (b.made_at for b in reversed(batches(connection)))
    items = "/collections/parking/items"

    def names(moment: dt.datetime | str) -> list[str]:
        answer = rest.get(items, params={"as_of": str(moment)}).json()
        return [feature["properties"]["name"] for feature in answer["features"]]

    assert names(first - dt.timedelta(microseconds=1)) == []
    assert names(first.isoformat()) == ["旧"]
    assert names(second.isoformat()) == ["新"]
    assert names(third.isoformat()) == ["二"]
    # in Chinese time, with and without saying so
    shanghai = second.astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert names(shanghai.isoformat()) == ["新"]
    assert names(shanghai.replace(tzinfo=None).isoformat()) == ["新"]
    # a plus that was not escaped arrives as a space
    unescaped = rest.get(f"{items}?as_of={shanghai.isoformat()}").json()
    assert unescaped["numberMatched"] == 1
    one = rest.get(f"{items}/t:1", params={"as_of": first.isoformat()}).json()
    assert one["properties"]["name"] == "旧"
    assert rest.get(f"{items}/t:1").status_code == 404


# --- pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 50, 1199, 1200, 1201])
def test_pages_hold_every_feature_once_whatever_their_size(
    luohu: Engine, rest: TestClient, every_page: EveryPage, size: int
) -> None:
    # eight hundred pages of one would add nothing
    box = "&bbox=114.118,22.538,114.121,22.541" if size == 1 else ""
    whole = rest.get(f"/collections/parking/items?limit=10000{box}").json()
    pages = every_page(f"/collections/parking/items?limit={size}{box}")
    ids = [feature["id"] for page in pages for feature in page]
    assert ids == [feature["id"] for feature in whole["features"]]
    assert all(len(page) == size for page in pages[:-1])
    assert len(ids) == whole["numberMatched"]


def test_the_next_page_keeps_the_question(luohu: Engine, rest: TestClient) -> None:
    query = "use=办公&bbox=114.09,22.53,114.13,22.56&limit=2"
    answer = rest.get(f"/collections/office/items?{query}").json()
    (following,) = (link["href"] for link in answer["links"] if link["rel"] == "next")
    for part in ("use=%E5%8A%9E%E5%85%AC", "bbox=114.09", "limit=2", "after="):
        assert part in following
    assert rest.get(following).json()["numberMatched"] == answer["numberMatched"]


def test_an_identifier_may_hold_whatever_a_source_calls_its_rows(
    city: Engine, bring: Bring, rest: TestClient, every_page: EveryPage
) -> None:
    codes = ["a/b", "units", "c/units", "d e", "é", "100%", "x?y=1&z#f", "‘引号’", "+", ".", "𠮷"]
    here = shapely.Point(114.12, 22.54)
    bring("office", *({"id": c, "name": c, "use": "办公", "geom": here} for c in codes))
    pages = every_page("/collections/office/items?limit=1")
    ids = [feature["id"] for page in pages for feature in page]
    assert sorted(ids) == sorted(f"t:{code}" for code in codes)
    for identifier in ids:
        quoted = httpx.URL("http://x/", params={"q": identifier}).query.decode()[2:]
        for path in ("/collections/office/items/", "/offices/"):
            found = rest.get(path + quoted.replace("+", "%20"))
            if path == "/offices/" and identifier.endswith("/units"):
                continue
            assert found.json()["id"] == identifier, identifier


# --- the description ---------------------------------------------------------------------------


@every_layer
def test_the_schema_of_a_layer_names_its_public_fields(
    luohu: Engine, rest: TestClient, layer: str
) -> None:
    schema = rest.get(f"/collections/{layer}/schema").json()
    assert set(schema["properties"]) == {*public_of(layer_named(layer)), "geom"}
    assert "tenant" not in json.dumps(schema)
