"""A scene is made once for each state of the city, and anew for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from cim.refresh import refresh_all
from tests.cim.small_city import HERE, office, station

if TYPE_CHECKING:
    from tests.conftest import Bring

SCENE = "/scenes/business-district"


def test_a_scene_is_sent_again_only_where_the_city_changed(
    city: Engine, bring: Bring, rest: TestClient
) -> None:
    bring("office", office("O"))
    mark = rest.get(SCENE).headers["etag"]
    assert rest.get(SCENE, headers={"if-none-match": mark}).status_code == 304
    bring("office", office("P"))
    changed = rest.get(SCENE, headers={"if-none-match": mark})
    assert changed.status_code == 200
    assert '"t:P"' in changed.text


def test_a_scene_read_before_walks_were_worked_out_does_not_stay(
    city: Engine, bring: Bring, rest: TestClient
) -> None:
    bring("office", office("O"))
    bring("station", station("国贸站", HERE))
    with city.begin() as connection:
        # as between a batch and the refresh that follows it
        connection.execute(text("delete from office_surroundings"))
        connection.execute(text("delete from office_refresh"))
    early = rest.get(SCENE)
    refresh_all(city)
    late = rest.get(SCENE, headers={"if-none-match": early.headers["etag"]})
    assert late.status_code == 200
    assert late.text.count("国贸站") > early.text.count("国贸站")
