"""Footprints of invented buildings: one per plot, aligned with it, none reaching beyond it."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.blocks import plots
from layers.example_city.chance import chance_of
from layers.example_city.division import Floats, Shapes, longer_side
from layers.example_city.quarters import characters, quarters, trait

_SMALLEST = 55.0
_GRID = 0.1
_THICKNESS = 14.0
"""Depth of a wing that daylight reaches from both sides, m."""


@cache
def footprints() -> gpd.GeoDataFrame:
    """Return footprints in metres.

    Returns
    -------
    GeoDataFrame with the columns of `plots`, ``plot`` (the position there) and ``shape``, the
    kind of outline.
    """
    chance = chance_of("footprints")
    frame = plots().reset_index(names="plot")
    of = frame["quarter"].to_numpy()
    # the inner plots of a block are its courtyards and gardens, seldom built on
    filled = trait(of, "filled") * np.where(frame["on_street"], 1.0, 0.55)
    frame = frame[chance.random(len(frame)) < filled].reset_index(drop=True)
    of = frame["quarter"].to_numpy()
    frame["shape"] = _kinds(of, chance)
    inset = shapely.buffer(
        frame.geometry.to_numpy(), -trait(of, "gap"), join_style="mitre", mitre_limit=2
    )
    frame = frame.set_geometry(gpd.GeoSeries(_largest_part(inset), crs=frame.crs))
    frame = frame[frame.geometry.area > _SMALLEST].reset_index(drop=True)
    drawn = frame.geometry.to_numpy().copy()
    for kind, draw in _DRAW.items():
        at = np.flatnonzero(frame["shape"] == kind)
        drawn[at] = draw(drawn[at], chance)
    drawn = shapely.intersection(drawn, frame.geometry.to_numpy())
    # corners on a grid of decimetres stay apart when degrees are rounded
    drawn = _largest_part(shapely.set_precision(drawn, _GRID))
    frame = frame.set_geometry(gpd.GeoSeries(drawn, crs=frame.crs))
    return frame[frame.geometry.area > _SMALLEST].reset_index(drop=True)


def _kinds(of: Any, chance: np.random.Generator) -> Any:
    """Draw the kind of footprint for plots in quarters `of`, by the shares of their characters."""
    draw = chance.random(len(of))
    kinds = quarters()["character"].to_numpy()[of]
    out = np.empty(len(of), dtype=object)
    for character in characters():
        at = np.flatnonzero(kinds == character)
        shares = characters()[character]["footprints"]
        edges = np.cumsum(list(shares.values()))
        out[at] = np.array(list(shares))[np.searchsorted(edges / edges[-1], draw[at])]
    return out


def _largest_part(shapes: Shapes) -> Shapes:
    """Keep the largest polygon of each shape; an empty polygon where there is none."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    polygon = shapely.get_type_id(parts) == 3
    frame = pd.DataFrame({"of": of[polygon], "area": shapely.area(parts[polygon])})
    best = frame.sort_values(["of", "area"], kind="stable").groupby("of").tail(1)
    out = np.full(len(shapes), shapely.Polygon(), dtype=object)
    out[best["of"]] = parts[polygon][best.index]
    return out


def boxes(centre: Floats, along: Floats, length: Floats, width: Floats) -> Shapes:
    """Return rectangles of the given length along the unit vectors `along`, metres."""
    u = along * length[:, None] / 2
    v = np.stack([-along[:, 1], along[:, 0]], 1) * width[:, None] / 2
    made: Shapes = shapely.polygons(
        np.stack([centre - u - v, centre + u - v, centre + u + v, centre - u + v], axis=1)
    )
    return made


def _full(room: Shapes, _chance: np.random.Generator) -> Shapes:
    """Fill the plot."""
    return room


def _tower(room: Shapes, chance: np.random.Generator) -> Shapes:
    """Stand a near-square tower somewhere on the plot."""
    centre, along, length, width = longer_side(room)
    side = np.minimum(chance.uniform(24, 42, len(room)), width * 0.92)
    deep = np.minimum(side * chance.uniform(0.85, 1.25, len(room)), length)
    play = (length - deep) / 2 * chance.uniform(-0.7, 0.7, len(room))
    return boxes(centre + along * play[:, None], along, deep, side)


def _slab(room: Shapes, chance: np.random.Generator) -> Shapes:
    """Lay a slab along one side of the plot."""
    centre, along, length, width = longer_side(room)
    long = np.minimum(chance.uniform(36, 82, len(room)), length * 0.97)
    deep = np.minimum(chance.uniform(12, 19, len(room)), width)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    aside = (width - deep) / 2 * chance.choice([-0.9, 0.0, 0.9], len(room))
    return boxes(centre + across * aside[:, None], along, long, deep)


def _ell(room: Shapes, chance: np.random.Generator) -> Shapes:
    """Lay two wings at a right angle along two sides of the plot."""
    centre, along, length, width = longer_side(room)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    side = chance.choice([-1.0, 1.0], (2, len(room)))
    wing = np.minimum(_THICKNESS, width * 0.45)
    first = boxes(centre + across * (side[0] * (width - wing) / 2)[:, None], along, length, wing)
    second = boxes(centre + along * (side[1] * (length - wing) / 2)[:, None], along, wing, width)
    joined: Shapes = shapely.union(first, second)
    return joined


def _court(room: Shapes, _chance: np.random.Generator) -> Shapes:
    """Run wings round a courtyard, where the plot is wide enough for one."""
    hole = shapely.buffer(room, -_THICKNESS, join_style="mitre", mitre_limit=2)
    walled: Shapes = np.where(shapely.area(hole) > 120, shapely.difference(room, hole), room)
    return walled


def _podium(room: Shapes, _chance: np.random.Generator) -> Shapes:
    """Cover most of the plot with a broad rectangle."""
    centre, along, length, width = longer_side(room)
    return boxes(centre, along, length * 0.94, width * 0.9)


_DRAW = {
    "full": _full,
    "tower": _tower,
    "slab": _slab,
    "ell": _ell,
    "court": _court,
    "podium": _podium,
}
