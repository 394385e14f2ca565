-- Which car parks bear one and the same total, noted at each of the gates of a place. They carry the
-- same number of spaces, ten or more, each lies within 300 m of the next, and they are of one place:
-- they share a name up to its car-park or gate part or, where nothing is left of the name, the site.
-- Car parks of one site that have names of their own are different ones.
-- Reads "parks" (around, id, spaces, site_id, name, geom), where "around" says which of them are
-- looked at together; gives "gates", their rows with "place" and "gate": rows of one around, place,
-- number of spaces and gate bear one total. What stands for itself is not among them.
-- names are looked at only where a number stands twice: that is the dear part
numbered as (
    select *, count(*) over (partition by around, spaces) as bearers
    from parks
    where spaces >= 10 and geom is not null
),

named as (
    select *,
        coalesce(
            'name ' || nullif(regexp_replace(
                name,
                '([-—－(（·].*'
                '|(地下|地上|地面|室外|内部|公共|社会|[东南西北]{1,2}[门口]?|[出入]+口)*'
                '[一二三四0-9]*号?(停车场|停车库|车库).*'
                '|([东南西北]{0,2}[出入]+口|[东南西北]{1,2}[门口])+)$',
                ''
            ), ''),
            'site ' || site_id
        ) as place
    from numbered
    where bearers > 1
),

-- a plane of metres that is true at the northernmost of them, which is enough within a city
alike as (
    select *, cos(radians(max(st_ymax(geom)) over same)) as narrow, count(*) over same as number
    from named
    where place is not null
    window same as (partition by around, place, spaces)
),

-- grouped before anything is measured, and then clustered by an index: as good as linear, where a
-- join of all that have as many spaces would be quadratic
clustered as (
    select *,
        st_clusterdbscan(st_scale(geom, 111320 * narrow, 111320), 300, 2)
            over (partition by around, place, spaces) as gate
    from alike
    where number > 1
),

gates as materialized (
    select * from clustered where gate is not null
)
