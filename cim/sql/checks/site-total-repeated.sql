-- Car parks of one place that all carry the same number of spaces: the total of the site, noted
-- at each of its gates. The gates of an earlier file count as well, but for those that come anew or
-- vanish.
with parks as materialized (
    select 0 as around, id, row_no, true as staged, spaces, site_id, name, geom from staged
    union all
    select 0, t.id, null, false, t.spaces, t.site_id, t.name, t.geom from parking t
    where t.spaces in (select spaces from staged)
        and not exists (select from staged s where s.id = t.id)
        and not exists (select from vanished v where v.id = t.id)
),

-- include parking-totals.sql
,

-- what stands already comes before all that is staged
told as (
    select id, staged, spaces,
        first_value(id) over (
            partition by place, spaces, gate order by staged, row_no, id
        ) as other
    from gates
)
select id, '{parking.spaces} = ' || spaces as value, other
from told
where staged and id <> other
