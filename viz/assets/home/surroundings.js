// What lies around an office, each with how old and how well known it is.

import { both, decimal, make, metres, minutes, provenanceTag, titleOf, UNKNOWN, walkBasis, whole } from "./words.js";
import { choices } from "./choices.js";

function row(title, value, known, ...notes) {
  const cell = make("td", value === UNKNOWN ? { class: "unknown" } : {}, value,
    ...notes.filter(Boolean).map((note) => make("div", { class: "quiet" }, note)));
  if (value !== UNKNOWN && known?.provenance) {
    cell.append(make("div", { class: "quiet" }, known.date ? `资料 ${known.date} ` : "", provenanceTag(known.provenance)));
  }
  return make("tr", {}, make("th", {}, ...title), cell);
}

function station(office) {
  if (office.walk_basis === null) return [UNKNOWN];
  if (office.walk_min === null) return ["步行范围内没有"];
  return [
    `${office.nearest_station}，步行约 ${minutes(office.walk_min)}（${metres(office.walk_m)}，${walkBasis(office.walk_basis)}）`,
    office.nearest_entrance ? `出入口：${office.nearest_entrance}` : null,
    `直线 ${metres(office.distance_m)}`,
  ];
}

function lines(office) {
  const all = Object.entries(office.metro_lines ?? {}).sort(([, a], [, b]) => a - b);
  if (office.metro_lines === null) return UNKNOWN;
  return all.length ? all.map(([name, time]) => `${name} ${minutes(time)}`).join("、") : "步行范围内没有";
}

function buses(office) {
  if (office.bus_stops === null) return [UNKNOWN];
  const routes = office.bus_routes ?? [];
  return [`${whole(office.bus_stops, "个站")}，${whole(routes.length, "条线路")}`, routes.join("、"),
    office.bus_stops_unknown ? `另有 ${whole(office.bus_stops_unknown, "个站")}线路未知` : null];
}

function carParks(office) {
  if (office.parking_lots === null) return [UNKNOWN];
  return [`${whole(office.parking_lots, "个停车场")}，已知 ${whole(office.parking_spaces_near ?? 0, "个车位")}`,
    office.parking_lots_unknown ? `另有 ${whole(office.parking_lots_unknown, "个停车场")}车位数或是否开放不详` : null];
}

function counted(counts, titled = (name) => name) {
  if (counts === null || counts === undefined) return UNKNOWN;
  const all = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return all.length ? all.map(([name, count]) => `${titled(name)} ${decimal(count)}`).join("、") : "没有";
}

function place(office, kind) {
  const [name, straight, time] = [office[`nearest_${kind}`], office[`${kind}_distance_m`], office[`${kind}_walk_min`]];
  if (office[`${kind}_beyond_reach`] === null) return [UNKNOWN];
  if (time === null) return ["步行范围内没有", straight === null ? null : `直线 ${metres(straight)}`];
  return [`${name}，步行约 ${minutes(time)}`, `直线 ${metres(straight)}`];
}

/** The section of an office's file. `known` gives date and provenance by group. */
export function surroundingsSection(office) {
  const known = office.known ?? {};
  return [
    make("h3", {}, ...both("周边", `within a walk of ${whole(choices.near_walk)} m`)),
    make("table", { class: "rows", id: "surroundings" }, make("tbody", {},
      row(both("最近地铁", "nearest metro"), station(office)[0], known.metro, ...station(office).slice(1)),
      row(both("地铁线路", "lines on foot"), lines(office), known.metro),
      row(both("公交", "bus"), buses(office)[0], known.bus, ...buses(office).slice(1)),
      row(both("公共停车", "public parking"), carParks(office)[0], known.parking, ...carParks(office).slice(1)),
      row(both("配套", "amenities"), counted(office.amenities, (name) => titleOf("amenity", name)), known.amenity),
      row(both("周边企业", "companies by industry"), counted(office.neighbours), known.neighbours),
      row(both("口岸", "border port"), place(office, "port")[0], known.port, ...place(office, "port").slice(1)),
      row(both("火车站", "railway"), place(office, "railway")[0], known.railway, ...place(office, "railway").slice(1)))),
  ];
}
