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
  tell({ drawing: false, ring: null });
}

/** Set the area from an address; false where it is none. */
export function restoreArea(words) {
  const points = (words ?? "").split(",").filter(Boolean).map((point) => point.trim().split(/\s+/).map(Number));
  const understood = points.length >= 3 && points.every((point) => point.length === 2 && point.every(Number.isFinite));
  kept = understood ? points : null;
  finish();
  return understood || words === null;
}

function finish() {
  bar.hidden = true;
  corners = [];
  tell({ drawing: false, ring: kept });
}

function draw() {
  const undo = make("button", { type: "button" }, ...both("退一点", "back"));
  const done = make("button", { type: "button", class: "primary" }, ...both("完成", "done"));
  const stop = make("button", { type: "button" }, ...both("取消", "cancel"));
  undo.disabled = corners.length === 0;
  done.disabled = corners.length < 3;
  undo.addEventListener("click", () => { corners.pop(); draw(); });
  stop.addEventListener("click", finish);
  done.addEventListener("click", () => {
    kept = corners;
    finish();
    document.getElementById("need").dispatchEvent(new Event("input"));
  });
  bar.replaceChildren(make("span", { role: "status" },
    ...both(`在地图上依次点出范围的角点（${corners.length} 点，至少 3 点）`, "click the corners in the scene")), undo, done, stop);
  bar.hidden = false;
  tell({ drawing: true, ring: corners });
}

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
