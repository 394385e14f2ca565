// The need: a form that turns into a question to the service, and is filled from an address.

import { ask } from "./service.js";
import { make, both } from "./words.js";

const form = document.getElementById("need");
const note = document.getElementById("need-note");
const JOINED = "一个单元，或相邻单元合并";

/** Return what the form says, empty fields left out. */
export function asked() {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const text = String(value).trim();
    if (text !== "") parameters.set(name, text);
  }
  return parameters;
}

/** Return the question to the service: "only with free space" asks for an area of at least 1 ㎡. */
export function questionOf(parameters) {
  const question = new URLSearchParams(parameters);
  question.delete("free");
  if (parameters.has("free") && !parameters.has("area_min")) question.set("area_min", "1");
  return question;
}

/** Return how many bounds were set; the order is none, and use only where it is not the usual. */
export function countBounds(parameters) {
  const usual = form.elements.use.options[0]?.value;
  return [...parameters].filter(([name, value]) =>
    name !== "sort" && !(name === "use" && value === usual)).length;
}

/** Say at the fields what cannot be asked; true where all can. */
export function check() {
  const { area_min: low, area_max: high, rent_max: rent } = form.elements;
  const crossed = low.value !== "" && high.value !== "" && Number(low.value) > Number(high.value);
  const faulty = [low, high, rent].filter((field) => !field.validity.valid);
  const wrong = new Set(crossed ? [low, high, ...faulty] : faulty);
  for (const field of [low, high, rent]) field.setAttribute("aria-invalid", String(wrong.has(field)));
  note.className = wrong.size ? "wide wrong" : "wide";
  note.hidden = !wrong.size && low.value === "" && high.value === "";
  note.replaceChildren(...(
    faulty.length ? both("请填不小于 0 的数", "a number, 0 or more")
      : crossed ? both("面积下限大于上限", "the least area is above the most")
        : both(`面积：${JOINED}即可`, "one unit, or adjacent units joined")));
  return wrong.size === 0;
}

function fill(name, options) {
  const select = form.elements[name];
  for (const [value, title] of options) select.add(new Option(title, value));
}

/** Fill the choices from what the city holds; return the schemas that name them. */
export async function prepare() {
  const [schema, unitSchema, streets, districts] = await Promise.all([
    ask("/collections/office/schema"),
    ask("/collections/office_unit/schema"),
    ask("/collections/area/items?level=street&limit=1000"),
    ask("/collections/business_district/items?limit=1000"),
  ]);
  fill("use", [...schema.properties.use.oneOf.map(({ const: use }) => [use, use]), ["全部", "全部 any"]]);
  fill("grade", schema.properties.grade.oneOf.map(({ const: grade }) => [grade, grade]));
  fill("street", streets.features.map(({ properties: p }) => [p.id, p.name]));
  fill("business_district", districts.features.map(({ properties: p }) => [
    p.id, p.confirmed ? p.name : `${p.name}（待确认）`,
  ]));
  return { schema, unitSchema };
}

function setField(field, value) {
  if (field.type === "checkbox") {
    field.checked = value !== "";
    return true;
  }
  field.value = value;
  // a bound between those on offer is a choice as well
  if (field.value !== value && field.dataset.numbers !== undefined && Number(value) > 0) {
    field.add(new Option(value, value));
    field.value = value;
  }
  const understood = field.value === value;
  if (!understood && field.options) field.selectedIndex = 0;
  return understood;
}

function titleOfField(field) {
  const label = field.closest("label, fieldset");
  return (label.querySelector("legend") ?? label).firstChild.textContent.trim();
}

/** Fill the form from an address, and say which of its values were not understood. */
export function restore(parameters) {
  const strange = [];
  for (const field of form.querySelectorAll("[name]")) {
    const value = parameters.get(field.name);
    if (value === null) setField(field, field.options?.[0]?.value ?? "");
    else if (!setField(field, value)) strange.push(`${titleOfField(field)}：${value}`);
  }
  const said = document.getElementById("strange");
  said.hidden = strange.length === 0;
  said.replaceChildren(`链接中的“${strange.join("、")}”无法识别，已改为默认。`,
    make("small", {}, "Not understood; the default is used."));
}

/** Call `changed` when the reader has changed the need, a moment after the last key. */
export function onChange(changed) {
  let timer;
  const soon = (wait) => {
    clearTimeout(timer);
    document.getElementById("strange").hidden = true;
    timer = setTimeout(changed, wait);
  };
  form.addEventListener("input", () => soon(300));
  form.addEventListener("submit", (event) => { event.preventDefault(); soon(0); });
  form.addEventListener("reset", () => soon(0));
}

/** On a phone the form is folded, and its head says how many bounds are set. */
export function foldOnPhone(phone) {
  const filters = document.getElementById("filters");
  const fit = () => { filters.open = !phone.matches; };
  phone.addEventListener("change", fit);
  fit();
}

export function showBounds(count) {
  document.getElementById("bounds").textContent = count ? `${count} 项已设 set` : "未设 none set";
}
