"""Features of a source that the base already holds, found by identifier or by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from cim.changeset import STAGED
from cim.model import LAYERS, Layer, columns_of
from layers.whereabouts.apart import DEGREE

NAMED = ("office", "building", "site", "station", "parking")
"""Layers whose names are looked for within those of a source: things that stand in one place."""

_MOST = 500
"""Features of the base that are compared."""

_SHARED = 2_000
"""Names that source and base write alike which are compared: all are sought, so many are taken."""

_SEARCHED, _NAMES = 20_000, 10_000
"""Names of the source, and of a layer of the base, that are compared beyond those written alike:
with width, case and spaces set aside, by other names, and name within name. More are sampled, so
that a large source costs little."""

_VERTICES = 2_000
"""Vertices of outlines that are compared, and how many an outline must have to be compared so."""
_WITH_VERTICES = 5

_APART = 50.0
"""Metres below which two features of the base are at the same place, and count once."""

_SAME, _NEAR = 0.005, 0.012
"""Degrees within which what bears one name is one thing, in the base and in a source."""

_REAL = """
    t.geom is not null
    and t.provenance not in ('simulated', 'estimated')
    and coalesce(t.exceptions ->> 'geom', '') not in ('simulated', 'estimated')
"""
"""Rows of the base that are evidence: what is invented or guessed is none."""

_STAGED_NAMES = "staged_names"
"""Temporary table of the staged features compared by name: ``id``, and the name as compared."""

_SHARED_NAMES = "shared_names"
"""Temporary table of features of the base with a name that a staged one has, written alike:
``layer``, ``id``, ``name``."""

COLUMNS = ["own", "lon", "lat", "base_lon", "base_lat"]
"""Of a pair: whether the base has it from the same dataset, and both places in stored degrees."""


def _plain(name: str) -> str:
    """Write a name in SQL as it is compared: width, case and spaces set aside."""
    return f"lower(replace(normalize({name}, nfkc), ' ', ''))"


def _sampled(table: str, rows: int, most: int) -> str:
    """Write a table in SQL of which some rows count, about so many of those at most.

    Whole pages are taken, so that what is not wanted is not read.
    """
    if rows <= most:
        return f"{table} t"
    return f"{table} t tablesample system ({100 * most / rows}) repeatable (1)"


def _filled(connection: Connection, table: str, column: str) -> int:
    """Return how many rows have a value in a column."""
    return connection.scalar(text(f"select count({column}) from {table}")) or 0


def _by_id(layer: type[Layer]) -> str:
    """Write the query for staged features that the layer holds by identifier."""
    return f"""
        select t.id as staged, t.id as base
        from {STAGED} s join {layer.__tablename__} t on t.id = s.id
        where s.geom is not null and {_REAL}
        order by hashtext(t.id) limit {_MOST}
    """


def _by_name(connection: Connection, layer: type[Layer]) -> str:
    """Write the query for staged features that the layer holds by a name unique in both."""
    # no join: a name borne by thousands on both sides would make millions of pairs
    return f"""
        select min(staged) as staged, min(base) as base from (
            select plain, id as staged, null as base from {_STAGED_NAMES}
            union all
            select {_plain("t.name")}, null, t.id
            from {_named(connection, layer.__tablename__)}
            where t.name is not null and {_REAL}
        ) as either
        group by plain having count(staged) = 1 and count(base) = 1
        order by hashtext(min(base)) limit {_MOST}
    """


def any_known(connection: Connection, layer: type[Layer]) -> bool:
    """Tell whether the base holds anything that staged features may be compared with."""
    return any(
        connection.scalar(text(f"select exists (select from {table} t where {_REAL})"))
        for table in sorted({layer.__tablename__, *NAMED})
    )


def names_staged(connection: Connection, layer: type[Layer]) -> int:
    """Lay ready the names of staged features that are compared, and those the base writes alike.

    What is in both is sought among all names, by a comparison that costs little; only then some
    are chosen.

    Returns
    -------
    int
        How many staged features have a name.
    """
    connection.execute(text(f"drop table if exists {_STAGED_NAMES}, {_SHARED_NAMES}"))
    named = _filled(connection, STAGED, "name") if "name" in columns_of(layer) else 0
    if not named:
        return 0
    theirs = "\nunion all\n".join(
        f"select '{table}' as layer, t.id, t.name from {table} t"
        f" where t.name is not null and {_REAL}"
        for table in sorted({layer.__tablename__, *NAMED})
    )
    connection.execute(
        text(f"""
        create temp table {_SHARED_NAMES} on commit drop as
        with theirs as not materialized ({theirs}), chosen as materialized (
            select distinct name from theirs
            where name in (select name from {STAGED} where geom is not null)
        )
        select * from theirs
        where name in (select name from chosen order by hashtext(name) limit {_SHARED})
        """)
    )
    connection.execute(
        text(f"""
        create temp table {_STAGED_NAMES} on commit drop as
        select t.id, {_plain("t.name")} as plain from {_sampled(STAGED, named, _SEARCHED)}
        where t.name is not null and t.geom is not null
        union
        select t.id, {_plain("t.name")} from {STAGED} t
        where t.geom is not null and t.name in (select name from {_SHARED_NAMES})
        """)
    )
    connection.execute(text(f"analyze {_STAGED_NAMES}, {_SHARED_NAMES}"))
    return named


def _named(connection: Connection, table: str) -> str:
    """Write a layer in SQL of which those count whose names the source has, and some others."""
    count = _filled(connection, table, "name")
    if count <= _NAMES:
        return f"{table} t"
    return f"""(
        select t.* from {_sampled(table, count, _NAMES)}
        where t.id not in (select id from {_SHARED_NAMES} where layer = '{table}')
        union all
        select t.* from {_SHARED_NAMES} as n join {table} t using (id) where n.layer = '{table}'
    ) as t"""


def same_features(
    connection: Connection, layer: type[Layer], dataset: str, names: int
) -> pd.DataFrame:
    """Find staged features that the layer itself holds, by identifier, else by a unique name.

    Parameters
    ----------
    names
        From `names_staged`.

    Returns
    -------
    DataFrame
        Columns ``own``, and ``source`` and ``base`` (shapely geometries in stored degrees).
    """
    queries = [_by_id(layer), *([_by_name(connection, layer)] if names else [])]
    # what is in both is sought first, and only of what was chosen the geometry is read
    parts = [
        pd.DataFrame(
            connection.execute(
                text(f"""
                with found as materialized ({query})
                select f.staged, t.dataset = :dataset as own,
                    st_asbinary(s.geom) as source, st_asbinary(t.geom) as base
                from found f join {STAGED} s on s.id = f.staged
                    join {layer.__tablename__} t on t.id = f.base
                """),
                {"dataset": dataset},
            ).all(),
            columns=["staged", "own", "source", "base"],
        )
        for query in queries
    ]
    found = pd.concat(parts).drop_duplicates("staged").drop(columns="staged")
    for side in ("source", "base"):
        found[side] = shapely.from_wkb(found[side].to_numpy(dtype=object))
    return found.astype({"own": bool}).reset_index(drop=True)


def same_names(
    connection: Connection, layer: type[Layer], dataset: str, names: int
) -> pd.DataFrame:
    """Find places of the base whose names staged features bear, or have within their own.

    Parameters
    ----------
    names
        From `names_staged`.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row for each name; the place in the source is the median of the
        features that bear it.
    """
    if not names:
        return pd.DataFrame(columns=COLUMNS)
    base = [_names_of(connection, LAYERS[name], inside=True) for name in NAMED]
    kinds = columns_of(layer)["geom"].info["kinds"]
    if layer.__tablename__ not in NAMED and not any("Line" in kind for kind in kinds):
        base.append(_names_of(connection, layer, inside=False))
    query = Path(__file__).with_name("named.sql").read_text(encoding="utf-8")
    rows = connection.execute(
        text(query.format(staged_names=_STAGED_NAMES, base="\nunion all\n".join(base))),
        {
            "dataset": dataset,
            "same": _SAME,
            "near": _NEAR,
            "most": _MOST,
        },
    ).all()
    return pd.DataFrame(rows, columns=COLUMNS)


def _names_of(connection: Connection, layer: type[Layer], *, inside: bool) -> str:
    """Write the query for the names of a layer, those in brackets and the other names alone too."""
    whole = _plain("t.name")
    names = f"string_to_array(translate({whole}, '()', '||'), '|') || {whole}"
    if "aliases" in columns_of(layer):
        names += f" || array(select {_plain('a')} from unnest(t.aliases) as a)"
    return f"""
        select part as plain, t.dataset = :dataset as own, {str(inside).lower()} as inside,
            (st_xmin(t.geom) + st_xmax(t.geom)) / 2 as x,
            (st_ymin(t.geom) + st_ymax(t.geom)) / 2 as y
        from {_named(connection, layer.__tablename__)}, unnest({names}) as part
        where t.name is not null and {_REAL}
    """


def centres(features: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of `same_features` as pairs of places, columns `COLUMNS`."""
    result = features[["own"]].copy()
    for side, prefix in (("source", ""), ("base", "base_")):
        bounds = shapely.bounds(features[side].to_numpy(dtype=object)).reshape(-1, 4)
        result[f"{prefix}lon"] = (bounds[:, 0] + bounds[:, 2]) / 2
        result[f"{prefix}lat"] = (bounds[:, 1] + bounds[:, 3]) / 2
    return result


