-- Of what was counted around one office: which datasets it comes from, and how many of each.
-- The ways of one office are the front of the primary key of office_access.
with
way as materialized (
    select layer, place_id, kind, entrance_id
    from office_access
    where office_id = :office and (layer = 'station' or walk_m <= :near_walk)
),
-- let units, of offices as near in a straight line, whose industry is known
neighbour as (
    select u.dataset, u.source, u.source_date, u.provenance
    from office o
    join office other
        on other.geom && st_expand(
            o.geom,
            cast(:near_walk as float8)
            / (110000 * cos(radians(st_y(st_pointonsurface(o.geom))))),
            cast(:near_walk as float8) / 110000
        )
        and st_dwithin(other.geom::geography, o.geom::geography, cast(:near_walk as float8))
    join office_unit u on u.office_id = other.id
    where o.id = :office and u.status = 'let' and u.tenant_industry is not null
),
counted (part, layer, dataset, source, source_date, provenance) as (
    select w.kind, 'station', p.dataset, p.source, p.source_date, p.provenance
    from way w
    join station p on w.layer = 'station' and p.id = w.place_id
    union all
    select w.kind, 'station_entrance', p.dataset, p.source, p.source_date, p.provenance
    from way w
    join station_entrance p on w.layer = 'station' and p.id = w.entrance_id
    union all
    select 'bus', 'bus_stop', p.dataset, p.source, p.source_date, p.provenance
    from way w
    join bus_stop p on w.layer = 'bus_stop' and p.id = w.place_id
    union all
    select 'parking', 'parking', p.dataset, p.source, p.source_date, p.provenance
    from way w
    join parking p on w.layer = 'parking' and p.id = w.place_id
    union all
    select 'amenity', 'amenity', p.dataset, p.source, p.source_date, p.provenance
    from way w
    join amenity p on w.layer = 'amenity' and p.id = w.place_id
    union all
    select 'neighbours', 'office_unit', dataset, source, source_date, provenance
    from neighbour
)
select
    part, layer, dataset, source, source_date, provenance,
    -- who rents what is private: fewer than three are not told apart
    case when part <> 'neighbours' or count(*) >= 3 then count(*) end as number
from counted
group by part, layer, dataset, source, source_date, provenance
order by part, layer, count(*) desc, dataset, source, source_date, provenance
