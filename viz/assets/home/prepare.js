// What the page learns before it can ask: titles, choices, and what the city holds of streets and lines.

import { learnChoices } from "./choices.js";
import { fillNeed } from "./need.js";
import { ask } from "./service.js";
import { fillWish } from "./wish.js";
import { learn } from "./words.js";

/** Fill both forms; return the schemas of offices and units. */
export async function prepare() {
  const [office, unit, amenity, station, streets, districts, lines, stations] = await Promise.all([
    ask("/collections/office/schema"),
    ask("/collections/office_unit/schema"),
    ask("/collections/amenity/schema"),
    ask("/collections/station/schema"),
    ask("/collections/area/items?level=street&limit=1000"),
    ask("/collections/business_district/items?limit=1000"),
    ask("/collections/transit_line/items?kind=metro&limit=1000"),
    ask("/collections/station/items?status=operating&limit=1000"),
    learnChoices(),
  ]);
  learn(amenity, { kind: "amenity" });
  learn(unit);
  learn(office);
  const rows = ({ features }) => features.map(({ properties }) => properties);
  const metro = [...new Set(rows(lines).map(({ name }) => name))].sort((a, b) => a.localeCompare(b, "zh-CN", { numeric: true }));
  const title = (p) => (p.confirmed ? p.name : `${p.name}（待确认）`);
  const held = { office, unit, station, lines: metro, stations: rows(stations) };
  fillNeed({ ...held, streets: rows(streets).map((p) => [p.id, p.name]), districts: rows(districts).map((p) => [p.id, title(p)]) });
  fillWish({ ...held, streets: rows(streets).map((p) => [p.name, p.name]), districts: rows(districts).map((p) => [p.name, title(p)]) });
  return { office, unit };
}
