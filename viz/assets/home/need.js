// The need: a form that turns into a question to the service, and is filled from an address.

import { labelNamed, labelTicks, tickChip } from "./choices.js";
import { areaOf, dropArea, restoreArea } from "./area.js";
import { fillPlaces, openWalk, restoreWalk, walkField, walkOf } from "./walk.js";
import { showStrange } from "./ways.js";
import { both } from "./words.js";

const form = document.getElementById("need");
const note = document.getElementById("need-note");
const JOINED = "一个单元，或相邻单元合并";

/** Return what the form says, empty fields left out, several words of a field joined by commas. */
export function asked() {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const text = String(value).trim();
    if (text === "") continue;
    const many = form.querySelector(`[name="${name}"][data-many]`) && parameters.has(name);
    parameters.set(name, many ? `${parameters.get(name)},${text}` : text);
  }
  const walk = walkOf();
  if (walk) parameters.set("within_walk", walk);
  const area = areaOf();
  if (area) parameters.set("within", area);
  return parameters;
}

/** Return the question to the service, without the area, which travels as GeoJSON: "only with free space" asks for an area of at least 1 ㎡. */
export function questionOf(parameters) {
  const question = new URLSearchParams(parameters);
  question.delete("free");
  question.delete("within");
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
  const { area_min: low, area_max: high } = form.elements;
  const walk = walkField();
  const numbers = [...form.querySelectorAll("input[type=number]")];
  // minutes that lead from no place are not asked
  const counted = numbers.filter((field) => field !== walk.minutes || walk.asked);
  const crossed = low.value !== "" && high.value !== "" && Number(low.value) > Number(high.value);
  const faulty = counted.filter((field) => !field.validity.valid);
  const wrong = new Set(crossed ? [low, high, ...faulty] : faulty);
  for (const field of numbers) field.setAttribute("aria-invalid", String(wrong.has(field)));
  walk.note.hidden = !wrong.delete(walk.minutes);
  note.className = wrong.size ? "wide wrong" : "wide";
  note.hidden = !wrong.size && low.value === "" && high.value === "";
  note.replaceChildren(...(
    wrong.size && !crossed ? both("请填不小于 0 的数", "a number, 0 or more")
      : crossed ? both("面积下限大于上限", "the least area is above the most")
        : both(`面积：${JOINED}即可`, "one unit, or adjacent units joined")));
  return wrong.size === 0 && walk.note.hidden;
}

function fill(name, options) {
  const select = form.elements[name];
  for (const [value, title] of options) select.add(new Option(title, value));
}

/** Fill the choices from what the city holds. */
export function fillNeed({ office, unit, streets, districts, lines, stations, station }) {
  const words = (schema, name) => schema.properties[name].oneOf.map(({ const: value }) => [value, value]);
  fill("use", [...words(office, "use"), ["全部", "全部 any"]]);
  fill("grade", words(office, "grade"));
  fill("fit_out", words(unit, "fit_out"));
  fill("ownership", words(office, "ownership"));
  fill("street", streets);
  fill("business_district", districts);
  fillPlaces(stations, station);
  document.getElementById("need-lines").append(...lines.map((line) => tickChip(line, [line], "lines")));
  document.getElementById("need-labels").append(...labelTicks("labels"));
}

/** Write beside each label how many offices would remain with it. */
export function showLabelCounts(counts) {
  const found = new Map((counts?.values ?? []).map(({ value, count }) => [value, count]));
  for (const place of form.querySelectorAll("[data-label]")) {
    place.textContent = counts ? String(found.get(place.dataset.label) ?? 0) : "";
    place.closest("label").classList.toggle("none", Boolean(counts) && !found.get(place.dataset.label));
  }
}

/** Tick boxes from words joined by commas; return those that are no choice. */
function tickMany(boxes, words) {
  const known = boxes[0].name === "labels" ? (word) => labelNamed(word)?.code ?? word : (word) => word;
  const wanted = words.split(",").filter(Boolean).map(known);
  for (const box of boxes) box.checked = wanted.includes(box.value);
  return wanted.filter((word) => ![...boxes].some((box) => box.value === word));
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

/** Return what a field of the form is called. */
export function titleOfField(field) {
  const label = field.closest("label:not(.chip), fieldset");
  return (label.querySelector("legend") ?? label).firstChild.textContent.trim();
}

/** Unfold the parts of the form in which something is set. */
function openWhatIsSet() {
  for (const fold of form.querySelectorAll("details")) {
    const fields = [...fold.querySelectorAll("[name]")];
    const set = fields.some((field) => (field.type === "checkbox" ? field.checked
      : field.value !== "" && field.value !== field.options?.[0]?.value));
    if (set || (openWalk() && fold.contains(openWalk()))) fold.open = true;
  }
}

/** Fill the form from an address, and say which of its values were not understood. */
export function restore(parameters) {
  const strange = [];
  for (const name of new Set([...form.querySelectorAll("[data-many]")].map((box) => box.name))) {
    const boxes = form.querySelectorAll(`[name="${name}"]`);
    const odd = tickMany(boxes, parameters.get(name) ?? "");
    if (odd.length) strange.push(`${titleOfField(boxes[0])}：${odd.join("、")}`);
  }
  for (const field of form.querySelectorAll("[name]:not([data-many])")) {
    const value = parameters.get(field.name);
    if (value === null) setField(field, field.options?.[0]?.value ?? "");
    else if (!setField(field, value)) strange.push(`${titleOfField(field)}：${value}`);
  }
  if (!restoreWalk(parameters.get("within_walk"))) strange.push(`步行：${parameters.get("within_walk")}`);
  if (!restoreArea(parameters.get("within"))) strange.push(`范围：${parameters.get("within")}`);
  if (!parameters.has("sort")) orderByWords();
  openWhatIsSet();
  showStrange(strange);
}

/** With words in the form the offices they mean best come first, unless another order was chosen. */
function orderByWords() {
  const { q, sort } = form.elements, usual = sort.options[0].value;
  if (q.value.trim() !== "" && sort.value === usual) sort.value = "relevance";
  else if (q.value.trim() === "" && sort.value === "relevance") sort.value = usual;
}

/** Call `changed` when the reader has changed the need, a moment after the last key. */
export function onChange(changed) {
  let timer;
  const soon = (wait) => {
    clearTimeout(timer);
    document.getElementById("strange").hidden = true;
    timer = setTimeout(changed, wait);
  };
  form.addEventListener("input", ({ target }) => {
    if (target.name === "q") orderByWords();
    soon(300);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); soon(0); });
  form.addEventListener("reset", () => { dropArea(); soon(0); });
}

export function showBounds(count) {
  document.getElementById("bounds").textContent = count ? `${count} 项已设 set` : "未设 none set";
}
