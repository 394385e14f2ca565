"""What is derived keeps itself: only what a batch touched is redone, and nothing is ever lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import Point
from sqlalchemy import Engine, text

from cim.database import open_city
from cim.model import layer_named
from cim.refresh import catch_up, changing, freshness
from cim.refresh.keeping import keeping_fresh
from layers.editing import edit
from tests.cim.small_city import HERE, METRE_NORTH, found, office, station, unit

if TYPE_CHECKING:
    from tests.conftest import Bring


def north(metres: float) -> Point:
    return Point(HERE.x, HERE.y + metres * METRE_NORTH)


def near(city: Engine) -> dict[str, str | None]:
    """The nearest station of each office."""
    with city.connect() as connection:
        rows = connection.execute(
            text("select office_id, nearest_station from office_surroundings")
        )
        return {row[0]: row[1] for row in rows}


def refreshed(city: Engine) -> dict[str, Any]:
    """When each office was worked out."""
    with city.connect() as connection:
        rows = connection.execute(text("select office_id, refreshed_at from office_refresh"))
        return {row[0]: row[1] for row in rows}


def marks(city: Engine) -> int:
    with city.connect() as connection:
        return connection.scalar(text("select count(*) from refresh_mark")) or 0


def rename_later(city: Engine, code: str, name: str) -> None:
    """Rename a station, and leave what hangs on it to somebody else."""
    with changing(city, later=True) as connection:
        connection.execute(
            text("update station set name = :name where id = :id"), {"name": name, "id": code}
        )
        connection.execute(
            text("insert into refresh_mark (part, feature) values ('station', :id)"), {"id": code}
        )
        connection.execute(text("notify cim_marks"))


def test_moving_a_station_works_out_the_offices_in_its_reach_and_no_other(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("near", geom=north(500)), office("far", geom=north(20_000)))
    bring("station", station("国贸", HERE), station("远站", north(19_900)))
    before = refreshed(city)
    edit(city, layer_named("station"), "t:国贸", {"geom": north(100).wkt})
    after = refreshed(city)
    assert after["t:near"] > before["t:near"]
    assert after["t:far"] == before["t:far"]
    assert found()["near"]["distance_m"] == pytest.approx(400, abs=0.5)


def test_an_office_that_a_station_leaves_behind_forgets_it(city: Engine, bring: Bring) -> None:
    bring("office", office("O"))
    bring("station", station("国贸", north(100)))
    edit(city, layer_named("station"), "t:国贸", {"geom": north(9_000).wkt})
    assert near(city) == {"t:O": None}
    assert found()["O"]["metro_beyond_reach"] is True


def test_a_metro_that_closes_leaves_the_distance_unknown_again(city: Engine, bring: Bring) -> None:
    bring("office", office("O"), office("far", geom=north(50_000)))
    bring("station", station("国贸", north(100)))
    assert found()["far"]["metro_beyond_reach"] is True
    edit(city, layer_named("station"), "t:国贸", {"status": "planned"})
    assert found()["far"]["metro_beyond_reach"] is None
    assert found()["O"]["walk_basis"] is None


def test_where_nothing_of_a_kind_is_on_record_its_number_is_unknown_and_not_zero(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    assert found()["O"]["bus_stops"] is None
    assert found()["O"]["parking_spaces_near"] is None
    assert found()["O"]["amenities"] is None
    bring("bus_stop", {"id": "far", "geom": north(5_000)})
    bring("parking", {"id": "far", "spaces": 10, "public": True, "geom": north(5_000)})
    bring("amenity", {"id": "far", "kind": "bank", "geom": north(5_000)})
    assert found()["O"]["bus_stops"] == 0
    assert found()["O"]["parking_spaces_near"] == 0
    assert found()["O"]["amenities"] == {}


def test_the_total_of_a_site_counts_once_however_many_gates_bear_it(
    city: Engine, bring: Bring
) -> None:
    bring("site", {"id": "S", "name": "园区"})
    bring("office", office("O"))
    gate = {"site_id": "S", "spaces": 300, "public": True}
    bring(
        "parking",
        {"id": "east", **gate, "geom": north(50)},
        {"id": "west", **gate, "geom": north(90)},
        {"id": "alone", "spaces": 300, "public": True, "geom": north(120)},
        {"id": "too far", "spaces": 1000, "public": True, "geom": north(450)},
    )
    answer = found()["O"]
    # 450 m in a straight line are 585 m on foot, beyond the 500 m that count
    assert (answer["parking_lots"], answer["parking_spaces_near"]) == (2, 600)


def test_a_car_park_of_which_nobody_knows_whether_it_is_open_is_told_and_not_counted(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    bring(
        "parking",
        {"id": "open", "spaces": 80, "public": True, "geom": north(50)},
        {"id": "staff only", "spaces": 500, "public": False, "geom": north(50)},
        {"id": "who knows", "spaces": 40, "geom": north(60)},
        {"id": "size unknown", "public": True, "geom": north(70)},
    )
    answer = found()["O"]
    assert answer["parking_spaces_near"] == 80
    assert answer["parking_lots"] == 2
    assert answer["parking_lots_unknown"] == 2


def test_an_industry_is_told_from_three_tenants_on(city: Engine, bring: Bring) -> None:
    bring("office", office("O"), office("next door", geom=north(200)), office("P", geom=north(900)))
    bring(
        "office_unit",
        *(
            unit(f"{n}", held, status="let", tenant=f"企业 {n}", tenant_industry=industry)
            for n, (held, industry) in enumerate(
                [("O", "金融"), ("O", "金融"), ("next door", "金融"), ("O", "物流"), ("P", "物流")]
            )
        ),
    )
    assert found()["O"]["neighbours"] == {"金融": 3}
    assert found()["P"]["neighbours"] == {}
    # one of them leaves: two would say too much
    edit(city, layer_named("office_unit"), "t:2", {"status": "vacant", "tenant_industry": ""})
    assert found()["O"]["neighbours"] == {}


def test_surroundings_say_how_old_and_how_well_known_they_are(city: Engine, bring: Bring) -> None:
    bring("office", office("O"))
    bring(
        "bus_stop",
        {"id": "A", "geom": north(50), "source_date": "2024-05-01", "provenance": "published"},
        {"id": "B", "geom": north(60), "source_date": "2023-01-31", "provenance": "simulated"},
    )
    with city.connect() as connection:
        row = connection.execute(
            text("select bus_date::text, bus_provenance from office_surroundings")
        ).one()
    assert tuple(row) == ("2023-01-31", "simulated")


def test_a_batch_does_not_wait_for_a_refresh_that_is_under_way(city: Engine, bring: Bring) -> None:
    bring("office", office("O"))
    bring("station", station("国贸", HERE))
    with city.connect() as slow, ThreadPoolExecutor(1) as pool:
        # the refresh gets stuck in the middle of its round
        slow.execute(text("lock table office_surroundings in share mode"))
        rename_later(city, "t:国贸", "旧名")
        stuck = pool.submit(catch_up, city)
        _wait_until_stuck(city)
        with changing(city, later=True) as connection:
            connection.execute(text("set local lock_timeout = '2s'"))
            connection.execute(text("update station set name = '新名' where id = 't:国贸'"))
            connection.execute(
                text("insert into refresh_mark (part, feature) values ('station', 't:国贸')")
            )
        assert not stuck.done()
        slow.rollback()
        assert stuck.result(20) >= 1
    assert near(city) == {"t:O": "新名"}
    assert marks(city) == 0


def _wait_until_stuck(city: Engine) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with city.connect() as connection:
            waiting = connection.scalar(
                text("""
                select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """)
            )
        if waiting:
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


_REFRESHING = (
    "from cim.database import open_city; from cim.refresh import catch_up; catch_up(open_city())"
)


def test_a_crash_in_the_middle_of_a_refresh_loses_nothing_and_does_nothing_twice(
    city: Engine, bring: Bring
) -> None:
    bring("office", *(office(f"O{n}", geom=north(n)) for n in range(5)))
    bring("station", station("国贸", HERE))
    rename_later(city, "t:国贸", "新名")
    before = refreshed(city)
    with city.connect() as slow:
        slow.execute(text("lock table office_refresh in share mode"))
        dying = subprocess.Popen([sys.executable, "-c", _REFRESHING], env=os.environ.copy())
        _wait_until_stuck(city)
        # by now the ways and the surroundings are written, though nobody may see them
        dying.send_signal(signal.SIGKILL)
        dying.wait(20)
        slow.rollback()
    assert marks(city) == 1
    assert set(near(city).values()) == {"国贸"}
    assert refreshed(city) == before
    assert catch_up(city) == 5
    assert marks(city) == 0
    assert set(near(city).values()) == {"新名"}
    assert catch_up(city) == 0
    with city.connect() as connection:
        assert connection.scalar(text("select count(*) from office_access")) == 5


def test_two_that_refresh_at_once_do_the_work_once(city: Engine, bring: Bring) -> None:
    bring("office", *(office(f"O{n}", geom=north(n)) for n in range(20)))
    bring("station", station("国贸", HERE))
    rename_later(city, "t:国贸", "新名")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: catch_up(city), range(4)))
    assert sorted(done) == [0, 0, 0, 20]


def test_the_running_server_refreshes_what_another_process_changed(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    bring("station", station("国贸", HERE))
    with keeping_fresh(open_city):
        for name in ("甲", "乙", "丙"):
            rename_later(city, "t:国贸", name)
            deadline = time.monotonic() + 20
            while near(city) != {"t:O": name}:
                assert time.monotonic() < deadline, "the server does not refresh"
                time.sleep(0.02)
    assert marks(city) == 0


def test_an_office_says_how_fresh_it_is(city: Engine, bring: Bring) -> None:
    bring("office", office("O"))
    bring("station", station("国贸", HERE))
    with city.connect() as connection:
        fresh = freshness(connection, "t:O")
        assert fresh.refreshed_at is not None
        assert fresh.batch == connection.scalar(text("select max(id) from batch"))
        assert not fresh.pending
    rename_later(city, "t:国贸", "新名")
    with city.connect() as connection:
        assert freshness(connection, "t:O").pending
    catch_up(city)
    with city.connect() as connection:
        assert not freshness(connection, "t:O").pending
        assert freshness(connection, "t:nobody").refreshed_at is None


def test_a_refresh_that_fails_is_no_failure_of_the_change_and_is_made_up_for(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    bring("station", station("国贸", HERE))
    with city.begin() as connection:
        connection.execute(text("alter table office_refresh rename to gone"))
    edit(city, layer_named("station"), "t:国贸", {"name": "新名"})
    assert marks(city) == 1
    assert near(city) == {"t:O": "国贸"}
    with city.begin() as connection:
        connection.execute(text("alter table gone rename to office_refresh"))
    catch_up(city)
    assert near(city) == {"t:O": "新名"}
