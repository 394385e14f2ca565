-- Where the offices in "touched" stand, and how near the metro is in a straight line.
-- Distances run from the office's edge to the station's geometry on the CGCS2000 ellipsoid.
-- The degree box before st_dwithin lets the GiST index of the layer's geometry answer.
insert into office_surroundings (
    office_id, street_id, street, district, business_districts, business_district_ids,
    nearest_station_id, nearest_station, distance_m, walk_min, walk_basis
)
select
    o.id,
    street.id,
    street.name,
    district.name,
    coalesce(quarter.names, '{}'),
    coalesce(quarter.ids, '{}'),
    station.id,
    station.name,
    station.distance,
    station.distance * cast(:detour as float8) / cast(:walk_speed as float8),
    case when metro.known then 'straight-line' end
from office o
join touched using (id)
cross join lateral (select st_pointonsurface(o.geom) as geom) as place
cross join (
    select exists (
        select from station where kind = 'metro' and status = 'operating'
    ) as known
) as metro
left join lateral (
    select a.id, a.name, a.parent
    from area a
    where a.level = 'street' and st_intersects(a.geom, place.geom)
    order by a.id
    limit 1
) as street on true
left join lateral (
    select a.name
    from area a
    where a.level = 'district' and st_intersects(a.geom, place.geom)
    order by a.id
    limit 1
) as district on true
left join lateral (
    select array_agg(b.name order by b.id) as names, array_agg(b.id order by b.id) as ids
    from business_district b
    where st_intersects(b.geom, place.geom)
) as quarter on true
left join lateral (
    select s.id, s.name, st_distance(s.geom::geography, o.geom::geography) as distance
    from station s
    where s.kind = 'metro'
        and s.status = 'operating'
        and s.geom && st_expand(
            o.geom,
            cast(:reach as float8) / (110000 * cos(radians(st_y(place.geom)))),
            cast(:reach as float8) / 110000
        )
        and st_dwithin(s.geom::geography, o.geom::geography, cast(:reach as float8))
    order by distance, s.id
    limit 1
) as station on true
