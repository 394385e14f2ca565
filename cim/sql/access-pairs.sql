-- Offices and places of a layer that lie within a reach (m) of each other in a straight line,
-- from edge to edge on the CGCS2000 ellipsoid.
-- Both degree boxes hold for every such pair: whichever side is the smaller, the GiST index of
-- the other one's geometry answers. 110000 m is a little less than any degree of latitude.
select
    o.id as office_id,
    p.id as place_id,
    st_distance(p.geom::geography, o.geom::geography) as straight_m
from office o
join {layer} p on
    p.geom && st_expand(
        o.geom,
        %(reach)s / (110000 * cos(radians(greatest(abs(st_ymin(o.geom)), abs(st_ymax(o.geom)))))),
        %(reach)s / 110000
    )
    and o.geom && st_expand(
        p.geom,
        %(reach)s / (110000 * cos(radians(greatest(abs(st_ymin(p.geom)), abs(st_ymax(p.geom)))))),
        %(reach)s / 110000
    )
    and st_dwithin(p.geom::geography, o.geom::geography, %(reach)s)
where {counted}
    and (%(offices)s::text[] is null or o.id = any(%(offices)s::text[]))
    and (%(places)s::text[] is null or p.id = any(%(places)s::text[]))
order by o.id, p.id
