// The units of an office, and the officer's day: reserve, let, change the rent, confirm.

import { choices } from "./choices.js";
import { send } from "./service.js";
import { UNKNOWN, both, decimal, make, provenanceTag, titleOf, titleOfField, whole } from "./words.js";

const COLUMNS = ["unit_no", "floor_label", "area", "rent", "status", "fit_out", "verified_on"];
const STATES = ["vacant", "reserved", "let"];
const WHO = "cim-who";
const DAY = 86_400_000;

/** Today in the city, whatever clock the reader has. */
function today() {
  return new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
}

function isStale({ status, verified_on: verified }) {
  if (!["vacant", "coming"].includes(status)) return false;
  return !verified || (new Date(today()) - new Date(verified)) / DAY > choices.unverified_after;
}

function cell(unit, name) {
  const value = unit[name];
  const text = name === "area" ? decimal(value, "㎡") : typeof value === "number" ? decimal(value)
    : titleOf(name, value);
  // beside the number: the column of dates may lie beyond the edge of a narrow list
  const stale = name === "unit_no" && isStale(unit);
  return make("td", text === UNKNOWN ? { class: "unknown" } : {}, text,
    stale ? make("br") : null, stale ? make("span", { class: "tag", title: `超过 ${choices.unverified_after} 天未核验 not verified lately` }, "待核验") : null);
}

function stateBoxes(unit) {
  const states = [...new Set([unit.status, ...STATES])].filter(Boolean);
  return make("fieldset", { class: "ticks wide" }, make("legend", {}, ...both("状态", "status")), ...states.map((state) => {
    const box = make("input", { type: "radio", name: "status", value: state });
    box.checked = state === unit.status;
    return make("label", { class: "chip tickable" }, box, make("span", {}, titleOf("status", state)));
  }));
}

function labelled(words, input, kind = "half") {
  return make("label", { class: kind }, ...words, input);
}

/** What of the form differs from the unit. */
function changesOf(form, unit) {
  const { status, rent, verified } = form.elements;
  const changes = {};
  if (status.value && status.value !== unit.status) changes.status = status.value;
  const asked = rent.value === "" ? null : Number(rent.value);
  if (asked !== (unit.rent ?? null)) changes.rent = asked;
  if (verified.checked && unit.verified_on !== today()) changes.verified_on = today();
  return changes;
}

function formOf(unit, onSaved) {
  const who = make("input", { name: "by", maxlength: "100", required: "", placeholder: "如：招商一组", value: localStorage.getItem(WHO) ?? "" });
  const verified = make("input", { type: "checkbox", name: "verified" });
  const note = make("p", { class: "wide wrong", role: "alert", hidden: "" });
  const save = make("button", { type: "submit", class: "primary" }, "保存 ", make("small", {}, "save"));
  const form = make("form", { class: "daily", "aria-label": `修改单元 ${unit.unit_no ?? unit.id} change` },
    stateBoxes(unit),
    labelled(both("租金 元/㎡/月", "rent"), make("input", { name: "rent", type: "number", min: "0", step: "any", inputmode: "decimal", value: unit.rent ?? "", placeholder: UNKNOWN })),
    make("label", { class: "half tick" }, verified, ...both("今日已核验", "verified today")),
    labelled(both("谁", "who"), who),
    labelled(both("原因", "why"), make("input", { name: "reason", maxlength: "500", placeholder: "如：已签约" })),
    note, save);
  const say = (message) => { note.hidden = false; note.textContent = message; };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changes = changesOf(form, unit);
    if (Object.keys(changes).length === 0) return say("没有改动。Nothing differs.");
    localStorage.setItem(WHO, who.value);
    save.disabled = true;
    try {
      const reason = form.elements.reason.value.trim();
      const { headers } = await send("PATCH", `/units/${encodeURIComponent(unit.id)}`,
        { ...changes, by: who.value.trim(), ...(reason ? { reason } : {}) });
      const batch = headers.get("batch-number");
      onSaved(`单元 ${unit.unit_no ?? unit.id} 已保存${batch ? `，批次 ${batch}` : ""} · saved${batch ? ` as batch ${batch}` : ""}`, unit.id);
    } catch (error) {
      say(error.message);
    } finally {
      save.disabled = false;
    }
  });
  return form;
}

function rowsOf(unit, onSaved) {
  const button = make("button", { type: "button", class: "small", "data-unit": unit.id, "aria-expanded": "false", "aria-label": `更新单元 ${unit.unit_no ?? unit.id}` }, "更新");
  const row = make("tr", {}, make("td", {}, button), ...COLUMNS.map((name) => cell(unit, name)));
  const place = make("td", { colspan: String(COLUMNS.length + 1) });
  const below = make("tr", { class: "below", hidden: "" }, place);
  button.addEventListener("click", () => {
    below.hidden = !below.hidden;
    button.setAttribute("aria-expanded", String(!below.hidden));
    place.replaceChildren(...(below.hidden ? [] : [formOf(unit, onSaved)]));
    if (!below.hidden) place.querySelector("input:checked")?.focus();
  });
  return [row, below];
}

function table(units, schema, onSaved) {
  const head = COLUMNS.map((name) => make("th", { scope: "col" }, ...titleOfField(schema.properties[name])));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "单元 units" }, make("table", { class: "units" },
    make("thead", {}, make("tr", {}, make("th", {}, make("span", { class: "spoken" }, "更新 change")), ...head)),
    make("tbody", {}, ...units.flatMap(({ properties }) => rowsOf(properties, onSaved)))));
}

/**
 * The section of an office's file. `daily` is {all, said, showAll(all), onSaved(words, unit)}:
 * whether units that are not free are shown too, and what was said of the last change.
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
    make("p", { class: "saved", role: "status", id: "saved" }, daily.said ?? ""),
    units.length === 0 ? make("p", { class: "unknown" }, "目前没有可租单元。Nothing is free.")
      : table(units, schema, daily.onSaved),
  ];
}

/** Return to the unit that was changed, if it is still shown. */
export function focusUnit(id) {
  (document.querySelector(`[data-unit="${CSS.escape(id)}"]`) ?? document.getElementById("all-units"))?.focus();
}
