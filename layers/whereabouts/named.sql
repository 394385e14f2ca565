-- Places in the base whose names are those of staged features, or stand in them: 「京基100」 in
-- 「京基100停车场」. The names of the base and the table of the staged ones are filled in.
with base as materialized (
    -- a name that stands for several places is none; what other datasets say of it comes first
    select distinct on (plain)
        plain, own, avg(x) as x, avg(y) as y, bool_or(inside) as inside
    from ({base}) as every_name
    where length(plain) >= 2
    group by plain, own
    having max(x) - min(x) < :same and max(y) - min(y) < :same
    order by plain, own
),

-- where in a name one of the base may begin, by its first three characters
starts as materialized (
    select n.id, n.plain, first
    from {staged_names} as n, generate_series(1, length(n.plain) - 2) as first
    where substr(n.plain, first, 3) in (select left(plain, 3) from base where inside)
),

-- every piece from there, for a hash join: a search for each base name would read all names for it
pieces as (
    select id, substr(plain, first, size) as plain, size
    from starts, generate_series(3, least(length(plain) - first + 1, 24)) as size
),

found as (
    select n.id, b.plain, b.own, length(b.plain) as size
    from {staged_names} as n inner join base as b using (plain)
    union all
    select p.id, p.plain, b.own, p.size
    from pieces as p inner join base as b using (plain)
    -- three Chinese characters say as much as four letters
    where b.inside and (p.size >= 4 or octet_length(p.plain) >= 9)
),

-- of several names in one, the longest is what it is called after; what the same dataset left
-- here before, which may have been wrong in the same way, comes last
called as materialized (
    select distinct on (id) id, plain from found order by id, own, size desc, plain
)

select
    b.own,
    percentile_cont(0.5) within group (order by n.x) as lon,
    percentile_cont(0.5) within group (order by n.y) as lat,
    b.x as base_lon,
    b.y as base_lat
from called as c
inner join staged as s using (id)
cross join lateral (
    select
        (st_xmin(s.geom) + st_xmax(s.geom)) / 2 as x,
        (st_ymin(s.geom) + st_ymax(s.geom)) / 2 as y
) as n
inner join base as b using (plain)
group by b.plain, b.own, b.x, b.y
-- a name found all over the city names no place
having max(n.x) - min(n.x) < :near and max(n.y) - min(n.y) < :near
order by hashtext(b.plain)
limit :most
