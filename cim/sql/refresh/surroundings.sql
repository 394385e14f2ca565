-- Where the offices in "touched" stand, and what their rows of office_access add up to.
-- What the city holds nothing of at all stays null: unknown, not zero.
insert into office_surroundings (
    office_id, street_id, street, district, business_districts, business_district_ids,
    nearest_station_id, nearest_station, nearest_entrance_id, nearest_entrance, distance_m,
    walk_m, walk_min, walk_basis, metro_lines, metro_lines_near, metro_stations_unlined,
    nearest_port_id, nearest_port, port_distance_m, port_walk_min, port_basis, nearest_railway_id,
    nearest_railway, railway_distance_m, railway_walk_min, railway_basis, bus_stops,
    bus_routes, bus_stops_unknown, parking_lots, parking_spaces_near, parking_lots_unknown, amenities,
    neighbours, metro_date, port_date, railway_date, bus_date, parking_date, amenity_date,
    metro_provenance, port_provenance, railway_provenance, bus_provenance, parking_provenance,
    amenity_provenance, neighbours_provenance
)
with
city as materialized (
    select
        exists (select from station where kind = 'metro' and status = 'operating') as metro,
        exists (select from station where kind = 'port' and status = 'operating') as port,
        exists (select from station where kind = 'railway' and status = 'operating') as railway,
        exists (select from bus_stop) as bus,
        exists (select from parking) as parking,
        exists (select from amenity) as amenity
),
-- stations as far as they reach, anything else only where it is near: most rows are neither
reached as materialized (
    select a.*
    from office_access a
    join touched t on t.id = a.office_id
    where a.layer = 'station' or a.walk_m <= :near_walk
),
stations as materialized (
    select r.*, s.name, s.lines, s.source_date, e.name as entrance,
        greatest(
            array_position(cast(:provenances as text[]), s.provenance),
            array_position(cast(:provenances as text[]), e.provenance)
        ) as doubt
    from reached r
    join station s on s.id = r.place_id
    left join station_entrance e on e.id = r.entrance_id
    where r.layer = 'station'
),
-- the nearest of each kind, on foot and, where no way is known, in a straight line
nearest as materialized (
    select distinct on (office_id, kind) *
    from stations
    order by office_id, kind, walk_min nulls last, straight_m, place_id
),
kinds as materialized (
    select
        office_id, kind,
        min(straight_m) as straight_m,
        case when bool_and(source_date is not null) then min(source_date) end as oldest,
        max(doubt) as doubt,
        -- where the lines of a station near are unknown, those that are known are the least
        count(*) filter (where lines is null and walk_min <= :near_minutes) as unlined
    from stations
    group by office_id, kind
),
line as (
    select office_id, line, min(walk_min) as minutes
    from stations cross join unnest(lines) as line
    where kind = 'metro' and walk_min is not null
    group by office_id, line
),
lines as materialized (
    select
        office_id,
        jsonb_object_agg(line, minutes) as minutes,
        count(*) filter (where minutes <= :near_minutes) as near
    from line
    group by office_id
),
close as materialized (
    select office_id, layer, place_id from reached where layer <> 'station'
),
stops as materialized (
    select
        c.office_id,
        count(*) as stops,
        count(*) filter (where b.routes is null) as unknown,
        case when bool_and(b.source_date is not null) then min(b.source_date) end as oldest,
        max(array_position(cast(:provenances as text[]), b.provenance)) as doubt
    from close c
    join bus_stop b on c.layer = 'bus_stop' and b.id = c.place_id
    group by c.office_id
),
routes as materialized (
    select c.office_id, array_agg(distinct route order by route) as routes
    from close c
    join bus_stop b on c.layer = 'bus_stop' and b.id = c.place_id
    cross join unnest(b.routes) as route
    group by c.office_id
),
lots as materialized (
    select
        c.office_id, p.id, p.public, p.spaces, p.site_id, p.name, p.geom, p.source_date,
        p.provenance
    from close c
    join parking p on c.layer = 'parking' and p.id = c.place_id
),
parks as (
    select office_id as around, id, spaces, site_id, name, geom from lots where public
),
-- include parking-totals.sql
,
spaces as materialized (
    select office_id, count(*) as lots, sum(spaces) as spaces
    from (
        -- a place whose total stands at each of its gates is one car park, and counts once
        select distinct l.office_id, l.spaces, coalesce(g.place || ' ' || g.gate, l.id)
        from lots l
        left join gates g on g.around = l.office_id and g.id = l.id
        where l.public
    ) as once
    group by office_id
),
car_parks as materialized (
    select
        office_id,
        -- open to whom, or how large, nobody knows
        count(*) filter (where public is null or (public and spaces is null)) as unknown,
        case when bool_and(source_date is not null) then min(source_date) end as oldest,
        max(array_position(cast(:provenances as text[]), provenance)) as doubt
    from lots
    group by office_id
),
kind_of_amenity as (
    select
        c.office_id, m.kind, count(*) as number,
        case when bool_and(m.source_date is not null) then min(m.source_date) end as oldest,
        max(array_position(cast(:provenances as text[]), m.provenance)) as doubt
    from close c
    join amenity m on c.layer = 'amenity' and m.id = c.place_id
    group by c.office_id, m.kind
),
amenities as materialized (
    select
        office_id,
        jsonb_object_agg(kind, number) as kinds,
        case when bool_and(oldest is not null) then min(oldest) end as oldest,
        max(doubt) as doubt
    from kind_of_amenity
    group by office_id
),
-- tenants are private: an industry is told from three tenants on
tenants as materialized (
    select distinct
        office_id, tenant_industry as industry, coalesce(tenant, office_id) as tenant,
        array_position(cast(:provenances as text[]), provenance) as doubt
    from office_unit
    where status = 'let' and tenant_industry is not null
),
beside as materialized (
    select o.id as office_id, other.id as other
    from touched t
    join office o on o.id = t.id
    join office other
        on other.geom && st_expand(
            o.geom,
            cast(:near_walk as float8)
            / (110000 * cos(radians(st_y(st_pointonsurface(o.geom))))),
            cast(:near_walk as float8) / 110000
        )
        and st_dwithin(other.geom::geography, o.geom::geography, cast(:near_walk as float8))
),
industry as (
    select
        b.office_id, n.industry, count(distinct n.tenant) as tenants, max(n.doubt) as doubt
    from beside b
    join tenants n on n.office_id = b.other
    group by b.office_id, n.industry
),
neighbours as materialized (
    select
        office_id,
        coalesce(jsonb_object_agg(industry, tenants) filter (where tenants >= 3), '{}') as known,
        max(doubt) as doubt
    from industry
    group by office_id
),
place as materialized (
    select
        o.id as office_id,
        street.id as street_id,
        street.name as street,
        district.name as district,
        coalesce(quarter.names, '{}') as business_districts,
        coalesce(quarter.ids, '{}') as business_district_ids
    from office o
    join touched on touched.id = o.id
    cross join lateral (select st_pointonsurface(o.geom) as geom) as inner_point
    left join lateral (
        select a.id, a.name
        from area a
        where a.level = 'street' and st_intersects(a.geom, inner_point.geom)
        order by a.id
        limit 1
    ) as street on true
    left join lateral (
        select a.name
        from area a
        where a.level = 'district' and st_intersects(a.geom, inner_point.geom)
        order by a.id
        limit 1
    ) as district on true
    left join lateral (
        select array_agg(b.name order by b.id) as names, array_agg(b.id order by b.id) as ids
        from business_district b
        where st_intersects(b.geom, inner_point.geom)
    ) as quarter on true
)
select
    p.office_id,
    p.street_id,
    p.street,
    p.district,
    p.business_districts,
    p.business_district_ids,
    metro.place_id,
    metro.name,
    metro.entrance_id,
    metro.entrance,
    metros.straight_m,
    metro.walk_m,
    metro.walk_min,
    case when city.metro then coalesce(metro.basis, 'straight-line') end,
    case when city.metro then coalesce(lines.minutes, '{}') end,
    case when city.metro then coalesce(lines.near, 0) end,
    case when city.metro then coalesce(metros.unlined, 0) end,
    port.place_id,
    port.name,
    ports.straight_m,
    port.walk_min,
    case when city.port then coalesce(port.basis, 'straight-line') end,
    railway.place_id,
    railway.name,
    railways.straight_m,
    railway.walk_min,
    case when city.railway then coalesce(railway.basis, 'straight-line') end,
    case when city.bus then coalesce(stops.stops, 0) end,
    case when city.bus then coalesce(routes.routes, '{}') end,
    case when city.bus then coalesce(stops.unknown, 0) end,
    case when city.parking then coalesce(spaces.lots, 0) end,
    case when city.parking then coalesce(spaces.spaces, 0) end,
    case when city.parking then coalesce(car_parks.unknown, 0) end,
    case when city.amenity then coalesce(amenities.kinds, '{}') end,
    neighbours.known,
    metros.oldest,
    ports.oldest,
    railways.oldest,
    stops.oldest,
    car_parks.oldest,
    amenities.oldest,
    (cast(:provenances as text[]))[metros.doubt],
    (cast(:provenances as text[]))[ports.doubt],
    (cast(:provenances as text[]))[railways.doubt],
    (cast(:provenances as text[]))[stops.doubt],
    (cast(:provenances as text[]))[car_parks.doubt],
    (cast(:provenances as text[]))[amenities.doubt],
    (cast(:provenances as text[]))[neighbours.doubt]
from place p
cross join city
left join nearest metro on metro.office_id = p.office_id and metro.kind = 'metro'
left join kinds metros on metros.office_id = p.office_id and metros.kind = 'metro'
left join nearest port on port.office_id = p.office_id and port.kind = 'port'
left join kinds ports on ports.office_id = p.office_id and ports.kind = 'port'
left join nearest railway on railway.office_id = p.office_id and railway.kind = 'railway'
left join kinds railways on railways.office_id = p.office_id and railways.kind = 'railway'
left join lines on lines.office_id = p.office_id
left join stops on stops.office_id = p.office_id
left join routes on routes.office_id = p.office_id
left join spaces on spaces.office_id = p.office_id
left join car_parks on car_parks.office_id = p.office_id
left join amenities on amenities.office_id = p.office_id
left join neighbours on neighbours.office_id = p.office_id
