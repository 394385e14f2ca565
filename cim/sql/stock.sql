-- What of the offices in "touched" is free. An office without units on record has no row.
insert into office_stock (
    office_id, units, free_units, unit_area, available_area, rent_min, rent_max, provenances
)
select
    u.office_id,
    count(*),
    count(*) filter (where u.status = any(:free)),
    sum(u.area),
    -- nothing free is 0 m²; something free of unknown size stays unknown
    case
        when count(*) filter (where u.status = any(:free)) = 0 then 0
        else sum(u.area) filter (where u.status = any(:free))
    end,
    min(u.rent) filter (where u.status = any(:free)),
    max(u.rent) filter (where u.status = any(:free)),
    array_agg(distinct u.provenance)
from office_unit u
join touched on touched.id = u.office_id
group by u.office_id
