"""Cutting land in two, again and again: quarters into blocks, blocks into plots.

Each piece is cut across its longer side until it is small enough, as towns are subdivided in life
(Parish and Müller 2001; Vanegas et al. 2012). Every cut runs from edge to edge of the piece it
divides, so the cuts of a quarter always hang together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[Any]
Floats = NDArray[np.float64]

_MOST_LEVELS = 14
_BENDS = 7


@dataclass(frozen=True)
class Division:
    """Land cut into pieces.

    Attributes
    ----------
    pieces
        Polygons that are no longer cut.
    origin
        Position of the polygon that each piece was cut from.
    cuts
        Lines along which was cut.
    cut_origin, cut_level
        Position of the polygon each line divides, and how many cuts came before it.
    """

    pieces: Shapes
    origin: NDArray[np.int64]
    cuts: Shapes
    cut_origin: NDArray[np.int64]
    cut_level: NDArray[np.int64]


def longer_side(polygons: Shapes) -> tuple[Floats, Floats, Floats, Floats]:
    """Return centre, unit vector of the longer side, length and width of oriented envelopes."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(-1, 5, 2)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    a, b = np.hypot(*first.T), np.hypot(*second.T)
    along = np.where((a >= b)[:, None], first, second)
    length, width = np.maximum(a, b), np.minimum(a, b)
    return corners[:, :4].mean(axis=1), along / length[:, None], length, width


def divide(
    polygons: Shapes,
    target: Floats,
    chance: np.random.Generator,
    *,
    tilt: float = 0.05,
    bend: float = 0.03,
    smallest: float = 40.0,
) -> Division:
    """Cut polygons until no piece is much larger than its target.

    Parameters
    ----------
    polygons
        Polygons in metres.
    target
        Wanted area of the pieces of each polygon, m².
    tilt
        Spread of a cut's angle around the right angle, radians.
    bend
        Spread of a cut's sagitta, as a share of its length.
    smallest
        Pieces below this area (m²) are given up.
    """
    pieces, origin = polygons, np.arange(len(polygons))
    limit = target * chance.uniform(0.8, 1.7, len(target))
    done: list[Any] = []
    cuts: list[Any] = []
    for level in range(_MOST_LEVELS):
        large = shapely.area(pieces) > limit
        done.append((pieces[~large], origin[~large]))
        pieces, origin = pieces[large], origin[large]
        if not len(pieces):
            break
        half, edge = _cutters(pieces, chance, tilt, bend)
        lines, of = shapely.get_parts(shapely.intersection(pieces, edge), return_index=True)
        keep = shapely.get_type_id(lines) == 1
        cuts.append((lines[keep], origin[of[keep]], np.full(keep.sum(), level)))
        parts = np.concatenate(
            [shapely.intersection(pieces, half), shapely.difference(pieces, half)]
        )
        pieces, of = shapely.get_parts(parts, return_index=True)
        origin = np.concatenate([origin, origin])[of]
        keep = (shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) > smallest)
        pieces, origin = pieces[keep], origin[keep]
        limit = target[origin] * chance.uniform(0.8, 1.7, len(origin))
    done.append((pieces, origin))
    cuts = cuts or [(np.array([]), np.array([], int), np.array([], int))]
    return Division(
        *(np.concatenate(column) for column in zip(*done, strict=True)),
        *(np.concatenate(column) for column in zip(*cuts, strict=True)),
    )


def _cutters(
    pieces: Shapes, chance: np.random.Generator, tilt: float, bend: float
) -> tuple[Shapes, Shapes]:
    """Return, for each piece, a half plane whose edge crosses it, and that edge."""
    centre, along, length, width = longer_side(pieces)
    n = len(pieces)
    shift = chance.normal(0, 0.06, n).clip(-0.14, 0.14) * length
    angle = chance.normal(0, tilt, n).clip(-2 * tilt, 2 * tilt)
    sagitta = chance.normal(0, bend, n).clip(-2 * bend, 2 * bend) * width
    foot = centre + along * shift[:, None]
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = along.T
    normal = np.stack([x * cos - y * sin, x * sin + y * cos], 1)
    across = np.stack([-normal[:, 1], normal[:, 0]], 1)
    # the edge bends within the piece and runs straight on beyond it
    run = np.linspace(-0.5, 0.5, _BENDS)
    place = run[None, :] * width[:, None] * 1.1
    off = (1 - 4 * run**2)[None, :] * sagitta[:, None]
    inner = foot[:, None] + across[:, None] * place[..., None] + normal[:, None] * off[..., None]
    far = (3 * length + 10)[:, None]
    start, end = foot - across * far, foot + across * far
    edge = np.concatenate([start[:, None], inner, end[:, None]], axis=1)
    back = np.stack([end - normal * far, start - normal * far], axis=1)
    ring = np.concatenate([edge, back, edge[:, :1]], axis=1)
    return shapely.polygons(ring), shapely.linestrings(edge)
