-- Free units of the offices in "touched", and what each asks on one common basis.
--
-- Rents are quoted per m² of gross or of net area, with the property fee in or not. This is the
-- one place where they are made comparable: CNY per m² of gross floor area and month, without
-- the fee. A base that is not stated is gross floor area, and a fee that is not mentioned is not
-- in: so rents are quoted by custom. Tax is left as it is.
--
-- What a conversion needs may be unknown. Then two ends are known and no rent: net area is no
-- larger than gross area, and a fee no smaller than 0, so that the rent as quoted is the most it
-- can be.
with
quoted as (
    select
        u.id, u.office_id, u.status, u.area, u.net_area, u.min_divisible_area, u.rent,
        u.available_from, u.fit_out, u.adjacent_to,
        u.rent_area_base is not distinct from '套内面积' as by_net_area,
        case when u.rent_includes_fee then o.property_fee else 0 end as fee,
        -- net over gross area, of the unit, else of its office
        coalesce(
            case when u.net_area > 0 and u.net_area <= u.area then u.net_area / u.area end,
            nullif(o.efficiency, 0) / 100
        ) as efficiency
    from office_unit u
    join touched t on t.id = u.office_id
    join office o on o.id = u.office_id
    where u.status = any(:free)
),
by_gross_area as (
    select
        *,
        case when by_net_area then rent * efficiency else rent end as gross,
        case
            when by_net_area then coalesce(rent * net_area, rent * efficiency * area)
            else rent * area
        end as monthly
    from quoted
),
without_fee as (
    select
        *,
        -- a fee above the rent that holds it: one of the two is wrong, and nobody knows which
        case
            when fee = 0 and not by_net_area then gross
            -- to a millionth, so that no conversion misses a bound by the last bit
            when gross >= fee then round((gross - fee)::numeric, 6)::float8
        end as comparable,
        coalesce(gross, rent) as gross_most
    from by_gross_area
)
select
    id, office_id, status, area, min_divisible_area,
    coalesce(comparable, 0) as rent_least,
    coalesce(
        comparable,
        case when gross_most >= fee then gross_most - fee end,
        gross_most
    ) as rent_most,
    coalesce(monthly, 0) as monthly_least,
    coalesce(monthly, rent * area) as monthly_most,
    available_from, fit_out, coalesce(adjacent_to, '{}') as adjacent_to
from without_fee
order by id
