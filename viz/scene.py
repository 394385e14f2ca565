"""What a scene is: a deck of layers and the words that stand around it.

The picture itself is a :class:`pydeck.Deck`. A deck says nothing of what its colours mean, where
its numbers come from or how sure they are; :class:`Scene` puts exactly that beside it. Nothing in
this module knows HTML: :mod:`viz.page` writes a scene down, :mod:`viz.picture` photographs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pydeck

from viz.palette import BACKDROP, Colour

Symbol = Literal["block", "area", "line", "dot"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or a name in Chinese and, where there is one, in English."""

    zh: str
    en: str = ""


#: The border and the outlines in the picture are not a surveyed map.
SCHEMATIC = Text("示意图", "schematic")


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of the legend: a swatch, what it means, and how many there are.

    An ``edge`` is drawn around the swatch, and around the blocks of a measure's class.
    """

    label: Text
    colour: Colour
    count: int | None = None
    symbol: Symbol = "block"
    edge: Colour | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One number that can colour the subject layer, already cut into classes.

    Parameters
    ----------
    key
        Name in the page's address and messages, such as ``parking_ratio``.
    title
        What is measured.
    unit
        Unit of the class labels.
    classes
        The classes from low to high, the last one for *unknown*.
    class_field
        Field of each record of the subject layer that holds the index of its class.
    """

    key: str
    title: Text
    unit: Text
    classes: tuple[LegendEntry, ...]
    class_field: str


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a card: which value of the record, under which name, in which unit.

    ``words`` turns codes into names (``{"simulated": Text("模拟", "simulated")}``). A record
    without the value shows as unknown; an ``optional`` row is left out instead.
    """

    key: str
    label: Text
    unit: str = ""
    digits: int | None = None
    words: Mapping[str, Text] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """What is told of a feature under the pointer: a title and rows, always as plain text."""

    title: str
    subtitle: str = ""
    fields: tuple[Field, ...] = ()
    kind: Text = Text("")


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """Whom some layers are from; the words of the sources stay as their givers wrote them."""

    title: Text
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A deck and what a reader needs to understand it.

    Parameters
    ----------
    deck
        Layers, camera and light. Layers carry their data; an address instead of data is refused.
    title, subtitle
        Head of the page.
    subject
        Id of the layer that the measures colour, that a click selects and a host page steers.
        Its records have a unique ``id``.
    measures
        What the subject can be coloured by; the first one is shown at the start.
    legend
        The fixed part of the legend.
    cards
        Id of a pickable layer → what its card says.
    labels
        Ids of the text layers that must not overlap, most important first. Within a layer the
        order of the records is their rank.
    pills
        Short warnings that no one may overlook, such as :data:`SCHEMATIC`.
    notes
        Sentences on method and limits.
    sources
        Whom the data is from, most important first.
    moment
        The day the data speaks of.
    background
        Colour where nothing is drawn.
    """

    deck: pydeck.Deck
    title: Text
    subtitle: Text = Text("")
    subject: str = ""
    measures: tuple[Measure, ...] = ()
    legend: tuple[LegendEntry, ...] = ()
    cards: Mapping[str, Card] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    pills: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    sources: tuple[SourceGroup, ...] = ()
    moment: date | None = None
    background: Colour = BACKDROP
