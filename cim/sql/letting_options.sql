-- Space that can be let as one, for the offices in "touched": every free unit, every block of up
-- to six adjacent free units, and every whole run of adjacent free units. Six bounds the number
-- of blocks in a well-connected floor; a longer need is met by the whole run.
with recursive free as (
    select u.id, u.office_id, u.area, u.min_divisible_area, u.rent, u.available_from, u.adjacent_to
    from office_unit u
    join touched on touched.id = u.office_id
    where u.status in ('vacant', 'coming')
),

-- adjacency holds both ways, whichever unit states it
stated as (
    select f.id, f.office_id, neighbour
    from free f
    cross join unnest(f.adjacent_to) as neighbour
),

link as (
    select s.office_id, s.id, f.id as neighbour
    from stated s join free f on f.id = s.neighbour and f.office_id = s.office_id and f.id <> s.id
    union
    select s.office_id, f.id, s.id
    from stated s join free f on f.id = s.neighbour and f.office_id = s.office_id and f.id <> s.id
),

block as (
    select f.office_id, array[f.id] as units
    from free f
    union
    select b.office_id, grown.units
    from block b
    join link l on l.id = any(b.units) and l.neighbour <> all(b.units)
    cross join lateral (
        select array_agg(u order by u) as units from unnest(b.units || l.neighbour) as u
    ) as grown
    where cardinality(b.units) < 6
),

connected as (
    select l.office_id, l.id as start, l.id as unit from link l
    union
    select c.office_id, c.start, l.neighbour
    from connected c join link l on l.id = c.unit
),

run as (
    select c.office_id, array_agg(c.unit order by c.unit) as units
    from connected c
    group by c.office_id, c.start
),

option as (
    select office_id, units from block
    union
    select office_id, units from run
)

insert into letting_option (
    office_id, units, unit_count, smallest, area, rent_lowest, rent_highest, available_from
)
select
    o.office_id,
    o.units,
    count(*),
    -- a sum over an unknown is unknown
    case when count(f.area) = count(*) then
        sum(f.area) - max(f.area - least(f.area, coalesce(f.min_divisible_area, f.area)))
    end,
    case when count(f.area) = count(*) then sum(f.area) end,
    case when count(f.rent) = count(*) then min(f.rent) end,
    case when count(f.rent) = count(*) then max(f.rent) end,
    case when count(f.available_from) = count(*) then max(f.available_from) end
from option o
join free f on f.id = any(o.units) and f.office_id = o.office_id
group by o.office_id, o.units
