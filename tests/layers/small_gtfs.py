"""A GTFS feed of a few stations, as a transport company would write it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from zipfile import ZipFile

TABLES = {
    "agency.txt": """
        agency_id,agency_name,agency_url,agency_timezone
        1,深圳地铁,https://example.org,Asia/Shanghai
        """,
    "feed_info.txt": """
        feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date
        深圳市交通运输局,https://example.org,zh,20250301
        """,
    # 国贸 is a station of metro and railway with two platforms, and a bus calls at one of them
    "stops.txt": """
        stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding
        S1,"国贸, 罗湖",22.5400,114.1180,1,,2
        P1,国贸1站台,22.5401,114.1181,0,S1,
        P2,国贸2站台,22.5402,114.1182,,S1,
        S2,老街,22.5440,114.1150,1,,1
        P3,老街站台,22.5441,114.1151,0,S2,
        X1,大剧院,22.5410,114.1070,,,
        E1,A口,22.5403,114.1183,2,S1,1
        E2,B口,22.5404,114.1184,2,S1,0
        E3,C口,22.5442,114.1152,2,S2,
        E4,公交总站入口,22.5500,114.1200,2,H1,
        H1,公交总站,22.5501,114.1201,1,,
        B1,公交总站1号位,22.5502,114.1202,0,H1,
        B2,东门,22.5460,114.1200,,,
        N1,通道,,,3,S1,
        """,
    "routes.txt": """
        route_id,agency_id,route_short_name,route_long_name,route_type,route_color
        L1,1,1号线,罗湖—机场东,1,00AB39
        L2,1,,赤湾—新秀,401,
        G1,1,广深线,,2,b00
        B603,1,603,,3,FFAA00
        B9,1,9,,700,
        T1,1,有轨电车,,0,
        F1,1,轮渡,,4,
        Z1,1,缆索,,99,
        """,
    # most trips of L1 turn round at 老街; of L2 each pattern runs once
    "trips.txt": """
        route_id,service_id,trip_id,shape_id
        L1,d,l1-long,
        L1,d,l1-a,bend
        L1,d,l1-b,bend
        L2,d,l2-short,
        L2,d,l2-long,gone
        G1,d,g1,
        B603,d,b603,dot
        T1,d,t1,
        """,
    # neither the trips nor their calls stand in order
    "stop_times.txt": """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence
        l1-b,08:09:00,08:09:00,P3,20
        l1-a,08:00:00,08:00:00,P1,10
        l1-long,07:00:00,07:00:00,P1,10
        l1-b,08:05:00,08:05:00,P1,10
        l1-a,08:04:00,08:04:00,P3,20
        l1-long,07:04:00,07:04:00,P3,20
        l1-long,07:08:00,07:08:00,X1,30
        l2-short,07:04:00,07:04:00,P3,1
        l2-short,07:08:00,07:08:00,X1,2
        l2-long,07:12:00,07:12:00,X1,11
        l2-long,07:04:00,07:04:00,P2,9
        l2-long,07:08:00,07:08:00,P3,10
        g1,07:04:00,07:04:00,P2,1
        g1,07:05:00,07:05:00,P1,2
        b603,07:04:00,07:04:00,B1,1
        b603,07:08:00,07:08:00,P1,2
        b603,07:12:00,07:12:00,B2,3
        t1,07:12:00,07:12:00,B2,1
        """,
    "shapes.txt": """
        shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence
        bend,22.5441,114.1151,30
        bend,22.5401,114.1181,10
        bend,22.5430,114.1190,20
        dot,22.5401,114.1181,1
        """,
}
"""The tables by name; indented as it reads best."""


def write_gtfs(
    path: Path,
    folder: str = "",
    bom: str = "",
    without: Collection[str] = (),
    **changes: str,
) -> Path:
    """Write the feed.

    Parameters
    ----------
    folder
        Within the archive.
    bom
        Byte order mark before each table.
    without, changes
        Tables to leave out, and the text of others, by name without ``.txt``.
    """
    tables = {**TABLES, **{f"{name}.txt": text for name, text in changes.items()}}
    with ZipFile(path, "w") as archive:
        for name, text in tables.items():
            if name.removesuffix(".txt") not in without:
                lines = [line.strip() for line in text.strip("\n").splitlines()]
                archive.writestr(folder + name, (bom + "\n".join(lines)).encode())
    return path


def with_rows(table: str, *rows: str) -> str:
    """Return a table of the feed with more rows at its end."""
    return TABLES[f"{table}.txt"].rstrip() + "\n" + "\n".join(rows)
