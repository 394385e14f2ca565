"""What a source declares of its coordinate system, held against what the mapping states.

A mapping is written once and used again; the file that comes next year may be in another system,
and says so. Neither is believed silently before the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cim.crs import (
    Floats,
    UnknownCRSError,
    check_crs,
    disguise_of,
    in_degrees,
    keeps_numbers,
    to_stored,
    why_local,
)
from layers.mapping import MappingError
from layers.whereabouts.apart import short

_SAME = 1e-5
"""Degrees, about a metre, within which two systems put a place at the same spot."""


def srids_of(places: NDArray[Any]) -> list[str]:
    """Return the systems that EWKT or EWKB geometries name, as ``EPSG:n``."""
    named = np.unique(shapely.get_srid(places[~shapely.is_missing(places)]))
    return [f"EPSG:{srid}" for srid in named if srid > 0]


def agreed(
    stated: str, because: str, declared: dict[str, str], numbers: Floats | None
) -> tuple[str, str]:
    """Settle a system that is stated, where the source itself may declare others.

    Parameters
    ----------
    stated, because
        The system stated, and who states it, in Chinese and English.
    declared
        The systems that the source declares, and where it does.
    numbers
        x and y of some rows as the source has them, shape (n, 2).

    Returns
    -------
    tuple
        `stated`, and why it is believed, in Chinese and English.

    Raises
    ------
    MappingError
        They contradict each other: one question that names them all.
    cim.crs.UnknownCRSError
        What is stated cannot be used.
    """
    check_crs(stated)
    others = {crs: where for crs, where in declared.items() if not _is_same(stated, crs, numbers)}
    for crs, where in others.items():
        reason = _overruled(stated, crs, numbers)
        if reason is None:
            raise MappingError(_question({stated: because, **others}))
        because = _beside(because, where, short(crs), reason)
    return stated, because


def _is_same(stated: str, declared: str, numbers: Floats | None) -> bool:
    """Tell whether two systems put the source's places at the same spots.

    However they are written: the numbers decide, as a file may name EPSG:4547 in many ways.
    """
    if stated == declared or (disguise_of(stated) or stated) == disguise_of(declared):
        return True
    try:
        if keeps_numbers(stated) and keeps_numbers(declared):
            return True
        if disguise_of(stated) or numbers is None or not len(numbers):
            return False
        points = shapely.points(numbers)
        one, other = (shapely.get_coordinates(to_stored(points, crs)) for crs in (stated, declared))
    except UnknownCRSError:
        return False
    return bool(np.isclose(one, other, rtol=0, atol=_SAME, equal_nan=True).all())


def _overruled(stated: str, declared: str, numbers: Floats | None) -> str | None:
    """Say why the stated system is taken though the source declares another; None for no reason."""
    try:
        degrees, plain = in_degrees(declared), keeps_numbers(declared)
    except UnknownCRSError:
        degrees, plain = False, False
        if why_local(stated) is not None:
            return (
                "只有本地参数能转换这些坐标 / only local parameters can bring these coordinates in"
            )
    if disguise_of(stated) and plain:
        return (
            f"文件无法声明 {stated}，{stated} 数据通常如此标注"
            f" / no file can declare {stated}, and such data usually say so"
        )
    if degrees and numbers is not None and len(numbers) and (np.abs(numbers) > 360).all():
        return "坐标的数值不是经纬度 / the numbers of the coordinates are no degrees"
    return None


def _beside(because: str, where: str, crs: str, reason: str) -> str:
    """Add what the source declares, and why that was not followed."""
    (zh, _, en), (where_zh, _, where_en), (why_zh, _, why_en) = (
        words.partition(" / ") for words in (because, where, reason)
    )
    return (
        f"{zh}；{where_zh}写的是 {crs}，未采用：{why_zh}"
        f" / {en}; {where_en} says {crs}, which was not followed: {why_en}"
    )


def _question(systems: dict[str, str]) -> str:
    """Ask which of several systems it is, with an answer for each."""
    told = [(short(crs), *where.partition(" / ")) for crs, where in systems.items()]
    zh = "，".join(f"{where} {crs}" for crs, where, _, _ in told)
    en = ", ".join(f"{where}: {crs}" for crs, _, _, where in told)
    answers = [f"--crs {_written(crs)}" for crs in systems]
    return (
        f"坐标系的说法不一：{zh}。到底是哪一个？请用 {' 或 '.join(answers)} 指明；未作任何改动"
        f" / the coordinate system is in dispute ({en}). Which is it? State"
        f" {' or '.join(answers)}; nothing was changed"
    )


def _written(crs: str) -> str:
    """Write a system as ``--crs`` takes it: by its number, else as the file has it."""
    name = short(crs)
    return name if " " not in name else f"'{crs}'"
