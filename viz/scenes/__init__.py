"""The scenes of the city by name.

A scene is a function that takes a connection and returns a `viz.scene.Scene`, whose ``deck`` is
the pydeck picture. The same scene is shown live, saved as one HTML file, or photographed.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from viz.scene import Scene, Text
from viz.scenes.business_district import TITLE, business_district

SCENES: dict[str, tuple[Text, Callable[[Connection], Scene]]] = {
    "business-district": (TITLE, business_district),
}
"""Title and function of every scene."""


class UnknownSceneError(LookupError):
    """No scene has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"没有场景 {name!r}；可用：{'、'.join(SCENES)} / no scene {name!r}: {', '.join(SCENES)}"
        )


def scene_named(name: str, connection: Connection) -> Scene:
    """Make a scene of what the city holds now.

    Raises
    ------
    UnknownSceneError
        There is no scene of this name.
    """
    if name not in SCENES:
        raise UnknownSceneError(name)
    return SCENES[name][1](connection)
