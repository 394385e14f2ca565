-- Car parks of one place that all carry the same number of spaces: the total of the site, noted
-- at each of its gates. One place is one site, or one name up to its car-park part, within 300 m.
with named as (
    select id, row_no, spaces, site_id, geom,
        nullif(regexp_replace(
            name, '([-—－(（·].*|(地下|地上|室外|内部|[东南西北])?[一二三四0-9]*号?(停车场|停车库|车库).*)$', ''
        ), '') as stem
    from staged
    where spaces >= 10 and geom is not null
)
select b.id, '{parking.spaces} = ' || b.spaces as value, (array_agg(a.id order by a.row_no))[1] as other
from named a
join named b
    on a.spaces = b.spaces
    and a.row_no < b.row_no
    and (a.site_id = b.site_id or a.stem = b.stem)
    and st_dwithin(a.geom::geography, b.geom::geography, 300)
group by b.id, b.spaces
