-- Entrances more than 1 km from their station.
select s.id, round(st_distance(s.geom::geography, t.geom::geography)) || ' m' as value,
    t.id as other
from staged s
join station t on t.id = s.station_id
where not st_dwithin(s.geom::geography, t.geom::geography, 1000)
