"""The figures of the office market that shape the simulated stock (``market.toml``)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from layers.example_city.facts import settings


@cache
def market() -> dict[str, Any]:
    """Return the settings of the market."""
    return settings("market.toml")


def drawn_from(shares: dict[str, float], size: int, chance: np.random.Generator) -> Any:
    """Draw `size` keys of `shares` with probabilities proportional to their values."""
    keys, weights = list(shares), np.array(list(shares.values()))
    return np.array(keys, dtype=object)[chance.choice(len(keys), size, p=weights / weights.sum())]


def unknown(what: str, size: int, chance: np.random.Generator) -> Any:
    """Say which of `size` values are unknown, at the rate the market has for `what`."""
    return chance.random(size) < market()["unknown"][what]


def only(told: Any, values: Any) -> Any:
    """Return `values` where they are `told`, and None, which is unknown, elsewhere."""
    out = np.full(len(told), None, dtype=object)
    out[told] = np.asarray(values, dtype=object)[told]
    return out
