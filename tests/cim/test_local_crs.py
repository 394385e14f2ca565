"""Local systems: known by parameters or control points that only the city has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from cim.crs import UnknownCRSError, check_crs, in_degrees, to_stored, why_local
from cim.local_crs import fit_similarity
from cim.settings import forget_settings

MILLIMETRE = 0.001
EARTH = Geod(ellps="WGS84")
PAGE = Path(__file__).parents[2] / "docs" / "settings.md"

PLACES = np.array(
    [[114.05, 22.50], [114.20, 22.51], [114.18, 22.62], [114.07, 22.60], [114.1183, 22.5405]]
)
"""Longitude and latitude in and around Luohu."""

Write = Callable[[str], None]
Numbers = NDArray[np.float64]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Give the way to write the city's file of local systems."""
    path = tmp_path / "our.local-crs.toml"

    def write(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        forget_settings()

    monkeypatch.setenv("CIM_LOCAL_CRS", str(path))
    yield write
    forget_settings()


def grid(places: Numbers) -> Numbers:
    """Put places into the metric grid of Shenzhen, by pyproj alone."""
    to_grid = Transformer.from_crs(4490, 4547, always_xy=True)
    return np.column_stack(to_grid.transform(places[:, 0], places[:, 1]))


def turned(plane: Numbers, degrees: float = -1.25, scale: float = 1.0000213) -> Numbers:
    """Write the metric grid as a local system: turned, scaled, and counted from elsewhere."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved: Numbers = scale * (plane - [505_000.0, 2_495_000.0]) @ turn.T + [20_000.0, 90_000.0]
    return moved


def entry(control: Numbers, more: str = "") -> str:
    points = ",\n".join(f"  {[float(number) for number in row]}" for row in control)
    return f'["深圳独立"]\nto = "EPSG:4547"\ncontrol = [\n{points}\n]\n{more}'


def brought(plane: Numbers, name: str) -> Numbers:
    coordinates: Numbers = shapely.get_coordinates(to_stored(shapely.points(plane), name))
    return coordinates


def apart(ours: Numbers, theirs: Numbers) -> float:
    return float(np.max(EARTH.inv(*ours.T, *theirs.T)[2]))


def test_a_turned_and_scaled_local_grid_is_brought_in_by_its_control_points(write: Write) -> None:
    plane = grid(PLACES)
    local = turned(plane)
    # four control points; the fifth place is seen only by the fit
    write(entry(np.hstack([local, plane])[:4]))
    assert apart(brought(local, "深圳独立"), PLACES) < MILLIMETRE
    assert not in_degrees("深圳独立")


@given(
    degrees=st.floats(-180, 180),
    scale=st.floats(0.5, 2.0),
    lon=st.floats(113.9, 114.4),
    lat=st.floats(22.4, 22.8),
)
def test_whatever_the_turn_and_scale_the_fit_finds_the_place(
    degrees: float, scale: float, lon: float, lat: float
) -> None:
    plane, place = grid(PLACES), grid(np.array([[lon, lat]]))
    fitted = fit_similarity(np.hstack([turned(plane, degrees, scale), plane]))
    found = np.column_stack(fitted(*turned(place, degrees, scale).T))
    assert np.hypot(*(found - place).T) < MILLIMETRE


def test_the_residuals_of_the_control_points_are_told(write: Write) -> None:
    plane = grid(PLACES)
    measured = np.hstack([turned(plane), plane])
    # a decimetre at one of five points, which the fit shares out
    measured[2, 2] += 0.1
    write(entry(measured))
    told = why_local("深圳独立")
    assert told is not None
    worst = re.search(r"残差最大 ([\d.]+) m", told)
    assert worst is not None
    # the same least squares, written out with numpy
    x, y = (measured[:, :2] - measured[:, :2].mean(axis=0)).T
    ones, none = np.ones(5), np.zeros(5)
    design = np.vstack([np.column_stack([x, -y, ones, none]), np.column_stack([y, x, none, ones])])
    wanted = np.concatenate(list((measured[:, 2:] - measured[:, 2:].mean(axis=0)).T))
    solution = np.linalg.lstsq(design, wanted)[0]
    left = (design @ solution - wanted).reshape(2, 5)
    assert float(worst[1]) == pytest.approx(np.hypot(*left).max(), abs=0.0006)


def test_a_blunder_among_the_control_points_is_refused_and_shown(write: Write) -> None:
    measured = np.hstack([turned(grid(PLACES)), grid(PLACES)])
    measured[1, 3] += 7.0
    write(entry(measured))
    with pytest.raises(UnknownCRSError, match=r"our\.local-crs\.toml \[深圳独立\].*残差.*0\.5 m"):
        check_crs("深圳独立")
    write(entry(measured, "tolerance = 10.0"))
    check_crs("深圳独立")


def test_control_points_with_north_first_are_recognised(write: Write) -> None:
    plane = grid(PLACES)
    write(entry(np.hstack([turned(plane)[:, ::-1], plane])))
    with pytest.raises(UnknownCRSError, match=r"交换 x 和 y 后吻合.*east before north"):
        check_crs("深圳独立")


LINE = grid(np.linspace([114.05, 22.50], [114.20, 22.62], 5))


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        (np.hstack([turned(grid(PLACES)), grid(PLACES)])[:2], "至少要 3 个"),
        (np.hstack([turned(grid(PLACES)), grid(PLACES)])[[0, 1, 1, 1]], "至少要 3 个"),
        (np.hstack([turned(LINE), LINE]), "一条直线"),
    ],
    ids=["two points", "two points and copies", "points on one line"],
)
def test_control_points_that_would_hide_a_blunder_are_refused(
    write: Write, control: Numbers, reason: str
) -> None:
    write(entry(control))
    with pytest.raises(UnknownCRSError, match=reason) as said:
        check_crs("深圳独立")
    assert "our.local-crs.toml [深圳独立]" in str(said.value)


# --- parameters --------------------------------------------------------------------------------

# Made up: the real ones are secret. Xi'an 80's ellipsoid, moved, turned and scaled against WGS 84.
SHIFT, TURN, SCALE = np.array([24.0, -123.0, -94.0]), np.array([0.02, -0.25, 0.13]), 1.1
XIAN = "+a=6378140 +rf=298.257"
TOWGS84 = ",".join(str(n) for n in (*SHIFT, *TURN, SCALE))


def out_of_xian(places: Numbers) -> tuple[Numbers, Numbers]:
    """Give the made-up grid's numbers for places on its ellipsoid, and where these really are.

    The seven parameters are worked by hand, in the position-vector convention (EPSG:9606).
    """
    lon, lat = np.hsplit(places, 2)
    onto = Transformer.from_pipeline(f"+proj=tmerc +lon_0=114 +x_0=500000 {XIAN}")
    plane = np.hstack(onto.transform(lon, lat))
    local = np.hstack(
        Transformer.from_pipeline(f"+proj=cart {XIAN}").transform(lon, lat, np.zeros_like(lon))
    )
    x, y, z = np.radians(TURN / 3600)
    matrix = (1 + SCALE * 1e-6) * np.array([[1, -z, y], [z, 1, -x], [-y, x, 1]])
    moved = local @ matrix.T + SHIFT
    earth = Transformer.from_crs(4978, 4979, always_xy=True)
    found = np.column_stack(earth.transform(moved[:, 0], moved[:, 1], moved[:, 2])[:2])
    return plane, found


def test_seven_parameters_bring_a_secret_datum_in(write: Write) -> None:
    write(
        '[xian]\nproj = "+proj=tmerc +lon_0=114 +x_0=500000'
        f' {XIAN} +towgs84={TOWGS84} +units=m +type=crs"'
    )
    plane, really = out_of_xian(PLACES)
    assert apart(brought(plane, "xian"), really) < MILLIMETRE
    # and without them it would lie some hundred metres off
    bare = Transformer.from_crs(4490, 4547, always_xy=True)
    x, y = plane.T
    unmoved = np.column_stack(bare.transform(x, y, direction="INVERSE"))
    assert apart(unmoved, really) > 50


def test_a_pipeline_of_proj_brings_a_local_grid_in(write: Write) -> None:
    write(
        '[grid]\nproj = "+proj=pipeline +step +inv +proj=tmerc +lon_0=114 +x_0=1000 +ellps=GRS80"'
    )
    plane = grid(PLACES) - [499_000.0, 0.0]
    assert apart(brought(plane, "grid"), PLACES) < MILLIMETRE


def test_a_secret_datum_without_parameters_is_refused_under_its_local_name_too(
    write: Write,
) -> None:
    write('[b54]\nproj = "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass +units=m"')
    with pytest.raises(UnknownCRSError, match=r"our\.local-crs\.toml \[b54\].*towgs84"):
        check_crs("b54")


BROKEN = {
    "proj = 3": "proj",
    'proj = "+proj=nowhere"': "PROJ",
    "": "proj",
    'to = "EPSG:4547"': "control",
    'proj = "EPSG:4547"\nto = "EPSG:4547"\ncontrol = [[1.0, 2.0, 3.0, 4.0]]': "proj",
    'to = "EPSG:4547"\ncontrol = [[1.0, 2.0, 3.0]]': "control",
    'to = "EPSG:4547"\nkontrol = []': "kontrol",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_entry_is_named_with_its_file(write: Write, broken: str) -> None:
    write(f"[ours]\n{broken}\n")
    with pytest.raises(UnknownCRSError, match=BROKEN[broken]) as said:
        check_crs("ours")
    assert "our.local-crs.toml [ours]" in str(said.value)


@pytest.mark.parametrize("target", ["EPSG:4490", "EPSG:4326", "EPSG:2383", "nowhere"])
def test_control_points_must_lead_to_a_published_plane_system(write: Write, target: str) -> None:
    plane = grid(PLACES)
    write(entry(np.hstack([turned(plane), plane])).replace("EPSG:4547", target))
    with pytest.raises(UnknownCRSError, match=r"our\.local-crs\.toml \[深圳独立\]"):
        check_crs("深圳独立")


@pytest.mark.parametrize("name", ["EPSG:4547", "GCJ-02", "bd09"])
def test_an_entry_cannot_take_the_name_of_a_published_system(write: Write, name: str) -> None:
    write(f'["{name}"]\nproj = "+proj=longlat +ellps=GRS80"\n')
    with pytest.raises(UnknownCRSError, match="published"):
        check_crs(name)


def test_a_file_that_cannot_be_read_is_named(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("[ours\n")
    with pytest.raises(UnknownCRSError, match=r"our\.local-crs\.toml.*TOML"):
        check_crs("ours")
    monkeypatch.setenv("CIM_LOCAL_CRS", "no/such/file.toml")
    forget_settings()
    with pytest.raises(UnknownCRSError, match=r"no/such/file\.toml"):
        check_crs("ours")


def test_an_unknown_name_is_answered_with_the_names_there_are(write: Write) -> None:
    write('[ours]\nproj = "+proj=longlat +ellps=GRS80"\n')
    with pytest.raises(UnknownCRSError, match="GCJ-02 or BD-09, ours"):
        check_crs("theirs")
    assert in_degrees("ours")


def test_the_reason_for_refusing_a_secret_datum_shows_the_way_out() -> None:
    with pytest.raises(UnknownCRSError, match="CIM_LOCAL_CRS"):
        check_crs("EPSG:2435")


def test_the_examples_on_the_page_of_settings_work(write: Write) -> None:
    (example,) = re.findall(r"```toml\n(.+?)```", PAGE.read_text("utf-8"), re.DOTALL)
    write(example)
    for name in ("xian80-local", "city-pipeline", "深圳独立"):
        check_crs(name)
        assert why_local(name)
    there = brought(np.array([[115_000.0, 20_000.0]]), "深圳独立")
    assert apart(grid(there) * 1e-5, np.array([[5.06, 24.96]])) < MILLIMETRE
