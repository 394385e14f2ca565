// The first page: a need on the left, the city on the right.

import { hideDetail, showDetail, showDetailFailure } from "./detail.js";
import { markOpen, showFailure, showList, showLoading, showOffices } from "./list.js";
import { asked, isBound, onChange, prepare, remember } from "./need.js";
import { learn, make, provenance } from "./words.js";

const MOST = 1000;
const frame = document.getElementById("scene");
const side = document.getElementById("side");

let schema;
let opened = null;
let sceneReady = false;
let highlighted = null;
let question = 0;

async function fetchJson(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.detail ?? `${answer.status}`);
  return body;
}

function tellScene(message) {
  if (sceneReady) frame.contentWindow.postMessage(message, location.origin);
}

function warn(offices) {
  const kinds = new Set(offices.map((office) => office.provenance));
  const tags = ["simulated", "estimated", "unverified"].filter((kind) => kinds.has(kind));
  document.getElementById("warnings").replaceChildren(
    ...tags.map((kind) => make("span", { class: "tag" }, `含${provenance(kind)}数据 ${kind}`)));
}

async function search() {
  const number = ++question;
  const parameters = asked();
  remember(parameters, opened);
  showLoading();
  try {
    const found = await fetchJson(`/offices?${parameters}&limit=${MOST}`);
    if (number !== question) return;
    warn(found.features.map((feature) => feature.properties));
    showOffices(found, open);
    markOpen(opened);
    highlighted = isBound(parameters) ? found.features.map((feature) => feature.id) : null;
    tellScene({ type: "cim-highlight", ids: highlighted });
  } catch (error) {
    if (number === question) showFailure(error.message, search);
  }
}

function close() {
  opened = null;
  hideDetail();
  showList(true);
  remember(asked(), null);
  markOpen(null);
  tellScene({ type: "cim-select", id: null });
}

async function open(id, { fly = true } = {}) {
  opened = id;
  markOpen(id);
  remember(asked(), id);
  tellScene({ type: "cim-select", id });
  if (fly) tellScene({ type: "cim-fly", id });
  const path = `/offices/${encodeURIComponent(id)}`;
  try {
    const [file, units] = await Promise.all([fetchJson(path), fetchJson(`${path}/units?free=true&limit=10000`)]);
    if (opened !== id) return;
    showList(false);
    showDetail(file.properties, units.features, schema, close);
    side.scrollTo({ top: document.getElementById("need").offsetHeight, behavior: "smooth" });
  } catch (error) {
    if (opened === id) {
      showList(false);
      showDetailFailure(error.message, close);
    }
  }
}

window.addEventListener("message", (event) => {
  if (event.origin !== location.origin || event.source !== frame.contentWindow) return;
  if (event.data?.type === "cim-ready") {
    sceneReady = true;
    document.getElementById("waiting").hidden = true;
    tellScene({ type: "cim-highlight", ids: highlighted });
    if (opened) {
      tellScene({ type: "cim-select", id: opened });
      tellScene({ type: "cim-fly", id: opened });
    }
  }
  if (event.data?.type === "cim-select" && event.data.id) open(event.data.id, { fly: false });
});

try {
  const prepared = await prepare();
  schema = prepared.schema;
  learn(prepared.unitSchema);
  learn(schema);
  onChange(search);
  await search();
  if (prepared.office) await open(prepared.office);
} catch (error) {
  showFailure(error.message, () => location.reload());
}
