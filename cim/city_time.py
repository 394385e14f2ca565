"""The time people in the city live by."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")
"""Time zone of the city, and of a moment that is given without one."""


def to_the_minute(moment: dt.datetime) -> str:
    """Write a moment, which has a time zone, as a clock in the city shows it."""
    return f"{moment.astimezone(CITY_TIME):%Y-%m-%d %H:%M}"
