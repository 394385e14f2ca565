// The bounds in force as chips, each to be taken away, also where their fields are folded.

import { dropArea } from "./area.js";
import { labelNamed } from "./choices.js";
import { asked, titleOfField } from "./need.js";
import { make } from "./words.js";
import { dropWalk, openWalk, walkWords } from "./walk.js";

const form = document.getElementById("need");
const place = document.getElementById("active");
const RANGE = { area_min: "≥", area_max: "≤" };

function words(field, value) {
  if (field.type === "checkbox") return field.closest("label").firstChild.nextSibling.textContent.trim();
  const title = titleOfField(field) + (RANGE[field.name] ? ` ${RANGE[field.name]}` : "");
  const said = field.options ? field.selectedOptions[0].text : value;
  return /[≤≥]$/.test(title) ? `${title} ${said}` : `${title}：${said}`;
}

/** The field of each chip: where the reader goes when no chip is left. */
const fields = new WeakMap();

function chip(said, field, drop) {
  const button = make("button", { type: "button", class: "chip", "aria-label": `去掉条件 ${said} remove` }, said, " ",
    make("span", { "aria-hidden": "true" }, "×"));
  fields.set(button, field);
  button.addEventListener("click", () => {
    drop();
    form.dispatchEvent(new Event("input"));
    showActive();
  });
  return button;
}

/** The words of one parameter: a chip for each of several values, none where any will do. */
function chipsOf(name, value) {
  if (name === "within_walk") return [chip(walkWords(), openWalk(), dropWalk)];
  if (name === "within") return [chip("地图上画的范围", document.getElementById("draw"), dropArea)];
  const boxes = [...form.querySelectorAll(`[name="${name}"][data-many]:checked`)];
  if (boxes.length) {
    return boxes.map((box) => chip(labelNamed(box.value)?.zh ?? box.value, box, () => { box.checked = false; }));
  }
  const field = form.elements[name];
  if (name !== "use") return [chip(words(field, value), field, () => { if (field.type === "checkbox") field.checked = false; else field.value = ""; })];
  // without a word on it the service takes one use for meant: any is a choice of its own
  const any = field.options[field.options.length - 1].value;
  return value === any ? [] : [chip(words(field, value), field, () => { field.value = any; })];
}

/** The field, or where it is folded away, what unfolds it. */
function inSight(field) {
  const folds = [];
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    if (!fold.open) folds.push(fold);
  }
  return folds.at(-1)?.querySelector("summary") ?? field;
}

/** Show what of the form bounds the answer; the focus stays on its chip, or goes to the next. */
export function showActive() {
  const before = [...place.children], at = before.indexOf(document.activeElement);
  place.replaceChildren(...[...asked()].filter(([name]) => name !== "sort").flatMap(([name, value]) => chipsOf(name, value)));
  if (at < 0) return;
  const now = [...place.children], name = before[at].getAttribute("aria-label");
  const next = now.find((one) => one.getAttribute("aria-label") === name) ?? now[Math.min(at, now.length - 1)];
  (next ?? inSight(fields.get(before[at]))).focus();
}
