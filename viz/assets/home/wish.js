// The need of a company: a form whose fields carry their place in the request (`data-path`), so that
// the request, the address and a relaxation are read from it and written to it alike.

import { choices, labelNamed, labelTicks, tickChip } from "./choices.js";
import { showStrange } from "./ways.js";
import { showUnshown } from "./unshown.js";
import { both, make, whole } from "./words.js";

const form = document.getElementById("wish");
const fields = () => [...form.querySelectorAll("[data-path]")];
const presetField = form.querySelector("[data-path='preset']");

function presetWeights() {
  return choices.presets.find(({ name }) => name === presetField.value)?.weights ?? {};
}

function isSlider(field) {
  return field.type === "range";
}

/** Return what a field says, null where nothing; of a weight, only what differs from the preset. */
function valueOf(field) {
  if (field.matches("fieldset")) {
    const picked = [...field.querySelectorAll("input:checked")].map(({ value }) => value);
    return picked.length ? picked : null;
  }
  const text = field.value.trim();
  if (text === "") return null;
  if (isSlider(field)) {
    return Number(text) === (presetWeights()[field.dataset.path.split(".")[1]] ?? 0) ? null : Number(text);
  }
  if (field.type === "number") return Number(text);
  return field.dataset.as === "truth" ? text === "true" : text;
}

function setField(field, value) {
  if (field.matches("fieldset")) {
    const known = field.dataset.path === "must.labels" ? (word) => labelNamed(word)?.code ?? word : (word) => word;
    const wanted = [value ?? []].flat().map(String).map(known);
    for (const box of field.querySelectorAll("input")) box.checked = wanted.includes(box.value);
    return wanted.every((word) => field.querySelector(`input[value="${CSS.escape(word)}"]`));
  }
  const text = value === null || value === undefined ? "" : String(value);
  field.value = text;
  const understood = field.value === text;
  if (!understood && field.options) field.selectedIndex = 0;
  return understood;
}

/** Return the address of the need: a parameter for each field that says something. */
export function wished() {
  const parameters = new URLSearchParams({ way: "recommend" });
  for (const field of fields()) {
    const value = valueOf(field);
    if (value !== null) parameters.set(field.dataset.path, [value].flat().join(","));
  }
  return parameters;
}

/** Return the request: {need, must, weights, preset}. */
export function requestOf() {
  const request = {};
  for (const field of fields()) {
    const value = valueOf(field);
    if (value === null) continue;
    const path = field.dataset.path.split(".");
    let part = request;
    for (const name of path.slice(0, -1)) part = part[name] ??= {};
    part[path.at(-1)] = value;
  }
  return request;
}

/** Write a change of the request (JSON Merge Patch) into the form; return what it has no place for: [{path, value}]. */
export function relax(change) {
  const unshown = [];
  const write = (part, parents) => {
    for (const [name, value] of Object.entries(part)) {
      const path = [...parents, name].join(".");
      const field = form.querySelector(`[data-path="${path}"]`);
      if (field ? setField(field, value) : value === null) {
        if (!field) for (const inner of fields()) if (inner.dataset.path.startsWith(`${path}.`)) setField(inner, null);
      } else if (!field && typeof value === "object" && !Array.isArray(value)) write(value, [...parents, name]);
      else unshown.push({ path, value: [value].flat().join("、") });
    }
  };
  write(change, []);
  return unshown;
}

export function setWeights() {
  const weights = presetWeights();
  for (const field of fields().filter(isSlider)) field.value = weights[field.dataset.path.split(".")[1]] ?? 0;
  showShares();
}

function showShares() {
  const sliders = fields().filter(isSlider);
  const sum = sliders.reduce((total, { value }) => total + Number(value), 0);
  for (const slider of sliders) {
    const words = sum ? whole((100 * Number(slider.value)) / sum, "%") : "0";
    slider.nextElementSibling.textContent = words;
    slider.setAttribute("aria-valuetext", words);
  }
}

