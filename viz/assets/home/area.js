// "Within what I draw": an area whose corners the reader clicks in the scene.

import { both, make } from "./words.js";

const begin = document.getElementById("draw");
const bar = document.getElementById("drawing");
const DIGITS = 6;
let corners = [];
let kept = null;
let tell = () => {};

/** Return the area as the address has it, null where none is drawn. */
export function areaOf() {
  return kept === null ? null : kept.map((point) => point.join(" ")).join(",");
}

/** Return the area as GeoJSON, null where none is drawn. */
export function areaGeometry() {
  return kept === null ? null : { type: "Polygon", coordinates: [[...kept, kept[0]]] };
}

export function dropArea() {
  kept = null;
  stopDrawing();
}

/** Set the area from an address; false where it is none. */
export function restoreArea(words) {
  const points = (words ?? "").split(",").filter(Boolean).map((point) => point.trim().split(/\s+/).map(Number));
  const understood = points.length >= 3 && points.every((point) => point.length === 2 && point.every(Number.isFinite));
  kept = understood ? points : null;
  stopDrawing();
  return understood || words === null;
}

export function isDrawing() {
  return !bar.hidden;
}

/** Ask for no more corners; the area that stood before stands. */
export function stopDrawing() {
  bar.hidden = true;
  corners = [];
  tell({ drawing: false, ring: kept });
}

/** Show the corners so far, and what can be done with them. */
function draw() {
  bar.hidden = false;
  count.replaceChildren(...both(`在地图上依次点出范围的角点（${corners.length} 点，至少 3 点）`, "click the corners in the scene"));
  undo.disabled = corners.length === 0;
  done.disabled = corners.length < 3;
  tell({ drawing: true, ring: corners });
}

// the bar stays: what is announced is a change of its words, and the focus is not lost
const count = make("span", { role: "status" });
const undo = make("button", { type: "button" }, ...both("退一点", "back"));
const done = make("button", { type: "button", class: "primary" }, ...both("完成", "done"));
const stop = make("button", { type: "button" }, ...both("取消", "cancel"));
bar.append(count, undo, done, stop);
undo.addEventListener("click", () => { corners.pop(); draw(); });
stop.addEventListener("click", stopDrawing);
done.addEventListener("click", () => {
  kept = corners;
  stopDrawing();
  document.getElementById("need").dispatchEvent(new Event("input"));
});

/** A corner that the reader clicked in the scene. */
export function addCorner({ longitude, latitude }) {
  if (bar.hidden) return;
  corners.push([longitude, latitude].map((part) => Number(part.toFixed(DIGITS))));
  draw();
}

/** Tell `onDraw({drawing, ring})` whether corners are asked for, and what is to be seen of the area. */
export function listenToDrawing(onDraw) {
  tell = onDraw;
  begin.addEventListener("click", () => {
    const fold = document.getElementById("map-fold");
    if (fold.getAttribute("aria-expanded") === "false") fold.click();
    corners = [];
    draw();
  });
}
