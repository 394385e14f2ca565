// The whole file of one office, with its units.

import { UNKNOWN, both, decimal, make, matching, metro, parking, provenance, provenanceTag, rent, space, titleOf, whole } from "./words.js";

const detail = document.getElementById("detail");
const LEFT_OUT = new Set(["id", "name", "dataset", "batch", "valid_from", "exceptions", "provenance",
  "building_id", "site_id"]);
const UNIT_COLUMNS = ["unit_no", "floor_label", "area", "rent", "status", "fit_out", "verified_on"];

function row(title, value, note) {
  return make("tr", {}, make("th", {}, ...title),
    make("td", value === UNKNOWN ? { class: "unknown" } : {}, value, note ? make("small", {}, `（${note}）`) : null));
}

/** Title of a field in both languages, as its layer declares it; remarks on it left out. */
function titleOfField(field) {
  return both(field.title, field.description?.split(/[:(]/)[0].trim().toLowerCase());
}

function shown(value, unit) {
  if (value === null || value === undefined) return null;
  if (value === true) return "是";
  if (value === false) return "否";
  if (Array.isArray(value)) return value.join("、");
  if (typeof value === "number") return decimal(value, unit);
  return String(value);
}

/** Known fields of the layer's declaration, each with how it is known where that differs. */
function fieldRows(office, schema) {
  const exceptions = office.exceptions ?? {};
  return Object.entries(schema.properties)
    .filter(([name]) => !LEFT_OUT.has(name) && shown(office[name]) !== null)
    .map(([name, field]) => row(titleOfField(field), shown(office[name], field["x-unit-title"]),
      exceptions[name] ? provenance(exceptions[name]) : null));
}

function unitCell(unit, name) {
  const value = unit[name];
  const text = name === "area" ? decimal(value, "㎡") : typeof value === "number" ? decimal(value)
    : titleOf(name, value);
  return make("td", text === UNKNOWN ? { class: "unknown" } : {}, text);
}

function unitTable(units, schema) {
  const head = UNIT_COLUMNS.map((name) => make("th", {}, ...titleOfField(schema.properties[name])));
  const rows = units.map(({ properties: unit }) =>
    make("tr", {}, ...UNIT_COLUMNS.map((name) => unitCell(unit, name))));
  return make("div", { class: "scroll" }, make("table", { class: "units" },
    make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
}

function backButton(back) {
  const button = make("button", { type: "button" }, "← 返回列表 back");
  button.addEventListener("click", back);
  return button;
}

function show(button, ...parts) {
  detail.replaceChildren(button, ...parts);
  detail.hidden = false;
  button.focus({ preventScroll: true });
  detail.scrollIntoView({ block: "start" });
}

/**
 * Show an office and those of its units that can be let. `listed` is its entry in the answer, which
 * knows what of it meets the bounds; `schemas` are those of offices and units.
 */
export function showDetail({ office, units, listed, schemas, back }) {
  const simulated = (office.units_provenance ?? []).includes("simulated");
  const fits = matching(listed);
  show(
    backButton(back),
    make("h2", {}, office.name, " ", provenanceTag(office.provenance)),
    make("p", { class: "where" }, [office.district, office.street, office.address].filter(Boolean).join(" · ")),
    make("table", { class: "rows" }, make("tbody", {},
      fits ? row(both("符合条件", "meets the need"), fits) : null,
      row(both("车位配比", "parking ratio"), parking(office)),
      row(both("最近地铁", "nearest metro"), metro(office)),
      row(both("可租面积", "free space"), space(office)),
      row(both("租金", "rent"), rent(office)),
      row(both("空置率", "vacancy"), decimal(office.vacancy_percent, "%")))),
    make("h3", {}, ...both("楼宇资料", "building")),
    make("table", { class: "rows" }, make("tbody", {}, ...fieldRows(office, schemas.office))),
    make("h3", {}, ...both(office.units === null ? "可租单元"
      : `可租单元 ${whole(units.length)} / ${whole(office.units)}`, "free units"),
      " ", simulated ? provenanceTag("simulated") : null),
    office.units === null ? make("p", { class: "unknown" }, "没有单元资料。No units on record.")
      : units.length === 0 ? make("p", { class: "unknown" }, "目前没有可租单元。Nothing is free.")
        : unitTable(units, schemas.unit));
}

/** Say why an office cannot be shown. */
export function showDetailFailure(message, back) {
  show(backButton(back), make("p", { class: "wrong" }, message));
}

export function hideDetail() {
  detail.hidden = true;
  detail.replaceChildren();
}
