"""Which datum a source is really in, read from the features that the base holds already.

Data from map portals are in GCJ-02 or BD-09 and are often declared as WGS 84. They then lie some
500 m or 1,200 m away from where the base has the same things. The source's numbers are read
anew as each datum; where one of them brings the features to their places, and the displacement is
the one its formula gives there, that datum is proposed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from cim.crs import disguise_of, keeps_numbers
from cim.model import Layer
from layers.report import Whereabouts
from layers.whereabouts.apart import (
    DATUMS,
    Floats,
    displacement,
    in_china,
    misread,
    reread,
    short,
    title,
)
from layers.whereabouts.city import city_extent
from layers.whereabouts.pairs import (
    any_known,
    centres,
    independent,
    names_staged,
    same_features,
    same_names,
    vertices,
)

FEWEST = 5
"""Independent pairs below which nothing is said."""

_MAJORITY = 2 / 3
"""Share of the pairs that must come nearer under another datum."""

_NEAR = 100.0
"""Metres from the base, in the middle, beyond which nothing is said to fit."""

_CLEARLY = 0.5
"""What is left of the median distance under the right datum, at most."""

_EXACT = 10.0
"""Metres by which the displacement of vertices may differ from the formula's."""

_ROUGHLY = 0.25
"""Share of the formula's displacement by which that of named features may differ from it: a car
park lies beside the tower that it is named after."""


@dataclass(frozen=True)
class Evidence:
    """What some pairs say.

    Attributes
    ----------
    pairs
        Columns ``lon, lat, base_lon, base_lat``, one row for each place.
    exact
        They are vertices of the same outlines.
    own
        Only with what the base holds from the same dataset there are enough.
    """

    pairs: pd.DataFrame
    exact: bool
    own: bool


def examine(
    connection: Connection, layer: type[Layer], dataset: str, believed: Whereabouts
) -> Whereabouts:
    """Compare the staged rows with the base, and say which datum they speak for.

    Parameters
    ----------
    connection
        In the transaction in which the rows are staged, good rows only.
    dataset
        That the rows belong to.
    believed
        The system they were brought in by.

    Returns
    -------
    Whereabouts
        With a verdict: ``doubtful`` (and `proposed`), ``fits``, or ``cannot tell`` where fewer
        than `FEWEST` independent pairs were found or these scatter. Unchanged where the system
        is not one of degrees that may be confused, or outside China.
    """
    crs = believed.crs
    if crs is None or believed.verdict is not None:
        return believed
    declared = disguise_of(crs)
    if (declared is None and not keeps_numbers(crs)) or _abroad(connection):
        return believed
    found = _evidence(connection, layer, dataset)
    most = max((len(one.pairs) for one in found), default=0)
    verdict = replace(
        believed, verdict="cannot tell", pairs=most, words=[*believed.words, _few(most)]
    )
    for one in found:
        if len(one.pairs) < FEWEST:
            continue
        if not in_china(*_columns(one.pairs)[2:]):
            return believed
        verdict = judge(one, declared, believed)
        if verdict.verdict != "cannot tell":
            break
    return verdict


def _abroad(connection: Connection) -> bool:
    """Tell whether the city lies where nobody uses the disguises."""
    city = city_extent(connection)
    if city is None:
        return False
    lon, lat = (city.west + city.east) / 2, (city.south + city.north) / 2
    return not in_china(np.array([lon]), np.array([lat]))


def _evidence(connection: Connection, layer: type[Layer], dataset: str) -> list[Evidence]:
    """Return the evidence, the best first.

    What other datasets say comes before what an earlier import of the same one left there, which
    may have been wrong in the same way.
    """
    if not any_known(connection, layer):
        return []
    names = names_staged(connection, layer)
    features = same_features(connection, layer, dataset, names)
    outlines = vertices(features)
    named = same_names(connection, layer, dataset, names)
    places = pd.concat([one for one in (centres(features), named) if len(one)] or [named])
    result = []
    for own in (False, True):
        for pairs, exact in ((outlines, True), (places, False)):
            used = pairs if own else pairs[~pairs["own"].astype(bool)]
            result.append(Evidence(independent(used), exact, own))
    return result


