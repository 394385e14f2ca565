-- Units on a floor that the building of their office does not have.
select s.id,
    '{office_unit.floor_order} = ' || s.floor_order
        || '，{building.floors_above} = ' || b.floors_above as value,
    b.id as other
from staged s
join office o on o.id = s.office_id
join building b on b.id = o.building_id
where s.floor_order > b.floors_above or s.floor_order < -b.floors_below
