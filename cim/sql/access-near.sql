-- Whether a geometry may lie within a reach (m) of some others: whether it meets the box around all
-- of these. The GiST index answers, so that of one station only the offices near
-- it are read, however many the city has.
-- 110000 m is a little less than any degree of latitude.
{geom} && (
    select
        st_expand(
            around.box,
            %(reach)s / (110000 * cos(radians(least(
                89,
                greatest(abs(st_ymin(around.box)), abs(st_ymax(around.box))) + %(reach)s / 110000
            )))),
            %(reach)s / 110000
        )
    from (
        select st_setsrid(st_extent(o.geom)::geometry, 4490) as box
        from ({others}) as o
    ) as around
)
