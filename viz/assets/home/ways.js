// The two ways in, as tabs: finding by bounds, and recommending to a company's need.

import { remember, remembered } from "./memory.js";
import { both, make } from "./words.js";

const WAYS = ["find", "recommend"];
const tab = (way) => document.getElementById(`tab-${way}`);

/** Show one way's form. */
export function showWay(way) {
  for (const name of WAYS) {
    tab(name).setAttribute("aria-selected", String(name === way));
    tab(name).tabIndex = name === way ? 0 : -1;
    document.getElementById(`way-${name}`).hidden = name !== way;
  }
}

/** Tell `onChange(way)` when the reader goes the other way; arrow keys move between the tabs. */
export function listenToWays(onChange) {
  for (const name of WAYS) {
    tab(name).addEventListener("click", () => onChange(name));
    tab(name).addEventListener("keydown", ({ key }) => {
      if (key !== "ArrowLeft" && key !== "ArrowRight") return;
      const other = WAYS.find((way) => way !== name);
      tab(other).focus();
      onChange(other);
    });
  }
}

/** On a phone the forms are folded. */
export function foldOnPhone(phone) {
  const fit = () => { for (const fold of document.querySelectorAll("details.form")) fold.open = !phone.matches; };
  phone.addEventListener("change", fit);
  fit();
}

/** Fold or unfold a way's form on a phone. */
export function foldForm(phone, way, open) {
  if (phone.matches) document.querySelector(`#way-${way} details.form`).open = open;
}

const FOLDED = "cim-map-folded";

/** On a phone the scene can be folded away, for good until it is unfolded. */
export function foldScene() {
  const button = document.getElementById("map-fold");
  const fit = (folded) => {
    document.documentElement.toggleAttribute("data-map-folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
    button.replaceChildren(...(folded ? both("展开地图 ▾", "map") : both("收起地图 ▴", "map")));
  };
  button.addEventListener("click", () => {
    const folded = button.getAttribute("aria-expanded") === "true";
    remember(FOLDED, folded ? "1" : "");
    fit(folded);
  });
  fit(remembered(FOLDED) === "1");
}

/** Say which values of a link were not understood. */
export function showStrange(strange) {
  const said = document.getElementById("strange");
  said.hidden = strange.length === 0;
  said.replaceChildren(`链接中的“${strange.join("、")}”无法识别，已改为默认。`,
    make("small", {}, "Not understood; the default is used."));
}
