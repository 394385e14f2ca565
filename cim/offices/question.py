"""A question as the city understands it: names of labels, stations and words looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import shapely
from sqlalchemy import Connection

from cim.labels import active_rules
from cim.offices.areas import area_of
from cim.offices.criteria import OfficeCriteria, OfficesWithin
from cim.offices.naming import refuse_unknown_places
from cim.offices.starts import lines_named, stations_named, stations_without_lines
from cim.offices.wording import Word, forgiving, words_of


@dataclass(frozen=True)
class Label:
    """A label there is, and what it is called."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Question:
    """What is asked, looked up in one city.

    Attributes
    ----------
    labels
        Codes of the labels that must hold.
    known_labels
        Every label that is worked out, in the order of the rules.
    lines
        Metro lines, as stations write them.
    without_lines
        Ids of the metro stations whose lines are unknown.
    stations
        Ids of the stations that a walk starts from, where it starts from one.
    walked
        Ids of the offices within a walk of a point, where it starts from one.
    area
        The area drawn on the map, in degrees.
    """

    criteria: OfficeCriteria
    labels: Sequence[str]
    known_labels: Sequence[Label]
    words: Sequence[Word]
    lines: Sequence[str] = ()
    without_lines: Sequence[str] = ()
    stations: Sequence[str] | None = None
    walked: Sequence[str] | None = None
    area: shapely.Geometry | None = None

    @property
    def similar(self) -> bool:
        """Whether a slip in the words is forgiven."""
        return any(word.read != "as it stands" for word in self.words)

    def forgiven(self, connection: Connection) -> Question:
        """Return the question with words that are found nowhere read by sound or with a slip."""
        return replace(self, words=forgiving(connection, self.words))


def known_labels(connection: Connection) -> list[Label]:
    """Return every label that is worked out, in the order of the rules."""
    return [Label(rule.code, rule.zh, rule.en) for rule in active_rules(connection).on]


def understand(connection: Connection, criteria: OfficeCriteria) -> Question:
    """Look up what a question names.

    Raises
    ------
    cim.labels.UnknownLabelError
        There is no such label.
    cim.offices.starts.UnknownPlaceError
        There is no such station, metro line, street, business district or site.
    """
    refuse_unknown_places(connection, criteria)
    rules = active_rules(connection)
    question = Question(
        criteria=criteria,
        labels=list(dict.fromkeys(rules.named(name).code for name in criteria.labels or ())),
        known_labels=[Label(rule.code, rule.zh, rule.en) for rule in rules.on],
        words=words_of(criteria.q or ""),
    )
    if isinstance(criteria, OfficesWithin) and criteria.within is not None:
        question = replace(question, area=area_of(criteria.within))
    if criteria.lines:
        question = replace(
            question,
            lines=lines_named(connection, criteria.lines),
            without_lines=stations_without_lines(connection),
        )
    start = criteria.walk_from
    if start is None:
        return question
    if start.station is not None:
        return replace(question, stations=stations_named(connection, start.station))
    from cim.access import walks_from

    reached = walks_from(connection, start.lon, start.lat, start.minutes)
    return replace(question, walked=reached["office_id"].tolist())
