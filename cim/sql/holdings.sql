-- The stock of commercial space by one property of the offices, named by :by.
with
grouped as materialized (
    select
        o.id, o.gross_floor_area, o.parking_spaces, o.provenance, g.key
    from office o
    left join office_surroundings s on s.office_id = o.id
    cross join lateral unnest(
        case :by
            when 'street' then array[s.street]
            when 'district' then array[s.district]
            when 'grade' then array[o.grade]
            when 'use' then array[o.use]
            -- outside any business district counts as a group of its own, without a name
            when 'business_district'
            then coalesce(nullif(s.business_districts, '{}'), array[null]::text[])
        end
    ) as g (key)
    where cast(:uses as text[]) is null or o.use = any(cast(:uses as text[]))
),
offices as (
    select
        key,
        count(*) as offices,
        sum(gross_floor_area) as gross_floor_area,
        count(*) filter (where gross_floor_area is null) as gross_floor_area_unknown,
        sum(parking_spaces) as parking_spaces,
        count(*) filter (where parking_spaces is null) as parking_spaces_unknown,
        count(*) filter (where provenance = 'simulated') as simulated,
        count(*) filter (
            where not exists (select from office_unit u where u.office_id = grouped.id)
        ) as offices_without_units
    from grouped
    group by key
),
unit as materialized (
    select g.key, u.area, u.status = any(:free) as free
    from office_unit u
    join grouped g on g.id = u.office_id
),
-- what is let alone is a unit; its rent is the comparable one
single as materialized (
    select g.key, l.area, l.rent
    from letting_option l
    join grouped g on g.id = l.office_id
    where l.unit_count = 1
),
units as (
    select
        key,
        count(*) as units,
        count(*) filter (where free) as free_units,
        sum(area) as unit_area,
        count(*) filter (where area is null) as units_area_unknown,
        -- nothing free is 0 m²; something free of unknown size stays unknown
        case when count(*) filter (where free) = 0 then 0 else sum(area) filter (where free) end
            as available_area,
        count(*) filter (where free and area is null) as free_area_unknown
    from unit
    group by key
),
-- units by rent, with the area of their group that asks as much or less, and all of it; in
-- decimals, since a sum of doubles misses a tie by the last bit
asked as (
    select
        key, rent,
        sum(area::numeric) over (partition by key order by rent) as part,
        sum(area::numeric) over (partition by key) as whole
    from single
    where rent is not null and area > 0
),
rents as (
    select
        key,
        min(rent) filter (where part >= 0.10 * whole) as p10,
        min(rent) filter (where part >= 0.25 * whole) as p25,
        min(rent) filter (where part >= 0.50 * whole) as p50,
        min(rent) filter (where part >= 0.75 * whole) as p75,
        min(rent) filter (where part >= 0.90 * whole) as p90
    from asked
    group by key
),
unpriced as (
    select key, count(*) as units
    from single
    where rent is null or area is null
    group by key
)
select
    o.key as group,
    o.offices,
    o.offices_without_units,
    coalesce(u.units, 0) as units,
    coalesce(u.free_units, 0) as free_units,
    round(u.unit_area::numeric, 1)::float8 as unit_area,
    coalesce(u.units_area_unknown, 0) as units_area_unknown,
    -- no units on record: what is free is unknown
    round(u.available_area::numeric, 1)::float8 as available_area,
    coalesce(u.free_area_unknown, 0) as free_area_unknown,
    round((100 * u.available_area / nullif(u.unit_area, 0))::numeric, 1)::float8
        as vacancy_percent,
    round(o.gross_floor_area::numeric, 1)::float8 as gross_floor_area,
    o.gross_floor_area_unknown,
    r.p10 as rent_p10,
    r.p25 as rent_p25,
    r.p50 as rent_p50,
    r.p75 as rent_p75,
    r.p90 as rent_p90,
    coalesce(n.units, 0) as rent_unknown,
    o.parking_spaces,
    o.parking_spaces_unknown,
    o.simulated
from offices o
left join units u on u.key is not distinct from o.key
left join rents r on r.key is not distinct from o.key
left join unpriced n on n.key is not distinct from o.key
order by o.key is null, o.offices desc, o.key
