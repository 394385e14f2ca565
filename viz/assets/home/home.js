// The first page: a need on the left, the city on the right.

import { advise, adviceEntry, faceAdvice, showAdvice, showBeginning, wasAsked } from "./advice.js";
import { addCorner, isDrawing, listenToDrawing, stopDrawing } from "./area.js";
import { hideDetail, showDetail, showDetailFailure } from "./detail.js";
import { find } from "./find.js";
import { entryOf, markOpen, showFailure, showList } from "./list.js";
import { asked as askedNeed, onChange, restore } from "./need.js";
import { keptNumber, setKept } from "./kept.js";
import { keep, listed } from "./listed.js";
import { listenToPicks, restorePicks } from "./picks.js";
import { enterOffice, leaveOffice, readPlace, startAtList, writePicked, writePlace } from "./place.js";
import { prepare } from "./prepare.js";
import { listenToScene, sceneOf } from "./scene.js";
import { ask } from "./service.js";
import { showComparison, showStock } from "./tables.js";
import { focusUnit } from "./units.js";
import { foldForm, foldOnPhone, foldScene, listenToWays, showWay } from "./ways.js";
import { onWish, restoreWish, wished } from "./wish.js";

const phone = matchMedia("(max-width: 760px)");
const side = document.getElementById("side");
const scene = sceneOf(document.getElementById("scene"));
let schemas = {};
let way = "find";
let opened = null;
let scrolled = 0;
let allUnits = false;
/** The last change of a unit (daily.js): said, and open to be taken back, where its office is shown. */
let changedLast = null;

function asked() {
  if (way === "find") return askedNeed();
  const parameters = wished();
  if (keptNumber() !== null) parameters.set("kept", keptNumber());
  return parameters;
}

async function answer() {
  if (way === "find") {
    const found = await find({ open: choose, again: answer });
    if (!found || way !== "find") return;
    keep(found.offices, found.isBound, scene);
    markOpen(opened);
    return;
  }
  const offices = await advise({ open: choose, again: begin, moved: () => writePlace(asked(), opened) });
  // undefined: another question came first, and its offices are the ones listed
  if (offices !== undefined && way === "recommend") keep(offices, true, scene);
}

/** The reader asks anew: the answer starts at its list. */
function begin() {
  setKept(null);
  shut({ toEntry: false });
  startAtList(asked());
  return answer();
}

function changed() {
  if (way === "find" || wasAsked()) begin();
  else writePlace(asked(), opened);
}

/** The button was pressed: bring the answer before the reader. */
async function recommend() {
  foldForm(phone, "recommend", false);
  await begin();
  faceAdvice();
}

/** Show one way and its answer, the same as before where it was not asked anew. */
function goWay(to) {
  way = to;
  if (isDrawing()) stopDrawing();
  showWay(to);
  showAnswers(opened === null);
}

/** Before anything was recommended there is nothing to read but the form. */
function beginRecommending() {
  if (wasAsked()) return;
  showBeginning();
  foldForm(phone, "recommend", true);
}

function showAnswers(visible) {
  showList(visible && way === "find");
  showAdvice(visible && way === "recommend");
}

/** The reader picks an office, in the list or in the scene. */
function choose(id, { fly = true } = {}) {
  if (id === opened) return;
  (opened === null ? enterOffice : writePlace)(asked(), id);
  open(id, { fly });
}

async function read(id) {
  const path = `/offices/${encodeURIComponent(id)}`;
  const free = allUnits ? "" : "free=true&";
  return Promise.all([ask(path), ask(`${path}/units?${free}limit=10000`)]);
}

async function open(id, { fly = true } = {}) {
  if (opened === null) scrolled = phone.matches ? scrollY : side.scrollTop;
  opened = id;
  markOpen(id);
  scene.select(id, { fly });
  try {
    const [file, units] = await read(id);
    if (opened !== id) return;
    showAnswers(false);
    show(file, units);
  } catch (error) {
    if (opened !== id) return;
    showAnswers(false);
    showDetailFailure(error, id, back);
  }
}

function show(file, units, { again = false } = {}) {
  const said = changedLast?.office === opened ? changedLast : null;
  const daily = { all: allUnits, said, showAll: (all) => { allUnits = all; renew("all-units"); }, onSaved: saved };
  showDetail({ office: file.properties, units: units.features, listed: listed.get(opened), schemas, back, daily, again });
}

/** Show the open office with its values as they are now. */
async function renew(unit) {
  const id = opened;
  try {
    const [file, units] = await read(id);
    if (opened !== id) return;
    show(file, units, { again: true });
    focusUnit(unit);
  } catch (error) {
    if (opened === id) showDetailFailure(error, id, back);
  }
}

/** A unit was changed: the office, the answer and the scene follow. */
async function saved(outcome) {
  changedLast = outcome;
  scene.repaint();
  if (opened === outcome.office) await renew(outcome.unit);
  if (way === "find" || wasAsked()) await answer();
}

/** The reader is done with an office. */
function back() {
  if (opened === null || leaveOffice()) return;
  writePlace(asked(), null);
  shut();
}

function shut({ toEntry = true } = {}) {
  if (opened === null) return;
  const left = opened;
  opened = null;
  hideDetail();
  showAnswers(true);
  markOpen(null);
  scene.select(null);
  if (!toEntry) return;
  (phone.matches ? window : side).scrollTo({ top: scrolled });
  (way === "find" ? entryOf : adviceEntry)(left)?.focus({ preventScroll: true });
}

/** Go where the address says; true where it asks something else than before. */
function arrive(parameters) {
  const before = String(asked());
  setKept(parameters.get("kept"));
  goWay(parameters.get("way") === "recommend" || keptNumber() !== null ? "recommend" : "find");
  parameters.delete("way");
  if (way === "find") restore(parameters);
  else restoreWish(parameters);
  return String(asked()) !== before;
}

function travelled() {
  const { parameters, office, picked } = readPlace();
  const differs = arrive(parameters);
  restorePicks(picked);
  if (differs && (way === "find" || wasAsked())) answer();
  if (office) open(office);
  else shut();
}

listenToScene(scene, {
  onSelect: (id) => { if (id) choose(id, { fly: false }); else back(); },
  onCorner: addCorner,
  onEnough: stopDrawing,
});
listenToDrawing(scene.draw);
listenToWays((to) => {
  if (to === way) return;
  shut({ toEntry: false });
  goWay(to);
  startAtList(asked());
  if (to === "recommend") beginRecommending();
  if (to === "find" || wasAsked()) answer();
});
listenToPicks({ onChange: (ids) => writePicked(ids, asked(), opened), onCompare: showComparison });
document.getElementById("stock-open").addEventListener("click", () => showStock());
document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.closest("form") ?? document.querySelector("dialog[open]");
  if (event.key !== "Escape" || elsewhere) return;
  if (isDrawing()) stopDrawing();
  else back();
});
window.addEventListener("popstate", travelled);
foldOnPhone(phone);
foldScene();

try {
  schemas = await prepare();
  const { parameters, office, picked } = readPlace();
  const stated = [...parameters.keys()].some((name) => name !== "way");
  arrive(parameters);
  restorePicks(picked);
  writePlace(asked(), office);
  onChange(changed);
  onWish({ changed, sent: recommend });
  if (way === "find" || stated) await answer();
  else beginRecommending();
  if (office) await open(office);
} catch (error) {
  showFailure(error.message, () => location.reload());
}