def _columns(pairs: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    lon, lat, base_lon, base_lat = pairs.to_numpy(dtype=float).T
    return lon, lat, base_lon, base_lat


def judge(evidence: Evidence, declared: str | None, believed: Whereabouts) -> Whereabouts:
    """Weigh the declared datum against the others."""
    lon, lat, base_lon, base_lat = _columns(evidence.pairs)
    moved = displacement(base_lon, base_lat, lon, lat)
    east, north = np.median(moved[:, 1:], axis=0)
    left = {
        datum: displacement(base_lon, base_lat, *reread(lon, lat, declared, datum))[:, 0]
        for datum in DATUMS
    }
    rival = min((d for d in DATUMS if d != declared), key=lambda d: float(np.median(left[d])))
    theory = displacement(base_lon, base_lat, *misread(base_lon, base_lat, declared, rival))
    theory_east, theory_north = np.median(theory[:, 1:], axis=0)
    result = replace(
        believed,
        pairs=len(lon),
        east=round(float(east), 1),
        north=round(float(north), 1),
    )
    off = float(np.hypot(east - theory_east, north - theory_north))
    allowed = _EXACT if evidence.exact else _ROUGHLY * float(np.hypot(theory_east, theory_north))
    if _nearer(left[rival], left[declared]) and off <= allowed:
        result = replace(
            result,
            verdict="doubtful",
            proposed=title(rival),
            theory_east=round(float(theory_east), 1),
            theory_north=round(float(theory_north), 1),
        )
    elif np.median(left[declared]) <= _NEAR and all(
        _nearer(left[declared], left[d]) for d in DATUMS if d != declared
    ):
        result = replace(result, verdict="fits")
    else:
        result = replace(result, verdict="cannot tell")
    return replace(result, words=[*believed.words, _said(result, evidence, left[rival])])


def _nearer(one: Floats, other: Floats) -> bool:
    """Tell whether distances are clearly smaller than others, pair by pair and in the middle."""
    most = np.mean(one < other) >= _MAJORITY
    return bool(most and np.median(one) <= _CLEARLY * np.median(other))


def _few(most: int) -> str:
    return (
        f"底板中只找到 {most} 处可以对照的要素（至少要 {FEWEST} 处），无法判断坐标系是否属实"
        f" / only {most} independent features of the base could be compared ({FEWEST} are needed):"
        " nothing can be said about the datum"
    )


def _said(result: Whereabouts, evidence: Evidence, left: Floats) -> str:
    """Put the evidence into Chinese and English."""
    crs = short(result.crs or "")
    what, what_en = (
        ("个同一轮廓的顶点", "vertices of the same outlines")
        if evidence.exact
        else ("处同编号或同名的要素", "features of the same identifier or name")
    )
    if evidence.own:
        what += "（含同一数据集以前导入的）"
        what_en += " (some from earlier imports of this dataset)"
    shift, shift_en = _shift(result.east, result.north)
    zh = f"与底板中 {result.pairs} {what}相比，数据{shift}（中位）"
    en = f"compared with {result.pairs} {what_en} in the base, the data lie {shift_en} (median)"
    if result.verdict == "doubtful":
        theory, theory_en = _shift(result.theory_east, result.theory_north)
        return (
            f"{zh}；{result.proposed} 数据误作 {crs} 时{theory}；"
            f"按 {result.proposed} 重读，中位只差 {np.median(left):.0f} m"
            f" / {en}; {result.proposed} data declared as {crs} lie {theory_en}; read as"
            f" {result.proposed} they are {np.median(left):.0f} m off (median)"
        )
    if result.verdict == "fits":
        return f"{zh}，与所声明的 {crs} 相符 / {en}: this fits {crs}"
    return (
        f"{zh}，WGS 84、GCJ-02 和 BD-09 都不能解释，无法判断"
        f" / {en}, which neither WGS 84 nor GCJ-02 nor BD-09 explains: nothing can be said"
    )


def _shift(east: float | None, north: float | None) -> tuple[str, str]:
    """Write a displacement in Chinese and English."""
    x, y = east or 0.0, north or 0.0
    zh = f"偏{'东' if x >= 0 else '西'} {abs(x):.0f} m、偏{'北' if y >= 0 else '南'} {abs(y):.0f} m"
    en = (
        f"{abs(x):.0f} m {'east' if x >= 0 else 'west'} and"
        f" {abs(y):.0f} m {'north' if y >= 0 else 'south'}"
    )
    return zh, en