/** Fill the form from an address, and say which of its values were not understood. */
export function restoreWish(parameters) {
  const strange = [];
  setField(presetField, parameters.get("preset") ?? "default");
  setWeights();
  for (const field of fields()) {
    const text = parameters.get(field.dataset.path);
    if (text === null ? isSlider(field) || field === presetField : false) continue;
    const value = text !== null && field.matches("fieldset") ? text.split(",") : text;
    if (!setField(field, value)) strange.push(text);
    const fold = field.closest("details.fold");
    if (fold && text !== null) fold.open = true;
  }
  showShares();
  showStrange(strange);
}

/** Fill the form with a request that was kept, and say beside it what it has no place for. */
export function recallWish({ limit, wanted, preset, ...request }, funnel) {
  restoreWish(new URLSearchParams());
  const unshown = preset ? relax({ preset }) : [];
  setWeights();
  // without a preset only the weights given count
  if (!preset && request.weights) for (const field of fields().filter(isSlider)) field.value = 0;
  unshown.push(...relax(request));
  showShares();
  showUnshown(unshown, funnel);
}

function slider({ name, zh, en }) {
  const most = Math.max(60, ...choices.presets.map(({ weights }) => weights[name] ?? 0));
  return make("label", { class: "slider" }, make("span", {}, ...both(zh, en)),
    make("input", { type: "range", min: "0", max: String(most), step: "any", "data-path": `weights.${name}` }),
    make("output", {}));
}

function fillTicks(path, options) {
  form.querySelector(`[data-path="${path}"]`).append(...options.map(([value, title]) => tickChip(value, [title])));
}

/** Fill the choices from what the city holds. */
export function fillWish({ office, unit, streets, districts, lines }) {
  const words = (schema, name) => schema.properties[name].oneOf.map(({ const: value }) => [value, value]);
  for (const { name, zh, en } of choices.presets) presetField.add(new Option(`${zh} ${en}`, name));
  fillTicks("must.grade", words(office, "grade"));
  fillTicks("need.use", words(office, "use"));
  fillTicks("need.fit_out", words(unit, "fit_out"));
  fillTicks("need.streets", streets);
  fillTicks("need.business_districts", districts);
  fillTicks("need.lines", lines.map((line) => [line, line]));
  form.querySelector("[data-path='must.labels']").append(...labelTicks());
  document.getElementById("weights").append(...choices.criteria.map(slider));
  setWeights();
}

/** Say at the fields what cannot be asked; true where all can. */
export function checkWish() {
  const at = (path) => form.querySelector(`[data-path="${path}"]`);
  const [low, high] = [at("need.area.min"), at("need.area.max")];
  const crossed = low.value !== "" && high.value !== "" && Number(low.value) > Number(high.value);
  const numbers = [...form.querySelectorAll("input[type=number]")];
  const wrong = numbers.filter((field) => !field.validity.valid || (crossed && [low, high].includes(field)));
  for (const field of numbers) field.setAttribute("aria-invalid", String(wrong.includes(field)));
  const note = document.getElementById("wish-note");
  note.hidden = wrong.length === 0;
  note.replaceChildren(...(crossed ? both("面积下限大于上限", "the least area is above the most")
    : both("标红的数填得不对", "mend the marked number")));
  if (wrong.length) wrong[0].focus();
  return wrong.length === 0;
}

/** Call `changed` a moment after the reader changed the need, `sent` when the button is pressed. */
export function onWish({ changed, sent }) {
  let timer;
  form.addEventListener("input", (event) => {
    if (event.target === presetField) setWeights();
    showShares();
    clearTimeout(timer);
    timer = setTimeout(changed, 350);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); sent(); });
  form.addEventListener("reset", () => setTimeout(() => { restoreWish(new URLSearchParams()); changed(); }, 0));
  document.getElementById("weights-reset").addEventListener("click", () => { setWeights(); changed(); });
}
