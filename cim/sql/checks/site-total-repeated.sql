-- Car parks of one place that all carry the same number of spaces: the total of the site, noted
-- at each of its gates. One place is one site, or one name up to its car-park part, each within
-- 300 m of the next. The gates of an earlier file count as well, but for those that come anew or
-- vanish.
with parks as materialized (
    select id, row_no, true as staged, spaces, site_id, name, geom from staged
    where spaces >= 10 and geom is not null
    union all
    select t.id, null, false, t.spaces, t.site_id, t.name, t.geom from parking t
    where t.geom is not null
        and t.spaces in (select spaces from staged where spaces >= 10)
        and not exists (select from staged s where s.id = t.id)
        and not exists (select from vanished v where v.id = t.id)
),

-- a plane of metres that is true at the middle latitude, which is enough within a city
plane as materialized (
    select cos(radians(avg(st_ymax(geom)))) as narrow from parks
),

places as (
    select id, row_no, staged, spaces, geom, 'site ' || site_id as place from parks
    union all
    select id, row_no, staged, spaces, geom, 'name ' || nullif(regexp_replace(
        name, '([-—－(（·].*|(地下|地上|室外|内部|[东南西北])?[一二三四0-9]*号?(停车场|停车库|车库).*)$', ''
    ), '') as place from parks
),

-- grouped before anything is measured, and then clustered by an index: as good as linear, where a
-- join of all that have as many spaces would be quadratic
gates as (
    select id, row_no, staged, spaces, place,
        st_clusterdbscan(st_scale(geom, 111320 * narrow, 111320), 300, 2)
            over (partition by place, spaces) as gate
    from places cross join plane
    where place is not null
),

-- what stands already comes before all that is staged
told as (
    select id, staged, spaces,
        first_value(id) over (
            partition by place, spaces, gate order by staged, row_no, id
        ) as other
    from gates
    where gate is not null
)
select id, '{parking.spaces} = ' || spaces as value, min(other) as other
from told
where staged and id <> other
group by id, spaces
