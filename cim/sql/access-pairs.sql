-- Offices and places of a layer that lie within a reach (m) of each other in a straight line,
-- from edge to edge on the CGCS2000 ellipsoid.
-- The degree box holds for every such pair, so that the GiST index of the places answers;
-- 110000 m is a little less than any degree of latitude. The distance is reckoned once a pair:
-- materialized, since the planner would else write it out twice.
with
origin as materialized (
    select
        o.id,
        o.geom::geography as here,
        st_expand(
            o.geom,
            %(reach)s / (110000 * cos(radians(greatest(abs(st_ymin(o.geom)), abs(st_ymax(o.geom)))))),
            %(reach)s / 110000
        ) as around
    from office o
    where {offices}
),
pair as materialized (
    select o.id as office_id, p.id as place_id, st_distance(p.geom::geography, o.here) as straight_m
    from origin o
    join {layer} p on p.geom && o.around
    where {counted} and {places}
)
select office_id, place_id, straight_m
from pair
where straight_m <= %(reach)s
order by office_id, place_id
