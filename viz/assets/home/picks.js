// Offices that the reader ticked to compare: the boxes on the cards, and the bar that counts them.

import { both, make } from "./words.js";

export const MOST = 5;
const tray = document.getElementById("tray");
const picked = new Map();
let tell = () => {};
let show = () => {};

function write() {
  tray.hidden = picked.size === 0;
  const compare = make("button", { type: "button", class: "primary" }, ...both(`对比 ${picked.size} 栋`, "compare"));
  compare.disabled = picked.size < 2;
  compare.addEventListener("click", () => show([...picked.keys()]));
  const drop = make("button", { type: "button" }, ...both("清空", "clear"));
  drop.addEventListener("click", () => { picked.clear(); changed(); });
  tray.replaceChildren(compare, drop, make("span", { class: "quiet" },
    picked.size < 2 ? "再选 1 栋即可对比" : picked.size >= MOST ? `最多 ${MOST} 栋` : ""));
  for (const box of document.querySelectorAll(".pick input")) {
    box.checked = picked.has(box.value);
    box.disabled = picked.size >= MOST && !box.checked;
  }
}

function changed() {
  write();
  tell([...picked.keys()]);
}

/** A box that ticks an office for comparing. */
export function pickBox({ id, name }) {
  const box = make("input", { type: "checkbox", value: id, "aria-label": `加入对比：${name}` });
  box.checked = picked.has(id);
  box.disabled = picked.size >= MOST && !box.checked;
  box.addEventListener("change", () => {
    if (box.checked) picked.set(id, name);
    else picked.delete(id);
    changed();
  });
  return make("label", { class: "pick" }, box, "对比 ", make("small", {}, "compare"));
}

export function pickedIds() {
  return [...picked.keys()];
}

/** Tick these offices, as an address has them. */
export function restorePicks(ids) {
  picked.clear();
  for (const id of ids.slice(0, MOST)) picked.set(id, id);
  write();
}

/** Tell `onChange(ids)` what is ticked, and `onCompare(ids)` when they are to stand side by side. */
export function listenToPicks({ onChange, onCompare }) {
  tell = onChange;
  show = onCompare;
}
