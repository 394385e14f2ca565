// The first page: a need on the left, the city on the right.

import { hideDetail, showDetail, showDetailFailure } from "./detail.js";
import { entryOf, markOpen, showFailure, showList, showLoading, showNotAsked, showOffices } from "./list.js";
import { asked, check, countBounds, foldOnPhone, onChange, prepare, questionOf, restore, showBounds } from "./need.js";
import { enterOffice, leaveOffice, readPlace, startAtList, writePlace } from "./place.js";
import { listenToScene, sceneOf } from "./scene.js";
import { ask } from "./service.js";
import { learn, make, provenance } from "./words.js";

const MOST = 1000;
const phone = matchMedia("(max-width: 760px)");
const side = document.getElementById("side");

const scene = sceneOf(document.getElementById("scene"));
const listed = new Map();
const schemas = {};
let opened = null;
let question = 0;
let scrolled = 0;

function warn() {
  const kinds = new Set([...listed.values()].map((office) => office.provenance));
  const tags = ["simulated", "estimated", "unverified"].filter((kind) => kinds.has(kind));
  document.getElementById("warnings").replaceChildren(
    ...tags.map((kind) => make("span", { class: "tag" }, `含${provenance(kind)}数据 ${kind}`)));
}

/** Keep what was found, to warn of it and to light it up; null where there is no answer. */
function keep(offices, isBound) {
  listed.clear();
  for (const office of offices ?? []) listed.set(office.id, office);
  warn();
  scene.highlight(offices && isBound ? [...listed.keys()] : null);
}

async function search() {
  const number = ++question;
  const parameters = asked();
  const bounds = countBounds(parameters);
  showBounds(bounds);
  if (!check()) {
    keep(null);
    showNotAsked();
    return;
  }
  showLoading();
  try {
    const found = await ask(`/offices?${questionOf(parameters)}&limit=${MOST}`);
    if (number !== question) return;
    keep(found.features.map((feature) => feature.properties), bounds > 0);
    showOffices(found, choose, parameters.has("free"));
    markOpen(opened);
  } catch (error) {
    if (number !== question) return;
    keep(null);
    showFailure(error.message, error.passing ? search : null);
  }
}

/** The reader picks an office, in the list or in the scene. */
function choose(id, { fly = true } = {}) {
  if (id === opened) return;
  (opened === null ? enterOffice : writePlace)(asked(), id);
  open(id, { fly });
}

async function open(id, { fly = true } = {}) {
  if (opened === null) scrolled = phone.matches ? scrollY : side.scrollTop;
  opened = id;
  markOpen(id);
  scene.select(id, { fly });
  const path = `/offices/${encodeURIComponent(id)}`;
  try {
    const [file, units] = await Promise.all([ask(path), ask(`${path}/units?free=true&limit=10000`)]);
    if (opened !== id) return;
    showList(false);
    showDetail({ office: file.properties, units: units.features, listed: listed.get(id), schemas, back });
  } catch (error) {
    if (opened !== id) return;
    showList(false);
    showDetailFailure(error.status === 404
      ? `没有编号为“${id}”的楼宇，可能已被删除，或链接有误。There is no office “${id}”: it was removed, or the link is wrong.`
      : error.message, back);
  }
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
  showList(true);
  markOpen(null);
  scene.select(null);
  if (!toEntry) return;
  (phone.matches ? window : side).scrollTo({ top: scrolled });
  entryOf(left)?.focus({ preventScroll: true });
}

function changed() {
  shut({ toEntry: false });
  startAtList(asked());
  search();
}

function travelled() {
  const before = String(asked());
  const { parameters, office } = readPlace();
  restore(parameters);
  if (String(asked()) !== before) search();
  if (office) open(office);
  else shut();
}

listenToScene(scene, {
  onSelect: (id) => { if (id) choose(id, { fly: false }); else back(); },
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.target.closest("form")) back();
});
window.addEventListener("popstate", travelled);
foldOnPhone(phone);

try {
  const prepared = await prepare();
  schemas.office = prepared.schema;
  schemas.unit = prepared.unitSchema;
  learn(schemas.unit);
  learn(schemas.office);
  const { parameters, office } = readPlace();
  restore(parameters);
  writePlace(asked(), office);
  onChange(changed);
  await search();
  if (office) await open(office);
} catch (error) {
  showFailure(error.message, () => location.reload());
}
