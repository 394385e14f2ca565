-- Which kinds of places the city holds at all, as text.
select concat_ws(
    ',',
    case when exists (select from station where kind = 'metro' and status = 'operating')
        then 'metro' end,
    case when exists (select from station where kind = 'port' and status = 'operating')
        then 'port' end,
    case when exists (select from station where kind = 'railway' and status = 'operating')
        then 'railway' end,
    case when exists (select from bus_stop) then 'bus' end,
    case when exists (select from parking) then 'parking' end,
    case when exists (select from amenity) then 'amenity' end
)
