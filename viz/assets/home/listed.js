// What the answer holds: warned of where it is not fact, and lit up in the scene.

import { make, provenance } from "./words.js";

/** The offices of the answer by id. */
export const listed = new Map();

function warn() {
  const kinds = new Set([...listed.values()].map((office) => office.provenance));
  const tags = ["simulated", "estimated", "unverified"].filter((kind) => kinds.has(kind));
  document.getElementById("warnings").replaceChildren(
    ...tags.map((kind) => make("span", { class: "tag" }, `含${provenance(kind)}数据 ${kind}`)));
}

/** Keep what was found; null where there is no answer. `isBound` where not simply all were asked for. */
export function keep(offices, isBound, scene) {
  listed.clear();
  for (const office of offices ?? []) listed.set(office.id, office);
  warn();
  scene.highlight(offices && isBound ? [...listed.keys()] : null);
}
