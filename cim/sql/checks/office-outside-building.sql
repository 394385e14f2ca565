-- Offices that stand more than 50 m outside their building.
select s.id, round(st_distance(s.geom::geography, b.geom::geography)) || ' m' as value,
    b.id as other
from staged s
join building b on b.id = s.building_id
where not st_dwithin(s.geom::geography, b.geom::geography, 50)
