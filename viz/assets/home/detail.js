// The whole file of one office, with its units.

import { UNKNOWN, decimal, make, metro, parking, provenance, provenanceTag, rent, space, titleOf, whole } from "./words.js";

const detail = document.getElementById("detail");
const LEFT_OUT = new Set(["id", "name", "dataset", "batch", "valid_from", "exceptions", "provenance",
  "building_id", "site_id"]);

function row(title, value, note) {
  return make("tr", {}, make("th", {}, title),
    make("td", value === UNKNOWN ? { class: "unknown" } : {}, value, note ? make("small", {}, `（${note}）`) : null));
}

function shown(value, unit) {
  if (value === null || value === undefined) return null;
  if (value === true) return "是";
  if (value === false) return "否";
  if (Array.isArray(value)) return value.join("、");
  if (typeof value === "number") return decimal(value, unit ? ` ${unit}` : "");
  return String(value);
}

/** Known fields of the layer's declaration, each with how it is known where that differs. */
function fieldRows(office, schema) {
  const exceptions = office.exceptions ?? {};
  return Object.entries(schema.properties)
    .filter(([name]) => !LEFT_OUT.has(name) && shown(office[name]) !== null)
    .map(([name, field]) => row(field.title, shown(office[name], field["x-unit-title"]),
      exceptions[name] ? provenance(exceptions[name]) : null));
}

function unitTable(units) {
  const head = ["单元", "楼层", "面积", "租金", "状态", "装修", "核验"];
  const rows = units.map(({ properties: unit }) => make("tr", {},
    ...[unit.unit_no, unit.floor_label ?? "", decimal(unit.area, " ㎡"), decimal(unit.rent),
      titleOf("status", unit.status), unit.fit_out ?? UNKNOWN, unit.verified_on ?? UNKNOWN]
      .map((text) => make("td", text === UNKNOWN ? { class: "unknown" } : {}, text))));
  return make("div", { class: "scroll" }, make("table", {},
    make("thead", {}, make("tr", {}, ...head.map((title) => make("th", {}, title)))),
    make("tbody", {}, ...rows)));
}

/** Show an office and those of its units that can be let. */
export function showDetail(office, units, schema, back) {
  const button = make("button", { type: "button" }, "← 返回列表 back");
  button.addEventListener("click", back);
  const simulated = (office.units_provenance ?? []).includes("simulated");
  detail.replaceChildren(
    button,
    make("h2", {}, office.name, " ", provenanceTag(office.provenance)),
    make("p", { class: "where" }, [office.district, office.street, office.address].filter(Boolean).join(" · ")),
    make("table", { class: "rows" }, make("tbody", {},
      row("车位配比", parking(office)), row("最近地铁", metro(office)),
      row("可租面积", space(office)), row("租金", rent(office)),
      row("空置率", decimal(office.vacancy_percent, "%")))),
    make("h3", {}, "楼宇资料 ", make("small", {}, "building")),
    make("table", { class: "rows" }, make("tbody", {}, ...fieldRows(office, schema))),
    make("h3", {}, `可租单元 ${whole(units.length)} / ${whole(office.units)} `,
      make("small", {}, "free units"), " ", simulated ? provenanceTag("simulated") : null),
    office.units === null ? make("p", { class: "unknown" }, "没有单元资料。No units on record.")
      : units.length === 0 ? make("p", { class: "unknown" }, "目前没有可租单元。Nothing is free.")
        : unitTable(units));
  detail.hidden = false;
  button.focus({ preventScroll: true });
}

export function showDetailFailure(message, back) {
  const button = make("button", { type: "button" }, "← 返回列表 back");
  button.addEventListener("click", back);
  detail.replaceChildren(button, make("p", {}, message));
  detail.hidden = false;
}

export function hideDetail() {
  detail.hidden = true;
  detail.replaceChildren();
}
