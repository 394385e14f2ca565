"""Random small cities, and a need that few of their offices meet."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from cim.letting import FreeUnit
from tests.cim.small_market import free

ALWAYS = settings(derandomize=True, max_examples=25, deadline=None)


@st.composite
def cities(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[FreeUnit]]:
    """Up to eight offices of one to four free units, with gaps in what is known."""
    offices, units = [], []
    for n in range(draw(st.integers(3, 8))):
        name = f"O{n}"
        offices.append(
            {
                "id": name,
                "walk_min": draw(st.none() | st.integers(1, 30).map(float)),
                "grade": draw(st.sampled_from(["甲级", "乙级", "丙级", None])),
                "parking_ratio": draw(st.none() | st.floats(0.1, 1.5)),
                "clear_height": draw(st.none() | st.floats(2.3, 3.2)),
            }
        )
        units += [
            free(
                f"{name}-{k}",
                name,
                draw(st.none() | st.integers(50, 900).map(float)),
                rent=draw(st.none() | st.integers(50, 250).map(float)),
                adjacent_to=(f"{name}-{k + 1}",) if draw(st.booleans()) else (),
            )
            for k in range(draw(st.integers(1, 4)))
        ]
    return offices, units


QUESTION: dict[str, Any] = {
    "need": {"area": {"min": 600.0, "max": 900.0}, "budget_per_month": 90_000.0},
    "must": {"metro_walk_max": 10.0, "grade": ["甲级"], "clear_height_min": 2.6},
    "limit": 5,
}
