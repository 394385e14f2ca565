"""The colours of the city, in one place.

Warm greys carry the city, so that colour is left for what is asked about. The ramp runs from
pale apricot to deep purple: its lightness falls step by step, so it reads in order for people
with any colour vision and in a black-and-white print, and it meets neither the blue of water
nor the green of parks.
"""

from __future__ import annotations

Colour = tuple[int, int, int] | tuple[int, int, int, int]

BACKDROP: Colour = (226, 222, 214)
LAND: Colour = (243, 240, 234)
WATER: Colour = (164, 202, 219)
PARK: Colour = (206, 222, 189)
HILL: Colour = (196, 213, 178)
ROAD: Colour = (255, 255, 255)
BUILDING: Colour = (230, 226, 218)
BOUNDARY: Colour = (138, 125, 109)
DISTRICT: Colour = (109, 92, 152)
INK: Colour = (52, 50, 46)
HALO: Colour = (255, 255, 255)
#: Behind a name, so that it reads over a dark tower.
PLATE: Colour = (255, 254, 251, 176)
STATION: Colour = (255, 255, 255)
#: Railway stations and border ports, unlike the white dots of the metro.
GATE: Colour = (24, 92, 150)
#: Not measured, not stated: outside the ramp, never its low end; a pale body with drawn edges.
UNKNOWN: Colour = (205, 218, 235)
UNKNOWN_EDGE: Colour = (52, 78, 120)
#: The one feature that is selected; far from the ramp in hue and in lightness.
SELECTED: Colour = (0, 150, 136)

_RAMP: tuple[Colour, ...] = (
    (253, 222, 156),
    (252, 178, 122),
    (243, 126, 112),
    (226, 80, 112),
    (194, 46, 122),
    (150, 32, 124),
    (101, 24, 108),
)


def ramp(steps: int) -> tuple[Colour, ...]:
    """Pick ``steps`` colours (1 to 7) that span the ramp from low to high.

    Raises
    ------
    ValueError
        If more classes are asked for than a reader can tell apart.
    """
    if not 1 <= steps <= len(_RAMP):
        raise ValueError(f"a ramp has 1 to {len(_RAMP)} steps, not {steps}")
    if steps == 1:
        return (_RAMP[len(_RAMP) // 2],)
    last = len(_RAMP) - 1
    return tuple(_RAMP[round(step * last / (steps - 1))] for step in range(steps))
