-- Units that stand more than 10 m outside the building of their office.
select s.id, round(st_distance(s.geom::geography, b.geom::geography)) || ' m' as value,
    b.id as other
from staged s
join office o on o.id = s.office_id
join building b on b.id = o.building_id
where not st_dwithin(s.geom::geography, b.geom::geography, 10)
