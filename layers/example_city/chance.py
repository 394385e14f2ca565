"""Chance that repeats: every layer draws from a generator of its own, all from one seed.

A layer that draws one number more must not change the others, so each has its own child of the
seed, numbered by its place in `TOPICS`.
"""

from __future__ import annotations

import numpy as np

SEED = 440303

TOPICS = (
    "streets",
    "blocks",
    "footprints",
    "building",
    "towers",
    "site",
    "office",
    "office_unit",
    "lease",
    "parking",
    "station_entrance",
    "bus_stop",
    "amenity",
    "site_name",
    "site_totals",
)
"""What is drawn by lot. Append only: the place in this list decides the numbers drawn."""


def chance_of(topic: str) -> np.random.Generator:
    """Return a fresh generator for `topic`; the same numbers every time."""
    child = np.random.SeedSequence(SEED).spawn(len(TOPICS))[TOPICS.index(topic)]
    return np.random.Generator(np.random.PCG64(child))