def vertices(features: pd.DataFrame) -> pd.DataFrame:
    """Return vertex by vertex the outlines and lines that have as many in the source as here.

    An outline of so many vertices is the same outline, loaded anew: surveyed twice it would have
    others. Its vertices lie apart, and a disguise moves each by its own amount, so that they are
    as many witnesses as they are places (`independent`); what merely moved the outline as a whole
    agrees with the formula at hardly one of them.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, at most some two thousand rows, spread evenly.
    """
    source, base = (features[side].to_numpy(dtype=object) for side in ("source", "base"))
    count = shapely.get_num_coordinates(source)
    same = (count >= _WITH_VERTICES) & (count == shapely.get_num_coordinates(base))
    there, owner = shapely.get_coordinates(source[same], return_index=True)
    here = shapely.get_coordinates(base[same])
    own = features["own"].to_numpy(dtype=bool)[same][owner]
    step = max(1, len(here) // _VERTICES)
    pairs = np.column_stack([there, here])[::step]
    return pd.DataFrame(pairs, columns=COLUMNS[1:]).assign(own=own[::step])[COLUMNS]


def independent(pairs: pd.DataFrame) -> pd.DataFrame:
    """Reduce pairs to one for each place of the base: the median of those around it.

    Places are taken in turn and take in what lies within `_APART` of them, so that a row of
    buildings does not melt into one.
    """
    if pairs.empty:
        return pairs
    from scipy.spatial import cKDTree

    places = pairs[["base_lon", "base_lat"]].to_numpy(dtype=float)
    plane = places * DEGREE * [np.cos(np.radians(places[:, 1].mean())), 1.0]
    group: NDArray[np.int64] = np.full(len(places), -1)
    for at, around in enumerate(cKDTree(plane).query_ball_point(plane, _APART)):
        if group[at] < 0:
            free = np.array(around)[group[around] < 0]
            group[free] = at
    columns: list[Any] = COLUMNS[1:]
    return pairs[columns].astype(float).groupby(group).median().reset_index(drop=True)
