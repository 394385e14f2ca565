// The units of an office as a table that fits its place, each to be changed where it stands.

import { choices } from "./choices.js";
import { changeForm, savedLine } from "./daily.js";
import { UNKNOWN, both, decimal, feeWords, freeWords, make, provenanceTag, titleOf, today, whole } from "./words.js";

// what belongs together shares a column, so that all of it is seen beside the city
const COLUMNS = [["unit_no", "floor_label"], ["area"], ["rent"], ["status", "fit_out"], ["available_from", "verified_on"]];
const FREE = ["vacant", "coming"];
const DAY = 86_400_000;

function isStale({ status, verified_on: verified }) {
  if (!FREE.includes(status)) return false;
  return !verified || (new Date(today()) - new Date(verified)) / DAY > choices.unverified_after;
}

/** When a unit can be moved into; nobody says so of one that is let. */
function freeOf({ status, available_from: day }) {
  if (!FREE.includes(status)) return "–";
  return day || status === "vacant" ? freeWords(day) : UNKNOWN;
}

function textOf(unit, name) {
  const value = unit[name];
  if (name === "available_from") return freeOf(unit);
  if (name === "area") return decimal(value, "㎡");
  return typeof value === "number" ? decimal(value) : titleOf(name, value);
}

/** The second value of a column says what it is, where it could be taken for something else. */
function below(unit, name) {
  const text = textOf(unit, name);
  const said = name === "verified_on" ? `核验 ${text}` : text === UNKNOWN ? `${name === "fit_out" ? "装修" : "楼层"}${text}` : text;
  return make("div", { class: "quiet" }, said);
}

/** On which basis a rent is quoted, as far as its unit says: a base of gross area goes without saying. */
function basisOf({ rent, rent_includes_fee: included, rent_area_base: base }) {
  if (rent === null) return [];
  const net = base === "套内面积" ? ["按套内面积", "by net area"] : null;
  return [feeWords(included), net].filter(Boolean).map(([zh, en]) => {
    // a narrow column breaks it here, not within a word
    const [, first, rest] = /^(不?含|按套内)(.*)$/.exec(zh);
    return make("div", { class: "quiet basis", title: en }, first, make("wbr"), rest);
  });
}

function cell(unit, [name, second]) {
  const text = textOf(unit, name);
  // beside the number, which is read first
  const stale = name === "unit_no" && isStale(unit);
  return make("td", text === UNKNOWN ? { class: "unknown" } : {}, text, second ? below(unit, second) : null,
    ...(name === "rent" ? basisOf(unit) : []),
    stale ? make("span", { class: "tag", title: `超过 ${choices.unverified_after} 天未核验 not verified lately` }, "待核验") : null);
}

function rowsOf(unit, schema, onSaved) {
  const button = make("button", { type: "button", class: "small", "data-unit": unit.id, "aria-expanded": "false", "aria-label": `更新单元 ${unit.unit_no ?? unit.id}` }, "更新");
  const row = make("tr", {}, make("td", {}, button), ...COLUMNS.map((names) => cell(unit, names)));
  const place = make("td", { colspan: String(COLUMNS.length + 1) });
  const below = make("tr", { class: "below", hidden: "" }, place);
  button.addEventListener("click", () => {
    below.hidden = !below.hidden;
    button.setAttribute("aria-expanded", String(!below.hidden));
    place.replaceChildren(...(below.hidden ? [] : [changeForm(unit, schema, onSaved)]));
    if (!below.hidden) place.querySelector("input:checked")?.focus();
  });
  return [row, below];
}

function heading(names, { properties }) {
  const [first, second] = names.map((name) => properties[name]);
  return make("th", { scope: "col", title: names.map((name) => properties[name].description).join(" · ") },
    first.title, second ? make("div", {}, second.title) : null);
}

function table(units, schema, onSaved) {
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "单元 units" }, make("table", { class: "units" },
    make("thead", {}, make("tr", {}, make("th", {}, make("span", { class: "spoken" }, "更新 change")), ...COLUMNS.map((names) => heading(names, schema)))),
    make("tbody", {}, ...units.flatMap(({ properties }) => rowsOf(properties, schema, onSaved)))));
}

/**
 * The section of an office's file. `daily` is {all, said, showAll(all), onSaved(outcome)}: whether
 * units that are not free are shown too, and the outcome of the last change (daily.js).
 */
export function unitSection({ office, units, schema, daily }) {
  const simulated = (office.units_provenance ?? []).includes("simulated");
  if (office.units === null) {
    return [make("h3", {}, ...both("可租单元", "free units")), make("p", { class: "unknown" }, "没有单元资料。No units on record.")];
  }
  const all = make("input", { type: "checkbox", id: "all-units" });
  all.checked = daily.all;
  all.addEventListener("change", () => daily.showAll(all.checked));
  const title = daily.all ? both(`全部单元 ${whole(units.length)}`, "all units")
    : both(`可租单元 ${whole(units.length)} / ${whole(office.units)}`, "free units");
  return [
    make("h3", {}, ...title, " ", simulated ? provenanceTag("simulated") : null),
    make("label", { class: "tick" }, all, ...both("也显示已租、自用和已预订的", "those not free, too")),
    savedLine(daily.said, daily.onSaved),
    units.length === 0 ? make("p", { class: "unknown" }, "目前没有可租单元。Nothing is free.")
      : table(units, schema, daily.onSaved),
  ];
}

/** Return to the unit that was changed, if it is still shown. */
export function focusUnit(id) {
  (document.querySelector(`[data-unit="${CSS.escape(id)}"]`) ?? document.getElementById("all-units"))?.focus();
}
