"""Any sequence of imports, edits and rollbacks, compared with a model of the layer in a dict."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point
from sqlalchemy import Engine, select, text

from cim.history import RollbackError, at, batches, roll_back
from cim.model import layer_named
from layers.editing import edit

if TYPE_CHECKING:
    from tests.conftest import Bring

IDS = ("a", "b", "c")
LAYER = "amenity"

Layer = dict[str, str]
"""Name of each amenity by its code."""


@dataclass(frozen=True)
class Change:
    """One batch: what its features were before and after, and which batch it took back."""

    before: dict[str, str | None]
    after: dict[str, str | None]
    rolls_back: int | None = None


@dataclass
class Paper:
    """What the layer should be, kept on paper."""

    now: Layer = field(default_factory=dict)
    batches: list[Change] = field(default_factory=list)
    told: list[Layer] = field(default_factory=list)

    def turn_to(self, new: Layer, rolls_back: int | None = None) -> bool:
        """Become `new`; return whether anything differs, so that there is a batch."""
        touched = [i for i in IDS if self.now.get(i) != new.get(i)]
        if not touched:
            return False
        self.batches.append(
            Change(
                {i: self.now.get(i) for i in touched}, {i: new.get(i) for i in touched}, rolls_back
            )
        )
        self.now = {i: new[i] for i in sorted(new)}
        self.told.append(dict(self.now))
        return True

    def changes(self) -> list[tuple[int, str, str, bool, bool]]:
        """Batch, feature, operation, and whether it stood somewhere before and after."""
        return [
            (number, f"t:{i}", _operation(old, new), old is not None, new is not None)
            for number, batch in enumerate(self.batches, start=1)
            for i, old, new in ((i, batch.before[i], batch.after[i]) for i in sorted(batch.before))
        ]

    def taken_back(self, number: int) -> Layer:
        restored = {**self.now, **self.batches[number].before}
        return {i: name for i, name in restored.items() if name is not None}

    def is_as_left_by(self, number: int) -> bool:
        return all(self.now.get(i) == name for i, name in self.batches[number].after.items())


def _operation(old: str | None, new: str | None) -> str:
    return "added" if old is None else "removed" if new is None else "changed"


names = st.sampled_from(["银行", "酒店", "食堂"])
steps = st.one_of(
    st.tuples(
        st.just("import"),
        st.sampled_from(["upsert", "replace"]),
        st.dictionaries(st.sampled_from(IDS), names, min_size=1),
    ),
    st.tuples(st.just("edit"), st.sampled_from(IDS), names),
    st.tuples(st.just("roll back"), st.integers(0, 30), st.booleans()),
)


def take_step(city: Engine, bring: Bring, paper: Paper, step: tuple[str, object, object]) -> None:
    match step:
        case "import", str(mode), dict(rows):
            place = Point(114.11, 22.55)
            records = [
                {"id": i, "name": n, "kind": "other", "geom": place} for i, n in rows.items()
            ]
            done = bring(LAYER, *records, mode=mode).outcome
            new = {**(paper.now if mode == "upsert" else {}), **rows}
            assert done is not None
            assert (done.batch is not None) == paper.turn_to(new)
        case "edit", str(code), str(name) if code in paper.now:
            edited = edit(city, layer_named(LAYER), f"t:{code}", {"name": name})
            assert (edited.batch is not None) == paper.turn_to({**paper.now, code: name})
        case "roll back", int(number), bool(force) if number < len(paper.batches):
            try:
                with city.begin() as connection:
                    outcome = roll_back(connection, number + 1, force=force)
            except RollbackError:
                # only where the features were touched again
                assert not force
                touched = set(paper.batches[number].after)
                assert any(touched & set(later.after) for later in paper.batches[number + 1 :])
            else:
                # unforced, it undoes the newest word on its features and nothing else
                assert force or paper.is_as_left_by(number)
                restored = paper.taken_back(number)
                assert (outcome.batch is not None) == paper.turn_to(restored, number)


def begin_anew(city: Engine) -> None:
    """Empty what a sequence writes; a new database for each would take minutes."""
    with city.begin() as connection:
        for table in (LAYER, f"{LAYER}_past", "batch"):
            connection.execute(text(f"delete from {table}"))
        connection.execute(text("alter sequence batch_id_seq restart"))


def told(city: Engine, moment: dt.datetime | None) -> Layer:
    rows = at(layer_named(LAYER), moment).c
    with city.connect() as connection:
        found = connection.execute(select(rows.id, rows.name).order_by(rows.id))
        return {row.id.removeprefix("t:"): row.name for row in found}


def changes(city: Engine) -> list[tuple[int, str, str, bool, bool]]:
    query = text("""
        select batch, feature, operation, envelope_before is not null, envelope_after is not null
        from change where layer = :layer order by batch, feature
    """)
    with city.connect() as connection:
        return [tuple(row) for row in connection.execute(query, {"layer": LAYER})]


@given(sequence=st.lists(steps, min_size=2, max_size=8))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_sequence_of_changes_is_what_it_would_be_on_paper(
    city: Engine, bring: Bring, sequence: list[tuple[str, object, object]]
) -> None:
    begin_anew(city)
    paper = Paper()
    for step in sequence:
        take_step(city, bring, paper, step)
        assert told(city, None) == paper.now
    with city.connect() as connection:
        moments = [batch.made_at for batch in reversed(batches(connection))]
    assert len(moments) == len(paper.told)
    assert changes(city) == paper.changes()
    instant = dt.timedelta(microseconds=1)
    for i, moment in enumerate(moments):
        assert told(city, moment) == paper.told[i]
        assert told(city, moment - instant) == (paper.told[i - 1] if i else {})
