"""Coordinates as people write them: decimal, in degrees, minutes and seconds, two in one cell."""

from __future__ import annotations

import re

import pandas as pd

from layers.expression import numbers

FORMS = "114.118、114°07′05.9″E、东经114度7分5.9秒", "114.118, 114°07′05.9″E, 东经114度7分5.9秒"
"""How a coordinate may be written, for those whose writing is not read."""

_NUMBER = r"\d{1,2}(?:\.\d+)?"
_HEMISPHERE = "[NSEW东西南北]"
# after NFKC, which makes two primes of a double prime
_SEXAGESIMAL = re.compile(
    rf"(?P<before>[+-]|{_HEMISPHERE})?[经纬]?\s*"
    r"(?P<degrees>\d{1,3}(?:\.\d+)?)\s*"
    rf"(?:[°度:d]\s*(?:(?P<minutes>{_NUMBER})\s*[′'’‘`分:m]\s*)?"
    rf"(?:(?P<seconds>{_NUMBER})\s*(?:[″\"”“秒s]|[′'’]{{2}})?\s*)?)?"
    rf"(?P<after>{_HEMISPHERE})?",
    re.IGNORECASE,
)
_PAIRS = (
    # a comma or the like between two of anything
    r"^[(\[]?\s*(?P<first>[^,;、]+?)\s*[,;、]\s*(?P<second>[^,;、]+?)\s*[)\]]?$",
    r"^[(\[]?\s*(?P<first>[+-]?\d+(?:\.\d+)?)\s+(?P<second>[+-]?\d+(?:\.\d+)?)\s*[)\]]?$",
    rf"^(?P<first>.*{_HEMISPHERE})\s+(?P<second>.*{_HEMISPHERE})$",
    rf"^(?P<first>{_HEMISPHERE}.*)\s+(?P<second>{_HEMISPHERE}.*)$",
)


def _plain(values: pd.Series) -> pd.Series:
    """Fold full-width characters and the look-alikes of the degree sign."""
    text = values.astype("string").str.replace(r"[º˚]", "°", regex=True)
    plain: pd.Series = text.str.normalize("NFKC").str.strip()
    return plain


def degrees(values: pd.Series) -> pd.Series:
    """Read coordinates: numbers, or text such as ``114°07′05.9″E`` and ``东经114.1183°``.

    South and west are negative. Sixty seconds, or minutes, that rounding has made are the next
    minute, or degree. Whole degrees alone are no place: they are not read.

    Returns
    -------
    Series of float
        NaN where there is no coordinate.
    """
    found = numbers(values)
    strange = found.isna() & values.notna()
    if not strange.any():
        return found
    text = _plain(values[strange])
    # the groups of text that matches as a whole
    parts = text.str.extract(f"(?i)^{_SEXAGESIMAL.pattern}$")
    whole, minutes, seconds = (
        pd.to_numeric(parts[name], errors="coerce").astype("float64")
        for name in ("degrees", "minutes", "seconds")
    )
    fine = parts["degrees"].str.contains(".", regex=False).fillna(False)
    sound = (
        (minutes.notna() | fine)
        & ~(minutes.notna() & fine)
        & ~(seconds.notna() & minutes.isna())
        & ~((minutes > 60) | (seconds > 60))
        # programs round up to a whole minute or degree, and write 59.99996″ as 60.0000″
        & ~((minutes == 60) & (seconds > 0))
    )
    size = whole + minutes.fillna(0) / 60 + seconds.fillna(0) / 3600
    signs = parts["before"].fillna("") + parts["after"].fillna("")
    negative = signs.str.contains("[-SW南西]", case=False).fillna(False)
    result = found.copy()
    result[strange] = size.where(sound).mask(negative & sound, -size)
    return result


def pairs(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Take apart text with two coordinates, such as ``(22.54, 114.12)``.

    Returns
    -------
    tuple of Series
        The first and the second, as text; missing where there are not two.
    """
    text = _plain(values)
    first = pd.Series(pd.NA, index=values.index, dtype="string")
    second = first.copy()
    for pattern in _PAIRS:
        open_ = first.isna() & text.notna()
        if not open_.any():
            break
        parts = text[open_].str.extract(f"(?i){pattern}")
        first[open_], second[open_] = parts["first"], parts["second"]
    return first, second


def longitude_first(values: pd.Series) -> bool | None:
    """Tell the order of text with two coordinates by what they are; None where both may be.

    Letters of the hemispheres say it; else no latitude is beyond 90 degrees; and in China a
    longitude (73 to 136) is never a latitude (3 to 54).
    """
    first, second = pairs(values)
    if first.str.contains("[EW东西]", case=False).fillna(False).any():
        return True
    if first.str.contains("[NS南北]", case=False).fillna(False).any():
        return False
    a, b = degrees(first).abs().dropna(), degrees(second).abs().dropna()
    if not len(a) or not len(b):
        return None
    for lon, lat, answer in ((a, b, True), (b, a, False)):
        if (lon > 90).any() and (lat <= 90).all():
            return answer
    for lon, lat, answer in ((a, b, True), (b, a, False)):
        if lon.between(73, 136).all() and lat.between(3, 54).all():
            return answer
    return None
