// What there is to choose from: industries, criteria, labels, streets. Learnt once from the service.

import { ask } from "./service.js";
import { both, make } from "./words.js";

/** Filled by `learnChoices`; see GET /recommendations/choices. */
export const choices = { presets: [], criteria: [], labels: [], unverified_after: 90, near_walk: 500 };

export async function learnChoices() {
  Object.assign(choices, await ask("/recommendations/choices"));
}

/** Return the label of a code, or of its Chinese or English title. */
export function labelNamed(word) {
  return choices.labels.find(({ code, zh, en }) => [code, zh, en].includes(word));
}

/** Return the labels by group, in the order of the rules: [{zh, en, labels}]. */
export function labelGroups(labels = choices.labels) {
  const groups = new Map();
  for (const label of labels) {
    if (!groups.has(label.group)) groups.set(label.group, { zh: label.group_zh, en: label.group_en, labels: [] });
    groups.get(label.group).labels.push(label);
  }
  return [...groups.values()];
}

/** A box to tick that looks like a chip; `name` is left out where the form is not sent by name. */
export function tickChip(value, words, name) {
  const box = make("input", { type: "checkbox", value, ...(name ? { name, "data-many": "" } : {}) });
  return make("label", { class: "chip tickable" }, box, make("span", {}, ...words));
}

/** Chips of all labels under the titles of their groups. */
export function labelTicks(name) {
  return labelGroups().map(({ zh, en, labels }) => make("div", { class: "group" },
    make("p", { class: "quiet" }, ...both(zh, en)),
    ...labels.map((label) => tickChip(label.code, [label.zh, make("small", { class: "count", "data-label": label.code })], name))));
}
