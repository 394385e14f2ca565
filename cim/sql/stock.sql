-- What of the offices in "touched" is free. An office without units on record has no row.
-- The letting options of these offices are written already.
insert into office_stock (
    office_id, units, free_units, unit_area, available_area, rent_min, rent_max, provenances,
    whole_floors, floors_unknown, largest_option, smallest_option, free_area_unknown, fitted_units,
    fit_out_unknown, verified_on, units_date
)
with
unit as (
    select u.*, u.status = any(:free) as free
    from office_unit u
    join touched on touched.id = u.office_id
),
-- a floor counts as whole where its units on record make up four fifths of the typical floor
floor as (
    select
        u.office_id,
        case
            when not bool_and(u.free) then false
            when count(*) = count(u.area) then sum(u.area) >= 0.8 * o.typical_floor_area
        end as whole
    from unit u
    join office o on o.id = u.office_id
    where u.floor_order is not null
    group by u.office_id, u.floor_order, o.typical_floor_area
),
floors as (
    select
        office_id,
        count(*) filter (where whole) as known,
        count(*) filter (where whole is null) as unknown
    from floor
    group by office_id
),
block as (
    select
        l.office_id,
        -- of what is known; where areas are unknown there may be a larger and a smaller one
        max(nullif(l.area_least, 0)) as largest,
        min(l.smallest) as smallest,
        min(l.rent) filter (where l.unit_count = 1) as rent_min,
        max(l.rent) filter (where l.unit_count = 1) as rent_max
    from letting_option l
    join touched on touched.id = l.office_id
    group by l.office_id
)
select
    u.office_id,
    count(*),
    count(*) filter (where u.free),
    sum(u.area),
    -- nothing free is 0 m²; something free of unknown size stays unknown
    case
        when count(*) filter (where u.free) = 0 then 0
        else sum(u.area) filter (where u.free)
    end,
    block.rent_min,
    block.rent_max,
    array_agg(distinct u.provenance),
    -- a floor found is one at least; none found is none only where nothing is unknown
    case
        when count(*) filter (where u.free) = 0 then 0
        when floors.known > 0 then floors.known
        when bool_or(u.free and u.floor_order is null) or floors.unknown > 0 then null
        else coalesce(floors.known, 0)
    end,
    -- a free unit of unknown floor makes one floor whole at most
    coalesce(floors.unknown, 0) + count(*) filter (where u.free and u.floor_order is null),
    case when count(*) filter (where u.free) = 0 then 0 else block.largest end,
    block.smallest,
    count(*) filter (where u.free and u.area is null),
    count(*) filter (where u.free and u.fit_out in ('精装', '带家具')),
    count(*) filter (where u.free and u.fit_out is null),
    case
        when bool_and(u.verified_on is not null) filter (where u.free)
        then min(u.verified_on) filter (where u.free)
    end,
    min(u.source_date)
from unit u
left join floors on floors.office_id = u.office_id
left join block on block.office_id = u.office_id
group by u.office_id, floors.known, floors.unknown, block.largest, block.smallest,
    block.rent_min, block.rent_max
