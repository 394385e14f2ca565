"""What cannot be worked out waits, and everything else is kept fresh."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from shapely.geometry import Point
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from cim.model import layer_named
from cim.refresh import catch_up, failing, mark_all
from layers.editing import edit
from tests.cim.small_city import HERE, METRE_NORTH, found, office, station, unit

if TYPE_CHECKING:
    from tests.conftest import Bring

WORDS = "the disk has a scratch"


def refuse(city: Engine, table: str, column: str, value: str) -> None:
    """Let every write of one value in a table fail."""
    with city.begin() as connection:
        connection.execute(
            text(f"""
            create function refuse() returns trigger language plpgsql as $$
            begin
                if new.{column} = '{value}' then
                    raise exception '{WORDS}';
                end if;
                return new;
            end $$
            """)
        )
        connection.execute(
            text(f"""
            create trigger refuse before insert or update on {table}
            for each row execute function refuse()
            """)
        )


def allow(city: Engine, table: str) -> None:
    with city.begin() as connection:
        connection.execute(text(f"drop trigger refuse on {table}"))


def nearest(city: Engine) -> dict[str, str | None]:
    with city.connect() as connection:
        rows = connection.execute(
            text("select office_id, nearest_station from office_surroundings")
        )
        return {row[0]: row[1] for row in rows}


def waiting(city: Engine) -> dict[tuple[str, str], tuple[int, str]]:
    """What fails, how often it was tried, and why."""
    with city.connect() as connection:
        return {(one.part, one.feature): (one.tries, one.error) for one in failing(connection)}


def let_time_pass(city: Engine) -> float:
    """Make what waits due; return for how many seconds it had to wait."""
    with city.begin() as connection:
        pause = connection.scalar(
            text("select max(extract(epoch from retry_at - now())) from refresh_mark")
        )
        connection.execute(text("update refresh_mark set retry_at = now() where error is not null"))
    return float(pause)


@pytest.fixture
def town(bring: Bring) -> None:
    """Set nine offices within a kilometre of a station."""
    places = (Point(HERE.x, HERE.y + n * 100 * METRE_NORTH) for n in range(9))
    bring("office", *(office(f"O{n}", geom=place) for n, place in enumerate(places)))
    bring("office_unit", *(unit(f"U{n}", f"O{n}", area=100) for n in range(9)))
    bring("station", station("甲站", HERE))


TABLES = ["office_access", "office_surroundings", "office_label", "office_refresh"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.usefixtures("town")
def test_one_office_that_fails_keeps_no_other_from_being_refreshed(
    city: Engine, table: str
) -> None:
    refuse(city, table, "office_id", "t:O4")
    edit(city, layer_named("station"), "t:甲站", {"name": "乙站", "geom": HERE.wkt})
    near = Point(HERE.x, HERE.y + 10 * METRE_NORTH)
    edit(city, layer_named("station"), "t:甲站", {"geom": near.wkt})
    fresh = {name: of for name, of in nearest(city).items() if name != "t:O4"}
    assert len(fresh) == 8
    assert set(fresh.values()) == {"乙站"}
    assert {feature for _, feature in waiting(city)} == {"t:O4"}
    assert {error for _, error in waiting(city).values()} == {WORDS}
    # what nobody can work out is not tried in a tight loop
    assert catch_up(city) == 0
    pauses = [let_time_pass(city)]
    for _ in range(3):
        catch_up(city)
        pauses.append(let_time_pass(city))
    assert all(after > 1.9 * before for before, after in pairwise(pauses))
    allow(city, table)
    catch_up(city)
    assert waiting(city) == {}
    assert nearest(city)["t:O4"] == "乙站"
    with city.connect() as connection:
        assert connection.scalar(text("select count(*) from refresh_mark")) == 0


@pytest.mark.usefixtures("town")
def test_one_place_that_fails_keeps_no_other_from_being_refreshed(
    city: Engine, bring: Bring
) -> None:
    refuse(city, "office_access", "place_id", "t:坏站")
    bring(
        "station",
        station("坏站", HERE),
        *(station(f"好站{n}", Point(HERE.x, HERE.y + n * 100 * METRE_NORTH)) for n in range(9)),
    )
    assert set(waiting(city)) == {("station", "t:坏站")}
    assert nearest(city)["t:O3"] == "好站3"
    allow(city, "office_access")
    let_time_pass(city)
    catch_up(city)
    with city.connect() as connection:
        ways = "select count(*) from office_access where place_id = 't:坏站'"
        assert connection.scalar(text(ways)) == 9
        assert connection.scalar(text("select count(*) from refresh_mark")) == 0


@pytest.mark.parametrize("table", [*TABLES, "office_stock", "letting_option"])
@pytest.mark.usefixtures("town")
def test_a_refresh_of_everything_leaves_out_only_what_fails(city: Engine, table: str) -> None:
    refuse(city, table, "office_id", "t:O4")
    with city.begin() as connection:
        for derived in ("office_access", "office_label", "office_stock"):
            connection.execute(text(f"delete from {derived}"))
        mark_all(connection)
    catch_up(city)
    assert {feature for _, feature in waiting(city)} == {"t:O4"}
    with city.connect() as connection:
        for told in ("office_label", "office_stock"):
            offices = set(connection.scalars(text(f"select distinct office_id from {told}")))
            assert offices >= {f"t:O{n}" for n in range(9) if n != 4}, told
    allow(city, table)
    let_time_pass(city)
    catch_up(city)
    assert waiting(city) == {}
    assert found()["O4"]["free_units"] == 1


@pytest.mark.usefixtures("town")
def test_health_says_what_is_not_fresh_and_keeps_the_words_of_the_database(
    city: Engine, rest: TestClient
) -> None:
    assert rest.get("/health").json()["status"] == "ok"
    refuse(city, "office_label", "office_id", "t:O4")
    edit(city, layer_named("office"), "t:O4", {"grade": "甲级"})
    told = rest.get("/health")
    assert told.status_code == 200
    assert told.json()["status"] == "degraded"
    parts = told.json()["refresh"]["parts"]
    assert {(part["id"], part["tries"]) for part in parts} == {("t:O4", 1)}
    assert WORDS not in told.text
    assert "cim status" in told.json()["refresh"]["zh"]
    allow(city, "office_label")
    # a change of it is reason enough to try again at once
    edit(city, layer_named("office"), "t:O4", {"grade": "乙级"})
    assert rest.get("/health").json()["status"] == "ok"
