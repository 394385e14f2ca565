"""What mappers write into the tags of OpenStreetMap, brought to what the layers hold.

Keys and values are those of the OpenStreetMap wiki. A value that cannot be read is left unknown
and remarked upon; it never costs the feature.
"""

from __future__ import annotations

import re

import pandas as pd

from cim.model import columns_of, field_of, layer_named
from layers.findings import Finding
from layers.osm.extract import remark
from layers.units import unit_factor

NAMES = ("name", "name:zh", "name:en")
"""Keys of a feature's name, the one on its signs first."""

ADDRESS = (
    "addr:full",
    "addr:city",
    "addr:district",
    "addr:street",
    "addr:place",
    "addr:housenumber",
)

_METRES = r"^(\d+(?:\.\d+)?)\s*(?:m|metre|metres|meters|米)?$"
_FEET = r"^(\d+(?:\.\d+)?)\s*(?:ft|feet|foot|')$"
_FEET_AND_INCHES = r"^(\d+)\s*'\s*(\d+(?:\.\d+)?)\s*(?:\"|'')$"
_YEAR = r"^(\d{4})(?:-\d{2}(?:-\d{2})?)?$"
_UNREADABLE = "读不懂，留空 / cannot be read and is left unknown"
_NO = {"no", "none", "false", "0"}
_CHINESE = r"[\u4e00-\u9fff]"
_LARGEST = 2**31 - 1


def first_of(frame: pd.DataFrame, keys: tuple[str, ...]) -> pd.Series:
    """Return the first of several tags that each feature has."""
    found = frame[keys[0]]
    for key in keys[1:]:
        found = found.fillna(frame[key])
    return found


def _left_out(
    frame: pd.DataFrame, wrong: pd.Series, key: str, remarks: list[Finding], reason: str
) -> None:
    """Remark on the values that are left unknown."""
    for code, value in zip(frame.loc[wrong, "id"], frame.loc[wrong, key], strict=True):
        remarks.append(remark("value-left-out", str(code), reason, key, str(value)))


def _within_bounds(
    frame: pd.DataFrame, found: pd.Series, key: str, field: str, remarks: list[Finding]
) -> pd.Series:
    """Leave unknown what could not be read, or lies beyond the bounds of ``layer.field``."""
    layer, name = field.split(".")
    meaning = field_of(columns_of(layer_named(layer))[name])
    least = 0 if meaning.minimum is None else meaning.minimum
    most = _LARGEST if meaning.maximum is None else meaning.maximum
    unreadable = frame[key].notna() & found.isna()
    beyond = (found < least) | (found > most)
    _left_out(frame, unreadable, key, remarks, _UNREADABLE)
    _left_out(
        frame,
        beyond,
        key,
        remarks,
        f"不在 {least:g} 到 {most:g} 之间，留空 / is not in {least:g} to {most:g}: left unknown",
    )
    return found.mask(beyond)


def metres(frame: pd.DataFrame, key: str, field: str, remarks: list[Finding]) -> pd.Series:
    """Read lengths in metres (``12``, ``12 m``) or feet (``40 ft``, ``39'4"``), in m.

    Parameters
    ----------
    frame
        Features with ``id`` and the tag `key`.
    field
        ``layer.field`` whose bounds hold.
    remarks
        Receives what is left unknown.
    """
    text = frame[key].str.strip().str.casefold()
    foot, inch = unit_factor("ft", "m"), unit_factor("in", "m")
    found = _numbers(text.str.extract(_METRES, expand=False))
    found = found.fillna(_numbers(text.str.extract(_FEET, expand=False)) * foot)
    both = text.str.extract(_FEET_AND_INCHES)
    found = found.fillna(_numbers(both[0]) * foot + _numbers(both[1]) * inch)
    return _within_bounds(frame, found, key, field, remarks)


def whole(frame: pd.DataFrame, key: str, field: str, remarks: list[Finding]) -> pd.Series:
    """Read whole numbers (floors, car spaces); 2.5 floors are left unknown."""
    found = _numbers(frame[key].str.strip().str.extract(r"^([+-]?\d{1,9})(?:\.0+)?$", expand=False))
    return _within_bounds(frame, found, key, field, remarks).astype("Int64")


def years(frame: pd.DataFrame, key: str, field: str, remarks: list[Finding]) -> pd.Series:
    """Read the year of a date (``1936``, ``1938-10``); ``1890s`` and ``before 1939`` are none."""
    found = _numbers(frame[key].str.strip().str.extract(_YEAR, expand=False))
    return _within_bounds(frame, found, key, field, remarks).astype("Int64")


def _numbers(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text, errors="coerce").astype("Float64")


def among(
    frame: pd.DataFrame, key: str, meanings: dict[str, str | bool | None], remarks: list[Finding]
) -> pd.Series:
    """Translate the values of a tag by a table; what is not in it is left unknown."""
    text = frame[key].str.strip().str.casefold()
    known = text.isin(list(meanings))
    _left_out(frame, text.notna() & ~known, key, remarks, _UNREADABLE)
    return text.map(meanings).astype("object")


def is_set(values: pd.Series) -> pd.Series:
    """Tell whether a tag is there and does not say no, as for ``bridge`` and ``tunnel``."""
    return values.notna() & ~values.isin(_NO)


def parts(values: pd.Series) -> pd.Series:
    """Split at semicolons, as one tag lists several values."""
    return values.str.split(re.compile(r"\s*;\s*")).where(values.notna(), None)


def addresses(frame: pd.DataFrame) -> pd.Series:
    """Join the parts of an address: Chinese from the city down, others street and number."""
    tag = {key: frame[key].fillna("") for key in ADDRESS}
    street = tag["addr:street"].mask(tag["addr:street"] == "", tag["addr:place"])
    number = tag["addr:housenumber"]
    numbered = number.where(~number.str.contains(r"\d$"), number + "号")
    chinese = tag["addr:city"] + tag["addr:district"] + street + numbered
    other = (street + " " + number).str.strip()
    joined = chinese.where(street.str.contains(_CHINESE), other)
    # a number without its street says nothing
    joined = joined.mask(street == "")
    return frame["addr:full"].fillna(joined)
