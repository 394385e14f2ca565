// The way of finding: asks for what the form says and shows the offices that meet it.

import { areaGeometry } from "./area.js";
import { showActive } from "./active.js";
import { showFailure, showLoading, showNotAsked, showOffices } from "./list.js";
import { asked, check, countBounds, questionOf, showBounds, showLabelCounts } from "./need.js";
import { ask, send } from "./service.js";

const MOST = 1000;
let number = 0;

/** Return the offices that meet a question, within an area where one is drawn. */
async function search(question, area) {
  const asked = `${question}&limit=${MOST}&facets=labels`;
  return area === null ? ask(`/offices?${asked}`) : (await send("POST", `/offices/search?${asked}`, area)).body;
}

/** Ask and show; return {offices, isBound}, null where another question came first. */
export async function find({ open, again }) {
  const mine = ++number;
  const parameters = asked();
  const bounds = countBounds(parameters);
  showBounds(bounds);
  showActive();
  if (!check()) {
    showNotAsked();
    return { offices: null, isBound: false };
  }
  showLoading();
  const question = questionOf(parameters), area = areaGeometry();
  try {
    const found = await search(question, area);
    if (mine !== number) return null;
    showOffices(found, { open, question, area, onlyFree: parameters.has("free") });
    showLabelCounts(found.facets?.labels);
    return { offices: found.features.map(({ properties }) => properties), isBound: bounds > 0 };
  } catch (error) {
    if (mine !== number) return null;
    showFailure(error.message, error.passing ? again : null);
    return { offices: null, isBound: false };
  }
}
